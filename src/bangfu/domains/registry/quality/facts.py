"""The two tables that the rules see, made from the checked lists, and where each row came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bangfu.domains.registry.quality.matching import Part, Parts
from bangfu.kernel.region import RegionCode

_RISKS = ("risk_kind_1", "risk_kind_2", "risk_kind_3", "risk_kind_4", "risk_kind_5")
_PLACES = ("work_province", "work_prefecture", "work_county", "work_town")
_NO_TOWN = "未注明乡镇"

Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Facts:
    """Columns of both tables and, for each of their rows, the data row of its sheet.

    ``household_rows`` is the row that stands for a household: its own on a household sheet, on a
    member sheet that of its head. ``given`` are the columns that the file has, per table.
    """

    households: Columns
    persons: Columns
    household_rows: list[int]
    member_rows: list[int]
    head_rows: list[int]
    towns: list[str]
    given: dict[str, frozenset[str]] = field(default_factory=dict)


def build_facts(parts: Parts, region: RegionCode | None) -> Facts:
    """Tables from checked lists. Rows without a household number belong to no household.

    ``region`` is where the file comes from: the policy line depends on it. Persons and households
    get ids that are their positions, so that hits lead back to rows.
    """
    members, own = parts.members, parts.households
    numbers = members.sheet.columns["household_no"]
    positions = _positions(numbers, own, parts.is_combined)
    person_at = [index for index, number in enumerate(numbers) if number is not None]
    home_of = [positions[numbers[index]] for index in person_at]
    persons = {
        name: [values[index] for index in person_at]
        for name, values in members.sheet.columns.items()
    }
    given_persons = _derive_person(persons)
    heads = _head_rows(persons, person_at, home_of, len(positions))
    households = _household_columns(own, positions, parts.is_combined, numbers)
    given_households = _derive_household(households)
    default = str(region) if region else "000000000000"
    codes = [code or default for code in households.get("region_code", [None] * len(positions))]
    households |= {
        "household_id": [str(place) for place in range(len(positions))],
        "household_no": list(positions),
        "region_code": codes,
    }
    persons |= {
        "person_id": [str(place) for place in range(len(person_at))],
        "household_id": [str(home) for home in home_of],
        "region_code": [codes[home] for home in home_of],
    }
    rows = heads if parts.is_combined or own is None else _own_rows(own, positions)
    return Facts(
        households=households,
        persons=persons,
        household_rows=rows,
        member_rows=person_at,
        head_rows=heads,
        towns=_towns(households, codes, region),
        given={"household": given_households, "person": given_persons},
    )


def _positions(numbers: list[Any], own: Part | None, combined: bool) -> dict[str, int]:
    """Household numbers in the order of the file, those of the household sheet first."""
    first = [] if own is None or combined else own.sheet.columns["household_no"]
    ordered = dict.fromkeys(number for number in [*first, *numbers] if number is not None)
    return {number: place for place, number in enumerate(ordered)}


def _household_columns(
    own: Part | None, positions: dict[str, int], combined: bool, numbers: list[Any]
) -> Columns:
    """The first value that a household's rows give for each column."""
    if own is None:
        return {}
    keys = numbers if combined else own.sheet.columns["household_no"]
    homes = [-1 if key is None else positions[key] for key in keys]
    made: Columns = {}
    for name, values in own.sheet.columns.items():
        column: list[Any] = [None] * len(positions)
        for home, value in zip(homes, values, strict=True):
            if value is not None and home >= 0 and column[home] is None:
                column[home] = value
        made[name] = column
    return made


def _own_rows(own: Part, positions: dict[str, int]) -> list[int]:
    """The first data row of each household on its own sheet, -1 where it has none."""
    rows = [-1] * len(positions)
    for row, number in enumerate(own.sheet.columns["household_no"]):
        if number is not None and rows[positions[number]] < 0:
            rows[positions[number]] = row
    return rows


def _head_rows(
    persons: Columns, person_at: Sequence[int], home_of: Sequence[int], count: int
) -> list[int]:
    """The member row that stands for each household: the head's, else the first; -1 for none."""
    relations = persons.get("relation") or [None] * len(person_at)
    rows, is_head = [-1] * count, [False] * count
    for row, home, relation in zip(person_at, home_of, relations, strict=True):
        if rows[home] < 0 or (relation == "HEAD" and not is_head[home]):
            rows[home], is_head[home] = row, relation == "HEAD"
    return rows


def _derive_person(persons: Columns) -> frozenset[str]:
    """Sex and birth date where the ID number tells them; the place of work from its parts."""
    given = set(persons)
    numbers = persons["id_number"]
    births = persons.get("birth_on") or [None] * len(numbers)
    sexes = persons.get("sex") or [None] * len(numbers)
    persons["birth_on"] = [b or _birth(n) for b, n in zip(births, numbers, strict=True)]
    persons["sex"] = [s or _sex(n) for s, n in zip(sexes, numbers, strict=True)]
    given |= {"birth_on", "sex", "person_id"}
    parts = [persons[name] for name in _PLACES if name in persons]
    if "work_place" not in persons and parts:
        joined = ("".join(filter(None, row)) for row in zip(*parts, strict=True))
        persons["work_place"] = [place or None for place in joined]
        given.add("work_place")
    return frozenset(given)


def _birth(number: str | None) -> date | None:
    if number is None:
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _sex(number: str | None) -> str | None:
    if number is None:
        return None
    return "MALE" if int(number[16]) % 2 else "FEMALE"


def _derive_household(households: Columns) -> frozenset[str]:
    """The list of risks, from one column or from 风险1 to 风险5."""
    given = set(households)
    parts = [households[name] for name in _RISKS if name in households]
    if parts:
        lists = households.get("risk_kinds") or [None] * len(parts[0])
        households["risk_kinds"] = [
            _joined(whole, row) for whole, row in zip(lists, zip(*parts, strict=True), strict=True)
        ]
        given.add("risk_kinds")
    return frozenset(given)


def _joined(whole: tuple[str, ...] | None, row: tuple[str | None, ...]) -> tuple[str, ...] | None:
    codes = dict.fromkeys([*(whole or ()), *(code for code in row if code)])
    return tuple(codes) or None


def _towns(households: Columns, codes: list[str], region: RegionCode | None) -> list[str]:
    """The town of each household: its name, else the first nine digits of its region code."""
    names = households.get("town_name") or [None] * len(codes)
    default = str(region)[:9] if region and region.level >= 4 else _NO_TOWN
    return [
        name or (code[:9] if code[6:9] != "000" else default)
        for name, code in zip(names, codes, strict=True)
    ]
