"""A batch of random rules and households, decided by the reference evaluator and by DuckDB."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa

from bangfu.engine.backends.duckdb import connect
from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.contracts.types import Kind
from bangfu.engine.errors import FormulaError
from bangfu.engine.rules.decide import contexts_of, evaluate
from bangfu.engine.rules.execute import compile_rules, decide_in_duckdb
from bangfu.engine.rules.layout import outcome, reason
from bangfu.engine.rules.lowering import DuckDbLowering
from bangfu.engine.rules.nodes import Node
from bangfu.engine.rules.parser import parse
from bangfu.engine.rules.reference import Household, evaluate_node
from bangfu.engine.rules.rule import Rule, Source, Text
from tests.proof.catalog import CATALOG, PERIOD, THRESHOLDS, WORLD
from tests.proof.grammar import MEMBER_ROOTS, NUMBERS, ROOTS, At, Grammar
from tests.proof.homes import random_homes, sources

UNITS = ("household", "person")
KNOWN_REFUSALS = ("E-RULE-TOO-LARGE", "E-RULE-SCOPE", "E-RULE-UNIT", "E-RULE-ZERO")
"""What a random formula may be refused for: an indicator does not fit everywhere, and a bare
number has no unit until it is divided by people."""


class Key(NamedTuple):
    """A rule on a unit: the household ("" for the person) or one of its members."""

    rule: str
    household: str
    person: str


def read(text: str, unit: str, indicators: Mapping[str, Node], want: Kind | None) -> Node:
    """Read a formula of the proof's catalog."""
    types = {name: found[0] for name, found in THRESHOLDS.items()}
    return parse(
        text, columns=CATALOG, unit=unit, thresholds=types, indicators=indicators, want=want
    )


