"""Many rows at once: COPY into a temporary table, then one statement under row security.

COPY cannot write to a table under row-level security, so rows go by way of a table that vanishes
with the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

_M = TypeVar("_M", bound=Model)


def insert(model: type[_M], rows: Sequence[_M]) -> None:
    """Add rows in the caller's transaction and scope; no signals are sent, history is kept."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        temporary = _copy(cursor, model, fields, names, rows)
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) "  # noqa: S608
            f"SELECT {names} FROM {temporary}"
        )
        cursor.execute(f"DROP TABLE {temporary}")
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(model: type[_M], rows: Sequence[_M], columns: Sequence[str]) -> None:
    """Write some columns of rows anew, found by their ids, in the caller's transaction."""
    if not rows:
        return
    wanted = {"id", *columns}
    fields = [field for field in model._meta.concrete_fields if field.attname in wanted]
    names = ", ".join(f'"{field.column}"' for field in fields)
    assigned = ", ".join(
        f'"{field.column}" = t."{field.column}"' for field in fields if field.attname != "id"
    )
    with connection.cursor() as cursor:
        temporary = _copy(cursor, model, fields, names, rows)
        cursor.execute(
            f"UPDATE {model._meta.db_table} AS o SET {assigned} "  # noqa: S608
            f"FROM {temporary} AS t WHERE o.id = t.id"
        )
        cursor.execute(f"DROP TABLE {temporary}")


def _copy(
    cursor: Any, model: type[_M], fields: Sequence[Field[Any, Any]], names: str, rows: Sequence[_M]
) -> str:
    table = model._meta.db_table
    temporary = f"incoming_{table}"
    cursor.execute(
        f"CREATE TEMP TABLE {temporary} ON COMMIT DROP AS "  # noqa: S608
        f"SELECT {names} FROM {table} WITH NO DATA"
    )
    with cursor.copy(f"COPY {temporary} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in fields
                ]
            )
    return temporary
