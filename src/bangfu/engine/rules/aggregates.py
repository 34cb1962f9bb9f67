"""How feed rows and members are folded to columns and concluded from them.

A feed aggregate named f0 is carried as f0_t rows where the condition holds, f0_r greatest reason
of an undecided row, f0_v the combined value, f0_k members who are listed; `<table>__n` counts the
rows and `g__<table>` is the gap: the reason why silence says nothing (0: it does). NULL stands
for no row. The same columns serve one person and a household.
"""

from __future__ import annotations

from sqlglot import exp

from bangfu.engine.comparison.reasons import LISTS, NO_DATA, OUT_OF_COVERAGE
from bangfu.engine.contracts.tables import Table
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.arithmetic import exact
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.lowering import DuckDbLowering

_BOOLEAN_KINDS = ("any", "listed", "in")
Aggregate = n.FeedAggregate | n.MemberAggregate


def _filtered(function: str, item: Sql, condition: Sql | None) -> Sql:
    if condition is None:
        return b.call(function, item)
    return exp.Filter(this=b.call(function, item), expression=exp.Where(this=condition))


def _condition(node: Aggregate, lowering: DuckDbLowering) -> Sql | None:
    """The condition as a boolean; None where there is none."""
    if node.condition is None:
        return None
    return b.try_cast(lowering.value(node.condition), "BOOLEAN")


def _row_reason(node: Aggregate, lowering: DuckDbLowering) -> Sql | None:
    """0, or why a row is undecided: its condition, or the value where the condition holds."""
    branches: list[tuple[Sql, Sql]] = []
    holds = _condition(node, lowering)
    if node.condition is not None and holds is not None:
        branches.append((b.is_null(holds), lowering.reason(node.condition)))
    if node.value is not None:
        missing = b.is_null(lowering.value(node.value))
        held = _condition(node, lowering)
        open_value = missing if held is None else b.both(held, missing)
        branches.append((open_value, lowering.reason(node.value)))
    return b.case(*branches, default=b.value(0)) if branches else None


def _picked(node: Aggregate) -> str:
    return node.kind if node.kind in ("sum", "max", "min") else "max"


def _value(node: Aggregate, lowering: DuckDbLowering) -> Sql:
    assert node.value is not None
    item = lowering.value(node.value)
    return exact(item) if node.kind == "sum" else item


def has_reason(node: Aggregate) -> bool:
    """Whether a row can be undecided at all."""
    return node.condition is not None or node.value is not None


def fold_feed(node: n.FeedAggregate, name: str, lowering: DuckDbLowering) -> list[Sql]:
    """Columns of one GROUP BY over a feed's live rows."""
    holds = _condition(node, lowering)
    columns = []
    if holds is not None:
        columns.append(b.alias(_filtered("count", exp.Star(), holds), f"{name}_t"))
    why = _row_reason(node, lowering)
    if why is not None:
        columns.append(b.alias(b.call("max", why), f"{name}_r"))
    if node.value is not None:
        item = _filtered(_picked(node), _value(node, lowering), holds and holds.copy())
        columns.append(b.alias(item, f"{name}_v"))
    return columns


def single_feed(node: n.FeedAggregate, name: str, lowering: DuckDbLowering) -> list[Sql]:
    """The same columns where each unit has one row at most: nothing is grouped."""
    holds = _condition(node, lowering)
    columns = []
    if holds is not None:
        found = b.case((holds, b.value(1)), default=b.value(0))
        columns.append(b.alias(found, f"{name}_t"))
    why = _row_reason(node, lowering)
    if why is not None:
        columns.append(b.alias(why, f"{name}_r"))
    if node.value is not None:
        item = _value(node, lowering)
        if holds is not None:
            item = b.case((holds.copy(), item))
        columns.append(b.alias(item, f"{name}_v"))
    return columns


def listed_members(node: n.FeedAggregate, lowering: DuckDbLowering, *, single: bool) -> Sql:
    """How many members of a household a list names, for the feeds in which absence is no zero."""
    holds = None if node.kind in _BOOLEAN_KINDS else _condition(node, lowering)
    if single:
        return b.value(1) if holds is None else b.case((holds, b.value(1)), default=b.value(0))
    persons = exp.Count(this=exp.Distinct(expressions=[b.column("pid")]))
    if holds is None:
        return persons
    return exp.Filter(this=persons, expression=exp.Where(this=holds))


def true_rows(node: n.FeedAggregate, name: str) -> Sql:
    """Rows where the condition holds; NULL where there is no row."""
    return b.column(f"{node.table}__n" if node.condition is None else f"{name}_t")


