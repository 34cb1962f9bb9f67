"""What a set of rules uses: its formulas, their nodes, the fields, the indicators by depth."""

from __future__ import annotations

from collections.abc import Iterable

from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Rule


def roots_of(rules: Iterable[Rule]) -> Iterable[n.Node]:
    for rule in rules:
        yield rule.condition
        yield from rule.values.values()


def indicators_of(roots: Iterable[n.Node]) -> list[list[n.Named]]:
    """Indicators used at this level, those that others are made of first."""
    depths: dict[n.Named, int] = {}

    def visit(node: n.Node) -> int:
        if isinstance(node, n.MemberAggregate | n.FeedAggregate):
            return 0
        below = max((visit(child) for child in n.children(node)), default=0)
        if isinstance(node, n.Named):
            depths[node] = below
            return below + 1
        return below

    for root in roots:
        visit(root)
    levels = sorted(set(depths.values()))
    return [[node for node, depth in depths.items() if depth == level] for level in levels]


def distinct_of(rules: Iterable[Rule]) -> dict[n.Node, None]:
    return {node: None for root in roots_of(rules) for node in n.walk(root)}


def fields_of(nodes: Iterable[n.Node]) -> dict[str, list[str]]:
    """Fields used, by scope; the region is always there for thresholds."""
    found: dict[str, set[str]] = {"household": {"region_code"}}
    for node in nodes:
        if isinstance(node, n.Field):
            found.setdefault(node.scope, set()).add(node.name)
    return {scope: sorted(names) for scope, names in sorted(found.items())}
