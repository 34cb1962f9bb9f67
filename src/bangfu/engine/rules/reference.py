"""The reference evaluator: one household, in plain Python, explaining every clause.

It is the meaning of the language. The SQL compiler is judged by it, never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from bangfu.engine.comparison.reasons import (
    LISTS,
    NO_DATA,
    NOT_AUTHORISED,
    OUT_OF_COVERAGE,
    RANKS,
)
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules import scalars
from bangfu.kernel.period import Period

Row = Mapping[str, Any]


class Value(NamedTuple):
    """A value, or None with the rank of the reason why it is unknown."""

    value: Any
    reason: int = 0

    @property
    def is_unknown(self) -> bool:
        """Whether there is no value."""
        return self.value is None


def unknown(reason: int = NO_DATA) -> Value:
    """Return the unknown value."""
    return Value(None, reason)


@dataclass(frozen=True)
class Household:
    """One household as the engine sees it.

    `feeds` table → usable rows with `person_token` (rows of live periods only); `gaps` table →
    0 where the feed is live for the county, else the rank of the reason; `authorised` tokens with
    a live authorisation; `uses` (scope, field) → value → number of rows in the whole input.
    """

    household: Row
    members: Sequence[Row] = ()
    feeds: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    gaps: Mapping[str, int] = field(default_factory=dict)
    authorised: frozenset[str] = frozenset()
    uses: Mapping[tuple[str, str], Mapping[Any, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """What all households of a run share: the month, the tables, the thresholds by region."""

    period: Period
    catalog: Catalog
    threshold: Callable[[str, str], Any]
    """(name, region code) → value in force at the period's end, or None."""


@dataclass(frozen=True)
class Context:
    """Where an expression stands: its household, and the member or feed row if there is one.

    `known` keeps what was worked out for the named and counted parts of formulas, by identity:
    for one who asks about the same rules many times over. The rules must outlive it.
    """

    world: World
    home: Household
    member: Row | None = None
    row: Row | None = None
    known: dict[int, Value] | None = field(default=None, compare=False, repr=False)


def evaluate_node(node: n.Node, context: Context) -> Value:
    """Return the value of an expression; unknown is carried with its reason."""
    if context.known is None or type(node) not in _WORTH_KEEPING:
        return _EVALUATORS[type(node)](node, context)
    found = context.known.get(id(node))
    if found is None:
        found = context.known[id(node)] = _EVALUATORS[type(node)](node, context)
    return found


def _literal(node: n.Literal, _context: Context) -> Value:
    return Value(node.value)


def _field(node: n.Field, context: Context) -> Value:
    if node.scope == "household":
        row: Row | None = context.home.household
    else:
        row = context.member if node.scope == "person" else context.row
    assert row is not None
    value = row.get(node.name)
    if value is None:
        return unknown()
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = Decimal(str(value))
    return Value(value)


def _threshold(node: n.Threshold, context: Context) -> Value:
    value = context.world.threshold(node.name, str(context.home.household["region_code"]))
    return unknown() if value is None else Value(value)


def _unknown(node: n.Unknown, _context: Context) -> Value:
    return unknown(RANKS[node.reason])


def _named(node: n.Named, context: Context) -> Value:
    return evaluate_node(node.item, context)


def _call(node: n.Call, context: Context) -> Value:
    args = [evaluate_node(arg, context) for arg in node.args]
    if node.name == "coalesce":
        return next((arg for arg in args if not arg.is_unknown), _worst(args))
    if any(arg.is_unknown for arg in args):
        return _worst(args)
    found = scalars.call(node.name, [arg.value for arg in args], context.world.period)
    return unknown() if found is None else Value(found)


def _worst(values: Sequence[Value]) -> Value:
    return unknown(max((value.reason for value in values if value.is_unknown), default=NO_DATA))


def _case(node: n.Case, context: Context) -> Value:
    for condition, value in node.branches:
        decided = evaluate_node(condition, context)
        if decided.is_unknown:
            return decided
        if decided.value:
            return evaluate_node(value, context)
    return evaluate_node(node.default, context)


def _compare(node: n.Compare, context: Context) -> Value:
    left, right = evaluate_node(node.left, context), evaluate_node(node.right, context)
    if left.is_unknown or right.is_unknown:
        return _worst((left, right))
    return Value(scalars.compare(node.op, left.value, right.value))


def _between(node: n.Between, context: Context) -> Value:
    low = n.Compare(">=", node.item, node.low)
    return _and(n.And((low, n.Compare("<=", node.item, node.high))), context)


def _in_list(node: n.InList, context: Context) -> Value:
    item = evaluate_node(node.item, context)
    if item.is_unknown:
        return item
    return Value(any(item.value == literal.value for literal in node.values))


def _missing(node: n.Missing, context: Context) -> Value:
    return Value(evaluate_node(node.item, context).is_unknown)


def _and(node: n.And, context: Context) -> Value:
    return kleene_all([evaluate_node(item, context) for item in node.items])


def _or(node: n.Or, context: Context) -> Value:
    return kleene_any([evaluate_node(item, context) for item in node.items])


def _not(node: n.Not, context: Context) -> Value:
    item = evaluate_node(node.item, context)
    return item if item.is_unknown else Value(not item.value)


def kleene_all(values: Sequence[Value]) -> Value:
    """False if one is false, else unknown if one is unknown, else true."""
    if any(value.value is False for value in values):
        return Value(False)
    return _worst(values) if any(value.is_unknown for value in values) else Value(True)


