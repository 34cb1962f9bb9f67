"""The work list as a workbook: a sheet for each place, then a summary, marked like a checked file.

Texts are written as texts with the quote-prefix style where a spreadsheet program might take them
for a formula (F10). The same items give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bangfu.foundation.sheets.marking import WRITER_OPTIONS, is_formula_like

Row = Mapping[str, Any]
# (key, header, width) of a sheet's columns; `*_zh` is taken in the reader's language.
COLUMNS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "zh": (
        ("town_name", "乡镇", 10),
        ("village_name", "村", 10),
        ("household_no", "户编号", 18),
        ("head_name", "户主", 10),
        ("member_name", "成员", 10),
        ("id_number_masked", "证件号码", 20),
        ("rule_no", "规则编号", 10),
        ("title", "规则", 28),
        ("column", "涉及栏目", 20),
        ("message", "问题说明", 44),
        ("remedy", "修改建议", 40),
        ("state", "状态", 8),
        ("first_seen_on", "首次发现", 12),
        ("fixed_on", "改正日期", 12),
        ("exception", "例外理由", 30),
    ),
    "en": (
        ("town_name", "Town", 10),
        ("village_name", "Village", 10),
        ("household_no", "Household no.", 18),
        ("head_name", "Head", 10),
        ("member_name", "Member", 10),
        ("id_number_masked", "ID number", 20),
        ("rule_no", "Rule", 10),
        ("title", "Rule title", 28),
        ("column", "Columns", 20),
        ("message", "What is wrong", 44),
        ("remedy", "What to do", 40),
        ("state", "State", 10),
        ("first_seen_on", "First seen", 12),
        ("fixed_on", "Fixed on", 12),
        ("exception", "Reason of the exception", 30),
    ),
}
_STATES = {
    "zh": {"OPEN": "待改", "NEW": "新增", "FIXED": "已改正", "EXCEPTED": "例外"},
    "en": {"OPEN": "open", "NEW": "new", "FIXED": "fixed", "EXCEPTED": "excepted"},
}
_SUMMARY = {
    "zh": ("问题汇总", ("规则编号", "规则", "修改建议", "处数")),
    "en": ("Summary", ("Rule", "Rule title", "What to do", "Places")),
}
_EMPTY = {"zh": "没有问题", "en": "Nothing found"}
_MARKED = "message"
_LONGEST_NAME = 28


def write_items(path: Path, groups: Iterable[tuple[str, Sequence[Row]]], language: str) -> int:
    """Write (sheet name, items) to an .xlsx file and return the number of rows.

    Items are those of `results.describe_items`; a place without a name gets a number.
    """
    book = _Book(path, language)
    for name, items in groups:
        book.add(name, items)
    return book.close()


class _Book:
    """The workbook under way, its formats, and what the summary needs."""

    def __init__(self, path: Path, language: str) -> None:
        self.language = language
        self.book = xlsxwriter.Workbook(str(path), WRITER_OPTIONS)
        self.book.set_properties({"created": datetime(2000, 1, 1)})
        plain = {"valign": "top", "num_format": "@", "text_wrap": True}
        red = {**plain, "bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1}
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "border": 1, "valign": "vcenter"}
        )
        self.text = self.book.add_format(plain)
        self.quoted = self.book.add_format({**plain, "quote_prefix": True})
        self.red = self.book.add_format(red)
        self.red_quoted = self.book.add_format({**red, "quote_prefix": True})
        self.day = self.book.add_format({"valign": "top", "num_format": "yyyy-mm-dd"})
        self.number = self.book.add_format({"valign": "top"})
        self.names: set[str] = set()
        self.rows = 0
        self.counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, name: str, items: Sequence[Row]) -> None:
        """Write one place's items on a sheet of its own."""
        sheet = self.book.add_worksheet(self._sheet_name(name))
        columns = COLUMNS[self.language]
        for place, (_, header, width) in enumerate(columns):
            sheet.write_string(0, place, header, self.head)
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
        for line, item in enumerate(items, start=1):
            shown = self._shown(item)
            for place, (key, _, _) in enumerate(columns):
                self._write(sheet, line, place, shown.get(key), is_marked=key == _MARKED)
            self.counts[(shown["rule_no"], shown["title"], shown["remedy"])] += 1
        sheet.autofilter(0, 0, max(len(items), 1), len(columns) - 1)
        self.rows += len(items)

    def close(self) -> int:
        """Write the summary and the file."""
        name, head = _SUMMARY[self.language]
        if not self.names:
            self.book.add_worksheet(_EMPTY[self.language])
        sheet = self.book.add_worksheet(name)
        for place, header in enumerate(head):
            sheet.write_string(0, place, header, self.head)
        ordered = sorted(self.counts.items(), key=lambda one: (-one[1], one[0]))
        for line, (texts, count) in enumerate(ordered, start=1):
            for place, text in enumerate(texts):
                self._write(sheet, line, place, text)
            sheet.write_number(line, len(texts), count, self.number)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 2, 44)
        self.book.close()
        return self.rows

    def _shown(self, item: Row) -> dict[str, Any]:
        def said(name: str) -> Any:
            return item[f"{name}_{self.language}"]

        exception = item["exception"]
        return {
            **item,
            "title": said("title"),
            "column": said("column"),
            "message": said("message"),
            "remedy": said("remedy"),
            "state": _STATES[self.language][item["state"]],
            "exception": exception["reason"] if exception else None,
        }

    def _write(
        self, sheet: Any, line: int, place: int, value: Any, *, is_marked: bool = False
    ) -> None:
        if value is None or value == "":
            return
        if isinstance(value, date):
            sheet.write_datetime(
                line, place, datetime(value.year, value.month, value.day), self.day
            )
            return
        quoted = is_formula_like(value)
        style = (self.red_quoted if quoted else self.red) if is_marked else None
        sheet.write_string(line, place, value, style or (self.quoted if quoted else self.text))

    def _sheet_name(self, name: str) -> str:
        """Return a name that Excel takes and no other sheet of the book has."""
        plain = "".join(c for c in name if c not in "[]:*?/\\'")[:_LONGEST_NAME].strip()
        wanted = (
            plain if plain and plain != _SUMMARY[self.language][0] else str(len(self.names) + 1)
        )
        number = 1
        unique = wanted
        while unique.lower() in self.names:
            number += 1
            unique = f"{wanted[: _LONGEST_NAME - 3]}{number}"
        self.names.add(unique.lower())
        return unique
