"""DuckDB, embedded: a connection with bounded memory that reads nothing but what it is given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

DEFAULT_MEMORY = "2GB"


class Statement(Protocol):
    """A named statement, as the rule compiler makes them."""

    @property
    def name(self) -> str: ...

    @property
    def sql(self) -> str: ...

    @property
    def single(self) -> str: ...

    @property
    def alone(self) -> str: ...


@contextmanager
def connect(
    *, memory_limit: str = DEFAULT_MEMORY, threads: int | None = None, spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory database that may spill to `spill` and never loads an extension."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute(f"SET threads = {threads or min(os.cpu_count() or 1, 8)}")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET TimeZone = 'UTC'")
        if spill is not None:
            connection.execute("SET temp_directory = $path", {"path": str(spill)})
        yield connection
    finally:
        connection.close()


def run_pieces(
    connection: duckdb.DuckDBPyConnection,
    pieces: Sequence[Statement],
    after: Callable[[str], None] | None = None,
) -> None:
    """Run the statements in order; `after` is told the name of each that is done."""
    for piece in pieces:
        connection.execute(piece.single if _is_alone(connection, piece) else piece.sql)
        if after is not None:
            after(piece.name)


def _is_alone(connection: duckdb.DuckDBPyConnection, piece: Statement) -> bool:
    if not piece.alone:
        return False
    again: Any = connection.execute(piece.alone).fetchone()
    return int(again[0]) == 0


def read_parquet(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    found: Path | Sequence[Path],
    *,
    county: str = "",
) -> None:
    """Make a view of Parquet files; `county` is SQL that tells a row's county by `filename`."""
    paths = [found] if isinstance(found, Path) else found
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    more = f", {county} AS county" if county else ""
    connection.execute(
        f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT *{more} '  # noqa: S608
        f"FROM read_parquet([{listed}], hive_partitioning = false)"
    )


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    *,
    row_group: int,
    compression: str = "zstd",
) -> None:
    """Write a query's rows to a Parquet file in their order."""
    target = str(path).replace("'", "''")
    options = f"PARQUET_VERSION v2, COMPRESSION {compression}, ROW_GROUP_SIZE {row_group}"
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, {options})")


def register(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Make an Arrow table readable under a name."""
    connection.register(name, table)


def fetch_table(connection: duckdb.DuckDBPyConnection, sql: str, params: Any = None) -> pa.Table:
    """Run a query and return all of it as an Arrow table."""
    return connection.execute(sql, params).to_arrow_table()
