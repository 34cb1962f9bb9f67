"""Manifests, months, validity and scrubbing: the pure rules of departmental data."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from bangfu.domains.feeds.domain import (
    LandingRecord,
    LandingState,
    Manifest,
    check_header,
    check_period,
    check_totals,
    in_force,
    scrub,
)
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode

YUNXI = RegionCode("990101000000")
STATED = {
    "dataset": "medical/claim",
    "county": "990101",
    "period": "2026-08",
    "as_of": "2026-08-31",
    "rows": 2,
    "sums": {"self_paid": 1234.10, "self_paid_year": "20000.00"},
    "hash": {"algorithm": "sm3", "value": "AB" * 32},
}


def landing(period: str, number: int = 1) -> LandingRecord:
    return LandingRecord(
        batch_id=UUID(int=number),
        dataset="medical/claim",
        county=str(YUNXI),
        period=Period(period),
        as_of=Period(period).last_day,
        state=LandingState.LIVE,
        path="",
        content_sm3="",
        rows=1,
        matched=1,
        unmatched=0,
        sums={},
        supersedes=None,
        reason="",
    )


def test_a_manifest_is_read_with_exact_totals() -> None:
    manifest = Manifest.parse(json.dumps(STATED))
    assert manifest.county == YUNXI
    assert manifest.period == Period("2026-08")
    assert manifest.rows == 2
    assert manifest.sums == {"self_paid": Decimal("1234.1"), "self_paid_year": Decimal("20000.00")}
    assert manifest.as_of == date(2026, 8, 31)
    assert manifest.hash_value == "ab" * 32


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rows": -1}, "rows"),
        ({"rows": True}, "rows"),
        ({"rows": None}, "rows"),
        ({"dataset": ""}, "dataset"),
        ({"county": "99"}, None),
        ({"county": "x"}, "county"),
        ({"period": "2026-13"}, "period"),
        ({"as_of": "31.8.2026"}, "as_of"),
        ({"sums": {"self_paid": "viel"}}, "sums.self_paid"),
        ({"sums": [1]}, "sums"),
        ({"hash": {"algorithm": "md5", "value": "0" * 64}}, "hash.algorithm"),
        ({"hash": {"algorithm": "sm3", "value": "0"}}, "hash.value"),
        ({"total": 3}, "total"),
    ],
)
def test_a_malformed_manifest_names_the_field(change: dict, field: str | None) -> None:
    text = json.dumps({**STATED, **change})
    if field is None:
        assert Manifest.parse(text).county == RegionCode("990000000000")
        return
    with pytest.raises(InvalidValue) as caught:
        Manifest.parse(text)
    assert caught.value.code == "E-FEED-MANIFEST"
    assert caught.value.params == {"field": field}


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[]", b"{", b"null"])
def test_bytes_that_are_no_json_object_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidValue) as caught:
        Manifest.parse(data)
    assert caught.value.params == {"field": "JSON"}


def test_a_manifest_must_speak_of_this_dataset_county_month_and_file() -> None:
    manifest = Manifest.parse(json.dumps(STATED))
    agreeing = {"sm3": "ab" * 32, "sha256": "00" * 32}
    assert (
        check_header(
            manifest,
            dataset="medical/claim",
            county=YUNXI,
            period=Period("2026-08"),
            digests=agreeing,
        )
        == []
    )
    reasons = check_header(
        manifest,
        dataset="police/death",
        county=RegionCode("990102000000"),
        period=Period("2026-09"),
        digests={"sm3": "cd" * 32, "sha256": "00" * 32},
    )
    assert [(reason.code, reason.params.get("field")) for reason in reasons] == [
        ("E-FEED-MANIFEST-OTHER", "dataset"),
        ("E-FEED-MANIFEST-OTHER", "county"),
        ("E-FEED-MANIFEST-OTHER", "period"),
        ("E-FEED-MANIFEST-HASH", None),
    ]


def test_one_fen_or_one_row_of_difference_is_found() -> None:
    manifest = Manifest.parse(json.dumps(STATED))
    exact = {"self_paid": Decimal("1234.10"), "self_paid_year": Decimal("20000.00")}
    assert check_totals(manifest, 2, exact) == []
    off = {**exact, "self_paid": Decimal("1234.11")}
    assert [(r.code, r.params) for r in check_totals(manifest, 3, off)] == [
        ("E-FEED-CONTROL-ROWS", {"said": 2, "found": 3}),
        (
            "E-FEED-CONTROL-SUM",
            {"column": "self_paid", "said": "1234.10", "found": "1234.11"},
        ),
    ]
    assert check_totals(manifest, 2, {**exact, "self_paid": None})[0].params["found"] == "?"
    assert check_totals(manifest, 2, {"self_paid": Decimal("1234.10")})[0].params == {
        "column": "self_paid_year"
    }


def test_a_month_is_checked_against_today_and_against_what_is_in_force() -> None:
    today = date(2026, 10, 5)
    assert check_period(Period("2026-10"), today, [landing("2026-09")]) == []
    assert [r.code for r in check_period(Period("2026-11"), today, [])] == ["E-FEED-FUTURE"]
    assert [r.code for r in check_period(Period("2026-09"), today, [landing("2026-09")])] == [
        "E-FEED-OVERLAP"
    ]
    older = check_period(Period("2026-08"), today, [landing("2026-09")])
    assert [(r.code, r.params) for r in older] == [
        ("E-FEED-OLDER", {"period": "2026-08", "newest": "2026-09"})
    ]


def test_a_list_is_valid_in_its_month_and_the_following_ones_only() -> None:
    live = [landing("2026-08", 1), landing("2026-09", 2)]

    def chosen(period: str, coverage: str = "FULL", months: int = 2) -> list[str]:
        found = in_force(live, Period(period), valid_months=months, coverage=coverage)
        return [str(item.period) for item in found]

    assert chosen("2026-07") == []
    assert chosen("2026-08") == ["2026-08"]
    assert chosen("2026-09") == ["2026-09"]
    assert chosen("2026-10") == ["2026-09"]
    assert chosen("2026-11") == []
    assert chosen("2026-08", coverage="CHANGES") == ["2026-08"]
    assert chosen("2026-12", coverage="CHANGES") == ["2026-08", "2026-09"]
    assert chosen("2026-09", coverage="CHANGES") == ["2026-08", "2026-09"]
    assert chosen("2027-01", months=6) == ["2026-09"]


@pytest.mark.evidence("GB22239-8.1.4.11-b")
def test_free_text_loses_numbers_and_the_persons_own_name() -> None:
    assert scrub("随父外出，电话13800001111", "王小明") == "随父外出，电话***"
    assert scrub("证号 99010119900101123X 已核", None) == "证号 *** 已核"
    assert scrub("９９０１０１１９９００１０１１２３４", None) == "***"
    assert scrub("王小明因病休学2年", "王小明") == "***因病休学2年"
    assert scrub("云溪县第1中学2026级", "王") == "云溪县第1中学2026级"
