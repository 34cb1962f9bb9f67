"""Data-quality rules over a bare file: two Arrow tables in, one row per hit out.

No database, no feeds, no month of its own: the rules of packs/<name>/quality, read with
`packs.load_quality`, see `household` and `person` only.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa

from bangfu.engine.backends.duckdb import connect, fetch_table, run_pieces
from bangfu.engine.contracts.arrow import table_of
from bangfu.engine.contracts.tables import Table
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.compiler import DIALECT, Compiler, Piece
from bangfu.engine.rules.execute import compile_rules, open_sources
from bangfu.engine.rules.layout import TRUE, state
from bangfu.engine.rules.lowering import ThresholdTable
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.sentences import NUMBER_TEXT, Sentences
from bangfu.kernel.period import Period

KEPT = 8

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
    rules = sorted(pack.rules_on(as_of), key=lambda rule: rule.id)
    made = _compiled(pack, tuple(rules), as_of)
    sources = {
        "household": _complete(household_table, pack.catalog.tables["household"]),
        "person": _complete(person_table, pack.catalog.tables["person"]),
        **(feeds or {}),
    }
    with connect() as connection:
        open_sources(connection, made.compiler, sources)
        run_pieces(connection, made.pieces)
        connection.execute(NUMBER_TEXT)
        true = _true_somewhere(connection, made.compiler)
        hits = [_hits(connection, rule, made) for rule in rules if rule.id in true]
    return pa.concat_tables([HITS.empty_table(), *hits])


@dataclass
class _Compiled:
    """The statements of some rules of a pack for a month; sentences are made when one is told."""

    pack: Pack
    rules: tuple[Rule, ...]
    period: Period
    thresholds: Mapping[str, ThresholdTable]
    compiler: Compiler
    pieces: tuple[Piece, ...]
    _told: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def is_for(
        self,
        pack: Pack,
        rules: Sequence[Rule],
        period: Period,
        thresholds: Mapping[str, ThresholdTable],
    ) -> bool:
        """Whether these are the statements of just these rules, by the same values."""
        return (
            self.pack.catalog is pack.catalog
            and self.period == period
            and len(self.rules) == len(rules)
            and all(mine is its for mine, its in zip(self.rules, rules, strict=True))
            and self.thresholds == thresholds
        )

    def told(self, rule: Rule) -> str:
        """Return the query of a rule's sentences; making one changes the compiler meanwhile."""
        with self._lock:
            if rule.id not in self._told:
                sentences = Sentences(self.compiler, self.pack.catalog)
                self._told[rule.id] = sentences.fired(rule, values=True).sql(dialect=DIALECT)
            return self._told[rule.id]


_kept: deque[_Compiled] = deque(maxlen=KEPT)


def _compiled(pack: Pack, rules: tuple[Rule, ...], as_of: date) -> _Compiled:
    """Return the statements of some rules of a pack for the month of a day; those of the last few
    are kept, since compiling takes longer than deciding a household.

    Kept for these very rules, since packs are made of others by leaving rules out. Two threads at
    once compile twice, to the same end.
    """
    period, thresholds = Period.containing(as_of), pack.thresholds.tables(as_of)
    for one in tuple(_kept):
        if one.is_for(pack, rules, period, thresholds):
            return one
    compiler = compile_rules(
        rules, pack.catalog, period, thresholds, complete=False, fold_persons=False
    )
    made = _Compiled(pack, rules, period, thresholds, compiler, tuple(compiler.pieces()))
    _kept.append(made)
    return made


def _true_somewhere(connection: duckdb.DuckDBPyConnection, compiler: Compiler) -> set[str]:
    """The rules that are true for anybody: planning the sentences of the others is time lost."""
    found: set[str] = set()
    for relation in dict.fromkeys(compiler.result_of.values()):
        rules = [rule for rule in compiler.rules if compiler.result_of[rule.id] == relation]
        asked = ", ".join(f'bool_or("{state(rule)}" = {TRUE})' for rule in rules)
        row = connection.execute(f'SELECT {asked} FROM "{relation}"').fetchone()  # noqa: S608
        found |= {rule.id for rule, true in zip(rules, row or (), strict=True) if true}
    return found


def _hits(connection: duckdb.DuckDBPyConnection, rule: Rule, made: _Compiled) -> pa.Table:
    """The households or members for which a rule is true, with its values and its sentences."""
    query = (
        f"SELECT h.household_id, f.* EXCLUDE (hid) FROM ({made.told(rule)}) f "  # noqa: S608
        "JOIN home h ON h.hid = f.hid ORDER BY f.hid, f.person_id"
    )
    found = fetch_table(connection, query)
    count = found.num_rows
    listed = [found.column(f"v{index}").to_pylist() for index in range(len(rule.values))]
    rows = zip(*listed, strict=True) if listed else [()] * count
    values = [_json(rule, row) for row in rows]
    columns = {
        "rule_id": pa.array([rule.id] * count, pa.string()),
        "household_id": found.column("household_id"),
        "person_id": found.column("person_id"),
        "values": pa.array(values, pa.string()),
        "reason_zh": found.column("zh"),
        "reason_en": found.column("en"),
    }
    return pa.table(columns, schema=HITS)


def _json(rule: Rule, values: Sequence[Any]) -> str:
    """The rule's named values as a JSON object; numbers and dates as texts."""
    plain = {
        name: str(value) if isinstance(value, Decimal | date) else value
        for name, value in zip(rule.values, values, strict=True)
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _complete(given: pa.Table, promised: Table) -> pa.Table:
    """Add the promised columns that the file does not have, and give the others their type."""
    shape = table_of(promised, []).schema
    count = given.num_rows
    columns, names = [], []
    for column in shape:
        if column.name in given.column_names:
            columns.append(given.column(column.name).cast(column.type))
        else:
            columns.append(pa.nulls(count, column.type))
        names.append(column.name)
    return pa.table(columns, names=names)
