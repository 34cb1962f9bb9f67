"""A lake: household, person, authorization and feeds by county, and its coverage.json.

Only the files of batches in force are read. A row counts for the people of the county whose
folder it lies in, so that the division into parts changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.comparison.coverage import Delivery, FeedState, judge, read_coverage
from bangfu.engine.comparison.reasons import NO_DATA
from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.tables import Catalog, Table
from bangfu.engine.contracts.writer import check_file
from bangfu.engine.errors import RunRefused
from bangfu.engine.runs.blank import is_blank
from bangfu.engine.runs.inputs import IN_FORCE, Folder, Inputs, Opened, Part, register_gaps
from bangfu.kernel.period import Period

COUNTY = "county="
CODE_LENGTH = 6


@dataclass(frozen=True)
class Lake:
    """LAKE/{household,person,authorization}/county=CCCCCC/*.parquet and
    LAKE/feeds/<table>/county=CCCCCC/period=YYYY-MM/<batch>.parquet."""

    root: Path
    catalog: Catalog
    period: Period

    def parts(self, people: int | None) -> list[Part]:
        """Neighbouring counties together until they hold so many people."""
        counties = sorted(
            folder.name.removeprefix(COUNTY)
            for folder in (self.root / "household").glob(f"{COUNTY}*")
        )
        found: list[Part] = []
        group: list[str] = []
        count = 0
        for county in counties:
            here = sum(pq.read_metadata(path).num_rows for path in self._of("person", county))
            if group and people is not None and count + here > people:
                found.append(Part(f"{len(found) + 1:04d}", tuple(group), count))
                group, count = [], 0
            group.append(county)
            count += here
        if group:
            found.append(Part(f"{len(found) + 1:04d}", tuple(group), count))
        return found

    def files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def open(
        self, connection: duckdb.DuckDBPyConnection, part: Part, feeds: Sequence[str]
    ) -> Opened:
        files: list[tuple[str, Path]] = []
        for name in ("household", "person"):
            paths = [path for county in part.counties for path in self._of(name, county)]
            self._check(paths, self.catalog.tables[name], name)
            backend.read_parquet(connection, f"src_{name}", paths)
            files += self._named(paths)
        states: list[FeedState] = []
        for name in feeds:
            table = self.catalog.tables[name]
            found = [self._state(table, county) for county in part.counties]
            paths = [path for state in found for path in self._batches(table, state)]
            self._open_feed(connection, table, paths)
            files += self._named(paths)
            states += [self._unless_blank(table, state) for state in found]
        files += self._open_authorisation(connection, part)
        register_gaps(connection, states)
        return Opened(files, states)

    def _named(self, paths: Sequence[Path]) -> list[tuple[str, Path]]:
        return [(path.relative_to(self.root).as_posix(), path) for path in paths]

    def _of(self, table: str, county: str) -> list[Path]:
        return sorted((self.root / table / f"{COUNTY}{county}").glob("*.parquet"))

    def _check(self, paths: Sequence[Path], table: Table, name: str) -> None:
        if not paths:
            raise RunRefused("E-RUN-INPUT", file=name, column="")
        for path in paths:
            check_file(path, table)

    @cached_property
    def _deliveries(self) -> dict[tuple[str, str], list[Delivery]]:
        found: dict[tuple[str, str], list[Delivery]] = {}
        for delivery in read_coverage(self.root / "coverage.json"):
            found.setdefault((delivery.dataset, delivery.county), []).append(delivery)
        return found

    def _state(self, table: Table, county: str) -> FeedState:
        return judge(table, county, self._deliveries.get((table.dataset, county), []), self.period)

    def _batches(self, table: Table, state: FeedState) -> list[Path]:
        """The files of the batches that count."""
        folder = self.root / "feeds" / table.name / f"{COUNTY}{state.county}"
        come = self._deliveries.get((table.dataset, state.county), [])
        wanted = {
            folder / f"period={delivery.period}" / f"{delivery.batch_id}.parquet"
            for delivery in come
            if delivery.batch_id in state.batches
        }
        return sorted(wanted)

    def _unless_blank(self, table: Table, state: FeedState) -> FeedState:
        """The state, with NO_DATA where a county's rows are all without an ID (see `blank`)."""
        if is_blank(self._batches(table, state)):
            return replace(state, gap=max(state.gap, NO_DATA))
        return state

    def _open_feed(
        self, connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path]
    ) -> None:
        name = f"live_{table.name}"
        if not paths:
            shape = schema(table).append(pa.field("county", pa.string()))
            backend.register(connection, name, shape.empty_table())
            return
        self._check(paths, table, table.name)
        backend.read_parquet(connection, name, paths, county=self._county("feeds", table.name))

    def _county(self, *folders: str) -> str:
        """SQL that takes the county out of a file's name."""
        before = len(str(self.root.joinpath(*folders))) + len(f"/{COUNTY}")
        return f"substr(filename, {before + 1}, {CODE_LENGTH})"

    def _open_authorisation(
        self, connection: duckdb.DuckDBPyConnection, part: Part
    ) -> list[tuple[str, Path]]:
        paths = [path for county in part.counties for path in self._of("authorization", county)]
        if paths:
            county = self._county("authorization")
            backend.read_parquet(connection, "src_authorization", paths, county=county)
        else:
            connection.execute(
                "CREATE TEMP VIEW src_authorization AS SELECT NULL::VARCHAR AS person_token, "
                "NULL::DATE AS signed_on, NULL::DATE AS expires_on, NULL::VARCHAR AS county LIMIT 0"
            )
        connection.execute(
            "CREATE TEMP TABLE authorised AS "  # noqa: S608
            f"SELECT DISTINCT person_token, county FROM src_authorization WHERE {IN_FORCE}",
            {"day": self.period.last_day},
        )
        return self._named(paths)


def find_inputs(root: Path, catalog: Catalog, period: Period) -> Inputs:
    """Return the folder or the lake at `root`; a lake has a folder `household`."""
    if (root / "household").is_dir():
        return Lake(root, catalog, period)
    if not (root / "household.parquet").is_file():
        raise RunRefused("E-RUN-INPUT", file="household.parquet", column="")
    return Folder(root, catalog, period)
