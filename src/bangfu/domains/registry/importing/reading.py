"""A file of households: which sheet holds what, and its checked columns.

Offices send either one sheet with the household's columns repeated on each member's row, or two
sheets (户信息, 家庭成员) joined by 户编号. Both come out the same: columns of members, columns of
households, and whether the two share their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.domains.registry import columns, extensions
from bangfu.foundation.sheets import matching, reader, validation
from bangfu.foundation.sheets.types import RawSheet, SheetMapping, ValidatedSheet
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from bangfu.standards import datasets
from bangfu.standards.datasets import Dataset

# Of the household's columns on a shared sheet: headers that are a member's are no problem there.
_STILL_PROBLEMS = frozenset({"E-SHEET-SHIFTED", "E-SHEET-UNIT"})


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """One sheet of the file under one contract."""

    raw: RawSheet
    mapping: SheetMapping
    checked: ValidatedSheet

    @property
    def present(self) -> frozenset[str]:
        """Return the contract columns that the sheet has or that follow from those it has."""
        return frozenset(self.checked.columns)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read; with `is_shared` both sheets are the same and so are their rows."""

    members: ReadSheet
    households: ReadSheet
    is_shared: bool

    def mapping(self) -> dict[str, Any]:
        """Return which header became which column, sheet by sheet, for the preview. JSON-ready.

        `sheets` holds members, then households; of a shared sheet each column stands once, and
        `unmapped` of the first lists the headers that neither claims.
        """
        members: dict[str, Any] = dict(self.members.mapping.as_dict())
        households: dict[str, Any] = dict(self.households.mapping.as_dict())
        if self.is_shared:
            taken = {match.index for match in self.households.mapping.matches}
            claimed = {match.index for match in self.members.mapping.matches}
            households["columns"] = [
                each for each in households["columns"] if each["index"] not in claimed
            ]
            members["unmapped"] = [
                each for each in members["unmapped"] if each["index"] not in taken
            ]
            households["unmapped"] = []
        return {
            "sheets": [
                {**members, "dataset": columns.MEMBER},
                {**households, "dataset": columns.HOUSEHOLD},
            ]
        }


def read_file(path: Path, region: RegionCode, *, today: date) -> ReadFile:
    """Read, match and check a file of households.

    Raises Refused with the reason when the file cannot be opened, no sheet is a list of members,
    or a required column is missing (E-SHEET-…).
    """
    sheets = reader.read_workbook(path)
    member_contract = extensions.extended(datasets.get(columns.MEMBER), region)
    household_contract = extensions.extended(datasets.get(columns.HOUSEHOLD), region)
    raw, mapping = matching.find_sheet(_by_likeness(sheets, member_contract), member_contract)
    other = _find_household_sheet(sheets, raw, household_contract)
    if other is None:
        member_contract = _without_titles_of(member_contract, household_contract)
        mapping = matching.match_sheet(raw, member_contract)
    _refuse_problems(mapping)
    checked = validation.validate_rows(
        raw, mapping, member_contract, today=today, check_duplicates=False
    )
    members = ReadSheet(raw, mapping, _complete_from_number(checked))
    if other is None:
        return ReadFile(members, _shared(members, household_contract, today), is_shared=True)
    raw, mapping = other
    _refuse_problems(mapping)
    checked = validation.validate_rows(
        raw, mapping, household_contract, today=today, check_duplicates=False
    )
    return ReadFile(members, ReadSheet(raw, mapping, _fold_risks(checked)), is_shared=False)


def _without_titles_of(members: Dataset, households: Dataset) -> Dataset:
    """Drop synonyms that are a household column's own title: on a shared sheet they mean that."""
    own = {column.zh for column in members.columns}
    taken = {column.zh for column in households.columns} - own
    return replace(
        members,
        columns=tuple(
            replace(each, synonyms=tuple(name for name in each.synonyms if name not in taken))
            for each in members.columns
        ),
    )


