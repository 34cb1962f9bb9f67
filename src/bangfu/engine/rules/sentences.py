"""The sentences of fired rules in SQL: the same words as `texts.fill`, for millions of rows."""

from __future__ import annotations

from string import Formatter

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
from bangfu.engine.rules.words import joiner, word

LANGUAGES = ("zh", "en")
MOST_PERSONS_TOLD = 3
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
        columns = [b.alias(self.sentence(rule, language), language) for language in LANGUAGES]
        if values:
            columns += [
                b.alias(self._value(node), f"v{index}")
                for index, node in enumerate(rule.values.values())
            ]
        return b.select("hid", "person_id", *columns).from_(
            self._facts(rule).subquery("facts", copy=False), copy=False
        )

    def told(self, rule: Rule, number: int) -> exp.Select:
        """One row per household: hid, the rule's number, its sentences (of members at most
        three that differ), person_ids."""
        query = self.fired(rule).subquery("fired", copy=False)
        if rule.unit == "household":
            nobody = b.cast(exp.null(), "VARCHAR[]")
            return b.select("hid", b.value(number), "zh", "en", nobody).from_(query, copy=False)
        texts = [_distinct(language) for language in LANGUAGES]
        persons = _listed("person_id")
        return (
            b.select("hid", b.value(number), *texts, persons)
            .from_(query, copy=False)
            .group_by("hid", copy=False)
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
        query = query.from_(
            "person_result AS r" if by_person else "household_result AS r", copy=False
        )
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

    def sentence(self, rule: Rule, language: str) -> Sql:
        """The rule's reason with its named values put in."""
        parts: list[Sql] = []
        template = rule.reason.in_language(language)
        for text, name, _, _ in Formatter().parse(template):
            if text:
                parts.append(b.value(text))
            if name is not None:
                parts.append(self._shown(rule.values[name], language))
        return b.call("concat", *(parts or [b.value("")]))

    def _value(self, node: n.Node) -> Sql:
        return self.compiler.lowering.value(node)

    def _shown(self, node: n.Node, language: str) -> Sql:
        if isinstance(node, n.Literal):
            return b.value(show(node.value, node.type, language, self.catalog))
        text = self._text(self._value(node), node.type, language)
        return b.coalesce(text, b.value(word("answers", "missing", language)))

    def _text(self, item: Sql, type_: Type, language: str) -> Sql:
        match type_.kind:
            case Kind.CODE:
                return self._label(item, type_, language)
            case Kind.CODES:
                one = exp.to_identifier("code")
                label = self._label(exp.column("code"), type_, language)
                each = exp.Lambda(this=label, expressions=[one])
                listed = b.call("list_transform", item, each)
                return b.call(
                    "array_to_string", listed, b.value(word("operators", "list", language))
                )
            case Kind.BOOLEAN:
                yes, no = (b.value(word("answers", key, language)) for key in ("yes", "no"))
                return b.case((b.is_null(item), exp.null()), (item.copy(), yes), default=no)
            case Kind.NUMBER:
                return b.call("number_text", b.cast(item, _NUMBER))
            case _:
                return b.cast(item, "VARCHAR")

    def _label(self, code: Sql, type_: Type, language: str) -> Sql:
        labels = self.catalog.code_lists.get(type_.code_list or "", {})
        place = LANGUAGES.index(language)
        branches = [
            (b.binary(exp.EQ, code.copy(), b.value(key)), b.value(label[place]))
            for key, label in labels.items()
        ]
        return b.case(*branches, default=code) if branches else code


def _listed(name: str) -> Sql:
    """list(name ORDER BY person_id)."""
    order = exp.Order(expressions=[exp.Ordered(this=b.column("person_id"), nulls_first=False)])
    order.set("this", b.column(name))
    return b.call("list", order)


def _distinct(language: str) -> Sql:
    """The sentences that differ, in the order of the members, at most three."""
    listed = _listed(language)
    first = b.binary(
        exp.EQ,
        b.call("list_position", listed.copy(), exp.column("told")),
        exp.column("place"),
    )
    names = [exp.to_identifier("told"), exp.to_identifier("place")]
    kept = b.call("list_filter", listed, exp.Lambda(this=first, expressions=names))
    few = b.call("list_slice", kept, b.value(1), b.value(MOST_PERSONS_TOLD))
    return b.call("array_to_string", few, b.value(joiner(language)))
