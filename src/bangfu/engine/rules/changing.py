"""What would change a result: which clauses must turn, where each turns, what data are missing.

Only what is certain is said. A clause turns at a stated value where it compares one; else its
opposite is told. Which clauses must turn follows from AND, OR and NOT alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.reference import Context, Value, evaluate_node

Truths = Mapping[n.Node, bool | None]
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITES = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Turn:
    """Where a comparison turns: `fact` is the side that may change, `op` and `limit` what must be
    true of it for the clause to turn, `value` and `limit_value` what they are now."""

    fact: n.Node
    op: str
    limit: n.Node
    value: Any
    limit_value: Any


@dataclass(frozen=True)
class Cause:
    """Why something is unknown. `kind` field, threshold, feed, row, stated or value; `name` a
    column, a threshold or a table; `table` where a field stands; `member` its person_id."""

    kind: str
    name: str
    reason: str
    table: str = ""
    member: str | None = None


def turn_of(clause: n.Node, context: Context) -> Turn | None:
    """Return where a comparison with known sides turns; None for other clauses."""
    if not isinstance(clause, n.Compare):
        return None
    fact, limit, op = clause.left, clause.right, clause.op
    if _is_fixed(fact) and not _is_fixed(limit):
        fact, limit, op = limit, fact, _MIRRORED[op]
    found = [evaluate_node(side, context) for side in (fact, limit)]
    if any(side.is_unknown for side in found):
        return None
    holds = evaluate_node(clause, context).value
    wanted = _OPPOSITES[op] if holds else op
    return Turn(fact, wanted, limit, found[0].value, found[1].value)


def _is_fixed(node: n.Node) -> bool:
    """Whether nothing of a household stands in it: a literal, a threshold, the month."""
    facts = n.Field | n.FeedAggregate | n.MemberAggregate | n.TimesUsed
    return not any(isinstance(part, facts) for part in n.walk(node))


def turning(condition: n.Node, truths: Truths, wanted: bool) -> tuple[tuple[n.Node, ...], ...]:
    """Return every smallest set of clauses of which all must turn for the condition to become
    true (or false), those of the fewest clauses first.

    `truths` is what each clause is now; an open clause may become either. A condition that is
    already so gives one empty set.
    """
    found = _sets(condition, truths, wanted)
    small = [one for one in found if not any(other < one for other in found)]
    order = {clause: index for index, clause in enumerate(truths)}
    ranked = sorted(small, key=lambda one: (len(one), sorted(order[clause] for clause in one)))
    return tuple(tuple(sorted(one, key=order.__getitem__)) for one in ranked)


_MOST_SETS = 64


def _sets(node: n.Node, truths: Truths, wanted: bool) -> set[frozenset[n.Node]]:
    match node:
        case n.Not(item=item):
            return _sets(item, truths, not wanted)
        case n.And(items=items) | n.Or(items=items):
            parts = [_sets(item, truths, wanted) for item in items]
            all_needed = isinstance(node, n.And) == wanted
            return _every(parts) if all_needed else set().union(*parts)
        case _:
            return {frozenset()} if truths[node] is wanted else {frozenset((node,))}


def _every(parts: Sequence[set[frozenset[n.Node]]]) -> set[frozenset[n.Node]]:
    """One set of each part together; the smaller ones where there are too many."""
    made: set[frozenset[n.Node]] = {frozenset()}
    for part in parts:
        made = {first | second for first in made for second in part}
        if len(made) > _MOST_SETS:
            made = set(sorted(made, key=len)[:_MOST_SETS])
    return made


def causes(node: n.Node, context: Context) -> tuple[Cause, ...]:
    """Return what is missing where a formula is unknown, each once; nothing where it is known."""
    return tuple(dict.fromkeys(_causes(node, context, evaluate_node(node, context))))


def _causes(node: n.Node, context: Context, found: Value) -> list[Cause]:
    if not found.is_unknown:
        return []
    reason = NAMES[found.reason]
    member = None if context.member is None else str(context.member["person_id"])
    match node:
        case n.Field(scope=scope, name=name):
            return [Cause("field", name, reason, scope, None if scope == "household" else member)]
        case n.Threshold(name=name):
            return [Cause("threshold", name, reason)]
        case n.Unknown():
            return [Cause("stated", "", reason)]
        case n.Case():
            return _of_case(node, context)
        case n.FeedAggregate():
            return [Cause("feed", node.table, reason, node.table, member)]
        case n.MemberAggregate():
            return _of_members(node, context)
        case _:
            inside = [part for child in n.children(node) for part in causes(child, context)]
            # Everything is known and yet there is no value: divided by zero, too large, no digit.
            return inside or [Cause("value", "", reason)]


def _of_case(node: n.Case, context: Context) -> list[Cause]:
    for condition, value in node.branches:
        decided = evaluate_node(condition, context)
        if decided.is_unknown:
            return list(causes(condition, context))
        if decided.value:
            return list(causes(value, context)) or [Cause("stated", "", "NO_DATA")]
    return list(causes(node.default, context))


def _of_members(node: n.MemberAggregate, context: Context) -> list[Cause]:
    found: list[Cause] = []
    for member in context.home.members:
        inner = Context(context.world, context.home, member=member)
        for part in n.children(node):
            found += causes(part, inner)
    return found or [Cause("value", "", "NO_DATA")]
