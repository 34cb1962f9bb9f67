"""The meaning of the rule language as small tables; every row holds on both evaluators."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bangfu.engine.rules.reference import Household
from tests.engine_kit import Rows, by_duckdb, by_reference, check_table, home, make_rule

T, F = "TRUE", "FALSE"
NO_DATA, OUT, STALE, SILENT, UNAUTHORISED = (
    "NO_DATA",
    "OUT_OF_COVERAGE",
    "STALE",
    "SILENT",
    "NOT_AUTHORISED",
)


FACTS: dict[str, Any] = {
    "kind": "X",
    "tags": ["P"],
    "size": 3,
    "income": Decimal("26400.00"),
    "spent": Decimal("0.01"),
    "ratio": Decimal("1.300000"),
    "safe": False,
    "seen_on": date(2026, 9, 30),
    "note": "张三3",
}

LOGIC: Rows = [
    ("household.safe", F),
    ("NOT household.safe", T),
    ("TRUE AND TRUE", T),
    ("FALSE AND unknown('STALE')", F),
    ("TRUE AND unknown('STALE')", STALE),
    ("TRUE OR unknown('STALE')", T),
    ("FALSE OR unknown('STALE')", STALE),
    ("NOT unknown('SILENT')", SILENT),
    ("unknown('NO_DATA') AND unknown('NOT_AUTHORISED')", UNAUTHORISED),
    ("(FALSE AND unknown('NOT_AUTHORISED')) OR unknown('NO_DATA')", NO_DATA),
    ("unknown('OUT_OF_COVERAGE') OR (TRUE AND unknown('STALE'))", STALE),
]

COMPARISON: Rows = [
    ("household.kind = 'X'", T),
    ("household.kind <> 'X'", F),
    ("household.kind IN ('Y', 'X')", T),
    ("household.kind NOT IN ('Y', 'Z')", T),
    ("household.size >= 3", T),
    ("household.size > 3", F),
    ("household.size < 3.000001", T),
    ("household.income BETWEEN 26400 AND 26400", T),
    ("household.income BETWEEN 26400.01 AND 30000", F),
    ("household.safe = FALSE", T),
    ("household.seen_on < DATE '2026-10-01'", T),
    ("household.seen_on = DATE '2026-09-30'", T),
    ("household.note = '张三3'", T),
    ("has(household.tags, 'P')", T),
    ("has(household.tags, 'Q')", F),
    ("count_of(household.tags) = 1", T),
]

MISSING: Rows = [
    ("household.safe", NO_DATA),
    ("NOT household.safe", NO_DATA),
    ("household.kind = 'X'", NO_DATA),
    ("household.kind <> 'X'", NO_DATA),
    ("household.kind IN ('X')", NO_DATA),
    ("household.kind NOT IN ('X')", NO_DATA),
    ("household.size > 0 OR household.size <= 0", NO_DATA),
    ("household.size BETWEEN 0 AND 9", NO_DATA),
    ("missing(household.size)", T),
    ("household.size IS NULL", T),
    ("household.size IS NOT NULL", F),
    ("coalesce(household.size, 0) = 0", T),
    ("has(household.tags, 'P')", NO_DATA),
    ("count_of(household.tags) = 0", NO_DATA),
    ("least(household.income, 1) = 1", NO_DATA),
    ("greatest(household.income, 1) = 1", NO_DATA),
    ("length(household.note) = 0", NO_DATA),
    ("household.income + 1 > 0", NO_DATA),
]

ARITHMETIC: Rows = [
    ("household.income / household.size = 8800", T),
    ("(household.income - household.spent) / household.size < 8800", T),
    ("(household.income + household.spent) / household.size > 8800", T),
    # Ten divided by three is 3.333333 to six decimals, not 3.3333333.
    ("10 / 3 = 3.333333", T),
    ("-10 / 3 = -3.333333", T),
    # Halves go away from zero at the sixth decimal.
    ("1 / 2000000 = 0.000001", T),
    ("-1 / 2000000 = -0.000001", T),
    ("1 / 2000001 = 0", T),
    ("0.0005 * 0.001 = 0.000001", T),
    ("-0.0005 * 0.001 = -0.000001", T),
    ("0.0004 * 0.001 = 0", T),
    # What is divided by zero in the data is unknown, whatever it is compared with.
    ("household.spent / (household.size - 3) > 0.5", NO_DATA),
    ("household.spent / (household.size - 3) <= 0.5", NO_DATA),
    ("NOT household.spent / (household.size - 3) > 0.5", NO_DATA),
    ("(household.size - 3) / (household.size - 3) = 0", NO_DATA),
    # Twelve digits before the point fit, thirteen are unknown, never an error.
    ("999999999999 + 0 = 999999999999", T),
    ("999999999999 + 1 > 0", NO_DATA),
    ("1000000 * 1000000 > 0", NO_DATA),
    ("999999 * 1000000 = 999999000000", T),
    ("household.ratio * 8800 = 11440", T),
    ("abs(0 - household.spent) = 0.01", T),
    ("-household.spent < 0", T),
    ("round2(1.005) = 1.01", T),
    ("round2(-1.005) = -1.01", T),
    ("round2(1.0049) = 1", T),
    ("least(3, 1, 2) = 1", T),
    ("greatest(3, 1, 2) = 3", T),
    ("CASE WHEN household.safe THEN 1 ELSE 2 END = 2", T),
    ("CASE WHEN unknown('STALE') THEN 1 ELSE 2 END = 2", STALE),
    ("CASE WHEN TRUE THEN 1 WHEN unknown('STALE') THEN 2 ELSE 3 END = 1", T),
]

DATES: Rows = [
    ("period() = '2026-10'", T),
    ("period_start() = DATE '2026-10-01'", T),
    ("period_end() = DATE '2026-10-31'", T),
    ("year_of(period_end()) = 2026", T),
    ("month_of(household.seen_on) = '2026-09'", T),
    ("month_of(household.seen_on) < period()", T),
    ("last_month() = '2026-09'", T),
    ("last_month() = months_before(period(), 1)", T),
    ("months_before(period(), 10) = '2025-12'", T),
    ("months_before(period(), 12) = '2025-10'", T),
    ("months_before(period(), 22) = '2024-12'", T),
    ("months_before(period(), 0) = period()", T),
    ("months_before(period(), -3) = '2027-01'", T),
    ("months_before(household.seen_on, 9) = '2025-12'", T),
    ("months_before(household.seen_on, household.size) = '2026-06'", T),
    ("months_before(period(), 0.5) = period()", NO_DATA),
    ("months_before(period(), 12316) = '1000-06'", T),
    ("months_before(period(), 12322) = '0999-12'", NO_DATA),
    ("months_before(period(), 999999999999) < period()", NO_DATA),
    ("months_before(period(), -999999999999) < period()", NO_DATA),
    ("days_between(household.seen_on, period_end()) = 31", T),
    ("days_between(period_end(), household.seen_on) = -31", T),
    ("months_between(DATE '2026-01-31', DATE '2026-02-28') = 0", T),
    ("months_between(DATE '2026-01-31', DATE '2026-03-31') = 2", T),
    ("months_between(DATE '2026-01-15', DATE '2026-02-14') = 0", T),
    ("months_between(DATE '2026-01-15', DATE '2026-02-15') = 1", T),
    ("months_between(DATE '2026-02-15', DATE '2026-01-15') = -1", T),
    ("months_between(DATE '2026-02-14', DATE '2026-01-15') = 0", T),
    ("age(DATE '2010-10-31') = 16", T),
    ("age(DATE '2010-11-01') = 15", T),
    ("age(DATE '2026-11-01') = -1", T),
    ("age(DATE '2008-02-29') = 18", T),
]

TEXTS: Rows = [
    ("length(household.note) = 3", T),
    ("digit_at(household.note, 3) = 3", T),
    ("digit_at(household.note, 1) = 1", NO_DATA),
    ("digit_at(household.note, 9) = 1", NO_DATA),
    ("digit_at(household.note, 0) = 1", NO_DATA),
    ("starts_with(household.note, '张')", T),
    ("starts_with(household.note, '三')", F),
    ("text_at(household.note, 2, 1) = '三'", T),
    ("text_at(household.note, 2, 9) = '三3'", T),
]

THRESHOLDS: Rows = [
    ("household.income < threshold('line')", F),
    ("household.spent < threshold('line')", T),
    ("threshold('line') = 8800", T),
    ("household.income > threshold('only_here')", NO_DATA),
]

TABLES = [
    ("logic", FACTS, LOGIC),
    ("comparison", FACTS, COMPARISON),
    ("missing", {}, MISSING),
    ("arithmetic", FACTS, ARITHMETIC),
    ("dates", FACTS, DATES),
    ("texts", FACTS, TEXTS),
    ("thresholds", FACTS, THRESHOLDS),
]


@pytest.mark.parametrize(("facts", "rows"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_each_formula_means_what_the_table_says(facts: dict[str, Any], rows: Rows) -> None:
    check_table(rows, home(facts))


def test_a_threshold_of_another_county_is_taken_there() -> None:
    there = home({**FACTS, "region_code": "990102100001"})
    check_table(
        [("threshold('line') = 7000", T), ("household.income > threshold('only_here')", T)], there
    )


MEMBERS = [
    {"role": "HEAD", "birth_on": date(1980, 5, 1), "wage": Decimal("100.50"), "insured": True},
    {"role": "CHILD", "birth_on": date(2015, 9, 1), "wage": Decimal("0.00"), "insured": None},
    {"role": "CHILD", "birth_on": date(2020, 9, 1), "wage": Decimal("0.00"), "insured": True},
]

MEMBER_ROWS: Rows = [
    ("any_member(person.role = 'HEAD')", T),
    ("any_member(NOT person.insured)", NO_DATA),
    ("any_member(person.insured)", T),
    ("all_members(person.insured)", NO_DATA),
    ("all_members(person.role = 'HEAD')", F),
    ("count_members(person.role = 'CHILD') = 2", T),
    ("count_members(person.insured) = 2", NO_DATA),
    ("sum_members(person.wage) = 100.50", T),
    ("sum_members(person.months) = 0", NO_DATA),
    ("sum_members_where(person.wage, person.role = 'HEAD') = 100.5", T),
    ("sum_members_where(person.wage, person.insured) = 100.5", NO_DATA),
    ("max_members(age(person.birth_on)) = 46", T),
    ("min_members(person.birth_on) = DATE '1980-05-01'", T),
    ("distinct_members(person.role) = 2", T),
    ("distinct_members(person.months) = 0", T),
    ("count_members(TRUE) = household.size", T),
    ("any_member(person.wage > household.income)", F),
]

NOBODY_ROWS: Rows = [
    ("any_member(TRUE)", F),
    ("all_members(FALSE)", NO_DATA),
    ("count_members(TRUE) = 0", T),
    ("sum_members(person.wage) = 0", T),
    ("max_members(person.wage) = 0", NO_DATA),
    ("distinct_members(person.role) = 0", T),
]


def test_member_aggregates_follow_the_table() -> None:
    check_table(MEMBER_ROWS, home(FACTS, MEMBERS))


def test_a_household_without_members_never_matches_out_of_emptiness() -> None:
    check_table(NOBODY_ROWS, home(FACTS, []))


def test_a_field_used_twice_in_the_input_is_counted() -> None:
    rule = make_rule("times_used(person.code) > 1", unit="person")
    households = [
        home(FACTS, [{"code": "same"}, {"code": "own"}, {}], key="h1"),
        home(FACTS, [{"code": "same"}], key="h2"),
    ]
    uses = {("person", "code"): {"same": 2, "own": 1}}
    with_uses = [
        Household(h.household, h.members, h.feeds, h.gaps, h.authorised, uses) for h in households
    ]
    compiled = by_duckdb([rule], households)
    assert compiled["probe", "h1"] == by_reference(rule, with_uses[0]) == T
    assert compiled["probe", "h2"] == by_reference(rule, with_uses[1]) == T
    alone = by_duckdb([make_rule("times_used(person.code) > 2", unit="person")], households)
    assert alone["probe", "h2"] == F
