"""Writes the demo's files as offices do: title rows, national column names, Excel and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rustpy_xlsxwriter import write_worksheets

from bangfu.foundation.sheets.tables import write_table
from bangfu.standards import datasets

if TYPE_CHECKING:
    from bangfu.cli.demo.people import Family

HOUSEHOLD_SHEET, MEMBER_SHEET = "户基本信息", "家庭成员"


def headers(dataset: str) -> dict[str, str]:
    """Return column name → Chinese header of a dataset contract."""
    return {column.name: column.zh for column in datasets.get(dataset).columns}


def label(value: Any) -> Any:
    """Return a value as an office would type it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value


def _rename(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return the row under the contract's headers; a key that the contract lacks is an error."""
    return {names[key]: label(value) for key, value in row.items()}


def _sheet(
    name: str, rows: Iterable[dict[str, Any]], keys: list[str]
) -> tuple[str, list[dict[str, Any]]]:
    return name, [{key: row.get(key) for key in keys} for row in rows]


def write_households(path: Path, families: list[Family]) -> None:
    """Write the registry workbook: a household sheet and a member sheet, joined by 户编号."""
    households = headers("registry/household")
    members = headers("registry/member")
    household_rows = [_rename(_household(family), households) for family in families]
    member_rows = [_rename(row, members) for family in families for row in _members(family)]
    write_worksheets(
        [
            _sheet(HOUSEHOLD_SHEET, household_rows, _used(household_rows, households)),
            _sheet(MEMBER_SHEET, member_rows, _used(member_rows, members)),
        ],
        str(path),
    )


def _used(rows: list[dict[str, Any]], names: dict[str, str]) -> list[str]:
    """Return the headers that some row has, in the order of the contract."""
    present = {key for row in rows for key in row}
    return [zh for zh in names.values() if zh in present]


def _household(family: Family) -> dict[str, Any]:
    head, village = family.head, family.village
    return {
        "province_name": "演示省",
        "prefecture_name": "演示市",
        "county_name": village.county,
        "town_name": village.town,
        "village_name": village.name,
        "region_code": village.code,
        "household_no": family.household_no,
        "head_name": head.name,
        "head_id_number": head.id_number,
        "member_count": len(family.members),
        **family.facts,
    }


def _members(family: Family) -> Iterator[dict[str, Any]]:
    for member in family.members:
        yield {
            "household_no": family.household_no,
            "name": member.name,
            "sex": "男" if member.sex == "MALE" else "女",
            "birth_on": member.birth_on,
            "id_type": "居民身份证",
            "id_number": member.id_number,
            "relation": member.relation,
            **member.facts,
        }


def write_rows(path: Path, dataset: str, rows: list[dict[str, Any]]) -> None:
    """Write a department's list as .xlsx under the contract's headers."""
    names = headers(dataset)
    title = datasets.get(dataset).title["zh"]
    shown = ({key: label(value) for key, value in row.items()} for row in rows)
    write_table(path, list(names.items()), shown, sheet_name=title[:31])


def write_csv(path: Path, dataset: str, rows: list[dict[str, Any]]) -> None:
    """Write a department's list as a GB18030 CSV file, as their databases export it."""
    names = headers(dataset)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(names.values()))
        writer.writeheader()
        writer.writerows(_rename(row, names) for row in rows)
