"""Writes promised tables to Parquet from rows; a row that breaks the promise stops the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.tables import Table
from bangfu.engine.errors import RunRefused

CHUNK = 20_000


def write_table(path: Path, table: Table, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows (tuples in the order of the table's columns) and return how many there were.

    The file appears whole or not at all. Raises RunRefused E-RUN-ROW for a value of a wrong type
    or a missing value where one is promised.
    """
    shape = schema(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    count = 0
    try:
        with pq.ParquetWriter(half, shape, compression="zstd") as writer:
            for chunk in _chunks(rows):
                writer.write_batch(_batch(chunk, shape, table.name, count))
                count += len(chunk)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return count


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _batch(chunk: list[Sequence[Any]], shape: pa.Schema, name: str, first: int) -> pa.RecordBatch:
    columns = list(zip(*chunk, strict=True))
    if len(columns) != len(shape):
        raise RunRefused("E-RUN-ROW", table=name, column=f"{len(columns)}≠{len(shape)}", row=first)
    arrays = []
    for field, values in zip(shape, columns, strict=True):
        try:
            array = pa.array(values, type=field.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError) as error:
            raise RunRefused("E-RUN-ROW", table=name, column=field.name, row=first) from error
        if array.null_count and not field.nullable:
            row = first + array.is_null().to_pylist().index(True)
            raise RunRefused("E-RUN-ROW", table=name, column=field.name, row=row)
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=shape)


def check_file(path: Path, table: Table) -> None:
    """Refuse a Parquet file that lacks a promised column or has it in another type."""
    if not path.exists():
        raise RunRefused("E-RUN-INPUT", file=path.name, column="")
    found = pq.read_schema(path)
    for field in schema(table):
        index = found.get_field_index(field.name)
        if index < 0 or not _reads_as(found.field(index).type, field.type):
            raise RunRefused("E-RUN-INPUT", file=path.name, column=field.name)


def _reads_as(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_list(found) and pa.types.is_list(wanted):
        return bool(found.value_type == wanted.value_type)
    return bool(found == wanted) or (pa.types.is_large_string(found) and wanted == pa.string())
