"""From a file to checked columns: reading, matching, cell checks, and the checks of a feed.

A feed's own checks go beyond single cells: the month of every row, what may not exceed what, rows
that contradict each other, and the control totals of the manifest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bangfu.domains.feeds.domain import FULL, Reason
from bangfu.foundation.sheets import matching, reader, validation
from bangfu.foundation.sheets.types import CellIssue, RawSheet, SheetMapping, ValidatedSheet
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.money import Money
from bangfu.kernel.period import Period
from bangfu.standards.datasets import Dataset

# Above this share of rows of another month, the file as a whole is of another month.
WRONG_MONTH_SHARE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file's rows after all checks; `doubles` are repeated rows that are left out silently."""

    raw: RawSheet
    mapping: SheetMapping
    sheet: ValidatedSheet
    doubles: frozenset[int]
    reasons: list[Reason]

    @property
    def kept(self) -> list[int]:
        """The 0-based places in the columns of the rows that may land."""
        out = self.sheet.bad_rows | self.doubles
        return [i for i, row_no in enumerate(self.sheet.row_numbers) if row_no not in out]

    def counts(self) -> dict[str, int]:
        """Rows of the file: all, good, bad, repeated; and lines that are no data."""
        return {
            **self.sheet.counts(),
            "repeated": len(self.doubles),
            "dropped": len(self.mapping.dropped),
        }


def read_feed(
    path: Path,
    contract: Dataset,
    *,
    period: Period,
    today: date,
    step: Callable[[str], None],
) -> Checked:
    """Read and check a file. Raises Refused where it cannot be read or lacks a column."""
    step("reading")
    sheets = reader.read_workbook(path)
    step("matching")
    raw, mapping = matching.find_sheet(sheets, contract)
    step("checking")
    sheet = validation.validate_rows(raw, mapping, contract, today=today, check_duplicates=False)
    doubles, contradicting = _find_doubles(contract, sheet)
    wrong_month, reasons = _check_months(contract, sheet, period)
    too_late = _check_period_end(contract, sheet, period)
    merged = _with_issues(sheet, [*contradicting, *wrong_month, *too_late])
    checked = Checked(raw, mapping, merged, doubles, reasons)
    return replace(checked, reasons=[*reasons, *_check_size(contract, checked)])


def _with_issues(sheet: ValidatedSheet, issues: list[CellIssue]) -> ValidatedSheet:
    """Return the sheet with further findings, in the order of the rows."""
    return replace(
        sheet,
        issues=sorted([*sheet.issues, *issues], key=lambda issue: issue.row_no),
        bad_rows=sheet.bad_rows | {issue.row_no for issue in issues},
    )


def file_totals(contract: Dataset, checked: Checked) -> dict[str, Decimal | None]:
    """Return the total of every money column over all data rows of the file, bad rows too.

    A column with a cell that is no amount has the total None: it can agree with nothing.
    """
    return {
        column.name: _raw_total(checked, column.name)
        for column in contract.columns
        if column.type == "money" and checked.mapping.index_of(column.name) is not None
    }


def _raw_total(checked: Checked, name: str) -> Decimal | None:
    """Add up what was understood, and read again the cells that some check did not let through."""
    values = checked.sheet.columns[name]
    total = sum((value for value in values if value is not None), Decimal("0.00"))
    index = checked.mapping.index_of(name)
    assert index is not None
    for place, row in enumerate(checked.mapping.data_rows):
        if values[place] is not None:
            continue
        cell = checked.raw.cell(row, index)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        try:
            total += Money.parse(cell if isinstance(cell, str | int | float) else str(cell)).yuan
        except BangfuError:
            return None
    return total


def _good(sheet: ValidatedSheet) -> Iterator[tuple[int, int]]:
    for place, row_no in enumerate(sheet.row_numbers):
        if row_no not in sheet.bad_rows:
            yield place, row_no


