"""COPY text: what PostgreSQL reads back is what was there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bangfu.domains.registry.importing.copytext import column, field, json_column, lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\\N"),
        ("赵一", "赵一"),
        ("a\tb\nc\\d\r", "a\\tb\\nc\\\\d\\r"),
        ("nul\x00", "nul"),
        (True, "t"),
        (False, "f"),
        (7, "7"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 10, 1), "2026-10-01"),
        (b"\x01\xff", "\\\\x01ff"),
        (("A", "B"), '{"A","B"}'),
        ((), "{}"),
        ({"b": "乙"}, '{"b": "乙"}'),
    ],
)
def test_each_type_has_its_text(value: object, text: str) -> None:
    assert field(value) == text


def test_an_unknown_type_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        field(object())


def test_columns_keep_their_order() -> None:
    assert column(["b", None, "a", "b"]) == ["b", "\\N", "a", "b"]
    assert json_column([{"a": 1}, {}]) == ['{"a": 1}', "{}"]


def test_lines_come_in_blocks() -> None:
    blocks = list(lines([["1", "2", "3"], ["a", "b", "c"]], block=2))
    assert blocks == [b"1\ta\n2\tb\n", b"3\tc\n"]
