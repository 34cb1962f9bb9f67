"""What a set of rules uses: its formulas, their nodes, the fields, the indicators by depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule

AGGREGATES = (n.MemberAggregate, n.FeedAggregate, n.TimesUsed)


def roots_of(rules: Iterable[Rule]) -> Iterable[n.Node]:
    for rule in rules:
        yield rule.condition
        yield from rule.values.values()


def parts_of(roots: Iterable[n.Node]) -> list[list[n.Node]]:
    """Indicators, calls and cases used at this level, those that others are made of first."""
    depths: dict[n.Node, int] = {}

    def visit(node: n.Node) -> int:
        if isinstance(node, AGGREGATES):
            return 1
        if node in depths:
            return depths[node] + 1
        below = max((visit(child) for child in n.children(node)), default=0)
        if isinstance(node, n.Field | n.Threshold):
            below = 1
        if below and isinstance(node, n.Named | n.Call | n.Case):
            depths[node] = below
            return below + 1
        return below

    for root in roots:
        visit(root)
    levels = sorted(set(depths.values()))
    return [[node for node, depth in depths.items() if depth == level] for level in levels]


def distinct_of(rules: Iterable[Rule]) -> dict[n.Node, None]:
    return below(roots_of(rules))


def below(roots: Iterable[n.Node]) -> dict[n.Node, None]:
    """All nodes of some formulas, each once, in a fixed order."""
    return {node: None for root in roots for node in n.walk(root)}


def outside_aggregates(root: n.Node) -> Iterator[n.Node]:
    """The nodes that are worked out at the formula's own level; aggregates count as one."""
    yield root
    if not isinstance(root, AGGREGATES):
        for child in n.children(root):
            yield from outside_aggregates(child)


def fields_of(nodes: Iterable[n.Node]) -> dict[str, list[str]]:
    """Fields used, by scope; with a threshold the household's region too."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, n.Field):
            found.setdefault(node.scope, set()).add(node.name)
        elif isinstance(node, n.Threshold):
            found.setdefault("household", set()).add("region_code")
    return {scope: sorted(names) for scope, names in sorted(found.items())}
