"""Which rules can only be true where a feed has a row: those are decided for such rows alone.

Most feeds name few people. A rule whose openness changes no hint (`UNDECIDED_COUNTS`) and that
cannot be true of somebody whom its feed does not name need not look at all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.layout import Layout
from bangfu.engine.rules.rule import UNDECIDED_COUNTS, Rule

ValuesOf = Callable[[n.Threshold], Iterable[Decimal | str | bool | None]]
Tables = frozenset[str]
_NONE: Tables = frozenset()


@dataclass(frozen=True)
class Group:
    """Rules that are decided in one statement; `driver` is the feed whose rows are enough."""

    name: str
    unit: str
    layout: Layout
    driver: str | None = None


def group_rules(rules: Sequence[Rule], values_of: ValuesOf, *, complete: bool) -> list[Group]:
    """Divide rules into those decided for everybody, `<unit>_result`, which come first, and those
    driven by a feed; `complete`: all for everybody."""
    whole: dict[str, list[Rule]] = {"person": [], "household": []}
    driven: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        needed: Tables = _NONE
        if not complete and rule.kind not in UNDECIDED_COUNTS:
            needed = _Rows(values_of).needed(rule.condition, True)
        if needed:
            driven.setdefault((rule.unit, min(needed)), []).append(rule)
        else:
            whole[rule.unit].append(rule)
    groups = [Group(f"{unit}_result", unit, Layout(found)) for unit, found in whole.items()]
    for (unit, table), found in sorted(driven.items()):
        groups.append(Group(f"{unit}_result_{table}", unit, Layout(found), table))
    return groups


@dataclass(frozen=True)
class _Rows:
    """Looks for the feeds without whose rows a node cannot come to a value."""

    values_of: ValuesOf

    def needed(self, node: n.Node, wanted: bool) -> Tables:
        """Feeds without a row of which the node cannot be true (or false, where that is wanted)."""
        match node:
            case n.And(items=items) | n.Or(items=items):
                found = [self.needed(item, wanted) for item in items]
                every = isinstance(node, n.And) is wanted
                return frozenset.union(*found) if every else frozenset.intersection(*found)
            case n.Not(item=item):
                return self.needed(item, not wanted)
            case n.Named(item=item):
                return self.needed(item, wanted)
            case n.FeedAggregate(kind="any" | "listed" | "in", table=table):
                return frozenset({table}) if wanted else _NONE
            case n.Compare():
                return (
                    self._strict(node.left) | self._strict(node.right) | self._counted(node, wanted)
                )
            case n.Between(item=item) | n.InList(item=item):
                return self._strict(item)
            case _:
                return _NONE

    def _strict(self, node: n.Node) -> Tables:
        """Feeds without a row of which a value is unknown."""
        match node:
            case n.FeedAggregate(kind="max" | "min", table=table):
                return frozenset({table})
            case n.Named(item=item):
                return self._strict(item)
            case n.Call(name=name, args=args) if name != "coalesce" and args:
                return frozenset.union(*[self._strict(arg) for arg in args])
            case _:
                return _NONE

    def _counted(self, node: n.Compare, wanted: bool) -> Tables:
        """A count or a sum of no rows is zero: does zero compare otherwise than wanted?"""
        tables = _zero(node.left)
        if not wanted or not tables or node.op not in (">", ">="):
            return _NONE
        if isinstance(node.right, n.Literal):
            values: Iterable[object] = [node.right.value]
        elif isinstance(node.right, n.Threshold):
            values = self.values_of(node.right)
        else:
            return _NONE
        above = [
            isinstance(value, Decimal | int) and (value > 0 or (node.op == ">" and value >= 0))
            for value in values
            if value is not None
        ]
        return tables if above and all(above) else _NONE


def _zero(node: n.Node) -> Tables:
    """Feeds without a row of which a number is zero or unknown."""
    match node:
        case n.FeedAggregate(kind="count" | "sum", table=table):
            return frozenset({table})
        case n.Named(item=item) | n.Call(name="round2" | "abs" | "neg", args=(item,)):
            return _zero(item)
        case n.Call(name="*" | "/", args=(item, _)):
            return _zero(item)
        case _:
            return _NONE
