"""The search for leaks can fail: it finds each kind of mark however it is wrapped, and with both
locks off the matrix finds leaks."""

from __future__ import annotations

import base64
import io
import json
import zlib

import pytest
from django.core import signing
from openpyxl import Workbook

from bangfu.kernel.region import RegionCode
from tests.api.isolation import asked
from tests.api.isolation.asking import questions, routes
from tests.api.isolation.conftest import Standing
from tests.api.isolation.country import COUNTIES, VILLAGES, hidden_from, relation
from tests.api.isolation.images import picture, places_in
from tests.api.isolation.oracle import amounts, leaks, villages_of

A, B, C, D, E, F = VILLAGES
COUNTY = RegionCode("990101000000")
LEAKING = {"get_import", "export_reconciliation"}


def workbook(*cells: object) -> bytes:
    book, held = Workbook(), io.BytesIO()
    for row, cell in enumerate(cells, start=1):
        book.active.cell(row, 1, cell)
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        D.head.encode(),
        D.head.encode("gb18030"),
        D.head.encode("utf-16-le"),
        json.dumps({"name": D.head}).encode(),
        json.dumps({"cursor": signing.dumps(["x", [D.head, D.pinyin]], compress=True)}).encode(),
        json.dumps({"file": base64.b64encode(D.reason.encode() * 3).decode()}).encode(),
        json.dumps({"book": base64.b64encode(workbook(D.head)).decode()}).encode(),
        base64.urlsafe_b64encode(zlib.compress(b"x" * 40 + D.id_number.encode())),
        workbook("x", D.household_no()),
        workbook(D.count + A.count),
        picture(D.place),
        b"<html>" + picture(E.place),
        json.dumps({"total": A.count + D.count}).encode(),
        json.dumps({"by_child": [{"households": F.count}]}).encode(),
        json.dumps({"total": 113}).encode(),
        f"合计 {(A.fen + D.fen) / 100:,.2f} 元".encode(),
        json.dumps({"sum": str(E.fen / 100)}).encode(),
        json.dumps({"fen": F.fen}).encode(),
        "乙石县".encode(),
    ],
)
def test_every_wrapping_of_a_mark_is_found(content: bytes) -> None:
    assert leaks(content, "", COUNTY) != []


@pytest.mark.parametrize(
    "content",
    [
        "".join([A.head, B.reason, C.id_number, "甲云县", "隔离省"]).encode(),
        workbook(A.head, A.count, C.count),
        picture(C.place),
        json.dumps({"total": A.count + B.count + C.count, "year": 2026}).encode(),
        f"合计 {(A.fen + B.fen) / 100:,.2f} 元".encode(),
        b"",
    ],
)
def test_ones_own_is_no_leak(content: bytes) -> None:
    assert leaks(content, "", COUNTY) == []


def test_a_mark_in_a_header_is_found() -> None:
    assert leaks(b"", f"Content-Disposition: {D.evidence}", COUNTY) == [f"mark {D.evidence}"]


def test_numbers_say_which_villages_are_in_them() -> None:
    assert (A.count, D.count, F.count) == (16, 128, 512)
    assert villages_of(A.count + D.count, 16) == {0, 3}
    assert amounts("10,485.76 与 104857.6，不是 20260101 或 1.5") == {A.fen, 10 * A.fen}
    assert places_in(picture(2) + picture(5)) == {2, 5}


def test_every_relation_stands_in_the_country() -> None:
    village = A.code
    found = {relation(village, place.code) for place in VILLAGES}
    assert found == {"own", "sibling", "cousin", "other province"}
    assert relation(village, A.county) == "parent"
    assert relation(COUNTY, A.code) == "child"
    assert relation(COUNTY, D.code) == "sibling"
    assert relation(COUNTY, E.code) == "cousin"
    assert len(COUNTIES) == 4


def test_what_is_hidden_ends_at_ones_own_place() -> None:
    assert A.head not in hidden_from(COUNTY)
    assert {D.head, "乙石县", "wenjian-990102", "laiyuan-990102"} <= hidden_from(COUNTY)
    assert {"wenjian-990101", B.head} <= hidden_from(A.code)
    assert "laiyuan-990101" not in hidden_from(A.code)


def test_with_both_locks_off_the_matrix_finds_leaks(
    behind_nothing: Standing,
) -> None:
    asker = behind_nothing.post("COUNTY_OFFICER", COUNTY)
    found = set()
    for route in routes():
        if route.name not in LEAKING:
            continue
        for question in questions(route, behind_nothing.country.things):
            if question.village in (None, D):
                _, content, headers = asked.send(asker, question)
                if leaks(content, headers, COUNTY):
                    found.add(route.name)
                    break
    assert found == LEAKING
