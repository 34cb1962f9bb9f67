"""Promised tables as Arrow schemas, and Arrow tables out of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from bangfu.engine.contracts.tables import Column, Table
from bangfu.engine.contracts.types import Kind

TOKEN = pa.field("person_token", pa.string())
BATCH = pa.field("batch_id", pa.string())

_TYPES: dict[Kind, pa.DataType] = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.CODES: pa.list_(pa.string()),
}


def arrow_type(column: Column) -> pa.DataType:
    """Money is DECIMAL(14, 2), other numbers BIGINT or DECIMAL(18, 6); codes and months text."""
    if column.type.kind is Kind.NUMBER:
        if column.integer:
            return pa.int64()
        is_money = any(base == "yuan" for base, _ in column.type.unit or ())
        return pa.decimal128(14, 2) if is_money else pa.decimal128(18, 6)
    return _TYPES.get(column.type.kind, pa.string())


def schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a promised table; a feed also has its token and batch."""
    fields = [
        pa.field(column.name, arrow_type(column), nullable=column.nullable)
        for column in table.columns
    ]
    return pa.schema([TOKEN, BATCH, *fields] if table.is_feed else fields)


def table_of(table: Table, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Make an Arrow table of a promised table from rows; absent keys are missing values."""
    shape = schema(table)
    listed = list(rows)
    nullable = pa.schema([field.with_nullable(True) for field in shape])
    columns = [pa.array([row.get(f.name) for row in listed], type=f.type) for f in nullable]
    return pa.Table.from_arrays(columns, schema=nullable)
