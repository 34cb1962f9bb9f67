"""The pack's quality rules: which of them a file can answer, and what they find in it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from bangfu.domains.registry.quality.facts import Columns, Facts
from bangfu.engine.contracts.arrow import arrow_type
from bangfu.engine.contracts.catalog import EARLIER
from bangfu.engine.contracts.tables import Table
from bangfu.engine.packs.loader import load_quality
from bangfu.engine.packs.model import Pack
from bangfu.engine.quality import evaluate_quality
from bangfu.engine.rules.nodes import Call, FeedAggregate, Field, Node, children
from bangfu.engine.rules.rule import Rule
from bangfu.standards.paths import packs_root


@dataclass(frozen=True)
class Skipped:
    """A rule that cannot be answered, and the (Chinese) names of the columns it lacks.

    `is_beyond_a_file`: it needs a department's list or what the register held before.
    """

    rule: Rule
    missing: tuple[str, ...]
    is_beyond_a_file: bool = False


@dataclass(frozen=True)
class Hit:
    """A rule that is true of a household, or of one of its members; positions in the facts."""

    rule: Rule
    household: int
    person: int | None
    reason_zh: str
    reason_en: str


@cache
def load_pack(name: str = "national") -> Pack:
    """The quality rules of a pack. Raises PackRefused with every problem of a malformed one."""
    return load_quality(packs_root() / name)


def split_rules(pack: Pack, facts: Facts, as_of: date) -> tuple[tuple[Rule, ...], list[Skipped]]:
    """The rules in force that the file can answer, and those that lack a column.

    A rule that fires on an empty cell must not fire on a column that nobody asked for.
    """
    return split_by_columns(pack, facts.given, as_of)


def split_by_columns(
    pack: Pack, given: Mapping[str, frozenset[str]], as_of: date
) -> tuple[tuple[Rule, ...], list[Skipped]]:
    """The rules in force that the columns `given` by table can answer, and those that lack one.

    A feed is given as a whole: a table of `given` with any content.
    """
    runnable, skipped = [], []
    for rule in pack.rules_on(as_of):
        missing = _missing(rule, pack, given)
        if missing:
            skipped.append(Skipped(rule, missing, _is_beyond_a_file(rule)))
        else:
            runnable.append(rule)
    return tuple(runnable), skipped


def _missing(rule: Rule, pack: Pack, given: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The (Chinese) names of the columns and departmental lists that the rule lacks."""
    needed = needs_of(rule)
    columns = sorted(
        need for need in needed if need[1] and need[1] not in given.get(need[0], frozenset())
    )
    feeds = sorted(table for table, name in needed if not name and table not in given)
    return (
        *(pack.catalog.column(table, name).label("zh") for table, name in columns),
        *(pack.catalog.tables[table].label("zh") for table in feeds),
    )


def _is_beyond_a_file(rule: Rule) -> bool:
    earlier = {("household", column.name) for column in EARLIER}
    return any(not need[1] or need in earlier for need in needs_of(rule))


def needs_of(rule: Rule) -> frozenset[tuple[str, str]]:
    """What a rule cannot do without: (table, column), and (feed, "") for a departmental list."""
    needed = set(_fields(rule.when))
    if rule.applies is not None:
        # What a condition of application coalesces it can do without.
        needed |= set(_fields(rule.applies, skip_coalesced=True))
    return frozenset(needed)


def _fields(node: Node, *, skip_coalesced: bool = False) -> list[tuple[str, str]]:
    if isinstance(node, Field):
        return [(node.scope, node.name)]
    if skip_coalesced and isinstance(node, Call) and node.name == "coalesce":
        return []
    inner = (_fields(child, skip_coalesced=skip_coalesced) for child in children(node))
    found = list(itertools.chain.from_iterable(inner))
    if isinstance(node, FeedAggregate):
        return [(node.table, ""), *(need for need in found if need[0] != node.table)]
    return found


def find_hits(pack: Pack, rules: tuple[Rule, ...], facts: Facts, as_of: date) -> list[Hit]:
    """What the rules find, by rule, household and person."""
    chosen = replace(pack, rules=rules, cases=())
    tables = pack.catalog.tables
    found = evaluate_quality(
        chosen,
        _table(facts.households, tables["household"]),
        _table(facts.persons, tables["person"]),
        as_of=as_of,
    )
    by_id = {rule.id: rule for rule in rules}
    hits = [_hit(row, by_id) for row in found.to_pylist()]
    return sorted(
        hits, key=lambda h: (h.rule.id, h.household, -1 if h.person is None else h.person)
    )


def _hit(row: dict[str, Any], by_id: dict[str, Rule]) -> Hit:
    person = row["person_id"]
    return Hit(
        rule=by_id[row["rule_id"]],
        household=int(row["household_id"]),
        person=None if person is None else int(person),
        reason_zh=row["reason_zh"],
        reason_en=row["reason_en"],
    )


def _table(columns: Columns, promised: Table) -> pa.Table:
    """An Arrow table of the promised columns that the file has."""
    made = {
        name: pa.array(values, type=arrow_type(promised.by_name[name]))
        for name, values in columns.items()
        if name in promised.by_name
    }
    return pa.table(made)
