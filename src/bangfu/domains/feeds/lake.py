"""The files of the lake: where they lie, their schema, and moves that are whole or not at all.

Layout under BANGFU_HOME/lake: `<department>/<table>/county=990101/period=2026-08/<batch>.parquet`
holds what is in force; `.staged/` what waits for a decision; `.withdrawn/` what was replaced or
taken back, so that no reader of the partitions ever counts it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.engine.contracts import arrow, catalog
from bangfu.foundation.files.private import private_folder
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.standards.datasets import Dataset


def lake_root() -> Path:
    """Return the folder of the lake."""
    return private_folder("lake")


def staged_path(batch_id: UUID) -> str:
    """Return where a batch waits, relative to the lake."""
    return f".staged/{batch_id}.parquet"


def live_path(dataset: str, county: RegionCode, period: Period, batch_id: UUID) -> str:
    """Return where a batch lies when it is in force, relative to the lake."""
    return f"{dataset}/county={str(county)[:6]}/period={period}/{batch_id}.parquet"


def withdrawn_path(path: str) -> str:
    """Return where a batch lies after it was replaced or taken back, relative to the lake."""
    return f".withdrawn/{path}"


def lake_schema(contract: Dataset) -> pa.Schema:
    """Return the Parquet schema of a dataset as the engine promises it: person_token, batch_id,
    the contract's columns that may land, period and as_of."""
    return arrow.schema(catalog.feed_table(contract))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table so that the file is whole on the disk or absent; an older one is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    try:
        with half.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def read_tables(paths: Sequence[Path], schema: pa.Schema) -> pa.Table:
    """Read Parquet files into one table of the given schema; no file gives an empty table."""
    tables = [pq.read_table(path, schema=schema, partitioning=None) for path in paths]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def keep_rows(table: pa.Table, column: str, allowed: frozenset[str]) -> pa.Table:
    """Return the rows whose text column holds one of the allowed values."""
    mask = pa.array([value in allowed for value in table.column(column).to_pylist()], pa.bool_())
    return table.filter(mask)


def build_table(schema: pa.Schema, columns: dict[str, list[Any]]) -> pa.Table:
    """Return a table of the schema, its rows sorted so that equal rows give equal bytes."""
    arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
    table = pa.Table.from_arrays(arrays, schema=schema)
    sortable = [field.name for field in schema if not pa.types.is_list(field.type)]
    return table.sort_by([(name, "ascending") for name in sortable])


def place(source: str, target: str) -> None:
    """Make the file at `source` also appear at `target` (both relative), replacing an older one.

    The source stays until `drop`, so whichever of the two the database names is there.
    """
    root = lake_root()
    wanted = root / target
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.unlink(missing_ok=True)
    os.link(root / source, wanted)


def drop(path: str) -> None:
    """Remove a file (relative to the lake); one that is gone already is no error."""
    (lake_root() / path).unlink(missing_ok=True)


def list_staged() -> list[UUID]:
    """Return the batches that have a file waiting."""
    return [UUID(path.stem) for path in sorted((lake_root() / ".staged").glob("*.parquet"))]


def list_partition(dataset: str, county: RegionCode, period: Period) -> list[str]:
    """Return the files of a month's partition, relative to the lake."""
    root = lake_root()
    folder = (root / live_path(dataset, county, period, UUID(int=0))).parent
    return [str(path.relative_to(root)) for path in sorted(folder.glob("*.parquet"))]