def kleene_any(values: Sequence[Value]) -> Value:
    """True if one is true, else unknown if one is unknown, else false."""
    if any(value.value is True for value in values):
        return Value(True)
    return _worst(values) if any(value.is_unknown for value in values) else Value(False)


def _member_aggregate(node: n.MemberAggregate, context: Context) -> Value:
    contexts = [
        Context(context.world, context.home, member=member) for member in context.home.members
    ]
    conditions = [
        Value(True) if node.condition is None else evaluate_node(node.condition, inner)
        for inner in contexts
    ]
    if node.kind == "any":
        return kleene_any(conditions)
    if node.kind == "all":
        return kleene_all(conditions) if conditions else unknown()
    if node.kind == "count":
        undecided = any(condition.is_unknown for condition in conditions)
        return _worst(conditions) if undecided else Value(_count(conditions))
    assert node.value is not None
    taken = _taken(node.value, contexts, conditions)
    if node.kind == "distinct":
        return Value(Decimal(len({value.value for value in taken if not value.is_unknown})))
    if any(value.is_unknown for value in taken):
        return _worst(taken)
    return _combine(node.kind, [value.value for value in taken])


def _taken(value: n.Node, contexts: Sequence[Context], conditions: Sequence[Value]) -> list[Value]:
    """Values where the condition holds; an undecided condition counts as an unknown value."""
    return [
        condition if condition.is_unknown else evaluate_node(value, inner)
        for inner, condition in zip(contexts, conditions, strict=True)
        if condition.value is not False
    ]


def _count(conditions: Sequence[Value]) -> Decimal:
    return Decimal(sum(1 for condition in conditions if condition.value))


def _combine(kind: str, values: Sequence[Any]) -> Value:
    if kind == "sum":
        total = scalars.fit(sum(values, Decimal(0)))
        return unknown() if total is None else Value(total)
    if not values:
        return unknown()
    return Value(max(values) if kind == "max" else min(values))


def _feed_aggregate(node: n.FeedAggregate, context: Context) -> Value:
    members = [context.member] if node.grain == "person" else list(context.home.members)
    gap = 0
    conditions: list[Value] = []
    taken: list[Value] = []
    for member in members:
        assert member is not None
        found = _member_rows(node, context, member)
        gap = max(gap, found.gap)
        conditions += found.conditions
        taken += found.taken
    return _conclude(node.kind, gap, conditions, taken)


class _MemberRows(NamedTuple):
    gap: int
    conditions: list[Value]
    taken: list[Value]


def _member_rows(node: n.FeedAggregate, context: Context, member: Row) -> _MemberRows:
    """What one member's rows say, and the reason why their silence would say nothing."""
    table = context.world.catalog.tables[node.table]
    token = member.get("person_token")
    authorised = table.basis != "ASSET" or token in context.home.authorised
    rows = [
        row
        for row in context.home.feeds.get(node.table, ())
        if authorised and token is not None and row["person_token"] == token
    ]
    gap = context.home.gaps.get(node.table, NO_DATA)
    if token is None:
        gap = max(gap, NO_DATA)
    if not authorised:
        gap = NOT_AUTHORISED
    contexts = [Context(context.world, context.home, member, row) for row in rows]
    conditions = [
        Value(True) if node.condition is None else evaluate_node(node.condition, inner)
        for inner in contexts
    ]
    taken = [] if node.value is None else _taken(node.value, contexts, conditions)
    if table.coverage in LISTS:
        matched = any(condition.value for condition in conditions)
        silent = not rows if node.kind in ("any", "listed", "in") else not matched
        gap = max(gap, OUT_OF_COVERAGE) if silent else gap
    return _MemberRows(gap, conditions, taken)


def _conclude(kind: str, gap: int, conditions: list[Value], taken: list[Value]) -> Value:
    undecided = [condition for condition in conditions if condition.is_unknown]
    if kind in ("any", "listed", "in"):
        if any(condition.value for condition in conditions):
            return Value(True)
        if kind == "listed" and not conditions:
            gap = max(gap, NO_DATA)
        reason = max([gap, *(value.reason for value in undecided)])
        return unknown(reason) if reason else Value(False)
    reason = max([gap, *(value.reason for value in (*undecided, *taken) if value.is_unknown)])
    if reason:
        return unknown(reason)
    if kind == "count":
        return Value(_count(conditions))
    return _combine(kind, [value.value for value in taken])


def _times_used(node: n.TimesUsed, context: Context) -> Value:
    value = evaluate_node(node.field, context)
    if value.is_unknown:
        return value
    counts = context.home.uses.get((node.field.scope, node.field.name), {})
    return Value(Decimal(counts.get(value.value, 1)))


_EVALUATORS: dict[type, Callable[..., Value]] = {
    n.Literal: _literal,
    n.Field: _field,
    n.Threshold: _threshold,
    n.Unknown: _unknown,
    n.Named: _named,
    n.Call: _call,
    n.Case: _case,
    n.Compare: _compare,
    n.Between: _between,
    n.InList: _in_list,
    n.Missing: _missing,
    n.And: _and,
    n.Or: _or,
    n.Not: _not,
    n.MemberAggregate: _member_aggregate,
    n.FeedAggregate: _feed_aggregate,
    n.TimesUsed: _times_used,
}

__all__ = ["Context", "Household", "Value", "World", "evaluate_node", "kleene_all", "kleene_any"]
_WORTH_KEEPING = (n.Named, n.MemberAggregate, n.FeedAggregate)
