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
        connection.execute("SET preserve_insertion_order = false")
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
        connection.execute(piece.sql)
        if after is not None:
            after(piece.name)


def read_parquet(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Make a view of a Parquet file, or of a folder of them."""
    pattern = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
    escaped = pattern.replace("'", "''")
    connection.execute(
        f'CREATE OR REPLACE VIEW "{name}" AS '  # noqa: S608
        f"SELECT * FROM read_parquet('{escaped}', hive_partitioning = false, union_by_name = true)"
    )


def register(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Make an Arrow table readable under a name."""
    connection.register(name, table)


def fetch_table(connection: duckdb.DuckDBPyConnection, sql: str, params: Any = None) -> pa.Table:
    """Run a query and return all of it as an Arrow table."""
    return connection.execute(sql, params).to_arrow_table()
