"""F05: what pretends to be a workbook gets a typed refusal that says what it is."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
import xlwt

from bangfu.foundation.sheets.precheck import OLE_MAGIC
from bangfu.kernel.errors import Refused
from tests.sheet_samples import (
    CONTENT_TYPES,
    check_rows,
    good_file,
    id_number,
    message,
    refusal,
    repack,
)


def write_xls(path: Path) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名单")
    for line, row in enumerate([["身份证号", "姓名", "金额"], [id_number(1), "张三", 100]]):
        for place, cell in enumerate(row):
            sheet.write(line, place, cell)
    book.save(str(path))
    return path


@pytest.mark.parametrize("name", ["old.xls", "wps.et"])
def test_f05_a_true_xls_is_read(tmp_path, name):
    plain = write_xls(tmp_path / "plain.xls")
    path = plain.rename(tmp_path / name)
    _, sheet = check_rows(path)
    assert [row["name"] for row in sheet.rows] == ["张三"]


@pytest.mark.evidence("ASVS-5.2.2", "T9")
def test_f05_an_xls_renamed_xlsx_is_refused(tmp_path):
    path = write_xls(tmp_path / "a.xls").rename(tmp_path / "a.xlsx")
    error = refusal(path)
    assert error.code == "E-SHEET-MISMATCH"
    assert message(error) == "文件后缀是 .xlsx，内容却是 .xls 格式。"


def test_f05_a_csv_renamed_xlsx_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text(f"身份证号,姓名\n{id_number(1)},张三\n", encoding="utf-8")
    error = refusal(path)
    assert error.code == "E-SHEET-MISMATCH"
    assert message(error) == "文件后缀是 .xlsx，内容却是 .csv 格式。"


@pytest.mark.evidence("ASVS-5.2.2")
@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_f05_a_web_page_under_a_workbook_name_is_refused(tmp_path, suffix):
    path = tmp_path / f"export{suffix}"
    path.write_text("<html><body><table><tr><td>姓名</td></tr></table></body></html>")
    error = refusal(path)
    assert error.code == "E-SHEET-HTML"
    assert message(error) == f"文件后缀是 {suffix}，内容却是网页。"


def test_f05_a_workbook_with_a_password_is_refused(tmp_path):
    path = tmp_path / "locked.xlsx"
    stream = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(OLE_MAGIC + struct.pack("<16x") + b"\0" * 488 + stream + b"\0" * 512)
    error = refusal(path)
    assert error.code == "E-SHEET-ENCRYPTED"
    assert message(error) == "文件设了打开密码，无法读取。"


@pytest.mark.evidence("ASVS-5.2.2", "GB22239-8.1.4.5", "T9")
def test_f05_a_workbook_with_macros_is_refused_under_any_name(tmp_path):
    good = good_file(tmp_path / "good.xlsx")
    named = repack(good, tmp_path / "macro.xlsm", {})
    error = refusal(named)
    assert error.code == "E-SHEET-MACRO"
    assert message(error) == "文件（.xlsm）带有宏，不予读取。"
    hidden = repack(good, tmp_path / "hidden.xlsx", {"xl/vbaProject.bin": OLE_MAGIC})
    assert refusal(hidden).code == "E-SHEET-MACRO"


@pytest.mark.evidence("ASVS-5.2.2")
def test_f05_other_files_are_refused_by_their_suffix(tmp_path):
    path = tmp_path / "list.pdf"
    path.write_bytes(b"%PDF-1.7")
    error = refusal(path)
    assert error.code == "E-SHEET-TYPE"
    assert message(error) == "不支持后缀为 .pdf 的文件。"


def test_f05_an_empty_file_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "empty.xlsx"
    path.write_bytes(b"")
    assert message(refusal(path)) == "文件是空的，没有任何内容。"
    assert message(refusal(tmp_path / "gone.xlsx")) == "找不到文件“gone.xlsx”。"


def test_f05_a_truncated_workbook_is_refused(tmp_path):
    good = good_file(tmp_path / "good.xlsx")
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:-200])
    error = refusal(cut)
    assert error.code == "E-SHEET-DAMAGED"
    assert message(error) == "文件已损坏，或不是完整的电子表格。"


def test_f05_a_worksheet_of_broken_xml_is_refused(tmp_path):
    good = good_file(tmp_path / "good.xlsx")
    broken = repack(
        good,
        tmp_path / "broken.xlsx",
        {
            "xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c",
            "[Content_Types].xml": CONTENT_TYPES,
        },
    )
    assert refusal(broken).code in {"E-SHEET-DAMAGED", "E-SHEET-EMPTY-FILE"}


@pytest.mark.evidence("ASVS-16.5.3")
@pytest.mark.parametrize("seed", range(12))
def test_f05_a_spoilt_workbook_never_kills_the_reader(tmp_path, seed):
    chooser = random.Random(seed)
    source = good_file(tmp_path / "good.xlsx") if seed % 2 else write_xls(tmp_path / "good.xls")
    data = bytearray(source.read_bytes())
    for _ in range(chooser.randint(1, 8)):
        data[chooser.randrange(len(data))] = chooser.randrange(256)
    spoilt = tmp_path / f"spoilt{source.suffix}"
    spoilt.write_bytes(data[: chooser.randrange(len(data))] if seed % 5 == 0 else data)
    refusals = []
    try:
        check_rows(spoilt)
    except Refused as error:
        refusals.append(message(error))
    assert all(refusals)
    assert len(check_rows(good_file(tmp_path / "next.xlsx"))[1]) == 2
