"""From a file to good households: everything that is checked before anything is staged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from bangfu.domains.registry import columns
from bangfu.domains.registry.importing.assembly import Assembler, Assembly, Group
from bangfu.domains.registry.importing.atlas import make_atlas
from bangfu.domains.registry.importing.commit import find_elsewhere
from bangfu.domains.registry.importing.placing import Placement, Placer, PlacingOutcome, Stated
from bangfu.domains.registry.importing.reading import ReadFile, ReadSheet, read_file
from bangfu.domains.registry.importing.request import Request
from bangfu.foundation.crypto.tokens import tokens
from bangfu.foundation.sheets.types import CellIssue
from bangfu.kernel.region import RegionCode

_NAMES = columns.PLACE_NAMES


@dataclass(slots=True)
class Checked:
    """A file after all checks: the households to stage, what is wrong, what lies outside."""

    file: ReadFile
    good: list[Group]
    places: dict[str, Placement]
    member_issues: list[CellIssue]
    household_issues: list[CellIssue]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def has_issues(self) -> bool:
        """Whether an error workbook is to be written."""
        return bool(self.member_issues or self.household_issues)


@dataclass(slots=True)
class Placed:
    """A file whose rows are households of the stated region; `outside` are of another place."""

    file: ReadFile
    assembler: Assembler
    assembly: Assembly
    places: dict[str, Placement]
    outside: list[Group]
    placer: Placer
    stated: _Statements


def place_households(
    path: Path, region: RegionCode, *, today: date, step: Callable[[str], None]
) -> Placed:
    """Read a file, put its rows together to households and find where each lives.

    Good and bad households come along; what the register knows is not looked at. `step` is told
    "reading", "checking", "placing". Raises Refused for a file that is no list of households.
    """
    step("reading")
    file = read_file(path, region, today=today)
    step("checking")
    assembler = Assembler(file.members.checked, file.households.checked, is_shared=file.is_shared)
    assembly = assembler.run()
    step("placing")
    stated = _Statements(file)
    placer = Placer(region, make_atlas())
    places = {group.household_no: placer.place(stated.of(group)) for group in assembly.groups}
    outside = [group for group in assembly.groups if _is_outside(places[group.household_no])]
    assembly.groups = [g for g in assembly.groups if not _is_outside(places[g.household_no])]
    return Placed(file, assembler, assembly, places, outside, placer, stated)


def check_file(request: Request) -> Checked:
    """Read a file and check it within itself, against the map and against the register.

    Raises Refused for a file that cannot be read as a list of households.
    """
    today = timezone.localdate(request.at)
    placed = place_households(request.file, request.region, today=today, step=request.step)
    file, assembler, assembly, places = (
        placed.file, placed.assembler, placed.assembly, placed.places,
    )  # fmt: skip
    for group in assembly.groups:
        place = places[group.household_no]
        if place.outcome is PlacingOutcome.REFUSED:
            column = placed.stated.column(place)
            assembler.hold_back(group, column, place.error, stated=place.stated)
    request.step("comparing")
    _compare_with_register(request, file, assembler, assembly, places)
    assembler.finish()
    hidden = _hidden_rows(file, assembly, placed.outside, placed.placer, placed.stated)
    return _gather(file, assembly, places, placed.outside, hidden)


def _is_outside(place: Placement) -> bool:
    return place.outcome is PlacingOutcome.OUTSIDE


class _Statements:
    """Where the rows of a file say that a household lives."""

    def __init__(self, file: ReadFile) -> None:
        self._file = file
        self._members = self._columns(file.members)
        self._households = self._columns(file.households)

    @staticmethod
    def _columns(sheet: ReadSheet) -> dict[str, Sequence[str | None]]:
        return {name: sheet.checked.columns[name] for name in columns.PLACE & sheet.present}

    def of(self, group: Group) -> Stated:
        """Return what a household's rows state, the household sheet first."""
        if self._file.is_shared:
            return self._first(self._households, group.rows) or self._first_member(group)
        own = [] if group.sheet_row is None else [group.sheet_row]
        return self._first(self._households, own) or self._first_member(group)

    def _first_member(self, group: Group) -> Stated:
        return self._first(self._members, group.rows) or Stated("", ("", "", "", "", ""))

    def of_row(self, row: int, *, on_household_sheet: bool) -> Stated:
        """Return what one row states."""
        found = self._households if on_household_sheet else self._members
        return self._first(found, [row]) or Stated("", ("", "", "", "", ""))

    @staticmethod
    def _first(values: dict[str, Sequence[str | None]], rows: Sequence[int]) -> Stated | None:
        texts = {
            name: next((text for row in rows if (text := column[row])), "")
            for name, column in values.items()
        }
        if not any(texts.values()):
            return None
        first, second, third, fourth, fifth = (texts.get(name, "") for name in _NAMES)
        return Stated(texts.get("region_code", ""), (first, second, third, fourth, fifth))

    def column(self, place: Placement) -> str:
        """Return the column to mark on a member's row, empty when the sheet has none."""
        return place.column if place.column in self._file.members.present else ""


