"""What is said to change a result does change it: the told change is applied and decided anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from bangfu.engine import packs
from bangfu.engine.packs import Pack
from bangfu.engine.packs.cases import Facts, read_facts
from bangfu.engine.packs.model import Case
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.change_texts import ChangeTeller
from bangfu.engine.rules.changing import Turn, causes, turn_of, turning
from bangfu.engine.rules.decide import contexts_of, evaluate
from bangfu.engine.rules.reference import Context, Household, evaluate_node
from bangfu.engine.rules.render import renderers
from bangfu.engine.rules.rule import Rule
from bangfu.engine.runs.owed import FeedsOwed
from bangfu.standards.paths import packs_root
from tests.proof.agreement import Batch
from tests.proof.catalog import WORLD
from tests.proof.planted import rewrite


@cache
def national() -> Pack:
    return packs.load(packs_root() / "national")


def units() -> Iterator[tuple[Rule, Context]]:
    """Rules of the national pack on their cases, and of the proof on its households."""
    pack = national()
    for case in pack.cases:
        facts = read_facts(case, pack.catalog)
        rule = pack.rule(case.rule_id, facts.period.last_day)
        for context in contexts_of(rule.unit, facts.household, facts.world(pack)):
            yield rule, context
    batch = Batch(7, rules=30, households=10)
    for rule in batch.made:
        for home in batch.homes:
            for context in contexts_of(rule.unit, home, WORLD):
                yield rule, context


def with_truths(node: n.Node, truths: dict[n.Node, bool | None]) -> n.Node:
    """The condition with its clauses replaced by what they are said to be."""
    match node:
        case n.And(items=items):
            return n.And(tuple(with_truths(item, truths) for item in items))
        case n.Or(items=items):
            return n.Or(tuple(with_truths(item, truths) for item in items))
        case n.Not(item=item):
            return n.Not(with_truths(item, truths))
        case _:
            truth = truths[node]
            return n.Unknown("NO_DATA") if truth is None else n.Literal(truth, n.BOOLEAN)


def test_the_clauses_that_are_said_to_turn_a_rule_turn_it_and_fewer_do_not() -> None:
    seen = 0
    for rule, context in units():
        now = evaluate_node(rule.condition, context).value
        truths: dict[n.Node, bool | None] = {
            clause: evaluate_node(clause, context).value for clause in rule.clauses
        }
        if now is None or len(truths) > 8:
            continue
        for chosen in turning(rule.condition, truths, not now):
            for size in range(len(chosen) + 1):
                for some in combinations(chosen, size):
                    # Each chosen clause becomes what it was not; an open one may become either.
                    outcomes = {
                        evaluate_node(with_truths(rule.condition, turned), context).value
                        for turned in _turned(truths, some)
                    }
                    if size == len(chosen):
                        assert (not now) in outcomes, rule.id
                    else:
                        assert (not now) not in outcomes, rule.id
                    seen += 1
    assert seen > 1000


def _turned(
    truths: dict[n.Node, bool | None], some: tuple[n.Node, ...]
) -> Iterator[dict[n.Node, bool | None]]:
    made = [dict(truths)]
    for clause in some:
        options = [True, False] if truths[clause] is None else [not truths[clause]]
        made = [{**one, clause: option} for one in made for option in options]
    yield from made


def step(value: Any) -> Any:
    """The smallest step of a number or a date; months have none here."""
    return timedelta(1) if isinstance(value, date) else Decimal("0.000001")


def held(clause: n.Node, turn: Turn, value: Any) -> n.Node:
    """The clause with the fact replaced by a value."""
    fixed = n.Literal(value, turn.fact.type)
    return rewrite(clause, lambda node: fixed if node == turn.fact else node)


def at_and_before(turn: Turn) -> tuple[Any, Any]:
    """The first value at which it is said to turn, and the last before."""
    limit = turn.limit_value
    inside = step(limit)
    return {
        ">=": lambda: (limit, limit - inside),
        ">": lambda: (limit + inside, limit),
        "<=": lambda: (limit, limit + inside),
        "<": lambda: (limit - inside, limit),
        "=": lambda: (limit, limit + inside),
        "<>": lambda: (limit + inside, limit),
    }[turn.op]()


def test_a_comparison_turns_exactly_where_it_is_said_to() -> None:
    seen = 0
    for rule, context in units():
        for clause in rule.clauses:
            turn = turn_of(clause, context)
            if turn is None or not isinstance(turn.limit_value, Decimal | date):
                continue
            if isinstance(turn.limit_value, bool) or _shared(turn):
                continue
            now = evaluate_node(clause, context).value
            try:
                at, before = at_and_before(turn)
            except OverflowError:
                continue
            assert evaluate_node(held(clause, turn, at), context).value is not now
            assert evaluate_node(held(clause, turn, before), context).value is now
            seen += 1
    assert seen > 300


def _shared(turn: Turn) -> bool:
    """Whether the fact stands in the limit too, or is the literal of the limit."""
    return any(part == turn.fact for part in n.walk(turn.limit))


def told(case: Case, language: str = "zh") -> str | None:
    pack = national()
    facts = read_facts(case, pack.catalog)
    rule = pack.rule(case.rule_id, facts.period.last_day)
    result = evaluate(rule, facts.household, facts.world(pack))
    contexts = contexts_of(rule.unit, facts.household, facts.world(pack))
    same = [
        context
        for unit, context in zip(result.units, contexts, strict=True)
        if unit.outcome is result.outcome
    ]
    states = {"medical_claim": {"period": "2026-06"}}
    owed = FeedsOwed(pack.catalog, "2026-09", states)
    return ChangeTeller(renderers(pack)[language], owed.describe).rule(rule, same)


def case_of(rule_id: str, expect: str, reason: str = "") -> Case:
    return next(
        case
        for case in national().cases
        if (case.rule_id, case.expect) == (rule_id, expect)
        and (not reason or case.reason == reason)
    )


def test_an_income_below_the_line_is_told_with_the_gap_and_where_it_ends() -> None:
    case = case_of("income_below_line", "TRUE")
    # 40,000 − 5,000 over four people is 8,750; the line of the county is 8,800.
    assert (
        "人均筛查收入为 8,750 元/人，低于 收入监测线（人均） 8,800 元/人，差 50 元/人；"
        "达到 8,800 元/人即不再符合"
    ) in (told(case) or "")
    assert "any one of these is enough" in (told(case, "en") or "")


def test_what_is_told_ends_the_hint_when_it_comes_true_in_the_data() -> None:
    pack, case = national(), case_of("income_below_line", "TRUE")
    facts = read_facts(case, pack.catalog)
    rule = pack.rule("income_below_line")
    # 50 yuan a head for four people: 200 yuan more, to the cent.
    assert outcome(pack, rule, facts, net_income=Decimal("40200.00")) == "FALSE"
    assert outcome(pack, rule, facts, net_income=Decimal("40199.99")) == "TRUE"
    assert outcome(pack, rule, facts, risk_status="CLEARED") == "FALSE"


def outcome(pack: Pack, rule: Rule, facts: Facts, **changed: Any) -> str:
    home: Household = facts.household
    moved = replace(home, household={**home.household, **changed})
    return evaluate(rule, moved, facts.world(pack)).outcome.value


def test_what_is_missing_is_told_with_who_owes_it() -> None:
    late = told(case_of("medical_lifted", "UNKNOWN", "STALE")) or ""
    assert late.startswith("补齐以下资料后可以判断：医保局《")
    assert late.endswith("》2026-09未到，现有为2026-06")
    assert "户信息缺少家庭纯收入" in (
        told(case_of("income_below_line", "UNKNOWN", "NO_DATA")) or ""
    )
    unsigned = told(case_of("vehicle_owned", "UNKNOWN", "NOT_AUTHORISED")) or ""
    assert "未签核对授权" in unsigned


def test_a_boolean_is_told_the_other_way_round() -> None:
    assert (told(case_of("water_unsafe", "TRUE")) or "").endswith("饮水安全：是")
    assert (told(case_of("water_unsafe", "FALSE")) or "").endswith("饮水安全：否")


def test_every_rule_of_the_national_pack_says_what_would_change_it() -> None:
    for case in national().cases:
        for language in ("zh", "en"):
            assert told(case, language), (case.rule_id, case.name)


def test_of_an_open_formula_something_is_always_named() -> None:
    for rule, context in units():
        if evaluate_node(rule.condition, context).is_unknown:
            assert causes(rule.condition, context), rule.id


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_a_change_exists(language: str) -> None:
    """All clauses of all rules can be told, whatever they are made of."""
    render = renderers(national())[language]
    owed = FeedsOwed(national().catalog, "2026-10", {})
    teller = ChangeTeller(render, owed.describe)
    pack = national()
    for case in pack.cases[::3]:
        facts = read_facts(case, pack.catalog)
        rule = pack.rule(case.rule_id, facts.period.last_day)
        for context in contexts_of(rule.unit, facts.household, facts.world(pack)):
            for clause, negated in rule.signed_clauses:
                assert teller.clause(clause, negated, context)
