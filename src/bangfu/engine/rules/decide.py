"""A rule on one household by the reference evaluator: outcome, reason, persons, clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.rules.layout import compared
from bangfu.engine.rules.reference import (
    Context,
    Household,
    Value,
    World,
    evaluate_node,
    kleene_any,
)
from bangfu.engine.rules.rule import Rule
from bangfu.kernel.decision import Decision


@dataclass(frozen=True)
class ClauseResult:
    """One clause: its truth, why unknown, and the two sides that were compared."""

    outcome: Decision
    reason: str | None
    value: Any
    threshold: Any


@dataclass(frozen=True)
class UnitResult:
    """A rule on one unit: the household (`person_id` None) or one member."""

    person_id: str | None
    outcome: Decision
    reason: str | None
    clauses: tuple[ClauseResult, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class RuleResult:
    """A rule on a household: true if it holds for one unit, else unknown if open for one."""

    rule_id: str
    outcome: Decision
    reason: str | None
    units: tuple[UnitResult, ...]


def contexts_of(unit: str, household: Household, world: World) -> Sequence[Context]:
    """Return where a formula about a household or about each of its members is evaluated."""
    if unit == "household":
        return [Context(world, household)]
    return [Context(world, household, member=member) for member in household.members]


def evaluate(rule: Rule, household: Household, world: World) -> RuleResult:
    """Decide a rule for a household and explain every clause of it."""
    return evaluate_in(rule, contexts_of(rule.unit, household, world))


def evaluate_in(rule: Rule, contexts: Sequence[Context]) -> RuleResult:
    """Decide a rule for the household or the members that the contexts are of."""
    units = tuple(_unit(rule, context) for context in contexts)
    whole = kleene_any([evaluate_node(rule.condition, context) for context in contexts])
    return RuleResult(rule.id, _decision(whole), _reason(whole), units)


def _unit(rule: Rule, context: Context) -> UnitResult:
    whole = evaluate_node(rule.condition, context)
    clauses = []
    for clause in rule.clauses:
        found = evaluate_node(clause, context)
        sides = [side and evaluate_node(side, context).value for side in compared(clause)]
        clauses.append(ClauseResult(_decision(found), _reason(found), *sides))
    values = {name: evaluate_node(node, context).value for name, node in rule.values.items()}
    person_id = None if context.member is None else str(context.member["person_id"])
    return UnitResult(person_id, _decision(whole), _reason(whole), tuple(clauses), values)


def _decision(value: Value) -> Decision:
    return Decision.of(value.value)


def _reason(value: Value) -> str | None:
    return NAMES[value.reason] if value.is_unknown else None
