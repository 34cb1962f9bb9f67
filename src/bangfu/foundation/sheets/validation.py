"""Checks a matched sheet against its contract, column by column, each distinct value once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bangfu.foundation.sheets.consistency import Consistency
from bangfu.foundation.sheets.types import (
    Cell,
    CellIssue,
    ColumnMatch,
    Params,
    Problem,
    RawSheet,
    Repair,
    SheetMapping,
    ValidatedSheet,
)
from bangfu.foundation.sheets.values import Parser, clean, parser_for
from bangfu.kernel.errors import InvalidValue, Refused

if TYPE_CHECKING:
    from bangfu.standards.datasets import Column, Dataset

# A year's income of a household in yuan has three digits or more; a column whose positive values
# nearly all stay below this was probably written in 万元.
_UNIT_SUSPECTED_BELOW = Decimal("50")
_UNIT_LEAST_VALUES = 20
_UNIT_SHARE = 0.9


def validate_rows(
    raw: RawSheet,
    mapping: SheetMapping,
    dataset: Dataset,
    *,
    today: date,
    check_duplicates: bool = True,
) -> ValidatedSheet:
    """Typed columns, what is wrong with which cell, and what was repaired.

    ``today`` dates ages and days to come. With ``check_duplicates`` the contract's key must be
    unique inside the sheet (F09). Raises Refused with the first problem of the mapping.
    """
    if mapping.problems:
        problem = mapping.problems[0]
        raise Refused(problem.code, **problem.params)
    checker = _Checker(raw, mapping, today)
    matched = {match.column: match for match in mapping.matches}
    for column in dataset.columns:
        if column.name in matched:
            checker.check(column, matched[column.name])
    consistency = Consistency(dataset, checker.columns, checker.row_numbers)
    checker.issues += consistency.find_contradictions()
    if check_duplicates:
        checker.issues += consistency.find_duplicates()
    position = {match.column: match.index for match in mapping.matches}
    checker.issues.sort(key=lambda issue: (issue.row_no, position.get(issue.column, -1)))
    return ValidatedSheet(
        columns=checker.columns,
        row_numbers=checker.row_numbers,
        issues=checker.issues,
        repairs=sorted(checker.repairs, key=lambda repair: repair.row_no),
        warnings=[*mapping.warnings, *checker.warnings],
        bad_rows=frozenset(issue.row_no for issue in checker.issues),
    )


class _Checker:
    """Collects the results of one sheet."""

    def __init__(self, raw: RawSheet, mapping: SheetMapping, today: date) -> None:
        self.raw = raw
        self.rows = mapping.data_rows
        self.row_numbers = [raw.row_no(row) for row in mapping.data_rows]
        self.merges = merges_by_column(raw, mapping.header_rows[-1] + 1)
        self.today = today
        self.columns: dict[str, list[Any]] = {}
        self.issues: list[CellIssue] = []
        self.repairs: list[Repair] = []
        self.warnings: list[Problem] = []

    def check(self, column: Column, match: ColumnMatch) -> None:
        """Parse one column and note its issues and repairs."""
        source = self.raw.columns[match.index]
        all_codes = fill_down(source.codes, self.merges.get(match.index, []))
        codes = [all_codes[row] for row in self.rows]
        parsed = _parse_distinct(source.values, set(codes), parser_for(column, self.today), column)
        self.columns[column.name] = [parsed.values[code] for code in codes]
        if parsed.faults:
            self._note_faults(column.name, codes, source.values, parsed.faults)
        if parsed.repairs:
            self._note_repairs(column.name, codes, source.values, parsed)
        if column.type == "money":
            self._suspect_unit(column, match)

    def _note_faults(
        self,
        name: str,
        codes: list[int],
        cells: tuple[Cell, ...],
        faults: dict[int, tuple[str, Params]],
    ) -> None:
        for row_no, code in zip(self.row_numbers, codes, strict=True):
            if code in faults:
                error, params = faults[code]
                self.issues.append(CellIssue(row_no, name, error, params, cells[code]))

    def _note_repairs(
        self, name: str, codes: list[int], cells: tuple[Cell, ...], parsed: _Distinct
    ) -> None:
        for row_no, code in zip(self.row_numbers, codes, strict=True):
            if code in parsed.repairs:
                after = str(parsed.values[code])
                repair = Repair(row_no, name, parsed.repairs[code], cells[code], after)
                self.repairs.append(repair)

    def _suspect_unit(self, column: Column, match: ColumnMatch) -> None:
        positive = [value for value in self.columns[column.name] if value and value > 0]
        small = sum(value < _UNIT_SUSPECTED_BELOW for value in positive)
        if len(positive) >= _UNIT_LEAST_VALUES and small >= _UNIT_SHARE * len(positive):
            self.warnings.append(
                Problem("E-SHEET-UNIT-SUSPECT", {"column": column.zh, "count": small})
            )


class _Distinct:
    """Values, faults and repairs by code of one column."""

    def __init__(self, size: int) -> None:
        self.values: list[Any] = [None] * size
        self.faults: dict[int, tuple[str, Params]] = {}
        self.repairs: dict[int, str] = {}


def _parse_distinct(
    cells: tuple[Cell, ...], used: Iterable[int], parse: Parser, column: Column
) -> _Distinct:
    parsed = _Distinct(len(cells))
    for code in used:
        cell = cells[code]
        try:
            if cell is None or (isinstance(cell, str) and not clean(cell)):
                if column.required:
                    parsed.faults[code] = ("E-CELL-EMPTY", {"column": column.zh})
                continue
            value, repair = parse(cell)
        except InvalidValue as error:
            parsed.faults[code] = (error.code, dict(error.params))
            continue
        parsed.values[code] = value
        if repair:
            parsed.repairs[code] = repair
    return parsed


def merges_by_column(raw: RawSheet, first_row: int) -> dict[int, list[tuple[int, int]]]:
    """Per column the (first, last) rows of the vertical merges at or below ``first_row``."""
    found: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _ in raw.merges:
        if top >= first_row and bottom > top:
            found.setdefault(left, []).append((top, min(bottom, raw.row_count - 1)))
    return found


def fill_down(codes: array[int], merges: list[tuple[int, int]]) -> array[int]:
    """The codes of a column with vertically merged data cells filled down.

    A household's columns are often merged over the rows of its members; only the top cell of a
    merge carries the value.
    """
    if not merges:
        return codes
    filled = array("I", codes)
    for top, bottom in merges:
        for row in range(top + 1, bottom + 1):
            filled[row] = codes[top]
    return filled
