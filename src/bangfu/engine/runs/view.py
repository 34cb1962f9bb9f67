"""What of an explanation does not depend on the household: texts, datasets, columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bangfu.engine.packs.model import Pack
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.gather import below, roots_of
from bangfu.engine.rules.layout import compared
from bangfu.engine.rules.render import Renderer, renderers
from bangfu.engine.rules.rule import Rule
from bangfu.kernel.period import Period

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class ClauseView:
    """One clause of a rule: its fixed texts and where its facts stand."""

    node: n.Node
    negated: bool
    sides: tuple[n.Node | None, n.Node | None]
    """What is looked at and what it is held against, where each is one value."""
    table: str
    dated_by: str
    fixed: Mapping[str, Any]


@dataclass(frozen=True)
class RuleView:
    """One rule with its clauses."""

    rule: Rule
    clauses: tuple[ClauseView, ...]


class _Key:
    """A pack, equal to another of the same content; packs themselves cannot be hashed."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return hash(self.pack.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.pack.hash == self.pack.hash


def views(pack: Pack, period: str) -> Sequence[RuleView]:
    """Return the views of the rules in force in a month; kept for the packs last used."""
    return _views(_Key(pack), period)


def renders_of(pack: Pack) -> Mapping[str, Renderer]:
    """Return the renderers of a pack by language; kept for the packs last used."""
    return _renders(_Key(pack))


def times_used(pack: Pack, period: str) -> Sequence[n.TimesUsed]:
    """Return what the rules in force in a month count in the whole input, in a fixed order; kept
    for the packs last used."""
    return _times_used(_Key(pack), period)


@lru_cache(maxsize=16)
def _times_used(key: _Key, period: str) -> Sequence[n.TimesUsed]:
    rules = key.pack.rules_on(Period.parse(period).last_day)
    return [node for node in below(roots_of(rules)) if isinstance(node, n.TimesUsed)]


@lru_cache(maxsize=16)
def _renders(key: _Key) -> Mapping[str, Renderer]:
    return renderers(key.pack)


@lru_cache(maxsize=16)
def _views(key: _Key, period: str) -> Sequence[RuleView]:
    pack = key.pack
    rules = pack.rules_on(Period.parse(period).last_day)
    renders = _renders(key)
    return [
        RuleView(
            rule,
            tuple(_clause(node, negated, pack, renders) for node, negated in rule.signed_clauses),
        )
        for rule in rules
    ]


def _clause(node: n.Node, negated: bool, pack: Pack, renders: Mapping[str, Renderer]) -> ClauseView:
    table = _table_of(node)
    sides = compared(node)
    measured = sides[0].type if sides[0] is not None else node.type
    fixed: dict[str, Any] = {"dataset": pack.catalog.tables[table].dataset}
    for language, render in renders.items():
        fixed[f"text_{language}"] = render.clause(node, negated)
        fixed[f"dataset_{language}"] = pack.catalog.tables[table].label(language)
        fixed[f"unit_{language}"] = render.unit(measured)
    return ClauseView(
        node=node,
        negated=negated,
        sides=sides,
        table=table,
        dated_by=_dated_by(node, pack),
        fixed=fixed,
    )


def _table_of(clause: n.Node) -> str:
    """The table that a clause speaks of: a feed before a member's facts before the household's.

    Of a `coalesce` only the last resort counts: what stands before it may be absent altogether.
    """
    return _table_among(_without_options(clause)) or _table_among(n.walk(clause)) or "household"


def _table_among(nodes: Iterable[n.Node]) -> str | None:
    scopes = set()
    for node in nodes:
        if isinstance(node, n.FeedAggregate):
            return node.table
        if isinstance(node, n.MemberAggregate):
            scopes.add("person")
        if isinstance(node, n.Field):
            scopes.add(node.scope)
    return "person" if "person" in scopes else next(iter(scopes), None)


def _without_options(node: n.Node) -> Iterator[n.Node]:
    yield node
    optional = isinstance(node, n.Call) and node.name == "coalesce"
    for child in n.children(node)[-1:] if optional else n.children(node):
        yield from _without_options(child)


def _dated_by(clause: n.Node, pack: Pack) -> str:
    """The column that dates a clause about the household; the first of its fields decides."""
    for node in n.walk(clause):
        if isinstance(node, n.Field) and node.scope == "household":
            return pack.catalog.column("household", node.name).dated_by
    return "as_of"
