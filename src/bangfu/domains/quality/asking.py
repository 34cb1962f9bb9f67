"""Asking the rules: which of them the county's data can answer, and what they find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from bangfu.domains.quality.domain import Found, NotAsked, Why
from bangfu.domains.quality.extract import HOUSEHOLD, PERSON, Lists, Register
from bangfu.domains.registry.quality.rules import needs_of, split_by_columns
from bangfu.engine.contracts.catalog import EARLIER
from bangfu.engine.packs.model import Pack
from bangfu.engine.quality import evaluate_quality
from bangfu.engine.rules.nodes import FeedAggregate, Field, walk
from bangfu.engine.rules.rule import Rule

# Columns whose emptiness says something even where the whole county leaves them empty: nobody is
# monitored, nobody is at school. Of all others an empty county means that no list had the column.
_EMPTY_MEANS_NONE = {
    HOUSEHOLD: frozenset(
        {"monitored_category", "risk_status", "risk_kinds", "measures", "disaster_kind"}
        | {"risk_remark", "clearing_method", "risk_identified_month", "risk_cleared_month"}
        | {"identified_on", "cleared_on", *(column.name for column in EARLIER)}
    ),
    PERSON: frozenset(
        {"student_status", "dropout_reason", "public_post_kind", "disability_certificate_no"}
        | {"work_place", "person_token"}
    ),
}


@dataclass(frozen=True)
class Questions:
    """The rules that can be answered, and those that cannot, with what they lack."""

    rules: tuple[Rule, ...]
    not_asked: tuple[NotAsked, ...]


def columns_of(rules: Sequence[Rule]) -> frozenset[tuple[str, str]]:
    """Return the (table, column) of household and person that the rules and their texts name."""
    return frozenset(
        (node.scope, node.name)
        for rule in rules
        for node in _nodes(rule)
        if isinstance(node, Field) and node.scope in (HOUSEHOLD, PERSON)
    )


def feeds_of(rules: Sequence[Rule]) -> frozenset[str]:
    """Return the tables of the feeds that the rules read."""
    return frozenset(
        node.table for rule in rules for node in _nodes(rule) if isinstance(node, FeedAggregate)
    )


def _nodes(rule: Rule) -> Iterator[Any]:
    roots = [
        rule.when,
        *([rule.applies] if rule.applies is not None else []),
        *rule.values.values(),
    ]
    for root in roots:
        yield from walk(root)


def choose(pack: Pack, register: Register, lists: Lists, as_of: date) -> Questions:
    """Return the rules in force that the register and the live feeds can answer.

    A rule that fires on an empty cell is not asked about a column that no list ever had, and a
    rule about a feed is not asked when the feed is old, silent or never came: what it found
    before is then neither there nor gone.
    """
    given = {
        HOUSEHOLD: filled(HOUSEHOLD, register.household.column_names, _named(register.household)),
        PERSON: filled(PERSON, register.person.column_names, _named(register.person)),
        **{table: frozenset({""}) for table in lists.live},
    }
    rules, skipped = split_by_columns(pack, given, as_of)
    return Questions(
        rules,
        tuple(
            NotAsked(
                one.rule.id,
                one.rule.rule_no,
                Why.FEEDS if _lacks_a_feed(one.rule, given) else Why.COLUMNS,
                one.missing,
            )
            for one in skipped
        ),
    )


def filled(table: str, columns: Iterable[str], given: Collection[str]) -> frozenset[str]:
    """Return the columns of a table that are `given`, and those whose emptiness is a value."""
    none = _EMPTY_MEANS_NONE[table]
    return frozenset(column for column in columns if column in given or column in none)


def _named(table: pa.Table) -> frozenset[str]:
    """The columns with a value in some row."""
    return frozenset(
        name for name in table.column_names if table.column(name).null_count < table.num_rows
    )


def _lacks_a_feed(rule: Rule, given: dict[str, frozenset[str]]) -> bool:
    return any(not name and table not in given for table, name in needs_of(rule))


def ask(
    pack: Pack, rules: Sequence[Rule], register: Register, lists: Lists, as_of: date
) -> list[Found]:
    """Return what the rules find, in the order of rule, household and member."""
    chosen = replace(pack, rules=tuple(rules), cases=())
    hits = evaluate_quality(
        chosen, register.household, register.person, as_of=as_of, feeds=lists.sources
    )
    home = register.household
    place_of, number_of = (
        dict(
            zip(
                home.column("household_id").to_pylist(),
                home.column(name).to_pylist(),
                strict=True,
            )
        )
        for name in ("region_code", "household_no")
    )
    names = ("rule_id", "household_id", "person_id", "values", "reason_zh", "reason_en")
    columns = (hits.column(name).to_pylist() for name in names)
    return [
        Found(
            rule_id=rule_id,
            household_id=household,
            person_id=person,
            region_code=place_of[household],
            household_no=number_of[household],
            values=values,
            message_zh=zh,
            message_en=en,
        )
        for rule_id, household, person, values, zh, en in zip(*columns, strict=True)
    ]
