"""Writes a sheet back with cells marked and the reason and the remedy beside each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from bangfu.foundation.sheets.types import Cell, RawSheet, column_letter

# A comment is a drawing of its own; thousands of them make a workbook that will not open.
_MOST_COMMENTS = 2_000
# ASVS V1.2.10 with the line feed of OWASP, and the full-width forms that WPS also takes.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
WRITER_OPTIONS = {
    "constant_memory": False,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": True,
}
WORDS = {
    "zh": {
        "row": "原表行号",
        "mark": "编号",
        "reason": "问题说明",
        "remedy": "修改建议",
        "summary": "问题汇总",
        "count": "处数",
    },
    "en": {
        "row": "Row in the file",
        "mark": "Number",
        "reason": "What is wrong",
        "remedy": "What to do",
        "summary": "Summary",
        "count": "Places",
    },
}


@dataclass(frozen=True)
class Mark:
    """A finding at a 0-based row; ``columns`` are the sheet columns to paint, maybe none."""

    row: int
    columns: tuple[int, ...]
    label: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class MarkedSheet:
    """A sheet to write back: its head, the rows to show, and the marks on them."""

    raw: RawSheet
    header_rows: tuple[int, ...]
    rows: Sequence[int]
    marks: Sequence[Mark]


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet program might take the text for a formula when it is edited."""
    return text.lstrip(" \u00a0\u3000").startswith(_FORMULA_STARTS)


def write_marked_workbook(
    path: Path,
    sheets: Sequence[MarkedSheet],
    summary: Sequence[Sequence[object]],
    summary_head: Sequence[str],
    *,
    language: str = "zh",
) -> None:
    """One workbook: each marked sheet under its own name, then the summary."""
    words = WORDS[language]
    workbook = xlsxwriter.Workbook(str(path), WRITER_OPTIONS)
    # The same findings give the same bytes.
    workbook.set_properties({"created": datetime(2000, 1, 1)})
    writer = _Writer(workbook, words)
    for index, sheet in enumerate(sheets):
        writer.write_sheet(sheet, _sheet_name(sheet.raw.name, index))
    writer.write_summary(summary, summary_head, words["summary"])
    workbook.close()


def _sheet_name(name: str, index: int) -> str:
    plain = "".join(c for c in name if c not in "[]:*?/\\'")[:28].strip()
    return plain if plain and plain not in ("问题汇总", "Summary") else f"表{index + 1}"


