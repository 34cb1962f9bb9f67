"""What silence of a feed means: by coverage, state of the feed and authorisation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bangfu.engine.comparison.reasons import RANKS
from tests.engine_kit import check_table, home

T, F = "TRUE", "FALSE"
NO_DATA, OUT, STALE, SILENT, UNAUTHORISED = (
    "NO_DATA",
    "OUT_OF_COVERAGE",
    "STALE",
    "SILENT",
    "NOT_AUTHORISED",
)
TWO: list[dict[str, Any]] = [{}, {}]

ABSENT_ROWS = {
    "full": [
        ("in_feed(full)", F),
        ("any_in(full, full.open)", F),
        ("any_listed(full, full.open)", NO_DATA),
        ("count_in(full) = 0", T),
        ("sum_in(full, full.amount) = 0", T),
        ("max_in(full, full.amount) = 0", NO_DATA),
    ],
    "listed": [
        ("in_feed(listed)", OUT),
        ("any_in(listed, listed.open)", OUT),
        ("count_in(listed) = 0", OUT),
        ("sum_in(listed, listed.amount) = 0", OUT),
        ("max_in(listed, listed.amount) = 0", OUT),
    ],
    "changes": [
        ("in_feed(changes)", F),
        ("any_in(changes, changes.open)", F),
        ("count_in(changes) = 0", T),
    ],
    "asset": [
        ("in_feed(asset)", UNAUTHORISED),
        ("any_in(asset, asset.open)", UNAUTHORISED),
        ("count_in(asset) = 0", UNAUTHORISED),
    ],
}


@pytest.mark.parametrize("unit", ["person", "household"])
@pytest.mark.parametrize("table", sorted(ABSENT_ROWS))
def test_absence_says_what_the_contract_says(table: str, unit: str) -> None:
    check_table(ABSENT_ROWS[table], home({}, [{}]), unit)


@pytest.mark.parametrize("reason", [NO_DATA, STALE, SILENT])
def test_silence_of_a_feed_that_is_not_live_is_unknown(reason: str) -> None:
    rows = [(formula, reason) for formula, _ in ABSENT_ROWS["full"]]
    check_table(rows, home({}, [{}], gaps={"full": RANKS[reason]}))


def test_a_reported_change_stays_known_when_the_feed_is_late() -> None:
    late = home({}, [{}], feeds={"changes": [{"open": True}]}, gaps={"changes": RANKS[STALE]})
    check_table([("any_in(changes, changes.open)", T), ("count_in(changes) = 1", STALE)], late)


def test_a_listed_person_is_known_and_the_unlisted_one_is_not() -> None:
    household = home(
        {}, TWO, feeds={"listed": [{"person": 1, "grade": "A", "amount": Decimal(10)}]}
    )
    check_table(
        [
            ("any_in(listed, listed.amount > 5)", T),
            ("any_in(listed, listed.amount > 50)", OUT),
            ("max_in(listed, listed.amount) = 10", OUT),
            ("any_member(max_in(listed, listed.amount) >= 10)", T),
            ("any_member(max_in(listed, listed.amount) >= 11)", OUT),
            ("any_member(max_in(listed, listed.amount, listed.grade = 'B') >= 1)", OUT),
        ],
        household,
    )
    alone = home({}, [{}], feeds={"listed": [{"grade": "A", "amount": Decimal(10)}]})
    check_table(
        [
            ("any_in(listed, listed.amount > 50)", F),
            ("sum_in(listed, listed.amount) = 10", T),
            ("sum_in(listed, listed.amount, listed.grade = 'B') = 0", OUT),
            ("count_in(listed, listed.grade = 'B') = 0", OUT),
        ],
        alone,
    )


def test_assets_are_compared_only_for_those_who_signed() -> None:
    rows = [{"person": 1, "amount": Decimal(9)}, {"person": 2, "amount": Decimal(8)}]
    household = home({}, TWO, feeds={"asset": rows}, authorised=[2])
    check_table(
        [
            ("any_in(asset, asset.amount = 9)", UNAUTHORISED),
            ("any_in(asset, asset.amount = 8)", T),
            ("any_in(asset, asset.amount = 7)", UNAUTHORISED),
            ("count_in(asset) = 1", UNAUTHORISED),
            ("any_member(in_feed(asset))", T),
            ("all_members(in_feed(asset))", UNAUTHORISED),
        ],
        household,
    )


def test_a_person_without_an_id_number_is_not_looked_up() -> None:
    nameless = home({}, [{"person_token": None}])
    check_table([("in_feed(full)", NO_DATA), ("any_in(changes, changes.open)", NO_DATA)], nameless)


def test_a_row_that_cannot_be_decided_keeps_the_answer_open() -> None:
    household = home({}, [{}], feeds={"full": [{"amount": None}, {"amount": Decimal(1)}]})
    check_table(
        [
            ("any_in(full, full.amount > 5)", NO_DATA),
            ("any_in(full, full.amount > 0)", T),
            ("count_in(full, full.amount > 0) = 1", NO_DATA),
            ("sum_in(full, full.amount) = 1", NO_DATA),
            ("max_in(full, full.amount) = 1", NO_DATA),
            ("count_in(full) = 2", T),
        ],
        household,
    )


def test_a_row_may_be_compared_with_its_person() -> None:
    household = home(
        {},
        [{"wage": Decimal(5)}, {"wage": Decimal(50)}],
        feeds={"full": [{"person": 1, "amount": Decimal(9)}, {"person": 2, "amount": Decimal(9)}]},
    )
    check_table(
        [
            ("any_member(any_in(full, full.amount > person.wage))", T),
            ("all_members(any_in(full, full.amount > person.wage))", F),
        ],
        household,
    )
