"""Sheets going out: the error workbook, templates, tables; and values crossing from the child."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import openpyxl
import pytest

from bangfu.foundation.sheets import annotation, matching, reader, tables, templates, validation
from bangfu.foundation.sheets.encoding import (
    build_columns,
    read_answer,
    write_column,
    write_frame,
)
from bangfu.standards import datasets
from tests.sheet_samples import HEAD, TODAY, check_rows, contract, id_number, write_xlsx


@pytest.fixture
def errors_of(tmp_path):
    def make(rows, language="zh", **more):
        path = write_xlsx(tmp_path / "in.xlsx", rows)
        raw, mapping = matching.find_sheet(reader.read_workbook(path), contract())
        sheet = validation.validate_rows(raw, mapping, contract(), today=TODAY)
        out = tmp_path / "errors.xlsx"
        annotation.write_error_workbook(out, raw, mapping, sheet.issues, language=language, **more)
        return openpyxl.load_workbook(out)

    return make


BAD = [["名单"], HEAD, [id_number(1), "张三", 5], ["990101198005060052", "李四", "三百"]]


def test_the_error_workbook_shows_the_bad_row_the_red_cells_and_what_to_do(errors_of):
    book = errors_of(BAD)
    assert book.sheetnames == ["名单", "问题汇总"]
    head, row = list(book["名单"].iter_rows())
    assert [cell.value for cell in head] == [*HEAD, "原表行号", "编号", "问题说明", "修改建议"]
    assert [cell.value for cell in row[:4]] == ["990101198005060052", "李四", "三百", 4]
    assert [cell.fill.fgColor.rgb for cell in row[:3]] == ["FFFFC7CE", "00000000", "FFFFC7CE"]
    assert row[4].value == "E-ID-CHECKSUM\nE-MONEY-FORMAT"
    assert row[5].value.startswith("1. 身份证号(A): 身份证号校验不通过")
    assert "\n2. 金额(C): " in row[5].value
    assert row[6].value.startswith("1. ")
    assert "应为1" in row[0].comment.text


def test_the_error_workbook_is_written_in_english_too(errors_of):
    book = errors_of(BAD, language="en")
    assert book.sheetnames == ["名单", "Summary"]
    assert "fails its check" in book["名单"]["F2"].value


def test_all_rows_are_shown_when_asked_for(errors_of):
    book = errors_of(BAD, only_bad_rows=False)
    assert [row[1].value for row in book["名单"].iter_rows(min_row=2)] == ["张三", "李四"]


def test_the_mended_error_workbook_can_be_handed_in_as_it_is(errors_of, tmp_path):
    book = errors_of(BAD)
    sheet = book["名单"]
    sheet["A2"], sheet["C2"] = id_number(2), 300
    book.save(tmp_path / "mended.xlsx")
    _, checked = check_rows(tmp_path / "mended.xlsx")
    assert checked.issues == []
    assert checked.rows == [
        {"id_number": id_number(2), "name": "李四", "amount": Decimal("300.00")}
    ]


def test_the_same_errors_give_the_same_bytes(errors_of, tmp_path):
    errors_of(BAD)
    first = (tmp_path / "errors.xlsx").read_bytes()
    errors_of(BAD)
    assert (tmp_path / "errors.xlsx").read_bytes() == first


@pytest.mark.parametrize("dataset", datasets.list_datasets(), ids=lambda dataset: dataset.id)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_maps_to_every_column_of_its_contract(tmp_path, dataset, language):
    path = tmp_path / "template.xlsx"
    templates.write_template(path, dataset, language=language)
    sheets = [sheet for sheet in reader.read_workbook(path) if sheet.visible]
    mapping = matching.match_sheet(sheets[0], dataset)
    assert mapping.problems == ()
    assert [match.column for match in mapping.matches] == [c.name for c in dataset.columns]
    assert mapping.data_rows == ()
    assert len(sheets) == 2


def test_a_template_offers_the_labels_of_a_code_list(tmp_path):
    path = tmp_path / "template.xlsx"
    templates.write_template(path, datasets.get("medical/claim"))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert any("住院" in text for text in lists)


def test_a_table_keeps_digits_amounts_days_and_yes(tmp_path):
    path = tmp_path / "table.xlsx"
    columns = [
        ("id", "证件号码"),
        ("sum", "金额"),
        ("on", "日期"),
        ("ok", "是否"),
        ("many", "多选"),
    ]
    row = {
        "id": id_number(1),
        "sum": Decimal("1234.50"),
        "on": date(2026, 8, 31),
        "ok": True,
        "many": ("甲", "乙"),
    }
    assert tables.write_table(path, columns, [row, {}], sheet_name="导出") == 2
    sheet = openpyxl.load_workbook(path)["导出"]
    assert [cell.value for cell in sheet[1]] == ["证件号码", "金额", "日期", "是否", "多选"]
    cells = sheet[2]
    assert [c.value for c in cells] == [id_number(1), 1234.5, datetime(2026, 8, 31), "是", "甲、乙"]
    assert [c.value for c in sheet[3]] == [None] * 5


def test_an_empty_table_has_its_header(tmp_path):
    path = tmp_path / "table.xlsx"
    assert tables.write_table(path, [("a", "甲")], []) == 0
    assert openpyxl.load_workbook(path).active["A1"].value == "甲"


def test_cells_cross_from_the_child_unchanged_and_apart():
    cells = [
        "文字", "=1+1", "a\nb", "\ud800", 1, 1.0, True, False, 0, 0.5, -3,
        date(2026, 8, 31), datetime(2026, 8, 31, 1, 2), time(3, 4), timedelta(hours=30), None, "",
    ]  # fmt: skip
    builders, count = build_columns([[cell] for cell in cells])
    stream = io.BytesIO()
    write_frame(
        stream,
        b'{"sheets": [{"name": "a", "visible": true, "rows": %d, "columns": 1, "merges": []}]}'
        % count,
    )
    write_column(stream, builders[0])
    stream.seek(0)
    (sheet,) = read_answer(stream)["sheets"]
    read = [sheet.cell(row, 0) for row in range(count)]
    expected = [None if cell == "" and isinstance(cell, str) else cell for cell in cells]
    assert [(type(cell), cell) for cell in read] == [(type(cell), cell) for cell in expected]


def test_rows_of_uneven_length_are_filled_with_empty_cells():
    builders, count = build_columns([["a"], ["b", "c"], []], offset=1)
    columns = [[b.values[code] for code in b.codes] for b in builders]
    assert count == 3
    assert columns == [[None, None, None], ["a", "b", None], [None, "c", None]]


def test_a_broken_answer_is_noticed():
    with pytest.raises(EOFError):
        read_answer(io.BytesIO(b"\0\0\0\x10short"))