class _Writer:
    """Holds the formats of one workbook."""

    def __init__(self, workbook: Any, words: dict[str, str]) -> None:
        self.workbook = workbook
        self.words = words
        self.comments = 0
        base = {"valign": "top"}
        self.plain = workbook.add_format(base)
        self.quoted = workbook.add_format({**base, "quote_prefix": True, "num_format": "@"})
        self.text = workbook.add_format({**base, "num_format": "@"})
        self.day = workbook.add_format({**base, "num_format": "yyyy-mm-dd"})
        self.head = workbook.add_format(
            {
                "bold": True,
                "bg_color": "#E8EEF4",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self.wrapped = workbook.add_format({**base, "text_wrap": True})
        red = {**base, "bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1}
        self.red = workbook.add_format({**red, "num_format": "@"})
        self.red_quoted = workbook.add_format({**red, "num_format": "@", "quote_prefix": True})
        self.red_day = workbook.add_format({**red, "num_format": "yyyy-mm-dd"})

    def write_sheet(self, marked: MarkedSheet, name: str) -> None:
        """Head as in the file, then the rows, then four columns that explain."""
        sheet = self.workbook.add_worksheet(name)
        raw, width = marked.raw, len(marked.raw.columns)
        first = marked.header_rows[0]
        for line, row in enumerate(marked.header_rows):
            for column, cell in enumerate(raw.row(row)):
                sheet.write_string(line, column, "" if cell is None else str(cell), self.head)
        self._merge_head(sheet, raw, marked.header_rows)
        bottom = marked.header_rows[-1] - first
        for offset, key in enumerate(("row", "mark", "reason", "remedy")):
            sheet.write_string(bottom, width + offset, self.words[key], self.head)
        sheet.freeze_panes(bottom + 1, 0)
        sheet.set_column(0, max(width - 1, 0), 14)
        sheet.set_column(width, width + 1, 10)
        sheet.set_column(width + 2, width + 3, 48)
        by_row: dict[int, list[Mark]] = defaultdict(list)
        for mark in marked.marks:
            by_row[mark.row].append(mark)
        for line, row in enumerate(marked.rows, start=bottom + 1):
            self._write_row(sheet, line, raw, row, by_row.get(row, []))

    def _merge_head(self, sheet: Any, raw: RawSheet, rows: tuple[int, ...]) -> None:
        for top, left, last, right in raw.merges:
            if top in rows and last in rows:
                text = raw.cell(top, left)
                shown = "" if text is None else str(text)
                place = (top - rows[0], left, last - rows[0], right)
                sheet.merge_range(*place, shown, self.head)

    def _write_row(self, sheet: Any, line: int, raw: RawSheet, row: int, marks: list[Mark]) -> None:
        width = len(raw.columns)
        painted = {column for mark in marks for column in mark.columns}
        for column, cell in enumerate(raw.row(row)):
            if cell is not None or column in painted:
                self._write_cell(sheet, line, column, cell, column in painted)
        sheet.write_number(line, width, raw.row_no(row), self.plain)
        sheet.write_string(line, width + 1, _joined(mark.label for mark in marks), self.wrapped)
        reasons = _joined(_numbered([mark.reason for mark in marks]))
        sheet.write_string(line, width + 2, reasons, self.wrapped)
        remedies = _joined(_numbered([mark.remedy for mark in marks]))
        sheet.write_string(line, width + 3, remedies, self.wrapped)
        for column in sorted(painted):
            notes = [f"{m.label} {m.reason}\n{m.remedy}" for m in marks if column in m.columns]
            self._comment(sheet, line, column, "\n".join(notes))

    def _comment(self, sheet: Any, line: int, column: int, note: str) -> None:
        if self.comments < _MOST_COMMENTS:
            self.comments += 1
            sheet.write_comment(line, column, note[:900], {"x_scale": 2, "author": "帮扶"})

    def _write_cell(self, sheet: Any, line: int, column: int, cell: Cell, is_red: bool) -> None:
        if isinstance(cell, bool):
            sheet.write_boolean(line, column, cell, self.red if is_red else self.plain)
        elif isinstance(cell, int | float):
            sheet.write_number(line, column, cell, self.red if is_red else self.plain)
        elif isinstance(cell, datetime | date):
            sheet.write_datetime(line, column, cell, self.red_day if is_red else self.day)
        elif cell is None:
            sheet.write_blank(line, column, None, self.red)
        else:
            text = str(cell) if isinstance(cell, time | timedelta) else cell
            quoted = is_formula_like(text)
            style = (
                (self.red_quoted if quoted else self.red)
                if is_red
                else (self.quoted if quoted else self.text)
            )
            sheet.write_string(line, column, text, style)

    def write_summary(
        self, rows: Sequence[Sequence[object]], head: Sequence[str], name: str
    ) -> None:
        """A plain table; its last sheet in the workbook."""
        sheet = self.workbook.add_worksheet(name)
        for column, title in enumerate(head):
            sheet.write_string(0, column, title, self.head)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(line, column, value, self.plain)
                else:
                    sheet.write_string(line, column, str(value), self.wrapped)
        sheet.set_column(0, len(head), 18)
        sheet.set_column(1, 2, 48)


def _numbered(texts: list[str]) -> list[str]:
    if len(texts) < 2:
        return texts
    return [f"{number}. {text}" for number, text in enumerate(texts, start=1)]


def _joined(texts: Any) -> str:
    return "\n".join(texts)


def place_name(header: str, index: int) -> str:
    """``身份证号(D)``: how a clerk finds the column."""
    return f"{header}({column_letter(index)})"
