"""Wrong lowerings, one fault each: the proof must catch every one of them.

A fault of the expressions is a subclass of the lowering. A fault of the folding over rows and
members is the right SQL of a wrong rule, and a fault of the joins the right SQL over wrong
relations: so they stay what they are however the compiler is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from bangfu.engine.contracts.types import BOOLEAN
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.lowering import DuckDbLowering
from bangfu.engine.rules.rule import Rule

Planted = dict[str, Any]


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


class TwoDecimals(DuckDbLowering):
    """Sums kept to the cent, as money is."""

    def add(self, left: Sql, right: Sql) -> Sql:
        whole = b.try_cast(b.binary(exp.Add, left, right), "DECIMAL(18, 2)")
        return b.try_cast(whole, "DECIMAL(18, 6)")


class FirstThreshold(DuckDbLowering):
    """The nation's threshold taken everywhere."""

    def _threshold(self, node: Any) -> Sql:
        table = self.thresholds[node.name]
        return b.value(table[-1][1]) if table else super()._threshold(node)


class ListMissingFalse(DuckDbLowering):
    """IN that is false where the item is missing."""

    def _in_list(self, node: Any) -> Sql:
        return b.coalesce(super()._in_list(node), exp.false())


Rewrite = Callable[[n.Node], n.Node]


def rewrite(node: n.Node, change: Rewrite) -> n.Node:
    """Return the tree with `change` applied to every node, those below first."""

    def inner(part: n.Node) -> n.Node:
        return rewrite(part, change)

    match node:
        case n.Named(item=item):
            # An indicator spoilt is another column than the one left right.
            made: n.Node = replace(node, item=inner(item))
        case n.Not(item=item):
            made = n.Not(inner(item))
        case n.Call(args=args):
            made = replace(node, args=tuple(map(inner, args)))
        case n.Case(branches=branches, default=default):
            pairs = tuple((inner(c), inner(v)) for c, v in branches)
            made = replace(node, branches=pairs, default=inner(default))
        case n.Compare(left=left, right=right):
            made = replace(node, left=inner(left), right=inner(right))
        case n.Between(item=item, low=low, high=high):
            made = n.Between(inner(item), inner(low), inner(high))
        case n.InList(item=item):
            made = replace(node, item=inner(item))
        case n.And(items=items):
            made = n.And(tuple(map(inner, items)))
        case n.Or(items=items):
            made = n.Or(tuple(map(inner, items)))
        case n.MemberAggregate() | n.FeedAggregate():
            made = replace(
                node,
                value=None if node.value is None else inner(node.value),
                condition=None if node.condition is None else inner(node.condition),
            )
        case _:
            made = node
    return change(made)


def wrong(change: Rewrite) -> Callable[[list[Rule]], Planted]:
    """The right SQL of rules in which every such node is another one."""

    def plant(rules: list[Rule]) -> Planted:
        spoilt = [
            replace(
                rule,
                when=rewrite(rule.when, change),
                applies=None if rule.applies is None else rewrite(rule.applies, change),
            )
            for rule in rules
        ]
        pairs = zip(rules, spoilt, strict=True)
        return {"rules": [made for rule, made in pairs if made.condition != rule.condition]}

    return plant


def _less_for_less_or_equal(node: n.Node) -> n.Node:
    return replace(node, op="<") if isinstance(node, n.Compare) and node.op == "<=" else node


def _open_end(node: n.Node) -> n.Node:
    """BETWEEN without its upper end."""
    if not isinstance(node, n.Between):
        return node
    return n.And((n.Compare(">=", node.item, node.low), n.Compare("<", node.item, node.high)))


def _open_is_false(joined: type[n.Node]) -> Rewrite:
    """AND or OR of two values: an open side counts as false."""

    def rewritten(node: n.Node) -> n.Node:
        if not isinstance(node, joined):
            return node
        items = tuple(
            n.Call("coalesce", (item, n.Literal(False, BOOLEAN)), BOOLEAN)
            for item in n.children(node)
        )
        return joined(items)  # type: ignore[call-arg]

    return rewritten


def _call(name: str, change: Callable[[n.Call], n.Node]) -> Rewrite:
    def rewritten(node: n.Node) -> n.Node:
        return change(node) if isinstance(node, n.Call) and node.name == name else node

    return rewritten


def _one_more(node: n.Call) -> n.Node:
    return n.Call("+", (node, n.Literal(Decimal(1), node.type)), node.type)


def _month_further(node: n.Call) -> n.Node:
    count = node.args[1]
    further = n.Call("+", (count, n.Literal(Decimal(1), count.type)), count.type)
    return replace(node, args=(node.args[0], further))


