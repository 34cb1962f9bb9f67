"""Cells of each contract type: what is taken exactly, what is refused and with which code."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bangfu.foundation.sheets.values import parser_for
from bangfu.kernel.errors import InvalidValue
from tests.sheet_samples import TODAY, column


def parse(kind: str, cell: Any, **more: Any) -> Any:
    """The value of a cell, or the code of its error."""
    try:
        return parser_for(column("x", "某列", kind, **more), TODAY)(cell)[0]
    except InvalidValue as error:
        return error.code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,234.5", Decimal("1234.50")),
        ("１２３", Decimal("123.00")),
        ("￥88.80元", Decimal("88.80")),
        (0.1 + 0.2, Decimal("0.30")),
        (1234.56, Decimal("1234.56")),
        ("9999999999.99", Decimal("9999999999.99")),
        (9999999999.99, Decimal("9999999999.99")),
        (7, Decimal("7.00")),
        ("-1", "E-NUMBER-LOW"),
        (-1.0, "E-NUMBER-LOW"),
        ("1e9", "E-MONEY-NOTATION"),
        ("0.001", "E-MONEY-PRECISION"),
        (0.001, "E-MONEY-PRECISION"),
        ("NaN", "E-MONEY-FORMAT"),
        (float("nan"), "E-MONEY-FORMAT"),
        ("三百", "E-MONEY-FORMAT"),
        (True, "E-MONEY-FORMAT"),
        (100.01, "E-NUMBER-HIGH"),
    ],
)
def test_f21_an_amount_is_exact_or_an_error(cell, expected):
    limits = {"min": Decimal(0)} if expected != "E-NUMBER-HIGH" else {"max": Decimal(100)}
    assert parse("money", cell, **limits) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (date(1980, 5, 6), date(1980, 5, 6)),
        (datetime(1980, 5, 6, 8, 30), date(1980, 5, 6)),
        ("1980-5-6", date(1980, 5, 6)),
        ("1980/05/06", date(1980, 5, 6)),
        ("1980.5.6", date(1980, 5, 6)),
        ("1980年5月6日", date(1980, 5, 6)),
        ("１９８０-５-６", date(1980, 5, 6)),
        ("19800506", date(1980, 5, 6)),
        (19800506.0, date(1980, 5, 6)),
        # Serial 29347: 1900-01-01 is 1 and 1900-02-29, which never was, is counted.
        (29347.0, date(1980, 5, 6)),
        ("1980-5", "E-DATE-FORMAT"),
        (1980.0, "E-DATE-FORMAT"),
        ("80-5-6", "E-DATE-FORMAT"),
        ("1980-2-30", "E-DATE-IMPOSSIBLE"),
        ("1880-2-3", "E-DATE-IMPOSSIBLE"),
        ("昨天", "E-DATE-FORMAT"),
    ],
)
def test_a_day_is_read_in_every_way_offices_write_it(cell, expected):
    assert parse("date", cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("202608", "2026-08"),
        (202608.0, "2026-08"),
        ("2026-8", "2026-08"),
        ("2026年8月", "2026-08"),
        ("2026/08", "2026-08"),
        ("2026.08", "2026-08"),
        (date(2026, 8, 31), "2026-08"),
        ("2026-08-15", "2026-08"),
        (2026.1, "E-MONTH-FORMAT"),
        ("202613", "E-MONTH-FORMAT"),
        ("2026", "E-MONTH-FORMAT"),
    ],
)
def test_a_month_is_read_unless_it_may_be_two(cell, expected):
    assert parse("month", cell) == expected


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        ("phone", 13812345678.0, "13812345678"),
        ("phone", "138 1234 5678", "13812345678"),
        ("phone", "+8613812345678", "13812345678"),
        ("phone", "0743-8222222", "0743-8222222"),
        ("phone", "1381234567", "E-PHONE-FORMAT"),
        ("account", "6210 0000 0000 0000 123", "6210000000000000123"),
        ("account", 6.21e18, "E-ACCOUNT-PRECISION"),
        ("account", "6.21E+18", "E-ACCOUNT-PRECISION"),
        ("account", "存折", "E-ACCOUNT-FORMAT"),
        ("region", 990101100201.0, "990101100201"),
        ("region", "990101", "990101000000"),
        ("region", "99010", "E-REGION-LENGTH"),
        ("boolean", "是", True),
        ("boolean", "无", False),
        ("boolean", 1.0, True),
        ("boolean", "√", True),
        ("boolean", "可能", "E-BOOLEAN-UNKNOWN"),
        ("integer", 3.0, 3),
        ("integer", "３", 3),
        ("integer", 3.5, "E-NUMBER-INTEGER"),
        ("integer", "三", "E-NUMBER-FORMAT"),
        ("text", 123.0, "123"),
        ("text", 5.10722198005060e17, "E-TEXT-PRECISION"),
        ("text", " =1+1 ", "=1+1"),
        ("name", "张 三", "张三"),
        ("name", 12345.0, "E-NAME-DIGITS"),
        ("disability_certificate", "99010119800506005143", "99010119800506005143"),
        ("disability_certificate", "99010119800506005183", "E-DISABILITY-KIND"),
        ("id_number", "99010119800506005143", "990101198005060051"),
    ],
)
def test_identifiers_and_answers_are_read_or_refused(kind, cell, expected):
    assert parse(kind, cell) == expected


def test_a_decimal_is_rounded_to_the_decimals_of_its_contract():
    assert parse("decimal", 1 / 3, scale=4) == Decimal("0.3333")
    assert parse("decimal", "2.5", scale=4) == Decimal("2.5")


@pytest.mark.evidence("ASVS-1.3.3")
def test_a_text_too_long_is_refused():
    assert parse("text", "一二三四", max_length=3) == "E-TEXT-LENGTH"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("之子", "SON"),
        ("儿子", "SON"),
        (" 户 主 ", "HEAD"),
        ("SON", "SON"),
        ("20", "E-CODE-UNKNOWN"),
        ("邻居", "E-CODE-UNKNOWN"),
    ],
)
def test_a_code_is_found_by_label_and_never_by_number(cell, expected):
    assert parse("code", cell, code_list="relation_to_head") == expected


@pytest.mark.parametrize("joint", ["、", "，", ",", ";", "；", " ", "/"])
def test_several_codes_are_parted_at_any_joint(joint):
    cell = f"长期慢性病{joint}残疾"
    assert parse("codes", cell, code_list="health_status") == ("CHRONIC", "DISABLED")


def test_one_unknown_label_among_several_refuses_the_cell():
    assert parse("codes", "残疾、矮", code_list="health_status") == "E-CODE-UNKNOWN"
