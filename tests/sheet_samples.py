"""Small contracts, workbooks and hostile files, built where the tests can see every byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from bangfu.foundation.sheets import matching, reader, validation
from bangfu.foundation.sheets.types import SheetMapping, ValidatedSheet
from bangfu.kernel.errors import BangfuError, Refused
from bangfu.kernel.id_number import IdNumber
from bangfu.standards import errors
from bangfu.standards.datasets import Column, Dataset

TODAY = date(2026, 10, 31)
HEAD = ["身份证号", "姓名", "金额"]


def contract(*columns: Column, key: tuple[str, ...] = ("person",), **more: Any) -> Dataset:
    """A contract of the given columns; by default ID number, name and amount."""
    settings: dict[str, Any] = {"coverage": "FULL", **more}
    return Dataset(
        id="test/list",
        table="list",
        title={"zh": "测试名单", "en": "Test list"},
        department="test",
        basis="RISK",
        cadence="MONTHLY",
        valid_months=1,
        silent=(),
        key=key,
        source_document="made for the tests",
        status="unverified",
        columns=columns or PERSON_COLUMNS,
        **settings,
    )


def column(name: str, zh: str, kind: str, **more: Any) -> Column:
    """One contract column; optional unless said."""
    return Column(name=name, zh=zh, en=name, type=kind, **more)


ID_COLUMN = column(
    "id_number",
    "身份证号",
    "id_number",
    synonyms=("公民身份号码", "证件号码", "身份证号码"),
    required=True,
)
NAME_COLUMN = column("name", "姓名", "name", required=True)
AMOUNT_COLUMN = column("amount", "金额", "money", synonyms=("补助金额",))
PERSON_COLUMNS = (ID_COLUMN, NAME_COLUMN, AMOUNT_COLUMN)


def id_number(order: int, born: date = date(1980, 5, 6)) -> str:
    """A valid invented ID number of the demo county."""
    return IdNumber.build("990101", born, order).value


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], name: str = "名单") -> Path:
    """A workbook of one sheet; text stays text, whatever it looks like."""
    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = workbook.add_worksheet(name)
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell is not None:
                sheet.write(line, place, cell)
    workbook.close()
    return path


def good_file(path: Path) -> Path:
    """A list of two people that every check passes."""
    return write_xlsx(path, [HEAD, [id_number(1), "张三", 100], [id_number(2), "李四", 200.5]])


def check_rows(path: Path, dataset: Dataset | None = None) -> tuple[SheetMapping, ValidatedSheet]:
    """Read, match and check a file against the test contract."""
    wanted = dataset or contract()
    raw, mapping = matching.find_sheet(reader.read_workbook(path), wanted)
    return mapping, validation.validate_rows(raw, mapping, wanted, today=TODAY)


def message(error: BangfuError, language: str = "zh") -> str:
    """What the user reads for an error."""
    return errors.text(error.code, error.params, language).message


def refusal(path: Path, **limits: Any) -> Refused:
    """The refusal of a file; afterwards a good file is still served."""
    chosen = reader.Limits(**limits)
    try:
        reader.read_workbook(path, chosen)
    except Refused as error:
        still = good_file(path.parent / "next-good-file.xlsx")
        assert len(check_rows(still)[1]) == 2
        return error
    raise AssertionError(f"{path.name} was taken")


CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
)


def repack(path: Path, out: Path, changes: dict[str, bytes | str]) -> Path:
    """Copy a workbook's archive with parts replaced or added."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            if entry.filename not in changes:
                copy.writestr(entry.filename, source.read(entry.filename))
        for name, content in changes.items():
            copy.writestr(name, content)
    return out


def sheet_xml(path: Path) -> str:
    """The XML of the first worksheet of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def zip_bytes(entries: dict[str, bytes]) -> bytes:
    """A plain archive in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()