def _kind(table: type[n.Node], before: str, after: str) -> Rewrite:
    def rewritten(node: n.Node) -> n.Node:
        if isinstance(node, table) and getattr(node, "kind", "") == before:
            return replace(node, kind=after)  # type: ignore[type-var]
        return node

    return rewritten


def _no_condition(node: n.Node) -> n.Node:
    """Every row counted, whatever the condition."""
    return replace(node, condition=None) if isinstance(node, n.FeedAggregate) else node


def _never_missing(node: n.Node) -> n.Node:
    return n.Literal(False, node.type) if isinstance(node, n.Missing) else node


def _reason_lost(node: n.Node) -> n.Node:
    return n.Unknown("NO_DATA", node.type) if isinstance(node, n.Unknown) else node


def _uses_of_one(node: n.Node) -> n.Node:
    return n.Literal(Decimal(1), node.type) if isinstance(node, n.TimesUsed) else node


def spoilt(spoil: Callable[[dict[str, pa.Table]], None]) -> Callable[[list[Rule]], Planted]:
    """The right SQL over relations in which something is wrong."""
    return lambda _rules: {"spoil": spoil}


def _silence_as_zero(tables: dict[str, pa.Table]) -> None:
    gaps = tables["county_gap"]
    live = pa.array([0] * gaps.num_rows, type=pa.int32())
    tables["county_gap"] = gaps.set_column(2, "gap", live)


def _every_batch_live(tables: dict[str, pa.Table]) -> None:
    live = tables["live_batch"].to_pylist()
    here = [row for row in live if row["batch_id"] == "case"]
    more = [{**row, "batch_id": "dead"} for row in here]
    tables["live_batch"] = pa.Table.from_pylist(live + more, schema=tables["live_batch"].schema)


def _everyone_signed(tables: dict[str, pa.Table]) -> None:
    tokens = tables["person"].column("person_token").drop_null()
    tables["live_authorization"] = pa.table({"person_token": tokens})


def _missing_money_is_zero(tables: dict[str, pa.Table]) -> None:
    for name, table in tables.items():
        if "amount" in table.column_names:
            index = table.column_names.index("amount")
            filled = pc.fill_null(table.column(index), Decimal("0.00"))
            tables[name] = table.set_column(index, "amount", filled)


def lowered(lowering: type[DuckDbLowering]) -> Callable[[list[Rule]], Planted]:
    """The right rules by a wrong lowering."""
    return lambda _rules: {"lowering": lowering}


_LOWERINGS = (
    FloatDivision,
    SkippingLeast,
    CalendarMonths,
    MissingIsFalse,
    LenientCase,
    OtherReason,
    TwoDecimals,
    FirstThreshold,
    ListMissingFalse,
)
PLANTED: Mapping[str, Callable[[list[Rule]], Planted]] = {
    **{kind.__name__: lowered(kind) for kind in _LOWERINGS},
    "AndOfTwoValues": wrong(_open_is_false(n.And)),
    "OrOfTwoValues": wrong(_open_is_false(n.Or)),
    "AgeOffByOne": wrong(_call("age", _one_more)),
    "LessForLessOrEqual": wrong(_less_for_less_or_equal),
    "BetweenWithoutItsEnd": wrong(_open_end),
    "WindowOffByOneMonth": wrong(_call("months_before", _month_further)),
    "ThisMonthForLast": wrong(_call("last_month", lambda node: replace(node, name="period"))),
    "FirstDayForLast": wrong(_call("period_end", lambda node: replace(node, name="period_start"))),
    "MaxForSumOfRows": wrong(_kind(n.FeedAggregate, "sum", "max")),
    "MinForMaxOfRows": wrong(_kind(n.FeedAggregate, "max", "min")),
    "AnyForListed": wrong(_kind(n.FeedAggregate, "listed", "any")),
    "AllForAnyMember": wrong(_kind(n.MemberAggregate, "any", "all")),
    "MaxForSumOfMembers": wrong(_kind(n.MemberAggregate, "sum", "max")),
    "DistinctNotDistinct": wrong(_kind(n.MemberAggregate, "distinct", "count")),
    "ConditionOfRowsLost": wrong(_no_condition),
    "NeverMissing": wrong(_never_missing),
    "ReasonLost": wrong(_reason_lost),
    "UsesNotCounted": wrong(_uses_of_one),
    "SilenceIsZero": spoilt(_silence_as_zero),
    "EveryBatchIsLive": spoilt(_every_batch_live),
    "EverybodySigned": spoilt(_everyone_signed),
    "MissingMoneyIsZero": spoilt(_missing_money_is_zero),
}
