"""Where a run reads: a folder with one county's month, or a lake with many counties.

Both are divided into parts of whole counties; a part opens its relations in DuckDB by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.comparison.coverage import FeedState, judge_all, read_coverage
from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.contracts.writer import check_file
from bangfu.engine.rules.execute import COUNTY_GAP, LIVE_BATCH, open_live
from bangfu.engine.runs.blank import mark_blank
from bangfu.kernel.period import Period

AUTHORISATION = pa.schema(
    [("person_token", pa.string()), ("signed_on", pa.date32()), ("expires_on", pa.date32())]
)
IN_FORCE = "signed_on <= $day AND (expires_on IS NULL OR expires_on >= $day)"
"""Signed by the period's end and not expired then."""


@dataclass(frozen=True)
class Part:
    """Counties that are decided together; `name` is "" where they are all there is."""

    name: str
    counties: tuple[str, ...] = ()
    people: int = 0


@dataclass(frozen=True)
class Opened:
    """A part that has been made readable: its files by name, and what each feed is good for."""

    files: list[tuple[str, Path]]
    states: list[FeedState]


class Inputs(Protocol):
    """A folder or a lake."""

    @property
    def root(self) -> Path: ...

    def parts(self, people: int | None) -> list[Part]:
        """Divide the counties into parts of about so many people; None: all in one."""

    def files(self) -> list[Path]:
        """Return every file that may be read."""

    def open(
        self, connection: duckdb.DuckDBPyConnection, part: Part, feeds: Sequence[str]
    ) -> Opened:
        """Make src_household, src_person, live_<feed>, county_gap and authorised.

        Raises RunRefused when a table breaks its contract.
        """


@dataclass(frozen=True)
class Folder:
    """household.parquet, person.parquet, feeds/<table>.parquet, authorization.parquet and
    coverage.json. A feed without a file is empty."""

    root: Path
    catalog: Catalog
    period: Period

    def parts(self, people: int | None) -> list[Part]:
        return [Part("")]

    def files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def open(
        self, connection: duckdb.DuckDBPyConnection, part: Part, feeds: Sequence[str]
    ) -> Opened:
        files: list[tuple[str, Path]] = []
        for name in ("household", "person"):
            path = self.root / f"{name}.parquet"
            check_file(path, self.catalog.tables[name])
            backend.read_parquet(connection, f"src_{name}", path)
            files.append((path.name, path))
        for name, table in self.catalog.tables.items():
            if table.is_feed:
                files += self._open_feed(connection, name)
        files += self._open_authorisation(connection)
        states = self._open_coverage(connection)
        files.append(("coverage.json", self.root / "coverage.json"))
        open_live(connection, feeds)
        states = mark_blank(connection, states, feeds)
        register_gaps(connection, states)
        return Opened(files, states)

    def _open_feed(
        self, connection: duckdb.DuckDBPyConnection, name: str
    ) -> list[tuple[str, Path]]:
        path = self.root / "feeds" / f"{name}.parquet"
        if not path.exists():
            empty = schema(self.catalog.tables[name]).empty_table()
            backend.register(connection, f"src_{name}", empty)
            return []
        check_file(path, self.catalog.tables[name])
        backend.read_parquet(connection, f"src_{name}", path)
        return [(f"feeds/{path.name}", path)]

    def _open_authorisation(self, connection: duckdb.DuckDBPyConnection) -> list[tuple[str, Path]]:
        path = self.root / "authorization.parquet"
        if path.exists():
            backend.read_parquet(connection, "src_authorization", path)
        else:
            backend.register(connection, "src_authorization", AUTHORISATION.empty_table())
        connection.execute(
            "CREATE TEMP TABLE live_authorization AS "  # noqa: S608
            f"SELECT DISTINCT person_token FROM src_authorization WHERE {IN_FORCE}",
            {"day": self.period.last_day},
        )
        return [(path.name, path)] if path.exists() else []

    def _open_coverage(self, connection: duckdb.DuckDBPyConnection) -> list[FeedState]:
        deliveries = read_coverage(self.root / "coverage.json")
        found = connection.execute(
            "SELECT DISTINCT substr(region_code, 1, 6) FROM src_household ORDER BY 1"
        ).fetchall()
        states = judge_all(self.catalog, [str(row[0]) for row in found], deliveries, self.period)
        batches = [
            {"tab": s.table, "county": s.county, "batch_id": batch}
            for s in states
            for batch in s.batches
        ]
        backend.register(connection, "live_batch", pa.Table.from_pylist(batches, schema=LIVE_BATCH))
        return states


def register_gaps(connection: duckdb.DuckDBPyConnection, states: Sequence[FeedState]) -> None:
    """Make `county_gap`."""
    gaps = [{"tab": s.table, "county": s.county, "gap": s.gap} for s in states]
    backend.register(connection, "county_gap", pa.Table.from_pylist(gaps, schema=COUNTY_GAP))
