"""The values that pass between reading, matching, checking and writing of sheets."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Params = dict[str, object]


@dataclass(frozen=True)
class Limits:
    """What one input file may cost. Bytes, seconds and counts."""

    file_bytes: int = 200 * 1024 * 1024
    unzipped_bytes: int = 1024 * 1024 * 1024
    # Apache POI's floor: a part that shrinks to under one per cent is a bomb, not a list.
    smallest_ratio: float = 0.01
    ratio_checked_from_bytes: int = 1024 * 1024
    entries: int = 2_000
    sheets: int = 64
    cells: int = 20_000_000
    columns: int = 1_000
    line_bytes: int = 1024 * 1024
    cell_characters: int = 32_767
    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    answer_bytes: int = 1024 * 1024 * 1024


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class RawColumn:
    """One column, dictionary encoded: cell ``i`` is ``values[codes[i]]``."""

    values: tuple[Cell, ...]
    codes: array[int]


@dataclass(frozen=True)
class RawSheet:
    """A sheet as it stands in the file; rows and columns count from 0, ``first_row`` from 1."""

    name: str
    visible: bool
    first_row: int
    columns: tuple[RawColumn, ...]
    row_count: int
    merges: tuple[tuple[int, int, int, int], ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """The value at a 0-based place."""
        raw = self.columns[column]
        return raw.values[raw.codes[row]]

    def row(self, row: int) -> list[Cell]:
        """All cells of a 0-based row."""
        return [raw.values[raw.codes[row]] for raw in self.columns]

    def row_no(self, row: int) -> int:
        """The number that a spreadsheet program shows beside a 0-based row."""
        return row + self.first_row


@dataclass(frozen=True)
class Problem:
    """A finding about the sheet as a whole: an error code and what its text needs."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnMatch:
    """Sheet column ``index`` carries the contract's ``column``; ``how`` says why we think so."""

    index: int
    header: str
    column: str
    zh: str
    how: str


@dataclass(frozen=True)
class SheetMapping:
    """How a sheet answers to a contract. With any of ``problems`` it must not be imported."""

    sheet_name: str
    header_rows: tuple[int, ...]
    header_row_nos: tuple[int, ...]
    matches: tuple[ColumnMatch, ...]
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    data_rows: tuple[int, ...]
    dropped: tuple[tuple[int, str], ...]
    blank_rows: int

    @property
    def is_usable(self) -> bool:
        """Whether the rows may be checked and staged."""
        return not self.problems

    def index_of(self, column: str) -> int | None:
        """The sheet column that carries a contract column, if any."""
        return next((m.index for m in self.matches if m.column == column), None)

    def as_dict(self) -> dict[str, object]:
        """The mapping for a preview, ready for JSON."""
        return {
            "sheet": self.sheet_name,
            "header_rows": list(self.header_row_nos),
            "columns": [
                {
                    "index": m.index,
                    "letter": column_letter(m.index),
                    "header": m.header,
                    "column": m.column,
                    "zh": m.zh,
                    "how": m.how,
                }
                for m in self.matches
            ],
            "missing": list(self.missing),
            "absent": list(self.absent),
            "unmapped": [
                {"index": i, "letter": column_letter(i), "header": h} for i, h in self.unknown
            ],
            "problems": [{"code": p.code, "params": p.params} for p in self.problems],
            "warnings": [{"code": p.code, "params": p.params} for p in self.warnings],
            "rows": len(self.data_rows),
            "dropped": [{"row": row_no, "kind": kind} for row_no, kind in self.dropped],
            "blank_rows": self.blank_rows,
        }


@dataclass(frozen=True)
class CellIssue:
    """Why a row is not taken. ``column`` is a contract column, or "" for the whole row."""

    row_no: int
    column: str
    code: str
    params: Params
    value: Cell


@dataclass(frozen=True)
class Repair:
    """A value that was written oddly and taken without loss."""

    row_no: int
    column: str
    code: str
    before: Cell
    after: str


@dataclass(frozen=True)
class ValidatedSheet:
    """Typed values by column, one per data row; None where the cell is empty or bad."""

    columns: dict[str, list[Any]]
    row_numbers: list[int]
    issues: list[CellIssue]
    repairs: list[Repair]
    warnings: list[Problem]
    bad_rows: frozenset[int]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every row as a dictionary, bad ones too; built anew at each call."""
        return [row for _, row in self.iter_rows()]

    def __len__(self) -> int:
        return len(self.row_numbers)

    def iter_rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Row number and values of every data row, in file order."""
        names = list(self.columns)
        for row_no, values in zip(
            self.row_numbers, zip(*self.columns.values(), strict=True), strict=True
        ):
            yield row_no, dict(zip(names, values, strict=True))

    def iter_good_rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Row number and values of the rows without an issue, in file order."""
        for row_no, row in self.iter_rows():
            if row_no not in self.bad_rows:
                yield row_no, row

    def counts(self) -> dict[str, int]:
        """How many rows there are, good and bad."""
        bad = len(self.bad_rows)
        return {"rows": len(self), "good": len(self) - bad, "bad": bad}


def column_letter(index: int) -> str:
    """``0`` → ``A``, ``27`` → ``AB``: the name a spreadsheet program gives the column."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
