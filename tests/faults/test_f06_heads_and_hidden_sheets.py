"""F06: odd heads are mapped with a preview or refused; a column never slides."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from bangfu.foundation.sheets import matching, reader, validation
from bangfu.kernel.errors import Refused
from tests.sheet_samples import (
    AMOUNT_COLUMN,
    HEAD,
    ID_COLUMN,
    NAME_COLUMN,
    TODAY,
    check_rows,
    column,
    contract,
    good_file,
    id_number,
    message,
    write_xlsx,
)


@pytest.fixture(autouse=True)
def _next_file_is_served(tmp_path):
    yield
    assert len(check_rows(good_file(tmp_path / "served.xlsx"))[1]) == 2


@pytest.mark.parametrize(
    "heading", ["身份证号", "公民身份号码", "证件号码", "身份证 号码 ", "＊证件号码（必填）"]
)
def test_f06_synonyms_of_a_header_are_mapped_and_shown(tmp_path, heading):
    path = write_xlsx(tmp_path / "a.xlsx", [[heading, "姓名"], [id_number(1), "张三"]])
    mapping, sheet = check_rows(path)
    assert sheet.rows == [{"id_number": id_number(1), "name": "张三"}]
    shown = mapping.as_dict()["columns"][0]
    assert (shown["letter"], shown["column"], shown["zh"]) == ("A", "id_number", "身份证号")


def test_f06_title_rows_totals_notes_and_numbering_are_left_out(tmp_path):
    rows = [
        ["云溪县补助发放名单"],
        ["填报单位：云溪县农业农村局"],
        [],
        ["序号", *HEAD],
        ["栏次", 1, 2, 3],
        [1, id_number(1), "张三", 100],
        [],
        [None, "小计", None, 100],
        ["序号", *HEAD],
        [2, id_number(2), "合计明", 200],
        ["合计", None, None, 300],
        ["填表人：王五", None, "审核人：赵六"],
    ]
    mapping, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row["name"] for row in sheet.rows] == ["张三", "合计明"]
    assert sheet.row_numbers == [6, 10]
    assert mapping.header_row_nos == (4,)
    assert mapping.dropped == (
        (5, "NUMBERING"),
        (8, "TOTAL"),
        (9, "REPEATED_HEADER"),
        (11, "TOTAL"),
        (12, "NOTE"),
    )
    assert mapping.blank_rows == 1


def two_row_head(path: Path, merged: bool) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("名单")
    sheet.merge_range(0, 0, 0, 5, "监测对象信息表")
    if merged:
        sheet.merge_range(1, 0, 2, 0, "序号")
        sheet.merge_range(1, 1, 1, 2, "户主")
        sheet.merge_range(1, 3, 1, 4, "家庭成员")
        sheet.merge_range(1, 5, 2, 5, "金额")
    else:
        sheet.write_row(1, 0, ["序号", "户主", "", "家庭成员", "", "金额"])
    sheet.write_row(2, 1, ["姓名", "证件号码", "姓名", "证件号码"])
    sheet.write_row(3, 0, [1, "张三", id_number(1), "李四", id_number(2), 50])
    book.close()
    return path


@pytest.mark.parametrize("merged", [True, False])
def test_f06_a_head_of_two_rows_is_read_through_its_groups(tmp_path, merged):
    wanted = contract(
        ID_COLUMN,
        NAME_COLUMN,
        AMOUNT_COLUMN,
        column("head_id", "户主证件号码", "id_number"),
        column("head_name", "户主姓名", "name"),
    )
    mapping, sheet = check_rows(two_row_head(tmp_path / "a.xlsx", merged), wanted)
    assert mapping.header_row_nos == (2, 3)
    (row,) = sheet.rows
    assert (row["head_name"], row["head_id"]) == ("张三", id_number(1))
    assert (row["name"], row["id_number"]) == ("李四", id_number(2))
    assert row["amount"] == 50


def test_f06_two_columns_for_one_meaning_are_refused_not_chosen(tmp_path):
    rows = [["身份证号", "姓名", "公民身份号码"], [id_number(1), "张三", id_number(2)]]
    wanted = contract()
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    raw, mapping = matching.find_sheet(reader.read_workbook(path), wanted)
    assert not mapping.is_usable
    with pytest.raises(Refused) as caught:
        validation.validate_rows(raw, mapping, wanted, today=TODAY)
    assert caught.value.code == "E-SHEET-AMBIGUOUS-COLUMN"
    assert message(caught.value) == "“身份证号”对应了多列：A「身份证号」、C「公民身份号码」。"


def test_f06_data_that_slid_under_the_header_is_refused(tmp_path):
    rows = [HEAD, *[["农户", id_number(n), "张三", 5] for n in range(5)]]
    with pytest.raises(Refused) as caught:
        check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert caught.value.code == "E-SHEET-SHIFTED"
    assert message(caught.value) == (
        "“身份证号”（A 列）里没有身份证号，身份证号却在 B 列：数据与表头错列。"
    )


def test_f06_a_missing_required_column_is_named(tmp_path):
    with pytest.raises(Refused) as caught:
        check_rows(write_xlsx(tmp_path / "a.xlsx", [["身份证号", "金额"], [id_number(1), 5]]))
    assert caught.value.code == "E-SHEET-MISSING-COLUMN"
    assert message(caught.value) == "缺少必填列：姓名。"


def test_f06_a_sheet_without_a_header_is_refused_with_the_columns_wanted(tmp_path):
    with pytest.raises(Refused) as caught:
        check_rows(write_xlsx(tmp_path / "a.xlsx", [[id_number(1), "张三", 5]]))
    assert caught.value.code == "E-SHEET-NO-HEADER"
    assert message(caught.value) == "没有找到表头；表头应包含：身份证号、姓名。"


def hidden_book(path: Path, *, with_visible: bool) -> Path:
    book = xlsxwriter.Workbook(str(path))
    visible = book.add_worksheet("封面")
    visible.write(0, 0, "说明")
    if with_visible:
        shown = book.add_worksheet("名单")
        shown.write_row(0, 0, HEAD)
        shown.write_row(1, 0, [id_number(1), "张三", 1])
    hidden = book.add_worksheet("旧名单")
    hidden.write_row(0, 0, HEAD)
    hidden.write_row(1, 0, [id_number(2), "李四", 2])
    hidden.hide()
    book.close()
    return path


def test_f06_a_hidden_sheet_is_never_read_instead_of_the_visible_one(tmp_path):
    mapping, sheet = check_rows(hidden_book(tmp_path / "a.xlsx", with_visible=True))
    assert mapping.sheet_name == "名单"
    assert [row["name"] for row in sheet.rows] == ["张三"]


def test_f06_a_file_whose_only_list_is_hidden_is_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        check_rows(hidden_book(tmp_path / "a.xlsx", with_visible=False))
    assert caught.value.code == "E-SHEET-HIDDEN"
    assert message(caught.value) == "符合要求的工作表“旧名单”是隐藏的，未读取。"


def test_f06_two_fitting_sheets_are_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name in ("一乡", "二乡"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, [id_number(1), "张三", 1])
    book.close()
    with pytest.raises(Refused) as caught:
        check_rows(path)
    assert message(caught.value) == "有多张工作表都符合要求：一乡、二乡。"


def test_f06_cells_merged_over_the_members_of_a_household_reach_every_row(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("名单")
    sheet.write_row(0, 0, ["户编号", *HEAD])
    sheet.merge_range(1, 0, 2, 0, "H01")
    sheet.write_row(1, 1, [id_number(1), "张三", 1])
    sheet.write_row(2, 1, [id_number(2), "李四", 2])
    sheet.write_row(3, 0, ["H02", id_number(3), "王五", 3])
    book.close()
    wanted = contract(ID_COLUMN, NAME_COLUMN, column("household_no", "户编号", "text"))
    _, checked = check_rows(path, wanted)
    assert checked.columns["household_no"] == ["H01", "H01", "H02"]