def random_rules(
    source: random.Random, count: int, first: int, homes: Sequence[Household]
) -> list[Rule]:
    """Rules of both units, some with `applies`: half of them free, half held to a value.

    The latter begin with one construct after the other, from number `first` on. The few that are
    refused are written anew.
    """
    indicators, grammar = _indicators(source)
    rules: list[Rule] = []
    while len(rules) < count:
        number = len(rules)
        root = ROOTS[(first + number // 2) % len(ROOTS)] if number % 2 else None
        unit = "household" if root in MEMBER_ROOTS else source.choice(UNITS)
        at = At(unit, unit)
        applies = grammar.boolean(at, 1) if root is None and source.random() < 0.3 else None
        text = "?"
        try:
            if root is None:
                text = grammar.boolean(at, source.choice([1, 2, 2, 3]))
            else:
                text = _held(root, at, grammar, indicators, homes)
            rules.append(_rule(f"r{number}", unit, text, applies, indicators))
        except FormulaError as refused:
            if refused.code not in KNOWN_REFUSALS:
                raise AssertionError(f"{refused} in {root}: {text} / {applies}") from refused
    return rules


def _held(
    root: str,
    at: At,
    grammar: Grammar,
    indicators: Mapping[str, Node],
    homes: Sequence[Household],
) -> str:
    """A formula compared with values that it has for some of the households: where a fault of one
    unit, one day or one row shows. One that is the same for all of them is written anew."""
    source = grammar.source
    contexts = [
        context
        for home in source.sample(homes, min(len(homes), 12))
        for context in contexts_of(at.unit, home, WORLD)
    ]
    for _ in range(TRIES):
        text, kind = grammar.rooted(root, at)
        if kind == "boolean":
            return text
        node = read(text, at.unit, indicators, None)
        found = (evaluate_node(node, context) for context in contexts)
        values = sorted({_written(value.value) for value in found if not value.is_unknown})
        if len(values) > 2:
            break
    values = values or [_USUAL[kind]]
    first, second = source.choice(values), source.choice(values)
    if kind == "text":
        return f"{text} {source.choice(['=', '<>'])} {first}"
    roll = source.random()
    if roll < 0.1:
        return f"{text} BETWEEN {first} AND {first}"
    if roll < 0.5:
        some = source.sample(values, max(1, len(values) // 2))
        return f"{text} IN ({', '.join(some)})"
    op = source.choice(["=", "=", "<", "<=", ">", ">="])
    return f"{text} {op} {first} OR {text} = {second}"


_USUAL = {"number": "1", "date": "DATE '2026-10-31'", "month": "'2026-10'", "text": "'3'"}
TRIES = 8


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    escaped = str(value).replace("'", "''")
    return f"'{escaped}'"


def _rule(
    name: str, unit: str, text: str, applies: str | None, indicators: Mapping[str, Node]
) -> Rule:
    return Rule(
        id=name,
        kind="ALERT",
        unit=unit,
        title=Text("探", "probe"),
        source=Source("test", "unverified"),
        when=read(text, unit, indicators, Kind.BOOLEAN),
        applies=None if applies is None else read(applies, unit, indicators, Kind.BOOLEAN),
        hint="attention",
        reason=Text("是", "yes"),
        valid_from=date(2000, 1, 1),
        formulas={"when": text} | ({"applies": applies} if applies else {}),
    )


def _indicators(source: random.Random) -> tuple[dict[str, Node], Grammar]:
    """Five indicators, later ones made of earlier ones, and a grammar that may use them all."""
    found: dict[str, Node] = {}
    grammar = Grammar(source)
    while len(found) < 5:
        unit = source.choice(UNITS)
        kind = source.choice([*NUMBERS, "boolean"])
        at = At(unit, unit)
        text = grammar.boolean(at, 2) if kind == "boolean" else grammar.number(kind, at, 2)
        try:
            node = read(text, unit, found, None)
        except FormulaError as refused:
            if refused.code not in KNOWN_REFUSALS:
                raise AssertionError(f"{refused} in {text}") from refused
            continue
        name = f"i{len(found)}"
        found[name] = node
        grammar.indicators[name] = (unit, kind)
    return found, grammar


@dataclass
class Batch:
    """Rules and households made of one number; what the reference says is kept.

    `first` is the construct of the grammar's ROOTS with which its rules go on.
    """

    number: int
    rules: int = 20
    households: int = 50
    first: int = 0
    made: list[Rule] = field(init=False)
    homes: list[Household] = field(init=False)

    def __post_init__(self) -> None:
        source = random.Random(self.number)
        self.homes = random_homes(source, self.households)
        self.made = random_rules(source, self.rules, self.first, self.homes)

    @cached_property
    def expected(self) -> dict[Key, str]:
        """TRUE, FALSE or the reason, of every rule on every unit, by the reference evaluator."""
        found: dict[Key, str] = {}
        for rule in self.made:
            for home in self.homes:
                key = str(home.household["household_id"])
                for unit in evaluate(rule, home, WORLD).units:
                    said = unit.reason or unit.outcome.value
                    found[Key(rule.id, key, unit.person_id or "")] = said
        return found

    def said(
        self,
        lowering: type[DuckDbLowering] = DuckDbLowering,
        rules: Sequence[Rule] | None = None,
        spoil: Callable[[dict[str, pa.Table]], None] | None = None,
    ) -> dict[Key, str]:
        """The same by the compiled SQL; other rules or spoilt relations are for planted faults."""
        tables = sources(self.homes)
        if spoil is not None:
            spoil(tables)
        return by_duckdb(rules or self.made, tables, lowering)

    def disagreements(self, **planted: Any) -> list[tuple[str, Key, str, str]]:
        """(formula, unit, reference, DuckDB) wherever the two differ."""
        said = self.said(**planted)
        asked = {rule.id for rule in planted.get("rules") or self.made}
        texts = {rule.id: " | ".join(rule.formulas.values()) for rule in self.made}
        return [
            (texts[key.rule], key, expected, said.get(key, "no row"))
            for key, expected in self.expected.items()
            if key.rule in asked and said.get(key, "no row") != expected
        ] + [(texts[key.rule], key, "no unit", said[key]) for key in said.keys() - self.expected]


def by_duckdb(
    rules: Sequence[Rule],
    tables: Mapping[str, pa.Table],
    lowering: type[DuckDbLowering] = DuckDbLowering,
) -> dict[Key, str]:
    """Compile the rules at once and return what each says about each unit."""
    thresholds = {name: found[1] for name, found in THRESHOLDS.items()}
    compiler = compile_rules(rules, CATALOG, PERIOD, thresholds, lowering)
    with connect(threads=2) as connection:
        results = decide_in_duckdb(connection, compiler, tables)
    found: dict[Key, str] = {}
    for rule in rules:
        table = results[0] if rule.unit == "household" else results[1]
        names = ["household_id", outcome(rule), reason(rule)]
        columns = [table.column(name).to_pylist() for name in names]
        people = [""] * table.num_rows
        if rule.unit == "person":
            people = table.column("person_id").to_pylist()
        for person, home, truth, why in zip(people, *columns, strict=True):
            said = NAMES[why] if truth is None else str(bool(truth)).upper()
            found[Key(rule.id, home, person)] = said
    return found
