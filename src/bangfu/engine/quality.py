"""Data-quality rules over a bare file: two Arrow tables in, one row per hit out.

No database, no feeds, no month of its own: the rules of packs/<name>/quality, read with
`packs.load_quality`, see `household` and `person` only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bangfu.engine.backends.duckdb import connect
from bangfu.engine.contracts.arrow import table_of
from bangfu.engine.contracts.tables import Table
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.execute import compile_rules, decide_in_duckdb
from bangfu.engine.rules.layout import Layout, outcome
from bangfu.engine.rules.nodes import Literal
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.texts import fill
from bangfu.kernel.period import Period

HITS = pa.schema(
    [
        ("rule_id", pa.string()),
        ("household_id", pa.string()),
        ("person_id", pa.string()),
        ("values", pa.string()),
        ("reason_zh", pa.string()),
        ("reason_en", pa.string()),
    ]
)


def evaluate_quality(
    pack: Pack,
    household_table: pa.Table,
    person_table: pa.Table,
    *,
    as_of: date,
    feeds: Mapping[str, pa.Table] | None = None,
) -> pa.Table:
    """Return one row per rule and household or member for which the rule is true.

    The tables need `household_id`, `region_code` (and `person_id` for persons) and whatever
    columns the file had; promised columns that are absent are missing values. `as_of` is the
    file's day: ages and periods are taken at the end of its month. `feeds` are the tables of the
    feeds that the rules read, with live_batch, county_gap and live_authorization. Columns of the
    result: rule_id, household_id, person_id (NULL for household rules), values (JSON object of
    the rule's named values), reason_zh, reason_en; sorted by rule, household and person.
    """
    period = Period.containing(as_of)
    rules = pack.rules_on(as_of)
    compiler = compile_rules(rules, pack.catalog, period, pack.thresholds.tables(as_of))
    sources = {
        "household": _complete(household_table, pack.catalog.tables["household"]),
        "person": _complete(person_table, pack.catalog.tables["person"]),
        **(feeds or {}),
    }
    with connect() as connection:
        household, person = decide_in_duckdb(connection, compiler, sources)
    layouts = {"household": compiler.household_layout, "person": compiler.person_layout}
    results = {"household": household, "person": person}
    hits = [
        hit
        for rule in sorted(rules, key=lambda rule: rule.id)
        for hit in _hits(rule, layouts[rule.unit], pack, results[rule.unit])
    ]
    return pa.Table.from_pylist(hits, schema=HITS)


def _complete(given: pa.Table, promised: Table) -> pa.Table:
    """Add the promised columns that the file does not have, and give the others their type."""
    shape = table_of(promised, []).schema
    count = given.num_rows
    columns, names = [], []
    for field in shape:
        if field.name in given.column_names:
            columns.append(given.column(field.name).cast(field.type))
        else:
            columns.append(pa.nulls(count, field.type))
        names.append(field.name)
    return pa.table(columns, names=names)


def _hits(rule: Rule, layout: Layout, pack: Pack, result: pa.Table) -> Iterator[dict[str, Any]]:
    kept = ["household_id", *(["person_id"] if rule.unit == "person" else [])]
    columns = [layout.value(node) for node in rule.values.values()]
    kept += dict.fromkeys(name for name in columns if name is not None)
    chosen = result.filter(result.column(outcome(rule))).select(kept)
    for row in chosen.to_pylist():
        values = {
            name: node.value if isinstance(node, Literal) else row[str(layout.value(node))]
            for name, node in rule.values.items()
        }
        yield {
            "rule_id": rule.id,
            "household_id": row["household_id"],
            "person_id": row.get("person_id"),
            "values": json.dumps(_plain(values), ensure_ascii=False, sort_keys=True),
            "reason_zh": fill(rule, values, "zh", pack.catalog),
            "reason_en": fill(rule, values, "en", pack.catalog),
        }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal | date) else value
        for name, value in values.items()
    }
