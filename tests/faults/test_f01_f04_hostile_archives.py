"""F01–F04: workbooks built to kill the parser or to write outside; the parent serves on."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from tests.sheet_samples import (
    CONTENT_TYPES,
    good_file,
    message,
    refusal,
    repack,
    sheet_xml,
    write_xlsx,
    zip_bytes,
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return good_file(tmp_path / "good.xlsx")


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of 400,000 cells, which no machine reads at once."""
    rows = [[f"{line}-{place}-的文字" for place in range(20)] for line in range(20_000)]
    return write_xlsx(tmp_path_factory.mktemp("wide") / "wide.xlsx", rows)


def test_f01_a_declared_dimension_of_the_whole_sheet_is_refused_within_two_seconds(good, tmp_path):
    xml = sheet_xml(good).replace('<dimension ref="A1:C3"/>', '<dimension ref="A1:XFD1048576"/>')
    assert "XFD1048576" in xml
    bomb = repack(good, tmp_path / "bomb.xlsx", {"xl/worksheets/sheet1.xml": xml})
    assert bomb.stat().st_size < 10_000
    start = time.monotonic()
    error = refusal(bomb)
    assert time.monotonic() - start < 2 + 2  # two seconds for the bomb, two for the next good file
    assert error.code == "E-SHEET-DIMENSION"
    assert message(error) == (
        "工作表声明的范围 A1:XFD1048576 过大（上限 20000000 个单元格），已拒绝。"
    )


def test_f01_a_far_cell_without_a_dimension_kills_only_the_child(good, tmp_path):
    xml = sheet_xml(good).replace('<dimension ref="A1:C3"/>', "")
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    bomb = repack(
        good,
        tmp_path / "far.xlsx",
        {"xl/worksheets/sheet1.xml": xml.replace("</sheetData>", far)},
    )
    error = refusal(bomb)
    assert error.code in {"E-SHEET-ABORTED", "E-SHEET-MEMORY", "E-SHEET-CELLS"}
    assert (
        message(error)
        == {
            "E-SHEET-ABORTED": "文件结构异常，读取程序已安全中止。",
            "E-SHEET-MEMORY": "读取该文件所需内存超过上限 1073741824 字节，已中止。",
            "E-SHEET-CELLS": "表格有 17179869184 个单元格，超过上限 20000000 个。",
        }[error.code]
    )


@pytest.mark.evidence("ASVS-5.2.3", "ASVS-15.2.2", "T9")
def test_f02_a_sheet_that_unpacks_four_hundred_times_is_refused_before_parsing(good, tmp_path):
    row = b'<row r="9"><c r="A9"><v>1</v></c></row>'
    bomb = repack(
        good, tmp_path / "ratio.xlsx", {"xl/worksheets/sheet1.xml": b"<worksheet>" + row * 500_000}
    )
    assert bomb.stat().st_size < 200_000
    error = refusal(bomb)
    assert error.code == "E-SHEET-BOMB"
    assert message(error).endswith("字节展开为 19500011 字节，压缩比异常，已拒绝。")


@pytest.mark.evidence("ASVS-5.2.3", "T9")
def test_f02_a_file_that_unpacks_beyond_the_limit_is_refused(good):
    error = refusal(good, unzipped_bytes=1_000)
    assert error.code == "E-SHEET-UNZIPPED"
    assert "超过上限 1000 字节" in message(error)


@pytest.mark.evidence("ASVS-15.2.2")
def test_f02_a_parser_that_takes_too_long_is_stopped_by_the_wall_clock(wide):
    error = refusal(wide, wall_seconds=0.2)
    assert error.code == "E-SHEET-TIMEOUT"
    assert message(error) == "读取文件超过 0 秒，已中止。"


@pytest.mark.evidence("ASVS-15.2.2", "T9")
def test_f02_a_parser_that_needs_too_much_memory_is_stopped(wide):
    error = refusal(wide, memory_bytes=48 * 1024 * 1024)
    assert error.code in {"E-SHEET-ABORTED", "E-SHEET-MEMORY"}
    assert message(error).endswith("已安全中止。") or message(error).endswith("已中止。")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><sst><si><t>&c;</t></si></sst>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/secret">]>'
    "<sst><si><t>&e;</t></si></sst>"
)


@pytest.mark.evidence("ASVS-1.5.1", "T9")
@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE, LAUGHS.encode("utf-16")])
def test_f03_entities_in_shared_strings_are_refused(good, tmp_path, xml):
    error = refusal(repack(good, tmp_path / "laughs.xlsx", {"xl/sharedStrings.xml": xml}))
    assert error.code == "E-SHEET-XML"
    assert message(error) == "表格内部文件“xl/sharedStrings.xml”含有不允许的声明，已拒绝。"


@pytest.mark.evidence("ASVS-1.5.1")
def test_f03_a_document_type_behind_a_long_comment_is_refused(good, tmp_path):
    xml = '<?xml version="1.0"?><!--' + "x" * 100_000 + "-->" + LAUGHS[21:]
    error = refusal(repack(good, tmp_path / "late.xlsx", {"xl/sharedStrings.xml": xml}))
    assert error.code == "E-SHEET-XML"


@pytest.mark.evidence("ASVS-5.3.2")
@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\Windows\\x.xml", "xl/..\\..\\x.xml"]
)
def test_f04_names_that_lead_outside_are_refused(good, tmp_path, name):
    before = sorted(p.name for p in tmp_path.iterdir())
    out = tmp_path / "outside.xlsx"
    error = refusal(repack(good, out, {name: b"<x/>"}))
    assert error.code == "E-SHEET-PATH"
    assert message(error).startswith("压缩包内有不安全的文件名“")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [*before, "outside.xlsx", "next-good-file.xlsx"]
    )


def test_f04_a_symbolic_link_is_refused(good, tmp_path):
    out = repack(good, tmp_path / "link.xlsx", {})
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("xl/media/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(out).code == "E-SHEET-PATH"


def test_f04_an_archive_inside_the_archive_is_refused(good, tmp_path):
    inner = zip_bytes({"a.xml": b"<a/>"})
    error = refusal(repack(good, tmp_path / "nested.xlsx", {"xl/embeddings/inner.zip": inner}))
    assert error.code == "E-SHEET-NESTED"
    assert message(error) == "压缩包里还套着压缩包“xl/embeddings/inner.zip”，已拒绝。"


@pytest.mark.evidence("ASVS-5.2.3")
def test_f04_a_hundred_thousand_entries_are_refused(tmp_path):
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"xl/{number}.xml"), b"")
    error = refusal(path)
    assert error.code == "E-SHEET-ENTRIES"
    assert message(error) == "压缩包内有 100001 个文件，超过上限 2000 个。"


def test_f04_an_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "photos.xlsx"
    path.write_bytes(zip_bytes({"photo.txt": b"x"}))
    error = refusal(path)
    assert error.code == "E-SHEET-NOT-WORKBOOK"
    assert message(error) == "文件是压缩包，但不是电子表格。"
