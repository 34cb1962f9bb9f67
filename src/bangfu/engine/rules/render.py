"""A clause as a sentence in Chinese or English, with the names and labels of the contracts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.types import Type, unit_text
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.rule import Text
from bangfu.engine.rules.texts import show
from bangfu.engine.rules.words import find_word, word

_OPPOSITES = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Renderer:
    """Renders nodes in one language; `titles` are those of thresholds and indicators."""

    language: str
    catalog: Catalog
    titles: Mapping[str, Text]

    def text(self, node: n.Node) -> str:
        """Return the sentence or phrase of a node."""
        return _RENDERERS[type(node)](self, node)

    def clause(self, node: n.Node, negated: bool) -> str:
        """Return the sentence of a clause, said the other way round where it is negated."""
        match node:
            case n.Field():
                return self._word(
                    "operators", "is_false" if negated else "is_true", item=self.text(node)
                )
            case _ if not negated:
                return self.text(node)
            case n.Compare(op=op, left=left, right=right):
                return self.text(n.Compare(_OPPOSITES[op], left, right))
            case n.InList(item=item):
                return self._word(
                    "operators", "not_in", item=self.text(item), values=self._listed(node)
                )
            case n.Missing(item=item):
                return self._word("operators", "present", item=self.text(item))
            case n.Between():
                return self._between(node, "not_between")
            case n.FeedAggregate(kind="any" | "listed", table=table, condition=condition):
                return self._no_row(table, condition)
            case n.MemberAggregate(kind="any", condition=condition):
                return self._no_row("person", condition)
            case n.FeedAggregate(kind="in", table=table):
                title = self.catalog.tables[table].label(self.language)
                return self._word("operators", "not_listed", table=title)
            case _:
                return self._word("operators", "not", item=self.text(node))

    def unit(self, type_: Type) -> str:
        """Return the name of a number's unit, "" for a pure number."""
        if not type_.unit:
            return ""
        written = unit_text(type_.unit)
        return find_word("units", written, self.language) or written

    def _word(self, group: str, key: str, **slots: str) -> str:
        return word(group, key, self.language).format(**slots)

    def _title(self, name: str) -> str:
        title = self.titles.get(name)
        return title.in_language(self.language) if title else name

    def _literal(self, node: n.Literal) -> str:
        return show(node.value, node.type, self.language, self.catalog)

    def _field(self, node: n.Field) -> str:
        return self.catalog.column(node.scope, node.name).label(self.language)

    def _threshold(self, node: n.Threshold) -> str:
        return self._title(node.name)

    def _named(self, node: n.Named) -> str:
        return self._title(node.name)

    def _unknown(self, _node: n.Unknown) -> str:
        return self._word("functions", "unknown")

    def _call(self, node: n.Call) -> str:
        args = [self.text(arg) for arg in node.args]
        if node.name in ("+", "-", "*", "/"):
            return f"({args[0]} {node.name} {args[1]})"
        form = find_word("functions", node.name, self.language)
        if form is None:
            return f"{node.name}({', '.join(args)})"
        return form.format(*args)

    def _case(self, _node: n.Case) -> str:
        return self._word("operators", "case")

    def _compare(self, node: n.Compare) -> str:
        return self._word(
            "operators", node.op, left=self.text(node.left), right=self.text(node.right)
        )

    def _no_row(self, table: str, condition: n.Node | None) -> str:
        title = self.catalog.tables[table].label(self.language)
        return self._word("operators", "no_row", table=title, condition=self._condition(condition))

    def _condition(self, node: n.Node | None) -> str:
        """A condition inside a sentence: a field alone says that it is so."""
        everything = self._word("aggregates", "everything")
        return everything if node is None else self.clause(node, negated=False)

    def _between(self, node: n.Between, key: str = "between") -> str:
        return self._word(
            "operators",
            key,
            item=self.text(node.item),
            low=self.text(node.low),
            high=self.text(node.high),
        )

    def _in_list(self, node: n.InList) -> str:
        return self._word("operators", "in", item=self.text(node.item), values=self._listed(node))

    def _listed(self, node: n.InList) -> str:
        return word("operators", "list", self.language).join(map(self.text, node.values))

    def _missing(self, node: n.Missing) -> str:
        return self._word("operators", "missing", item=self.text(node.item))

    def _and(self, node: n.And) -> str:
        return word("operators", "and", self.language).join(map(self._condition, node.items))

    def _or(self, node: n.Or) -> str:
        return word("operators", "or", self.language).join(map(self._condition, node.items))

    def _not(self, node: n.Not) -> str:
        if isinstance(node.item, n.And | n.Or):
            return self._word("operators", "not", item=self.text(node.item))
        return self.clause(node.item, negated=True)

    def _feed(self, node: n.FeedAggregate) -> str:
        return self._aggregate(node, self.catalog.tables[node.table].label(self.language))

    def _members(self, node: n.MemberAggregate) -> str:
        return self._aggregate(node, self.catalog.tables["person"].label(self.language))

    def _aggregate(self, node: n.FeedAggregate | n.MemberAggregate, table: str) -> str:
        everything = self._word("aggregates", "everything")
        return self._word(
            "aggregates",
            node.kind,
            table=table,
            value=everything if node.value is None else self.text(node.value),
            condition=self._condition(node.condition),
        )

    def _times_used(self, node: n.TimesUsed) -> str:
        return word("functions", "times_used", self.language).format(self.text(node.field))


class _Titled(Protocol):
    """What a renderer needs of a pack."""

    @property
    def catalog(self) -> Catalog: ...

    def titles(self) -> Mapping[str, Text]: ...


def renderers(pack: _Titled) -> dict[str, Renderer]:
    """Return the renderers of a pack's formulas for "zh" and "en"."""
    titles = pack.titles()
    return {language: Renderer(language, pack.catalog, titles) for language in ("zh", "en")}


_RENDERERS: dict[type, Callable[..., str]] = {
    n.Literal: Renderer._literal,
    n.Field: Renderer._field,
    n.Threshold: Renderer._threshold,
    n.Unknown: Renderer._unknown,
    n.Named: Renderer._named,
    n.Call: Renderer._call,
    n.Case: Renderer._case,
    n.Compare: Renderer._compare,
    n.Between: Renderer._between,
    n.InList: Renderer._in_list,
    n.Missing: Renderer._missing,
    n.And: Renderer._and,
    n.Or: Renderer._or,
    n.Not: Renderer._not,
    n.MemberAggregate: Renderer._members,
    n.FeedAggregate: Renderer._feed,
    n.TimesUsed: Renderer._times_used,
}
