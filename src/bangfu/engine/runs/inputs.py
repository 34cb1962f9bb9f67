"""Opens a run's input folder in DuckDB and says which feeds are live where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.comparison.coverage import FeedState, judge_all, read_coverage
from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.writer import check_file
from bangfu.engine.errors import RunRefused
from bangfu.engine.rules.execute import COUNTY_GAP, LIVE_BATCH
from bangfu.kernel.period import Period

AUTHORISATION = pa.schema(
    [("person_token", pa.string()), ("signed_on", pa.date32()), ("expires_on", pa.date32())]
)


@dataclass(frozen=True)
class Opened:
    """An input folder that has been made readable."""

    files: list[tuple[str, Path]]
    states: list[FeedState]


def open_inputs(
    connection: duckdb.DuckDBPyConnection, folder: Path, catalog: Catalog, period: Period
) -> Opened:
    """Make src_household, src_person, src_<feed>, live_batch, county_gap, live_authorization.

    A feed without a file is empty. Raises RunRefused when a table breaks its contract.
    """
    files: list[tuple[str, Path]] = []
    for name in ("household", "person"):
        path = folder / f"{name}.parquet"
        check_file(path, catalog.tables[name])
        backend.read_parquet(connection, f"src_{name}", path)
        files.append((path.name, path))
    for name, table in catalog.tables.items():
        if table.is_feed:
            files += _open_feed(connection, folder / "feeds" / f"{name}.parquet", catalog, name)
    authorisation = folder / "authorization.parquet"
    _open_authorisation(connection, authorisation, period)
    coverage = folder / "coverage.json"
    files += [(path.name, path) for path in (authorisation, coverage) if path.exists()]
    states = _open_coverage(connection, coverage, catalog, period)
    return Opened(files, states)


def _open_feed(
    connection: duckdb.DuckDBPyConnection, path: Path, catalog: Catalog, name: str
) -> list[tuple[str, Path]]:
    if not path.exists():
        empty = schema(catalog.tables[name]).empty_table()
        backend.register(connection, f"src_{name}", empty)
        return []
    if path.is_file():
        check_file(path, catalog.tables[name])
    elif not any(path.rglob("*.parquet")):
        raise RunRefused("E-RUN-INPUT", file=path.name, column="")
    backend.read_parquet(connection, f"src_{name}", path)
    return [(f"feeds/{path.name}", path)]


def _open_authorisation(connection: duckdb.DuckDBPyConnection, path: Path, period: Period) -> None:
    """Persons whose authorisation is signed by the period's end and has not expired then."""
    if path.exists():
        backend.read_parquet(connection, "src_authorization", path)
    else:
        backend.register(connection, "src_authorization", AUTHORISATION.empty_table())
    connection.execute(
        "CREATE TEMP TABLE live_authorization AS SELECT DISTINCT person_token "
        "FROM src_authorization WHERE signed_on <= $day "
        "AND (expires_on IS NULL OR expires_on >= $day)",
        {"day": period.last_day},
    )


def _open_coverage(
    connection: duckdb.DuckDBPyConnection, path: Path, catalog: Catalog, period: Period
) -> list[FeedState]:
    deliveries = read_coverage(path)
    found = connection.execute(
        "SELECT DISTINCT substr(region_code, 1, 6) FROM src_household ORDER BY 1"
    ).fetchall()
    states = judge_all(catalog, [str(row[0]) for row in found], deliveries, period)
    gaps = [{"tab": s.table, "county": s.county, "gap": s.gap} for s in states]
    batches = [
        {"tab": s.table, "county": s.county, "batch_id": batch}
        for s in states
        for batch in s.batches
    ]
    backend.register(connection, "county_gap", pa.Table.from_pylist(gaps, schema=COUNTY_GAP))
    backend.register(connection, "live_batch", pa.Table.from_pylist(batches, schema=LIVE_BATCH))
    return states