def _compare_with_register(
    request: Request,
    file: ReadFile,
    assembler: Assembler,
    assembly: Assembly,
    places: dict[str, Placement],
) -> None:
    """Hold back households with a member who belongs to another household of the county."""
    numbers = file.members.checked.columns["id_number"]
    owner_of = {row: group for group in assembly.good for row in group.rows}
    rows = list(owner_of)
    if not rows:
        return
    household_nos = [owner_of[row].household_no for row in rows]
    found = find_elsewhere(
        request.scope,
        rows,
        tokens(numbers[row] for row in rows),
        household_nos,
        [places[no].region_code[:6] for no in household_nos],
    )
    for row, household_no in found:
        assembler.hold_back_row(
            owner_of[row], row, "E-REGISTRY-PERSON-ELSEWHERE", household_no=household_no
        )


def _hidden_rows(
    file: ReadFile,
    assembly: Assembly,
    outside: Sequence[Group],
    placer: Placer,
    stated: _Statements,
) -> tuple[set[int], set[int]]:
    """Return the rows of which nothing may be shown, per sheet: they are of another place."""
    member_rows = {row for group in outside for row in group.rows}
    household_rows = {group.sheet_row for group in outside if group.sheet_row is not None}
    grouped = {row for group in assembly.groups for row in group.rows} | member_rows
    for row in range(len(file.members.checked)):
        if row not in grouped and _is_outside(
            placer.place(stated.of_row(row, on_household_sheet=False))
        ):
            member_rows.add(row)
    if file.is_shared:
        return member_rows, member_rows
    joined = {group.sheet_row for group in assembly.groups}
    for row in range(len(file.households.checked)):
        if row not in joined and _is_outside(
            placer.place(stated.of_row(row, on_household_sheet=True))
        ):
            household_rows.add(row)
    return member_rows, household_rows


def _gather(
    file: ReadFile,
    assembly: Assembly,
    places: dict[str, Placement],
    outside: Sequence[Group],
    hidden: tuple[set[int], set[int]],
) -> Checked:
    members, households = file.members.checked, file.households.checked
    hidden_members = {members.row_numbers[row] for row in hidden[0]}
    hidden_households = {households.row_numbers[row] for row in hidden[1]}
    member_issues = _sorted(members.issues, assembly.member_issues, hidden_members)
    household_issues = _sorted(households.issues, assembly.household_issues, hidden_households)
    good = assembly.good
    bad_rows = {issue.row_no for issue in member_issues}
    if file.is_shared:
        bad_rows |= {issue.row_no for issue in household_issues}
    counts = {
        "rows": len(members),
        "households": len(assembly.groups) + len(outside),
        "good_households": len(good),
        "bad_households": len(assembly.groups) - len(good),
        "good_persons": sum(len(group.rows) for group in good),
        "bad_rows": len(bad_rows),
        "outside": len(outside),
        "outside_rows": len(hidden[0]),
        "repaired": len(members.repairs) + len(households.repairs),
    }
    return Checked(file, good, places, member_issues, household_issues, counts)


def _sorted(
    found: Sequence[CellIssue], across: Sequence[CellIssue], hidden: set[int]
) -> list[CellIssue]:
    """Return all findings of a sheet by row, without rows that must not be shown."""
    shown = [issue for issue in (*found, *across) if issue.row_no not in hidden]
    return sorted(shown, key=lambda issue: issue.row_no)


def repairs(file: ReadFile) -> dict[str, int]:
    """Return how often each kind of repair was made."""
    counts: dict[str, int] = {}
    for sheet in {id(each): each for each in (file.members, file.households)}.values():
        for repair in sheet.checked.repairs:
            counts[repair.code] = counts.get(repair.code, 0) + 1
    return counts


def warnings(file: ReadFile) -> list[dict[str, Any]]:
    """Return what looked odd about the columns without refusing anything."""
    found = [*file.members.checked.warnings, *file.households.checked.warnings]
    unique = {(each.code, str(sorted(each.params.items()))): each for each in found}
    return [{"code": each.code, "params": each.params} for each in unique.values()]
