"""The empty sheet that a department fills in, made from its contract."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from bangfu.foundation.sheets.marking import WRITER_OPTIONS
from bangfu.kernel.id_number import IdNumber
from bangfu.standards import codelists

if TYPE_CHECKING:
    from bangfu.standards.datasets import Column, Dataset

_TEXT_TYPES = {"text", "name", "id_number", "phone", "account", "region", "month"}
_TEXT_TYPES |= {"disability_certificate", "credit_code"}
_LISTED_ROWS = 5_000
_LONGEST_INLINE_LIST = 250
_EXAMPLE_ID = IdNumber.build("990101", date(1990, 3, 7), 12).value
_EXAMPLES = {
    "text": "文字",
    "name": "张三",
    "id_number": _EXAMPLE_ID,
    "phone": "13800000000",
    "account": "6210000000000000000",
    "region": "990101100201",
    "money": "1234.50",
    "integer": "3",
    "decimal": "2.5",
    "date": "2026-08-31",
    "month": "2026-08",
    "boolean": "是",
    "disability_certificate": f"{_EXAMPLE_ID}43",
    "credit_code": "91990101MA0000000U",
}
_TYPES = {
    "text": ("文字", "Text"),
    "name": ("姓名", "Name"),
    "id_number": ("18位身份证号, 文本", "18-character ID number, as text"),
    "phone": ("电话号码, 文本", "Telephone number, as text"),
    "account": ("银行卡号, 文本", "Account number, as text"),
    "region": ("区划代码, 文本", "Division code, as text"),
    "money": ("金额, 元, 最多两位小数", "Yuan, at most two decimals"),
    "integer": ("整数", "Whole number"),
    "decimal": ("数字", "Number"),
    "date": ("日期, 年-月-日", "Date, year-month-day"),
    "month": ("月份, 年-月", "Month, year-month"),
    "boolean": ("是 或 否", "是 (yes) or 否 (no)"),
    "code": ("从下拉列表中选", "One of the list"),
    "codes": ("可填多项, 用顿号分开", "Several of the list, joined by 、"),
    "disability_certificate": (
        "残疾人证号20或22位, 文本",
        "Certificate number, 20 or 22 characters",
    ),
    "credit_code": ("18位统一社会信用代码, 文本", "Credit code of 18 characters, as text"),
}
_WORDS = {
    "zh": (
        "填表说明",
        ("列名", "是否必填", "类型", "可选值", "示例", "说明"),
        "必填",
        "选填",
        "代码",
    ),
    "en": (
        "Notes",
        ("Column", "Required", "Type", "Values", "Example", "Notes"),
        "yes",
        "no",
        "Codes",
    ),
}


def write_template(path: Path, dataset: Dataset, *, language: str = "zh") -> None:
    """A header row to fill in under, lists to choose from, and a sheet of notes with an example.

    Required columns are starred and coloured. The notes stand one contract column a row, so that
    the filled template has one list only. Headers stay Chinese: departments and WPS expect them.
    """
    workbook = xlsxwriter.Workbook(str(path), WRITER_OPTIONS)
    workbook.set_properties({"created": datetime(2000, 1, 1), "title": dataset.title["zh"]})
    _write_list(workbook, dataset, language)
    _write_notes(workbook, dataset, language)
    workbook.close()


def _write_list(workbook: Any, dataset: Dataset, language: str) -> None:
    sheet = workbook.add_worksheet(dataset.title["zh"][:28])
    border = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    required = workbook.add_format({**border, "bg_color": "#FCE4D6"})
    optional = workbook.add_format({**border, "bg_color": "#E8EEF4"})
    text = workbook.add_format({"num_format": "@"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    amount = workbook.add_format({"num_format": "0.00"})
    styles = {"date": day, "money": amount, **dict.fromkeys(_TEXT_TYPES, text)}
    codes = _CodeSheet(workbook, _WORDS[language][4])
    for index, column in enumerate(dataset.columns):
        sheet.set_column(index, index, max(12, 2 * len(column.zh) + 4), styles.get(column.type))
        star = "*" if column.required else ""
        sheet.write_string(0, index, column.zh + star, required if column.required else optional)
        if column.type in ("code", "boolean"):
            options = codes.options(_labels(column))
            sheet.data_validation(1, index, _LISTED_ROWS, index, options)
    sheet.freeze_panes(1, 0)


def example_of(column: Column) -> str:
    """The text that stands as an example in the notes: the contract's own, or one of its type."""
    if column.example is not None:
        return column.example
    labels = _labels(column) if column.type in ("code", "codes", "boolean") else []
    return labels[0] if labels else _EXAMPLES[column.type]


def _labels(column: Column) -> list[str]:
    if column.type == "boolean":
        return ["是", "否"]
    return [entry.zh for entry in codelists.get(column.code_list or "").entries]


class _CodeSheet:
    """A hidden sheet for lists too long to stand inside a cell's validation."""

    def __init__(self, workbook: Any, name: str) -> None:
        self.workbook = workbook
        self.name = name
        self.sheet: Any = None
        self.used = 0

    def options(self, labels: list[str]) -> dict[str, object]:
        """Validation options for a list of labels."""
        if len(",".join(labels)) <= _LONGEST_INLINE_LIST:
            return {"validate": "list", "source": labels, "error_type": "warning"}
        if self.sheet is None:
            self.sheet = self.workbook.add_worksheet(self.name)
            self.sheet.hide()
        column, self.used = self.used, self.used + 1
        self.sheet.write_column(0, column, labels)
        letter = chr(65 + column)
        source = f"='{self.name}'!${letter}$1:${letter}${len(labels)}"
        return {"validate": "list", "source": source, "error_type": "warning"}


def _write_notes(workbook: Any, dataset: Dataset, language: str) -> None:
    title, head, yes, no, _ = _WORDS[language]
    sheet = workbook.add_worksheet(title)
    bold = workbook.add_format({"bold": True, "bg_color": "#E8EEF4"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.write_string(0, 0, dataset.title[language], bold)
    for place, word in enumerate(head):
        sheet.write_string(1, place, word, bold)
    for line, column in enumerate(dataset.columns, start=2):
        labels = _labels(column) if column.type in ("code", "codes", "boolean") else []
        example = example_of(column)
        kind = _TYPES[column.type][0 if language == "zh" else 1]
        doc = (column.doc or {}).get(language, "")
        cells = (column.zh, yes if column.required else no, kind, "、".join(labels), example, doc)
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, cell, wrapped)
    sheet.set_column(0, 2, 20)
    sheet.set_column(3, 5, 40)
