"""A form of one printed page: labels on the left, what is known or to be filled in beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter

from bangfu.foundation.sheets.marking import WRITER_OPTIONS

_LABEL_WIDTH, _VALUE_WIDTH = 26, 58
_HEIGHT, _TALL = 24, 48


@dataclass(frozen=True, slots=True)
class FormRow:
    """A label with its value; a tall one leaves room for handwriting or a seal."""

    label: str
    value: str
    tall: bool = False


def write_form(path: Path, title: str, rows: Iterable[FormRow]) -> None:
    """Write the form to an .xlsx of one sheet that prints on one page of A4.

    Every value is written as text, so that nothing in it is taken for a formula (F10).
    """
    workbook = xlsxwriter.Workbook(str(path), WRITER_OPTIONS)
    workbook.set_properties({"created": datetime(2000, 1, 1), "title": title})
    sheet = workbook.add_worksheet(title[:28])
    head = workbook.add_format({"bold": True, "font_size": 16, "align": "center"})
    cell = {"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
    label, value = workbook.add_format({**cell, "bold": True}), workbook.add_format(cell)
    value.set_quote_prefix(True)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _VALUE_WIDTH)
    sheet.merge_range(0, 0, 0, 1, title, head)
    for line, row in enumerate(rows, start=1):
        sheet.set_row(line, _TALL if row.tall else _HEIGHT)
        sheet.write_string(line, 0, row.label, label)
        sheet.write_string(line, 1, row.value, value)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    workbook.close()
