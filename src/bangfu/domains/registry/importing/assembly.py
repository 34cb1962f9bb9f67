"""Rows become households; what one row alone cannot show is checked here. Pure.

A household is taken whole or not at all: one bad row keeps its household back, and the other rows
of that household go to the error workbook too, so that the mended workbook can be handed in again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bangfu.foundation.sheets.types import CellIssue, ValidatedSheet

HEAD = "HEAD"
# Columns whose checked value is what the cell says; codes and amounts would read differently.
_SHOWN = frozenset({"id_number", "household_no", "head_id_number", "head_name"})


@dataclass(slots=True)
class Group:
    """The rows of one household: indices into the columns, in the order of the file."""

    household_no: str
    rows: list[int]
    sheet_row: int | None = None  # its row on the household sheet
    head: int | None = None
    is_bad: bool = False


@dataclass(slots=True)
class Assembly:
    """The households of a file and what is wrong with them, per sheet."""

    groups: list[Group]
    member_issues: list[CellIssue] = field(default_factory=list)
    household_issues: list[CellIssue] = field(default_factory=list)

    @property
    def good(self) -> list[Group]:
        """Return the households without any issue."""
        return [group for group in self.groups if not group.is_bad]


class Assembler:
    """Makes the households of one file.

    `households` is the sheet of households, or, with `is_shared`, the household columns of the
    member sheet itself, row by row beside `members`.
    """

    def __init__(
        self, members: ValidatedSheet, households: ValidatedSheet, *, is_shared: bool
    ) -> None:
        self._members = members
        self._households = households
        self._is_shared = is_shared
        self._bad_members = {
            index for index, no in enumerate(members.row_numbers) if no in members.bad_rows
        }
        self._bad_households = {
            index for index, no in enumerate(households.row_numbers) if no in households.bad_rows
        }
        self._result = Assembly(groups=[])

    def run(self) -> Assembly:
        """Return the households with the issues found across rows; `finish` completes them."""
        groups = self._gather()
        self._check_people_once(groups)
        for group in groups.values():
            self._check_rows(group)
            self._check_head(group)
        if self._is_shared:
            self._check_agreement(groups.values())
        else:
            self._join_household_sheet(groups)
        self._result.groups = list(groups.values())
        return self._result

    def _gather(self) -> dict[str, Group]:
        groups: dict[str, Group] = {}
        for index, household_no in enumerate(self._members.columns["household_no"]):
            if household_no is None:
                continue  # the row has its own issue: the number is required
            group = groups.get(household_no)
            if group is None:
                groups[household_no] = Group(household_no, [index])
            else:
                group.rows.append(index)
        return groups

    def _member_issue(self, group: Group, row: int, column: str, code: str, **params: Any) -> None:
        group.is_bad = True
        values = self._members.columns.get(column) if column in _SHOWN else None
        self._result.member_issues.append(
            CellIssue(
                row_no=self._members.row_numbers[row],
                column=column,
                code=code,
                params=params,
                value=values[row] if values else None,
            )
        )

    def _household_issue(
        self, group: Group | None, row: int, column: str, code: str, **params: Any
    ) -> None:
        if group is not None:
            group.is_bad = True
        values = self._households.columns.get(column) if column in _SHOWN else None
        self._result.household_issues.append(
            CellIssue(
                row_no=self._households.row_numbers[row],
                column=column,
                code=code,
                params=params,
                value=values[row] if values else None,
            )
        )

    def _check_people_once(self, groups: dict[str, Group]) -> None:
        first_seen: dict[str, int] = {}
        household_of = self._members.columns["household_no"]
        names = self._members.columns["name"]
        for index, id_number in enumerate(self._members.columns["id_number"]):
            if id_number is None:
                continue
            first = first_seen.setdefault(id_number, index)
            if first == index:
                continue
            if household_of[first] == household_of[index]:
                code = "E-REGISTRY-PERSON-TWICE"
            else:
                code = "E-REGISTRY-PERSON-IN-TWO-HOUSEHOLDS"
            if names[first] != names[index]:
                code = "E-REGISTRY-PERSON-TWO-NAMES"
            for row, other in ((index, first), (first, index)):
                group = groups.get(household_of[row] or "")
                if group is not None:
                    other_no = self._members.row_numbers[other]
                    self._member_issue(group, row, "id_number", code, other_row=other_no)

    def _check_rows(self, group: Group) -> None:
        if any(row in self._bad_members for row in group.rows):
            group.is_bad = True
        if self._is_shared and any(row in self._bad_households for row in group.rows):
            group.is_bad = True

    def _check_head(self, group: Group) -> None:
        relations = self._members.columns["relation"]
        heads = [row for row in group.rows if relations[row] == HEAD]
        if heads:
            group.head = heads[0]
        # A relation that could not be read may be the head's; its own issue is enough.
        elif all(relations[row] is not None for row in group.rows):
            self._member_issue(group, group.rows[0], "relation", "E-REGISTRY-NO-HEAD")
        for row in heads[1:]:
            first_no = self._members.row_numbers[heads[0]]
            self._member_issue(group, row, "relation", "E-REGISTRY-TWO-HEADS", other_row=first_no)

    def _check_agreement(self, groups: Iterable[Group]) -> None:
        """The household's columns stand on each member's row: they must not contradict."""
        for group in groups:
            if len(group.rows) == 1:
                continue
            first, *others = group.rows
            for name, values in self._households.columns.items():
                known = values[first]
                for row in others:
                    value = values[row]
                    if value == known or value is None:
                        continue
                    if known is None:
                        known = value
                        continue
                    self._household_issue(
                        group,
                        row,
                        name,
                        "E-REGISTRY-HOUSEHOLD-DISAGREES",
                        other_row=self._households.row_numbers[first],
                    )

    def _join_household_sheet(self, groups: dict[str, Group]) -> None:
        seen: dict[str, int] = {}
        for row, household_no in enumerate(self._households.columns["household_no"]):
            if household_no is None:
                continue
            group = groups.get(household_no)
            if household_no in seen:
                other = self._households.row_numbers[seen[household_no]]
                self._household_issue(
                    group, row, "household_no", "E-REGISTRY-HOUSEHOLD-TWICE", other_row=other
                )
                continue
            seen[household_no] = row
            if group is None:
                self._household_issue(None, row, "household_no", "E-REGISTRY-NO-MEMBERS")
                continue
            group.sheet_row = row
            if row in self._bad_households:
                group.is_bad = True
            self._check_head_agrees(group, row)
        for group in groups.values():
            if group.sheet_row is None:
                self._member_issue(group, group.rows[0], "household_no", "E-REGISTRY-NO-HOUSEHOLD")

    def _check_head_agrees(self, group: Group, row: int) -> None:
        if group.head is None:
            return
        for stated, actual in (("head_id_number", "id_number"), ("head_name", "name")):
            values = self._households.columns.get(stated)
            known = self._members.columns[actual][group.head]
            if values and values[row] is not None and known is not None and values[row] != known:
                self._household_issue(
                    group,
                    row,
                    stated,
                    "E-REGISTRY-HEAD-DIFFERS",
                    member_row=self._members.row_numbers[group.head],
                )
                return

    def hold_back(self, group: Group, column: str, code: str, **params: Any) -> None:
        """Refuse a household for a reason found outside the file, on its head's row."""
        row = group.rows[0] if group.head is None else group.head
        self._member_issue(group, row, column, code, **params)

    def hold_back_row(self, group: Group, row: int, code: str, **params: Any) -> None:
        """Refuse a household for a reason found outside the file, on one person's row."""
        self._member_issue(group, row, "id_number", code, **params)

    def finish(self) -> Assembly:
        """Mark the rows that wait only because another row of their household is bad."""
        numbers = self._members.row_numbers
        marked = {issue.row_no for issue in self._result.member_issues} | self._members.bad_rows
        if self._is_shared:
            marked |= {issue.row_no for issue in self._result.household_issues}
            marked |= self._households.bad_rows
        for group in self._result.groups:
            if not group.is_bad:
                continue
            for row in group.rows:
                if numbers[row] not in marked:
                    self._member_issue(
                        group,
                        row,
                        "",
                        "E-REGISTRY-HOUSEHOLD-WAITS",
                        household_no=group.household_no,
                    )
            self._hold_back_sheet_row(group)
        return self._result

    def _hold_back_sheet_row(self, group: Group) -> None:
        row = group.sheet_row
        if row is None:
            return
        row_no = self._households.row_numbers[row]
        marked = {issue.row_no for issue in self._result.household_issues}
        if row_no not in marked | self._households.bad_rows:
            self._household_issue(
                group,
                row,
                "",
                "E-REGISTRY-HOUSEHOLD-WAITS",
                household_no=group.household_no,
            )