def _find_doubles(
    contract: Dataset, sheet: ValidatedSheet
) -> tuple[frozenset[int], list[CellIssue]]:
    """Return rows that repeat an earlier one exactly, and an issue for each that contradicts one.

    Of rows that share the contract's key but differ, none can be trusted: all are set aside.
    """
    key_names = ["id_number" if name == "person" else name for name in contract.key]
    keys = list(zip(*(sheet.columns[name] for name in key_names), strict=True))
    values = list(zip(*sheet.columns.values(), strict=True))
    first: dict[Any, int] = {}
    repeated: set[int] = set()
    groups: dict[Any, list[int]] = {}
    for place, row_no in _good(sheet):
        earlier = first.setdefault(keys[place], place)
        if earlier == place:
            continue
        if values[earlier] == values[place]:
            repeated.add(row_no)
        else:
            groups.setdefault(keys[place], [earlier]).append(place)
    places = {frozenset(group) for group in [*groups.values(), *_two_names(sheet)]}
    issues = [
        issue
        for group in sorted(places, key=min)
        for issue in _contradictions([sheet.row_numbers[place] for place in sorted(group)])
    ]
    return frozenset(repeated), issues


def _two_names(sheet: ValidatedSheet) -> list[list[int]]:
    """Return the places of each ID number that stands under more than one name (F09)."""
    names = sheet.columns.get("name")
    if names is None:
        return []
    found: dict[str, str] = {}
    differing = set()
    for place, _ in _good(sheet):
        number, name = sheet.columns["id_number"][place], names[place]
        if name is not None and found.setdefault(number, name) != name:
            differing.add(number)
    groups: dict[str, list[int]] = {number: [] for number in differing}
    if differing:
        for place, _ in _good(sheet):
            number = sheet.columns["id_number"][place]
            if number in groups:
                groups[number].append(place)
    return list(groups.values())


def _contradictions(row_numbers: list[int]) -> list[CellIssue]:
    return [
        CellIssue(
            row_no=row_no,
            column="id_number",
            code="E-FEED-CONTRADICTION",
            params={"rows": "、".join(str(no) for no in row_numbers if no != row_no)},
            value=None,
        )
        for row_no in row_numbers
    ]


def _check_months(
    contract: Dataset, sheet: ValidatedSheet, period: Period
) -> tuple[list[CellIssue], list[Reason]]:
    """Compare each row's month with the month of the import (F18)."""
    name = contract.period_column
    if name is None or name not in sheet.columns:
        return [], []
    months = [_month_of(value) for value in sheet.columns[name]]
    stated = [(place, month) for place, month in enumerate(months) if month is not None]
    wrong = [(place, month) for place, month in stated if month != str(period)]
    if stated and Decimal(len(wrong)) > WRONG_MONTH_SHARE * len(stated):
        month, rows = Counter(month for _, month in wrong).most_common(1)[0]
        params = {"period": str(period), "month": month, "rows": rows}
        return [], [Reason("E-FEED-WRONG-MONTH", params)]
    return [
        CellIssue(
            row_no=sheet.row_numbers[place],
            column=name,
            code="E-FEED-ROW-MONTH",
            params={"month": month, "period": str(period)},
            value=month,
        )
        for place, month in wrong
    ], []


def _check_period_end(contract: Dataset, sheet: ValidatedSheet, period: Period) -> list[CellIssue]:
    """Return the rows of which a date lies after the month that the list describes (F18)."""
    limit = str(period)
    issues = []
    for name in contract.by_period_end:
        for place, value in enumerate(sheet.columns.get(name, ())):
            month = _month_of(value)
            if month is not None and month > limit:
                issues.append(
                    CellIssue(
                        row_no=sheet.row_numbers[place],
                        column=name,
                        code="E-FEED-AFTER-PERIOD",
                        params={
                            "column": contract.column(name).zh,
                            "value": str(value),
                            "period": limit,
                        },
                        value=value,
                    )
                )
    return issues


def _month_of(value: date | str | None) -> str | None:
    return f"{value:%Y-%m}" if isinstance(value, date) else value


def _check_size(contract: Dataset, checked: Checked) -> list[Reason]:
    counts = checked.counts()
    if counts["rows"] == 0 and contract.coverage == FULL:
        return [Reason("E-FEED-EMPTY")]
    if counts["rows"] and not counts["good"]:
        return [Reason("E-FEED-NO-GOOD-ROW", {"rows": counts["rows"]})]
    return []
