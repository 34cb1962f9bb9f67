"""The sentences of fired rules in SQL: the same words as `texts.fill`, for millions of rows."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from sqlglot import exp

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.types import Kind, Type
from bangfu.engine.rules import build as b
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.build import Sql
from bangfu.engine.rules.compiler import Compiler
from bangfu.engine.rules.gather import fields_of, outside_aggregates
from bangfu.engine.rules.layout import TRUE, state
from bangfu.engine.rules.lowering import field_column
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import show
from bangfu.engine.rules.words import word

LANGUAGES = ("zh", "en")
_NUMBER = "DECIMAL(38, 6)"
NUMBER_TEXT = """
CREATE OR REPLACE TEMP MACRO number_text(n) AS
    CASE WHEN n < 0 THEN '-' ELSE '' END
    || CASE WHEN n = trunc(n) THEN format('{:,}', trunc(abs(n))::BIGINT)
       ELSE format('{:,}', trunc(round(abs(n), 2))::BIGINT) || '.'
            || lpad(((round(abs(n), 2) - trunc(round(abs(n), 2))) * 100)::BIGINT::VARCHAR, 2, '0')
       END
"""
"""8200 as 8,200 and 8200.5 as 8,200.50; halves away from zero at two decimals (`texts.show`)."""


class Sentences:
    """Writes queries over `person_result`, `household_result`, `member` and `home`."""

    def __init__(self, compiler: Compiler, catalog: Catalog) -> None:
        self.compiler = compiler
        self.catalog = catalog

    def fired(self, rule: Rule, *, values: bool = False) -> exp.Select:
        """One row per unit for which a rule is true: hid, person_id, zh, en and, where asked
        for, its named values as v0, v1, …"""
        named = {name: f"v{index}" for index, name in enumerate(rule.values)}
        query = self.compiler.layer_parts(self._facts(rule), list(rule.values.values()))
        query = b.layer(
            query,
            "parts",
            *[b.alias(self._value(node), named[name]) for name, node in rule.values.items()],
        )
        self.compiler.forget_parts()
        plain = [
            b.alias(_plain_text(b.column(named[name]), node.type), f"{named[name]}_text")
            for name, node in rule.values.items()
            if self._is_plain(node)
        ]
        query = b.layer(query, "valued", *plain)
        told = [b.alias(self._sentence(rule, named, language), language) for language in LANGUAGES]
        kept = [b.column(name) for name in named.values()] if values else []
        return b.select("hid", "person_id", *told, *kept).from_(
            query.subquery("facts", copy=False), copy=False
        )

    def _facts(self, rule: Rule) -> exp.Select:
        """The true units with the facts that the rule's values are made of."""
        nodes = [node for value in rule.values.values() for node in outside_aggregates(value)]
        fields = fields_of(nodes)
        names = self.compiler.names
        aggregates = dict.fromkeys(
            names[node] for node in nodes if isinstance(node, n.FeedAggregate | n.MemberAggregate)
        )
        of_household = [field_column("household", name) for name in fields.get("household", [])]
        uses = [names[node] for node in nodes if isinstance(node, n.TimesUsed)]
        by_person = rule.unit == "person"
        query = b.select("r.hid", *[b.column(name, "r") for name in aggregates])
        query = query.from_(f"{self.compiler.result_of[rule.id]} AS r", copy=False)
        if by_person:
            of_person = [field_column("person", name) for name in fields.get("person", [])]
            query = query.join("member AS m", on="m.pid = r.pid", copy=False).select(
                "m.person_id", copy=False
            )
            query = query.select(*[b.column(name, "m") for name in [*of_person, *uses]], copy=False)
        else:
            query = query.select(b.alias(b.cast(exp.null(), "VARCHAR"), "person_id"), copy=False)
            of_household += uses
        if of_household:
            query = query.join("home AS h", on="h.hid = r.hid", copy=False)
            query = query.select(*[b.column(name, "h") for name in of_household], copy=False)
        fired = b.binary(exp.EQ, b.column(state(rule), "r"), b.value(TRUE))
        return query.where(fired, copy=False)

    def _sentence(self, rule: Rule, named: Mapping[str, str], language: str) -> Sql:
        """The rule's reason with its named values put in."""
        parts: list[Sql] = []
        template = rule.reason.in_language(language)
        for text, name, _, _ in Formatter().parse(template):
            if text:
                parts.append(b.value(text))
            if name is not None:
                parts.append(self._shown(rule.values[name], named[name], language))
        return b.call("concat", *(parts or [b.value("")]))

    def _value(self, node: n.Node) -> Sql:
        return self.compiler.lowering.value(node)

    def _constant(self, node: n.Node) -> Any:
        """The value of a literal, or of a threshold that is the same everywhere."""
        if isinstance(node, n.Literal):
            return node.value
        if isinstance(node, n.Threshold):
            return self.compiler.lowering.everywhere(node)
        return None

    def _is_plain(self, node: n.Node) -> bool:
        """Whether a value reads the same in every language and is not known beforehand."""
        spoken = (Kind.CODE, Kind.CODES, Kind.BOOLEAN)
        return self._constant(node) is None and node.type.kind not in spoken

    def _shown(self, node: n.Node, name: str, language: str) -> Sql:
        constant = self._constant(node)
        if constant is not None or isinstance(node, n.Literal):
            return b.value(show(constant, node.type, language, self.catalog))
        if self._is_plain(node):
            text: Sql = b.column(f"{name}_text")
        else:
            text = self._text(b.column(name), node.type, language)
        return b.coalesce(text, b.value(word("answers", "missing", language)))

    def _text(self, item: Sql, type_: Type, language: str) -> Sql:
        if type_.kind is Kind.CODE:
            return self._label(item, type_, language)
        if type_.kind is Kind.BOOLEAN:
            yes, no = (b.value(word("answers", key, language)) for key in ("yes", "no"))
            return b.case((b.is_null(item), exp.null()), (item.copy(), yes), default=no)
        label = self._label(exp.column("code"), type_, language)
        each = exp.Lambda(this=label, expressions=[exp.to_identifier("code")])
        listed = b.call("list_transform", item, each)
        return b.call("array_to_string", listed, b.value(word("operators", "list", language)))

    def _label(self, code: Sql, type_: Type, language: str) -> Sql:
        labels = self.catalog.code_lists.get(type_.code_list or "", {})
        place = LANGUAGES.index(language)
        branches = [
            (b.binary(exp.EQ, code.copy(), b.value(key)), b.value(label[place]))
            for key, label in labels.items()
        ]
        return b.case(*branches, default=code) if branches else code


def _plain_text(item: Sql, type_: Type) -> Sql:
    if type_.kind is Kind.NUMBER:
        return b.call("number_text", b.cast(item, _NUMBER))
    return b.cast(item, "VARCHAR")