def _fold_risks(checked: ValidatedSheet) -> ValidatedSheet:
    """Put the risks of columns 风险1 to 风险5 into the one column of all risks."""
    found = [checked.columns[name] for name in columns.RISK_COLUMNS if name in checked.columns]
    if not found:
        return checked
    own = checked.columns.get(columns.RISKS, [None] * len(checked))
    folded = [
        tuple(dict.fromkeys([*(listed or ()), *(each for each in single if each)])) or None
        for listed, single in zip(own, zip(*found, strict=True), strict=True)
    ]
    return replace(checked, columns={**checked.columns, columns.RISKS: folded})


def _complete_from_number(checked: ValidatedSheet) -> ValidatedSheet:
    """Fill in the day of birth and the sex that a citizen ID number carries, where empty."""
    numbers = checked.columns["id_number"]
    empty: list[Any] = [None] * len(numbers)
    births = [
        own or (_birth(number) if number else None)
        for own, number in zip(checked.columns.get("birth_on", empty), numbers, strict=True)
    ]
    sexes = [
        own or (_sex(number) if number else None)
        for own, number in zip(checked.columns.get("sex", empty), numbers, strict=True)
    ]
    return replace(checked, columns={**checked.columns, "birth_on": births, "sex": sexes})


def _birth(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _sex(number: str) -> str:
    return "MALE" if int(number[16]) % 2 else "FEMALE"


def _refuse_problems(mapping: SheetMapping) -> None:
    for problem in mapping.problems:
        raise Refused(problem.code, **problem.params)


def _by_likeness(sheets: Sequence[RawSheet], contract: Dataset) -> list[RawSheet]:
    """Leave out sheets that lack a required column, when there is one that has them all."""
    fitting = []
    for sheet in sheets:
        mapping = _try(sheet, contract)
        if sheet.visible and mapping is not None and not mapping.missing and mapping.data_rows:
            fitting.append(sheet)
    return fitting or list(sheets)


def _try(sheet: RawSheet, contract: Dataset) -> SheetMapping | None:
    try:
        return matching.match_sheet(sheet, contract)
    except Refused:
        return None


def _find_household_sheet(
    sheets: Sequence[RawSheet], members: RawSheet, contract: Dataset
) -> tuple[RawSheet, SheetMapping] | None:
    """Return another visible sheet with household numbers, the one with most known columns."""
    found = []
    for sheet in sheets:
        if sheet is members or not sheet.visible:
            continue
        mapping = _try(sheet, contract)
        if mapping is None or not mapping.data_rows:
            continue
        matched = {match.column for match in mapping.matches}
        if "household_no" in matched and len(matched) > 2:
            found.append((len(matched), sheet, mapping))
    if not found:
        return None
    _, sheet, mapping = max(found, key=lambda entry: entry[0])
    return sheet, mapping


def _shared(members: ReadSheet, contract: Dataset, today: date) -> ReadSheet:
    """Read the household's columns off the members' rows.

    A column that the member contract claims is a member's; nothing of the household is required
    here, since what identifies it is found on the rows of its members.
    """
    relaxed = replace(
        contract, columns=tuple(replace(each, required=False) for each in contract.columns)
    )
    claimed = {
        match.index
        for match in members.mapping.matches
        if match.column not in columns.PLACE and match.column != "household_no"
    }
    mapping = matching.match_sheet(members.raw, relaxed)
    mapping = replace(
        mapping,
        matches=tuple(match for match in mapping.matches if match.index not in claimed),
        header_rows=members.mapping.header_rows,
        data_rows=members.mapping.data_rows,
        problems=tuple(each for each in mapping.problems if each.code in _STILL_PROBLEMS),
    )
    _refuse_problems(mapping)
    checked = validation.validate_rows(
        members.raw, mapping, relaxed, today=today, check_duplicates=False
    )
    return ReadSheet(members.raw, mapping, _fold_risks(checked))
