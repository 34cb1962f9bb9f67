"""Decides rules for many households in DuckDB, from Arrow tables; small sets and tests use it.

`runs` does the same for a month of a county from Parquet, with evidence and a manifest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.rules.compiler import Compiler
from bangfu.engine.rules.layout import FALSE, TRUE, Layout, outcome, reason, state
from bangfu.engine.rules.lowering import DuckDbLowering, ThresholdTable
from bangfu.engine.rules.rule import Rule
from bangfu.kernel.period import Period

LIVE = """
CREATE OR REPLACE TEMP VIEW "live_{table}" AS
SELECT t.*, b.county FROM "src_{table}" t
JOIN live_batch b ON b.tab = '{table}' AND b.batch_id = t.batch_id
"""
SIGNED = """
CREATE OR REPLACE TEMP VIEW authorised AS
SELECT a.person_token, c.county FROM live_authorization a
CROSS JOIN (SELECT DISTINCT substr(region_code, 1, 6) AS county FROM src_household) c
"""
LIVE_BATCH = pa.schema([("tab", pa.string()), ("county", pa.string()), ("batch_id", pa.string())])
COUNTY_GAP = pa.schema([("tab", pa.string()), ("county", pa.string()), ("gap", pa.int32())])
AUTHORISED = pa.schema([("person_token", pa.string())])


def compile_rules(
    rules: Sequence[Rule],
    catalog: Catalog,
    period: Period,
    thresholds: Mapping[str, ThresholdTable],
    lowering: type[DuckDbLowering] = DuckDbLowering,
    *,
    complete: bool = True,
    fold_persons: bool = True,
) -> Compiler:
    """Return the compiler of a set of rules for one period.

    `complete`: every rule is decided for everybody; else those that a feed drives (`driven`)
    only where they are true. `fold_persons`: a household too has the states of its members.
    """
    make = lambda names: lowering(period, thresholds, names)  # noqa: E731
    return Compiler(rules, catalog, make, complete=complete, fold_persons=fold_persons)


def decide_in_duckdb(
    connection: duckdb.DuckDBPyConnection, compiler: Compiler, sources: Mapping[str, pa.Table]
) -> tuple[pa.Table, pa.Table]:
    """Run the rules over `sources` (household, person, feeds, live_batch, county_gap,
    live_authorization) and return (household_result, person_result)."""
    open_sources(connection, compiler, sources)
    backend.run_pieces(connection, compiler.pieces())
    households, persons = compiler.household_group.layout, compiler.person_group.layout
    household = backend.fetch_table(
        connection,
        f"SELECT h.household_id{_outcomes(households)} FROM household_result r "  # noqa: S608
        "JOIN home h ON h.hid = r.hid ORDER BY 1",
    )
    person = backend.fetch_table(
        connection,
        f"SELECT h.household_id, m.person_id{_outcomes(persons)} FROM person_result r "  # noqa: S608
        "JOIN member m ON m.pid = r.pid JOIN home h ON h.hid = r.hid ORDER BY 1, 2",
    )
    return household, person


def _outcomes(layout: Layout) -> str:
    """States as outcomes (true, false, NULL for unknown) and ranks of reasons."""
    return "".join(
        f', CASE r."{state(rule)}" WHEN {TRUE} THEN TRUE WHEN {FALSE} THEN FALSE END '
        f'AS "{outcome(rule)}", CASE WHEN r."{state(rule)}" BETWEEN {FALSE + 1} AND {TRUE - 1} '
        f'THEN r."{state(rule)}"::INTEGER END AS "{reason(rule)}"'
        for rule in layout.rules
    )


def open_sources(
    connection: duckdb.DuckDBPyConnection, compiler: Compiler, sources: Mapping[str, pa.Table]
) -> None:
    """Make what the compiled SQL reads of Arrow tables; a feed that is not given is empty."""
    empty = {
        "live_batch": LIVE_BATCH,
        "county_gap": COUNTY_GAP,
        "live_authorization": AUTHORISED,
    }
    for name, shape in empty.items():
        backend.register(connection, name, sources.get(name, shape.empty_table()))
    for name in compiler.relations.feeds:
        if name not in sources:
            absent = schema(compiler.catalog.tables[name]).empty_table()
            backend.register(connection, f"src_{name}", absent)
    for name, table in sources.items():
        if name not in empty:
            backend.register(connection, f"src_{name}", table)
    open_live(connection, compiler.relations.feeds)


def open_live(connection: duckdb.DuckDBPyConnection, feeds: Sequence[str]) -> None:
    """Make `live_<feed>` of src_<feed> and live_batch, and `authorised` of live_authorization."""
    for table in feeds:
        connection.execute(LIVE.format(table=table))
    connection.execute(SIGNED)
