"""What each clause of a rule says about a case, by the reference evaluator."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.engine.packs.cases import read_facts
from bangfu.engine.packs.model import Case, Pack
from bangfu.engine.rules.decide import UnitResult, evaluate
from bangfu.engine.rules.layout import compared
from bangfu.engine.rules.nodes import Node
from bangfu.engine.rules.render import renderers
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import show


@dataclass(frozen=True)
class TracedClause:
    """One clause on one case: `outcome` TRUE, FALSE or the reason why it is open; `member` the
    number of the member it speaks of (1 is the first), 0 for the household; both sides as read."""

    member: int
    outcome: str
    text: str
    value: str | None
    threshold: str | None


def trace(pack: Pack, case: Case, language: str) -> tuple[TracedClause, ...]:
    """Return the clauses of the case's rule in "zh" or "en", member by member."""
    facts = read_facts(case, pack.catalog)
    rule = pack.rule(case.rule_id, facts.period.last_day)
    result = evaluate(rule, facts.household, facts.world(pack))
    return tuple(
        clause
        for number, unit in enumerate(result.units, start=1)
        for clause in _clauses(pack, rule, unit, number if rule.unit == "person" else 0, language)
    )


def _clauses(
    pack: Pack, rule: Rule, unit: UnitResult, member: int, language: str
) -> list[TracedClause]:
    render = renderers(pack)[language]

    def side(node: Node | None, value: object) -> str | None:
        return None if node is None else show(value, node.type, language, pack.catalog)

    told = []
    for (node, negated), found in zip(rule.signed_clauses, unit.clauses, strict=True):
        left, right = compared(node)
        truth = found.outcome.not_() if negated else found.outcome
        told.append(
            TracedClause(
                member=member,
                outcome=found.reason or truth.value,
                text=render.clause(node, negated),
                value=side(left, found.value),
                threshold=side(right, found.threshold),
            )
        )
    return told