def _none(rows: Sql) -> Sql:
    """Whether a count of rows is zero or there is no row."""
    return b.binary(exp.EQ, b.coalesce(rows, b.value(0)), b.value(0))


def person_gap(node: n.FeedAggregate, name: str, table: Table) -> Sql:
    """Why the silence of a feed says nothing about a person."""
    gap: Sql = b.column(f"g__{node.table}")
    if table.coverage not in LISTS:
        return gap
    counted = b.column(f"{node.table}__n")
    if node.kind not in _BOOLEAN_KINDS:
        counted = true_rows(node, name)
    listed = b.greatest(gap.copy(), b.value(OUT_OF_COVERAGE))
    return b.case((_none(counted), listed), default=gap)


def conclude_feed(node: n.FeedAggregate, name: str, gap: Sql) -> tuple[Sql, Sql]:
    """The value of a feed aggregate, and the rank of the reason where it has none."""
    why = b.greatest(gap, b.column(f"{name}_r")) if has_reason(node) else gap
    if node.kind == "listed":
        nowhere = b.is_null(b.column(f"{node.table}__n"))
        why = b.greatest(why, b.case((nowhere, b.value(NO_DATA)), default=b.value(0)))
    undecided = b.binary(exp.GT, why.copy(), b.value(0))
    rows = true_rows(node, name)
    if node.kind in _BOOLEAN_KINDS:
        found = b.binary(exp.GT, rows, b.value(0))
        value = b.case((found, exp.true()), (undecided, exp.null()), default=exp.false())
    elif node.kind == "count":
        value = b.case((undecided, exp.null()), default=b.coalesce(rows, b.value(0)))
    else:
        held: Sql = b.column(f"{name}_v")
        if node.kind == "sum":
            held = exact(b.coalesce(held, b.value(0)))
        value = b.case((undecided, exp.null()), default=held)
    return value, b.greatest(why.copy(), b.value(NO_DATA))


def fold_members(node: n.MemberAggregate, name: str, lowering: DuckDbLowering) -> list[Sql]:
    """Columns at each member: does the condition hold, why not decided, the value."""
    columns = []
    holds = _condition(node, lowering)
    if holds is not None:
        columns.append(b.alias(holds, f"{name}_c"))
    why = _row_reason(node, lowering)
    assert why is not None
    columns.append(b.alias(why, f"{name}_r"))
    if node.value is not None:
        columns.append(b.alias(_value(node, lowering), f"{name}_v"))
    return columns


def member_columns(node: n.MemberAggregate, name: str) -> list[str]:
    """Names of the columns that `fold_members` makes."""
    parts = ["c"] if node.condition is not None else []
    return [f"{name}_{part}" for part in [*parts, "r", *(["v"] if node.value is not None else [])]]


def conclude_members(node: n.MemberAggregate, name: str) -> list[Sql]:
    """The value over all members of a household, and the rank of the reason."""
    held = b.column(f"{name}_v")
    holds = None if node.condition is None else b.column(f"{name}_c")
    reason = b.call("max", b.column(f"{name}_r"))
    undecided = b.binary(exp.GT, reason.copy(), b.value(0))
    match node.kind:
        case "any":
            found = b.binary(exp.GT, _filtered("count", exp.Star(), holds), b.value(0))
            value = b.case((found, exp.true()), (undecided, exp.null()), default=exp.false())
        case "all":
            assert holds is not None
            wrong = exp.Not(this=exp.paren(holds.copy()))
            broken = b.binary(exp.GT, _filtered("count", exp.Star(), wrong), b.value(0))
            value = b.case((broken, exp.false()), (undecided, exp.null()), default=exp.true())
        case "count":
            count = _filtered("count", exp.Star(), holds)
            value = b.case((undecided, exp.null()), default=count)
        case "distinct":
            value = exp.Count(this=exp.Distinct(expressions=[held]))
        case "sum":
            total = b.coalesce(_filtered("sum", held, holds), b.value(0))
            value = b.case((undecided, exp.null()), default=exact(total))
        case _:
            value = b.case((undecided, exp.null()), default=_filtered(node.kind, held, holds))
    return [b.alias(value, name), b.alias(b.greatest(reason, b.value(NO_DATA)), f"{name}_why")]


EMPTY: dict[str, bool | int] = {"any": False, "count": 0, "sum": 0, "distinct": 0}
"""What a member aggregate says of a household without members; of the others: unknown."""
