"""Random rules over every operator and random households: the SQL says what the reference says.

200 rules × 50 households in each run; `make prove` raises BANGFU_PROVE_RULES and keeps the seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlglot import exp

from bangfu.engine.comparison.reasons import RANKS
from bangfu.engine.errors import FormulaError
from bangfu.engine.rules import build as b
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.lowering import DuckDbLowering
from bangfu.engine.rules.reference import Household
from bangfu.engine.rules.rule import Rule
from tests.engine_kit import by_duckdb, by_reference, home, make_rule

RULES_AT_ONCE = 20
HOUSEHOLDS = 50
EXAMPLES = max(1, int(os.environ.get("BANGFU_PROVE_RULES", "200")) // RULES_AT_ONCE)
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))

FEEDS = ("full", "listed", "changes", "asset")
REASONS = ("NO_DATA", "OUT_OF_COVERAGE", "STALE", "SILENT", "NOT_AUTHORISED")


class Grammar:
    """Writes random formulas; `rows` is the feed whose columns are in reach, if any."""

    def __init__(self, source: random.Random) -> None:
        self.pick = source.choice
        self.source = source

    def boolean(self, depth: int, unit: str, rows: str | None = None) -> str:
        if depth <= 0:
            return self.leaf(0, unit, rows)
        kind = self.source.randrange(10)
        if kind < 2:
            return f"NOT ({self.boolean(depth - 1, unit, rows)})"
        if kind < 5:
            word = self.pick([" AND ", " OR "])
            parts = [self.boolean(depth - 1, unit, rows) for _ in range(self.pick([2, 3]))]
            return word.join(f"({part})" for part in parts)
        return self.leaf(depth, unit, rows)

    def leaf(self, depth: int, unit: str, rows: str | None) -> str:
        makers = [self.compared, self.compared, self.coded, self.tested, self.dated]
        if rows is None and depth > 0:
            makers += [self.fed, self.fed]
            if unit == "household":
                makers += [self.membered, self.membered]
        return self.pick(makers)(depth, unit, rows)

    def compared(self, depth: int, unit: str, rows: str | None) -> str:
        op = self.pick(["=", "<>", "<", "<=", ">", ">="])
        left, right = (self.yuan(depth, unit, rows) for _ in range(2))
        if self.source.random() < 0.2:
            return f"{left} BETWEEN {right} AND {self.yuan(0, unit, rows)}"
        return f"{left} {op} {right}"

    def yuan(self, depth: int, unit: str, rows: str | None) -> str:
        fields = ["household.income", "household.spent", "threshold('line')", "8800", "0.01"]
        if unit == "person":
            fields.append("person.wage")
        if rows:
            fields.append(f"{rows}.amount")
        if depth <= 0:
            return self.pick(fields)
        inner = [self.yuan(depth - 1, unit, rows) for _ in range(2)]
        return self.pick(
            [
                f"({inner[0]} + {inner[1]})",
                f"({inner[0]} - {inner[1]})",
                f"({inner[0]} * {self.pure(unit)})",
                f"({inner[0]} / {self.pure(unit)})",
                f"(-{inner[0]})",
                f"abs({inner[0]})",
                f"round2({inner[0]})",
                f"least({inner[0]}, {inner[1]})",
                f"greatest({inner[0]}, {inner[1]})",
                f"coalesce({inner[0]}, {inner[1]})",
                f"CASE WHEN {self.leaf(0, unit, rows)} THEN {inner[0]} ELSE {inner[1]} END",
            ]
        )

    def pure(self, unit: str) -> str:
        return self.pick(["3", "7", "0.000001", "-2.5", "household.ratio", "999999"])

    def coded(self, depth: int, unit: str, rows: str | None) -> str:
        choices = [
            "household.kind = 'X'",
            "household.kind <> 'Y'",
            "household.kind IN ('X', 'Z')",
            "household.kind NOT IN ('X')",
            "has(household.tags, 'P')",
            "count_of(household.tags) >= 1",
        ]
        if unit == "person":
            choices += ["person.role = 'CHILD'", "person.role IN ('HEAD')"]
        if rows:
            choices += [f"{rows}.grade IN ('C', 'D')", f"{rows}.grade = 'A'"]
        return self.pick(choices)

    def tested(self, depth: int, unit: str, rows: str | None) -> str:
        choices = [
            "household.safe",
            "household.safe = FALSE",
            "missing(household.income)",
            "household.seen_on IS NOT NULL",
            f"unknown('{self.pick(REASONS)}')",
            "TRUE",
            "household.size > 2",
            "starts_with(household.note, '张')",
            "digit_at(household.note, 2) > 4",
            "length(household.note) = 2",
            "text_at(household.note, 1, 1) = '张'",
        ]
        if unit == "person":
            choices += ["person.insured", "missing(person.wage)", "person.months >= 6"]
        if rows:
            choices += [f"{rows}.open", f"missing({rows}.amount)", f"{rows}.month = period()"]
        return self.pick(choices)

    def dated(self, depth: int, unit: str, rows: str | None) -> str:
        days = ["household.seen_on", "period_end()", "period_start()", "DATE '2024-02-29'"]
        if unit == "person":
            days.append("person.birth_on")
        if rows:
            days.append(f"{rows}.on_day")
        first, second = self.pick(days), self.pick(days)
        return self.pick(
            [
                f"{first} < {second}",
                f"months_between({first}, {second}) >= {self.pick(['0', '-1', '1', '18', '33'])}",
                f"days_between({first}, {second}) > {self.pick(['0', '-31', '30'])}",
                f"age({first}) BETWEEN 6 AND 15",
                f"year_of({first}) = 2026",
                f"month_of({first}) <= period()",
            ]
        )

    def fed(self, depth: int, unit: str, rows: str | None) -> str:
        table = self.pick(FEEDS)
        condition = self.boolean(depth - 1, unit, table)
        amount = self.yuan(depth - 1, unit, table)
        return self.pick(
            [
                f"in_feed({table})",
                f"any_in({table}, {condition})",
                f"any_listed({table}, {condition})",
                f"count_in({table}, {condition}) >= {self.pick(['0', '1', '2'])}",
                f"count_in({table}) = 1",
                f"sum_in({table}, {amount}, {condition}) > 8800",
                f"max_in({table}, {table}.amount, {condition}) >= threshold('line')",
                f"min_in({table}, {table}.on_day) < period_start()",
                f"max_in({table}, {table}.grade) IN ('C', 'D')",
            ]
        )

    def membered(self, depth: int, unit: str, rows: str | None) -> str:
        condition = self.boolean(depth - 1, "person")
        amount = self.yuan(depth - 1, "person", None)
        return self.pick(
            [
                f"any_member({condition})",
                f"all_members({condition})",
                f"count_members({condition}) <= {self.pick(['0', '1', 'household.size'])}",
                f"sum_members({amount}) > 0",
                f"sum_members_where({amount}, {condition}) < threshold('line')",
                "max_members(age(person.birth_on)) > 59",
                "min_members(person.wage) = 0",
                "distinct_members(person.role) = 2",
            ]
        )


def random_rules(source: random.Random) -> Iterator[Rule]:
    """Rules by the grammar; the few that are too large or mix units are written anew."""
    grammar, made = Grammar(source), 0
    while made < RULES_AT_ONCE:
        unit = source.choice(["household", "person"])
        try:
            text = grammar.boolean(source.choice([1, 2, 3]), unit)
            yield make_rule(text, unit=unit, rule_id=f"r{made}")
        except FormulaError as refused:
            assert refused.code in ("E-RULE-TOO-LARGE", "E-RULE-UNIT"), f"{refused} in {text}"  # noqa: PT017
            continue
        made += 1


MONEY = [None, Decimal("0.00"), Decimal("8799.99"), Decimal("8800.00"), Decimal("-0.01"),
         Decimal("26400.00"), Decimal("999999999999.99"), Decimal("0.05")]  # fmt: skip
DAYS = [None, date(2026, 10, 31), date(2024, 2, 29), date(2011, 10, 31), date(2010, 11, 1),
        date(2025, 4, 30), date(1950, 1, 31), date(2026, 11, 1)]  # fmt: skip
TRUTHS = [None, True, False]


def random_home(source: random.Random, index: int, gaps: dict[str, int]) -> Household:
    """A household with up to four members, every field now and then missing."""
    pick = source.choice
    household = {
        "region_code": pick(["990101100001", "990102100002"]),
        "kind": pick([None, "X", "Y", "Z"]),
        "tags": pick([None, [], ["P"], ["P", "Q"]]),
        "size": pick([None, 0, 1, 3]),
        "income": pick(MONEY),
        "spent": pick(MONEY),
        "ratio": pick([None, Decimal("1.300000"), Decimal("0.000000"), Decimal("-0.333333")]),
        "safe": pick(TRUTHS),
        "seen_on": pick(DAYS),
        "note": pick([None, "", "张3", "3张", "张三9"]),
    }
    members: list[dict[str, Any]] = []
    for _ in range(pick([0, 1, 1, 2, 4])):
        member: dict[str, Any] = {
            "role": pick([None, "HEAD", "CHILD"]),
            "birth_on": pick(DAYS),
            "wage": pick(MONEY),
            "months": pick([None, 0, 6, 12]),
            "insured": pick(TRUTHS),
        }
        if source.random() < 0.1:
            member["person_token"] = None
        members.append(member)
    feeds: dict[str, list[dict[str, Any]]] = {}
    for table in FEEDS:
        usable = not gaps[table] or table == "changes"
        for number in range(1, len(members) + 1) if usable else ():
            for _ in range(pick([0, 0, 1, 2])):
                feeds.setdefault(table, []).append(
                    {
                        "person": number,
                        "grade": pick([None, "A", "B", "C", "D"]),
                        "amount": pick(MONEY),
                        "on_day": pick(DAYS),
                        "open": pick(TRUTHS),
                        "month": pick([None, "2026-10", "2026-09"]),
                    }
                )
    signed = [n for n, m in enumerate(members, start=1) if "person_token" not in m]
    authorised = [number for number in signed if source.random() < 0.5]
    return home(
        household, members, feeds=feeds, gaps=gaps, authorised=authorised, key=f"h{index:03d}"
    )


def random_homes(source: random.Random) -> list[Household]:
    """Fifty households of one county and month, so with one state of each feed."""
    states = [0, 0, RANKS["NO_DATA"], RANKS["STALE"], RANKS["SILENT"]]
    gaps = {table: source.choice(states) for table in FEEDS}
    return [random_home(source, index, gaps) for index in range(HOUSEHOLDS)]


def disagreements(
    source: random.Random, lowering: type[DuckDbLowering] = DuckDbLowering
) -> list[tuple[str, str, str, str]]:
    """(rule, household, reference, DuckDB) wherever the two differ."""
    rules, households = list(random_rules(source)), random_homes(source)
    compiled = by_duckdb(rules, households, lowering)
    found = []
    for rule in rules:
        for household in households:
            key = str(household.household["household_id"])
            expected, said = by_reference(rule, household), compiled[rule.id, key]
            if expected != said:
                found.append((str(rule.when), key, expected, said))
    return found


@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.explicit, Phase.generate],
)
@given(number=st.integers(min_value=0, max_value=2**63))
def test_duckdb_says_what_the_reference_says(number: int) -> None:
    assert disagreements(random.Random(number)) == []


class FloatDivision(DuckDbLowering):
    """Division as DuckDB does it by itself: in binary floats, infinite by zero."""

    def divide(self, left: Sql, right: Sql) -> Sql:
        return b.binary(exp.Div, left, right)


class SkippingLeast(DuckDbLowering):
    """least and greatest that skip what is missing."""

    def _extreme(self, name: str, *items: Sql) -> Sql:
        return b.call(name, *items)


class CalendarMonths(DuckDbLowering):
    """Months counted by crossing calendar months."""

    def _full_months(self, start: Sql, end: Sql) -> Sql:
        return b.call("date_diff", b.value("month"), start, end)


class MissingIsFalse(DuckDbLowering):
    """A comparison with a missing value taken as false."""

    def _compare(self, node: Any) -> Sql:
        return b.coalesce(super()._compare(node), exp.false())


class LenientCase(DuckDbLowering):
    """CASE that falls through where a condition is open."""

    def _case(self, node: Any) -> Sql:
        branches = [(self.value(c), self.value(r)) for c, r in node.branches]
        return b.case(*branches, default=self.value(node.default))


class OtherReason(DuckDbLowering):
    """The least reason told instead of the greatest."""

    def _worst(self, parts: Any) -> Sql:
        return b.value(1)


PLANTED = [FloatDivision, SkippingLeast, CalendarMonths, MissingIsFalse, LenientCase, OtherReason]


@pytest.mark.parametrize("planted", PLANTED, ids=[wrong.__name__ for wrong in PLANTED])
def test_a_wrong_lowering_is_caught(planted: type[DuckDbLowering]) -> None:
    assert any(disagreements(random.Random(number), planted) for number in range(40))
