"""Many rows at once: COPY into a temporary table, then one statement under row security.

COPY cannot write to a table under row-level security, so rows go by way of a table that vanishes
with the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, connections
from django.db.models import Field, Model
from psycopg import sql

_M = TypeVar("_M", bound=Model)
_CREATE = sql.SQL(
    "CREATE TEMP TABLE {incoming} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
)
_COPY = sql.SQL("COPY {incoming} ({names}) FROM STDIN")
_INSERT = sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {incoming}")
_UPDATE = sql.SQL("UPDATE {table} AS o SET {assigned} FROM {incoming} AS t WHERE o.id = t.id")
_DROP = sql.SQL("DROP TABLE {incoming}")


def insert(model: type[_M], rows: Sequence[_M]) -> None:
    """Add rows in the caller's transaction and scope; no signals are sent, history is kept."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    with connection.cursor() as cursor:
        parts = _copy(cursor, model, fields, rows)
        cursor.execute(_INSERT.format(**parts))
        cursor.execute(_DROP.format(**parts))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(model: type[_M], rows: Sequence[_M], columns: Sequence[str]) -> None:
    """Write some columns of rows anew, found by their ids, in the caller's transaction."""
    if not rows:
        return
    wanted = {"id", *columns}
    fields = [field for field in model._meta.concrete_fields if field.attname in wanted]
    written: list[sql.Composable] = [
        sql.SQL("{0} = t.{0}").format(sql.Identifier(str(field.column)))
        for field in fields
        if field.attname != "id"
    ]
    assigned = sql.SQL(", ").join(written)
    with connection.cursor() as cursor:
        parts = _copy(cursor, model, fields, rows)
        cursor.execute(_UPDATE.format(**parts, assigned=assigned))
        cursor.execute(_DROP.format(**parts))


def _columns(fields: Sequence[Field[Any, Any]]) -> sql.Composed:
    names: list[sql.Composable] = [sql.Identifier(str(field.column)) for field in fields]
    return sql.SQL(", ").join(names)


def _copy(
    cursor: Any, model: type[_M], fields: Sequence[Field[Any, Any]], rows: Sequence[_M]
) -> dict[str, sql.Composable]:
    """Put the rows into a table that vanishes; return the names of both and of the columns."""
    table = model._meta.db_table
    parts: dict[str, sql.Composable] = {
        "table": sql.Identifier(table),
        "incoming": sql.Identifier(f"incoming_{table}"),
        "names": _columns(fields),
    }
    # Asked once: of `connection` each attribute looks the thread's own up again.
    database = connections[connection.alias]
    cursor.execute(_CREATE.format(**parts))
    with cursor.copy(_COPY.format(**parts)) as copy:
        for row in rows:
            values = [getattr(row, field.attname) for field in fields]
            copy.write_row(
                [
                    None if value is None else field.get_db_prep_save(value, database)
                    for field, value in zip(fields, values, strict=True)
                ]
            )
    return parts
