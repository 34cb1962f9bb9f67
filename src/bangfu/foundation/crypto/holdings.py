"""Where ciphertext lies, and whether there is any.

Encrypted columns of all models, those of their histories among them, are found by themselves.
What an app keeps as ciphertext inside JSON it names once, when Django loads it: `add`; what it
keeps outside the database likewise: `add_store`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.db import connections
from psycopg import sql

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.region import RegionCode

NATION = RegionCode("000000000000")


@dataclass(frozen=True, slots=True)
class ColumnHolding:
    """An encrypted column: each value is one ciphertext."""

    table: str
    key: str
    key_type: str
    column: str

    @property
    def name(self) -> str:
        """The name by which people are told of it."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class JsonHolding:
    """A JSON column in which the values under some names are ciphertexts, written as text."""

    table: str
    key: str
    key_type: str
    column: str
    names: frozenset[str]
    read: Callable[[str], bytes]
    write: Callable[[bytes], str]

    @property
    def name(self) -> str:
        """The name by which people are told of it."""
        return f"{self.table}.{self.column}"

    def values(self, content: Any) -> Iterator[bytes]:
        """Yield every ciphertext of a row's JSON."""
        found: list[bytes] = []

        def keep(value: bytes) -> bytes:
            found.append(value)
            return value

        self.replace(content, keep)
        yield from found

    def replace(self, content: Any, new: Callable[[bytes], bytes]) -> Any:
        """Return the JSON with each ciphertext replaced by what `new` makes of it."""
        if isinstance(content, list):
            return [self.replace(each, new) for each in content]
        if not isinstance(content, dict):
            return content
        return {
            name: self._sealed(value, new) if name in self.names else self.replace(value, new)
            for name, value in content.items()
        }

    def _sealed(self, value: Any, new: Callable[[bytes], bytes]) -> Any:
        if isinstance(value, list):
            return [self._sealed(each, new) for each in value]
        return self.write(new(self.read(value))) if isinstance(value, str) and value else value


class Store(Protocol):
    """Ciphertext outside the database, whole things each under one key."""

    @property
    def name(self) -> str:
        """The name by which people are told of it."""

    def count_by_key(self) -> dict[int, int]:
        """Return how many things lie under each key; 0 is for what still lies in clear."""

    def is_readable(self) -> bool:
        """Return whether one thing of each key opens; true when there is none."""

    def is_filled(self) -> bool:
        """Return whether anything is encrypted."""

    def renew(self, active: int) -> Iterator[str]:
        """Encrypt anew what lies under another key or in clear; yield "" for each thing done, the
        name of each that does not open and was left as it was."""


Holding = ColumnHolding | JsonHolding
HEX: tuple[Callable[[str], bytes], Callable[[bytes], str]] = (bytes.fromhex, bytes.hex)
BASE64: tuple[Callable[[str], bytes], Callable[[bytes], str]] = (
    base64.b64decode,
    lambda value: base64.b64encode(value).decode("ascii"),
)
_in_json: dict[str, JsonHolding] = {}
_stores: dict[str, Store] = {}


def add(
    table: str,
    column: str,
    names: frozenset[str],
    codec: tuple[Callable[[str], bytes], Callable[[bytes], str]],
    *,
    key: str = "id",
    key_type: str = "uuid",
) -> None:
    """Name a JSON column that keeps ciphertext under `names`; for an app's `ready`."""
    found = JsonHolding(table, key, key_type, column, names, *codec)
    _in_json[found.name] = found


def add_store(store: Store) -> None:
    """Name a place of ciphertext outside the database; for an app's `ready`."""
    _stores[store.name] = store


def list_stores() -> list[Store]:
    """Return every place of ciphertext outside the database, by name."""
    return [_stores[name] for name in sorted(_stores)]


def list_holdings() -> list[Holding]:
    """Return every place of ciphertext in the database, by table and column."""
    found: list[Holding] = list(_in_json.values())
    for model in apps.get_models(include_auto_created=True):
        key = model._meta.pk
        for field in model._meta.concrete_fields:
            if getattr(field, "is_encrypted", False) and key is not None:
                kind = key.rel_db_type(connections["default"]) or "uuid"
                table, column = model._meta.db_table, str(field.column)
                found.append(ColumnHolding(table, str(key.column), kind, column))
    return sorted(found, key=lambda one: one.name)


def holds_ciphertext() -> bool:
    """Return whether database or stores hold anything encrypted, whichever county's."""
    with activate(system_scope(NATION, "crypto")), connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        there = {row[0] for row in cursor.fetchall()}
        if any(_is_filled(cursor, one) for one in list_holdings() if one.table in there):
            return True
    return any(store.is_filled() for store in list_stores() if store.name in there)


def _is_filled(cursor: Any, holding: Holding) -> bool:
    table, column = sql.Identifier(holding.table), sql.Identifier(holding.column)
    if isinstance(holding, ColumnHolding):
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {} IS NOT NULL)")
        cursor.execute(query.format(table, column))
        return bool(cursor.fetchone()[0])
    cursor.execute(sql.SQL("SELECT {} FROM {} LIMIT 2000").format(column, table))
    return any(True for row in cursor.fetchall() for _ in holding.values(row[0]))
