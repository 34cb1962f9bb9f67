"""How aggregates over feed rows and members are folded to columns and concluded from them.

A feed aggregate named f0 is carried as f0_n rows, f0_t rows where the condition holds, f0_r
greatest reason of an undecided row, f0_v the combined value, f0_g the gap: the reason why silence
says nothing (0: it does). The same columns serve one person and, folded once more, a household.
"""

from __future__ import annotations

from sqlglot import exp

from bangfu.engine.comparison.reasons import NO_DATA
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.lowering import DuckDbLowering, exact

_BOOLEAN_KINDS = ("any", "listed", "in")


def _filtered(function: str, item: Sql, condition: Sql) -> Sql:
    return exp.Filter(this=b.call(function, item), expression=exp.Where(this=condition))


def _condition(node: n.FeedAggregate | n.MemberAggregate, lowering: DuckDbLowering) -> Sql:
    if node.condition is None:
        return exp.true()
    return b.try_cast(lowering.value(node.condition), "BOOLEAN")


def _row_reason(node: n.FeedAggregate | n.MemberAggregate, lowering: DuckDbLowering) -> Sql:
    """0, or why a row is undecided: its condition, or the value where the condition holds."""
    branches: list[tuple[Sql, Sql]] = []
    if node.condition is not None:
        branches.append((b.is_null(_condition(node, lowering)), lowering.reason(node.condition)))
    if node.value is not None:
        open_value = b.is_null(_value(node, lowering))
        branches.append(
            (b.both(_condition(node, lowering), open_value), _value_reason(node, lowering))
        )
    return b.case(*branches, default=b.value(0)) if branches else b.value(0)


def _value(node: n.FeedAggregate | n.MemberAggregate, lowering: DuckDbLowering) -> Sql:
    assert node.value is not None
    return lowering.value(node.value)


def _value_reason(node: n.FeedAggregate | n.MemberAggregate, lowering: DuckDbLowering) -> Sql:
    assert node.value is not None
    return lowering.reason(node.value)


def fold_feed(node: n.FeedAggregate, name: str, lowering: DuckDbLowering) -> list[Sql]:
    """Columns of one GROUP BY person over a feed's live rows."""
    holds = _condition(node, lowering)
    columns = [
        b.alias(_filtered("count", exp.Star(), holds), f"{name}_t"),
        b.alias(b.call("max", _row_reason(node, lowering)), f"{name}_r"),
    ]
    if node.value is not None:
        function = node.kind if node.kind in ("sum", "max", "min") else "max"
        item = _value(node, lowering)
        if node.kind == "sum":
            item = exact(item)
        columns.append(b.alias(_filtered(function, item, holds.copy()), f"{name}_v"))
    return columns


def member_feed(node: n.FeedAggregate, name: str, source: str, rows: Sql) -> list[Sql]:
    """The folded columns beside a member; a member without rows has zeros."""
    columns = [b.alias(rows, f"{name}_n")]
    for part in ("t", "r"):
        zero = b.coalesce(b.column(f"{name}_{part}", source), b.value(0))
        columns.append(b.alias(zero, f"{name}_{part}"))
    held = b.column(f"{name}_v", source) if node.value is not None else exp.null()
    columns.append(b.alias(held, f"{name}_v"))
    return columns


def conclude_feed(node: n.FeedAggregate, name: str) -> list[Sql]:
    """The value of a feed aggregate and, beside it, the rank of the reason."""
    reason = b.greatest(b.column(f"{name}_g"), b.column(f"{name}_r"))
    if node.kind == "listed":
        nowhere = b.binary(exp.EQ, b.column(f"{name}_n"), b.value(0))
        reason = b.greatest(reason, b.case((nowhere, b.value(NO_DATA)), default=b.value(0)))
    undecided = b.binary(exp.GT, reason.copy(), b.value(0))
    true_rows = b.column(f"{name}_t")
    if node.kind in _BOOLEAN_KINDS:
        found = b.binary(exp.GT, true_rows, b.value(0))
        value = b.case((found, exp.true()), (undecided, exp.null()), default=exp.false())
    elif node.kind == "count":
        value = b.case((undecided, exp.null()), default=true_rows)
    else:
        held: Sql = b.column(f"{name}_v")
        if node.kind == "sum":
            held = exact(b.coalesce(held, b.value(0)))
        value = b.case((undecided, exp.null()), default=held)
    return [
        b.alias(value, name),
        b.alias(b.greatest(reason, b.value(NO_DATA)), f"{name}_why"),
    ]


def fold_members(node: n.MemberAggregate, name: str, lowering: DuckDbLowering) -> list[Sql]:
    """Columns at each member: does the condition hold, why not decided, the value."""
    holds = _condition(node, lowering)
    columns = [
        b.alias(holds, f"{name}_c"),
        b.alias(_row_reason(node, lowering), f"{name}_r"),
    ]
    if node.value is not None:
        item = _value(node, lowering)
        columns.append(b.alias(exact(item) if node.kind == "sum" else item, f"{name}_v"))
    return columns


def conclude_members(node: n.MemberAggregate, name: str) -> list[Sql]:
    """The value over all members of a household, and the rank of the reason."""
    holds, held = b.column(f"{name}_c"), b.column(f"{name}_v")
    reason = b.call("max", b.column(f"{name}_r"))
    undecided = b.binary(exp.GT, reason.copy(), b.value(0))
    count_true = _filtered("count", exp.Star(), holds)
    count_false = _filtered("count", exp.Star(), exp.Not(this=exp.paren(holds.copy())))
    match node.kind:
        case "any":
            found = b.binary(exp.GT, count_true, b.value(0))
            value = b.case((found, exp.true()), (undecided, exp.null()), default=exp.false())
        case "all":
            broken = b.binary(exp.GT, count_false, b.value(0))
            value = b.case((broken, exp.false()), (undecided, exp.null()), default=exp.true())
        case "count":
            value = b.case((undecided, exp.null()), default=count_true)
        case "distinct":
            value = exp.Count(this=exp.Distinct(expressions=[held]))
        case "sum":
            total = b.coalesce(_filtered("sum", held, holds), b.value(0))
            value = b.case((undecided, exp.null()), default=exact(total))
        case _:
            value = b.case((undecided, exp.null()), default=_filtered(node.kind, held, holds))
    return [b.alias(value, name), b.alias(b.greatest(reason, b.value(NO_DATA)), f"{name}_why")]
