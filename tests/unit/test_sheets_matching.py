"""Mapping columns: units, unknown columns, order of columns, warnings; keys that repeat."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bangfu.kernel.errors import Refused
from tests.sheet_samples import (
    AMOUNT_COLUMN,
    HEAD,
    ID_COLUMN,
    NAME_COLUMN,
    check_rows,
    column,
    contract,
    id_number,
    message,
    write_xlsx,
)


def test_columns_are_found_in_any_order_and_others_are_listed(tmp_path):
    rows = [["序号", "金额（元）", "姓名", "备注栏", "证件号码"], [1, 5, "张三", "x", id_number(1)]]
    mapping, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert sheet.rows == [{"id_number": id_number(1), "name": "张三", "amount": Decimal("5.00")}]
    assert mapping.unknown == ((0, "序号"), (3, "备注栏"))
    shown = {c["column"]: (c["letter"], c["how"]) for c in mapping.as_dict()["columns"]}
    assert shown == {
        "amount": ("B", "EXACT"),
        "name": ("C", "EXACT"),
        "id_number": ("E", "SYNONYM"),
    }


def test_f21_a_header_in_ten_thousands_is_refused_and_not_converted(tmp_path):
    rows = [["身份证号", "姓名", "金额（万元）"], [id_number(1), "张三", 1.2]]
    with pytest.raises(Refused) as caught:
        check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert caught.value.code == "E-SHEET-UNIT"
    assert "单位是万元，应为元" in message(caught.value)


def test_f21_amounts_that_are_all_tiny_raise_a_suspicion_of_the_unit(tmp_path):
    rows = [HEAD, *[[id_number(n), "张三", 1.25 + n / 100] for n in range(20)]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    (warning,) = sheet.warnings
    assert (warning.code, warning.params) == (
        "E-SHEET-UNIT-SUSPECT",
        {"column": "金额", "count": 20},
    )
    assert sheet.issues == []
    usual = [HEAD, *[[id_number(n), "张三", 1250 + n] for n in range(20)]]
    assert check_rows(write_xlsx(tmp_path / "b.xlsx", usual))[1].warnings == []


def test_an_empty_required_cell_is_an_issue_of_its_row(tmp_path):
    rows = [HEAD, [id_number(1), None, 5], [id_number(2), "  ", 5], [id_number(3), "王五", None]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [(i.row_no, i.column, i.code) for i in sheet.issues] == [
        (2, "name", "E-CELL-EMPTY"),
        (3, "name", "E-CELL-EMPTY"),
    ]
    assert sheet.counts() == {"rows": 3, "good": 1, "bad": 2}
    assert [n for n, _ in sheet.iter_good_rows()] == [4]


def test_a_key_of_several_columns_repeats_only_as_a_whole(tmp_path):
    wanted = contract(
        ID_COLUMN, NAME_COLUMN, AMOUNT_COLUMN, key=("person", "amount"), coverage="FULL"
    )
    rows = [HEAD, *[[id_number(1), "张三", amount] for amount in (1, 2, 1)]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows), wanted)
    assert [(i.row_no, i.code) for i in sheet.issues] == [(4, "E-ROW-DUPLICATE")]


def test_in_a_register_a_person_stands_once_whatever_the_household(tmp_path):
    wanted = contract(
        ID_COLUMN,
        NAME_COLUMN,
        column("household_no", "户编号", "text"),
        key=("household_no", "person"),
        coverage="REGISTER",
    )
    rows = [
        ["户编号", "身份证号", "姓名"],
        ["H1", id_number(1), "张三"],
        ["H2", id_number(1), "张三"],
    ]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows), wanted)
    assert [(i.row_no, i.code) for i in sheet.issues] == [(3, "E-ROW-DUPLICATE")]


def test_two_columns_out_of_order_are_an_issue(tmp_path):
    wanted = contract(
        ID_COLUMN,
        NAME_COLUMN,
        AMOUNT_COLUMN,
        column("total", "累计", "money"),
        in_order=(("amount", "total"),),
    )
    head = [*HEAD, "累计"]
    rows = [head, [id_number(1), "张三", 5, 5], [id_number(2), "李四", 6, 5]]
    _, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows), wanted)
    assert [(i.row_no, i.column, i.code) for i in sheet.issues] == [(3, "amount", "E-ROW-ORDER")]


def test_a_data_row_that_looks_like_a_header_does_not_deepen_the_head(tmp_path):
    wanted = contract(
        ID_COLUMN, NAME_COLUMN, column("relation", "关系", "text"), column("head", "户主", "name")
    )
    rows = [["姓名", "身份证号", "与户主的关系"], ["张三", id_number(1), "户主"]]
    mapping, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows), wanted)
    assert mapping.header_row_nos == (1,)
    assert len(sheet) == 1


def test_a_remark_that_stands_several_times_is_not_taken_and_said_so(tmp_path):
    wanted = contract(ID_COLUMN, NAME_COLUMN, column("remark", "备注", "text"))
    rows = [["身份证号", "姓名", "备注", "备注"], [id_number(1), "张三", "甲", "乙"]]
    mapping, sheet = check_rows(write_xlsx(tmp_path / "a.xlsx", rows), wanted)
    assert sheet.rows == [{"id_number": id_number(1), "name": "张三"}]
    (warning,) = mapping.warnings
    assert warning.code == "E-SHEET-TEXT-NOT-TAKEN"
    assert mapping.unknown == ((2, "备注"), (3, "备注"))
