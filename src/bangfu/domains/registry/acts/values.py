"""Values of rows as JSON and back, and the difference between two states of a row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bangfu.domains.registry.models import Household, Membership, Person
from bangfu.foundation.crypto.cipher import decrypt, encrypt
from bangfu.foundation.crypto.fields import EncryptedField

TABLES: dict[str, Any] = {"household": Household, "person": Person, "membership": Membership}
# Never part of a change: keys, generated columns, when a version became known, confirmations.
_APART = frozenset(
    {"id", "county_code", "recorded_at", "confirmed_as_of", "confirmed_source_id", "field_sources"}
)
# Worked out from the members at the end of every act; never compared and never put back.
DERIVED = frozenset({"member_count", "head_name", "head_pinyin", "head_initials"})
_SOURCE = "field_sources:"

State = dict[str, Any]


def _fields(table: str) -> list[Any]:
    return [f for f in TABLES[table]._meta.concrete_fields if f.attname not in _APART]


def state_of(table: str, row: Any) -> State:
    """Return a row's columns as plain values, the source of each single fact among them."""
    state = {field.attname: getattr(row, field.attname) for field in _fields(table)}
    for name, source in getattr(row, "field_sources", {}).items():
        state[_SOURCE + name] = dict(source)
    return state


def difference(table: str, before: State | None, after: State) -> tuple[State | None, State]:
    """Return the columns that differ, as JSON: (before, after); all of them for a new row."""
    if before is None:
        return None, {name: to_json(table, name, value) for name, value in after.items()}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: to_json(table, name, before.get(name)) for name in names},
        {name: to_json(table, name, after.get(name)) for name in names},
    )


def is_encrypted(table: str, name: str) -> bool:
    """Return whether a column is stored encrypted."""
    if name.startswith(_SOURCE):
        return False
    return isinstance(_field(table, name), EncryptedField)


def _field(table: str, name: str) -> Any:
    return next(field for field in _fields(table) if field.attname == name)


def to_json(table: str, name: str, value: Any) -> Any:
    """Return a column's value as JSON; text of an encrypted column becomes its ciphertext."""
    if value is None:
        return None
    if is_encrypted(table, name):
        return bytes(encrypt(value)).hex()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value


def from_json(table: str, name: str, value: Any) -> Any:
    """Return the value that `to_json` was given."""
    if value is None or name.startswith(_SOURCE):
        return value
    if is_encrypted(table, name):
        return decrypt(bytes.fromhex(value))
    return _field(table, name).to_python(value)


def put(row: Any, name: str, value: Any) -> None:
    """Set a column, or the source of a single fact."""
    if name.startswith(_SOURCE):
        sources = dict(row.field_sources)
        if value is None:
            sources.pop(name.removeprefix(_SOURCE), None)
        else:
            sources[name.removeprefix(_SOURCE)] = value
        row.field_sources = sources
    else:
        setattr(row, name, value)


def written(table: str, row: Any, before: State) -> dict[str, Any]:
    """Return the columns to write: those that differ, an encrypted one with its token only."""
    after = state_of(table, row)
    changed = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    values = {name: after[name] for name in changed if not name.startswith(_SOURCE)}
    if any(name.startswith(_SOURCE) for name in changed):
        values["field_sources"] = row.field_sources
    return values
