"""Tells the rows of a list from what stands between and below them: totals, notes, blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from bangfu.foundation.sheets.headers import Header, normalise_header
from bangfu.foundation.sheets.types import Cell, ColumnMatch, RawSheet

_TOTAL = re.compile(r"^(本页|本村|本乡|本镇|全村|全乡|全镇|全县)?(合计|小计|总计|共计|累计)")
_TOTAL_END = re.compile(r"^.{1,20}(合计|小计|总计|共计)$")
_NOTE = re.compile(
    r"^(注|备注|说明|填表说明|填报说明|填表人|制表人|制表|审核人|负责人|单位负责人|填表单位|填报单位|"
    r"填表日期|填报日期|联系电话)\s*\d{0,2}\s*[::]"
)
_NUMBERING = re.compile(r"^(\d{1,3}|\(\d{1,3}\)|[甲乙丙丁戊己庚辛]|[a-z]{3}\d{3}(_\d)?|[a-z])$")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Rows:
    """0-based data rows; dropped rows as shown by a spreadsheet program, with the kind."""

    data_rows: tuple[int, ...]
    dropped: tuple[tuple[int, str], ...]
    blank_rows: int


def find_data_rows(raw: RawSheet, header: Header, matches: list[ColumnMatch]) -> Rows:
    """Sort the rows below the header into data, dropped and blank ones."""
    data: list[int] = []
    dropped: list[tuple[int, str]] = []
    blank = 0
    first = header.rows[-1] + 1
    codes = [column.codes for column in raw.columns]
    kind_of = _kinds(raw, header)
    for row in range(first, raw.row_count):
        place = next((i for i, column in enumerate(codes) if column[row]), None)
        if place is None:
            blank += 1
            continue
        kind = kind_of(place, codes[place][row])
        if kind == "REPEATED_HEADER":
            kind = kind if _repeats_header(raw, row, header, matches) else ""
        elif kind and _is_full(raw, row, matches):
            kind = ""
        if not kind and row == first and _is_numbering(raw.row(row), matches):
            kind = "NUMBERING"
        if kind:
            dropped.append((raw.row_no(row), kind))
        else:
            data.append(row)
    return Rows(tuple(data), tuple(dropped), blank)


def _kinds(raw: RawSheet, header: Header) -> Callable[[int, int], str]:
    """What the first cell of a row makes of the row, looked at once per distinct value."""
    heads = {normalise_header(part) for text in header.texts for part in text.split(" / ")}
    heads.discard("")

    @cache
    def kind_of(column: int, code: int) -> str:
        value = raw.columns[column].values[code]
        if not isinstance(value, str):
            return ""
        text = _SPACES.sub("", unicodedata.normalize("NFKC", value))
        if _TOTAL.match(text) or _TOTAL_END.match(text):
            return "TOTAL"
        if _NOTE.match(text):
            return "NOTE"
        return "REPEATED_HEADER" if normalise_header(value) in heads else ""

    return kind_of


def _is_full(raw: RawSheet, row: int, matches: list[ColumnMatch]) -> bool:
    """A row with text in most identifying columns is a person, whatever its first cell says."""
    filled = sum(isinstance(raw.cell(row, match.index), str) for match in matches)
    return filled >= 3 and filled * 2 > len(matches)


def _repeats_header(raw: RawSheet, row: int, header: Header, matches: list[ColumnMatch]) -> bool:
    same = 0
    for match in matches:
        cell = raw.cell(row, match.index)
        texts = {normalise_header(part) for part in header.texts[match.index].split(" / ")}
        same += isinstance(cell, str) and normalise_header(cell) in texts
    return same * 5 >= len(matches) * 4


def _is_numbering(row: list[Cell], matches: list[ColumnMatch]) -> bool:
    """A row of 栏次 under the head: 1 2 3 4, 甲 乙 1 2, or the national field codes."""
    cells = [row[match.index] for match in matches if row[match.index] is not None]
    if len(cells) * 5 < len(matches) * 3 or len(cells) < 2:
        return False
    numbers = [c for c in cells if isinstance(c, int | float) and not isinstance(c, bool)]
    if len(numbers) == len(cells):
        return all(b - a == 1 for a, b in pairwise(numbers))
    return all(
        _NUMBERING.match(str(int(c)) if isinstance(c, float) else str(c).strip()) for c in cells
    )
