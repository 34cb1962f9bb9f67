"""Changing the key that encrypts, while the server runs and writes.

A new key is added to the keyring and encrypts from then on; the old ones go on reading. Then every
value under an older key is encrypted anew, in small transactions that lock their own rows only and
step over rows that somebody else has locked. The values themselves say under which key they are,
so a rotation that was killed goes on where it stopped. It runs as the owner, because histories may
not be changed by the application's login. What apps keep encrypted outside the database is renewed
by themselves (`holdings.Store`), thing by thing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg import sql
from psycopg.types.json import Jsonb

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.crypto import cipher, keys
from bangfu.foundation.crypto.holdings import (
    NATION,
    ColumnHolding,
    Holding,
    JsonHolding,
    list_holdings,
    list_stores,
)
from bangfu.foundation.database.routers import OWNER
from bangfu.kernel.errors import InvalidValue, Refused

BATCH = 500
# How long rows that others keep locked are waited for before they are left to the next run.
PATIENCE = 60.0
PAUSE = 0.2
Progress = Callable[[int, int, str], None]
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('crypto.rotation', 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('crypto.rotation', 0))"
# No transaction that was writing when the first was asked for is still under way.
_NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_COUNT = """
SELECT get_byte({column}, 0) AS key, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1
"""
_OLD = """
SELECT {key}, {column} FROM {table}
WHERE {column} IS NOT NULL AND get_byte({column}, 0) <> %s{after}
ORDER BY {key} LIMIT %s FOR UPDATE SKIP LOCKED
"""
_REPLACE = """
UPDATE {table} AS held SET {column} = fresh.value
FROM unnest(%s::{key_type}[], %s::bytea[]) AS fresh(id, value) WHERE held.{key} = fresh.id
"""
_ROWS = "SELECT {key}, {column} FROM {table}{after} ORDER BY {key} LIMIT %s"
_LOCK_ROW = "SELECT {column} FROM {table} WHERE {key} = %s FOR UPDATE SKIP LOCKED"
_REPLACE_ROW = "UPDATE {table} SET {column} = %s WHERE {key} = %s"


@dataclass(frozen=True, slots=True)
class Held:
    """How many values of one column lie under each key, and whether a sample of them opens.

    Key 0 is for things outside the database that still lie in clear.
    """

    name: str
    by_key: dict[int, int]
    is_readable: bool


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: the key that encrypts now, whether it was new, what was written.

    `left`: values still under an older key; `damaged`: names of those among them that do not open;
    `is_settled`: nobody can be about to add another.
    """

    key: int
    is_new: bool
    rewritten: int
    left: int
    is_settled: bool
    seconds: float
    columns: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)


def status() -> list[Held]:
    """Return every encrypted column and store with its values by key."""
    found = []
    for holding in list_holdings():
        with activate(system_scope(NATION, "keys"), using=OWNER):
            by_key, sample = _count(holding)
        found.append(Held(holding.name, by_key, _opens(sample)))
    stores = [Held(one.name, one.count_by_key(), one.is_readable()) for one in list_stores()]
    return found + stores


def count_old(active: int) -> int:
    """Return how many values lie under another key than `active`."""
    return sum(number for held in status() for key, number in held.by_key.items() if key != active)


def retire(number: int) -> None:
    """Take a key out of the keyring that no value is under any more.

    Backups made while it encrypted need it: keep the old keyring beside them. Raises Refused
    E-CRYPTO-KEY-IN-USE, E-CRYPTO-KEY-NOT-THERE.
    """
    used = sum(held.by_key.get(number, 0) for held in status())
    if used:
        raise Refused("E-CRYPTO-KEY-IN-USE", key=number, count=used)
    keys.drop_key(number)


def rotate(
    *, progress: Progress | None = None, batch: int = BATCH, patience: float = PATIENCE
) -> Rotation:
    """Encrypt every value under a new key; finish a rotation that was begun and not finished.

    It ends when nothing is left under an older key and every transaction has ended that was under
    way when the new key came; `left` is not 0, or `is_settled` false, when `patience` seconds were
    not enough: the next call goes on. What was kept in clear until now counts as under an older
    key. Things outside the database that do not open are named and waited for no longer; as long
    as they are there no further key is made. Cost: about 20 µs of processor time a value, and one
    short transaction per `batch` values. Raises Refused E-CRYPTO-ROTATING while another one runs.
    """
    started = time.monotonic()
    if not _ask(_LOCK):
        raise Refused("E-CRYPTO-ROTATING")
    try:
        active = keys.get_keyring().active
        is_new = count_old(active) == 0
        if is_new:
            active = keys.add_key()
        begun = _ask(_NEXT)
        work = _Work(active, count_old(active), progress or _silent, batch)
        left, is_settled = _until_done(work, begun, patience)
    finally:
        _ask(_UNLOCK)
    seconds = round(time.monotonic() - started, 3)
    damaged = sorted(work.damaged)
    return Rotation(active, is_new, work.done, left, is_settled, seconds, work.columns, damaged)


def _until_done(work: _Work, begun: int, patience: float) -> tuple[int, bool]:
    """Pass over everything until nothing is left; return what is, and whether that is final."""
    moved = time.monotonic()
    while True:
        is_settled = _ask(_OLDEST) >= begun
        if work.pass_over():
            moved = time.monotonic()
        left = count_old(work.active)
        if left == len(work.damaged) and is_settled:
            return left, True
        if time.monotonic() - moved > patience:
            return left, is_settled
        time.sleep(PAUSE)


def _ask(query: str) -> Any:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


def _silent(done: int, total: int, message: str) -> None:
    """Say nothing."""


def _count(holding: Holding) -> tuple[dict[int, int], bytes | None]:
    """Return the number of values by key, and one value of the rarest key."""
    with connections[OWNER].cursor() as cursor:
        if isinstance(holding, ColumnHolding):
            cursor.execute(_sql(_COUNT, holding))
            by_key = {int(key): int(number) for key, number in cursor.fetchall()}
            if not by_key:
                return {}, None
            rarest = min(by_key, key=lambda key: by_key[key])
            query = "SELECT {column} FROM {table} WHERE get_byte({column}, 0) = %s LIMIT 1"
            cursor.execute(_sql(query, holding), [rarest])
            row = cursor.fetchone()
            return by_key, bytes(row[0]) if row else None
        by_key, sample = {}, None
        cursor.execute(_sql("SELECT {column} FROM {table}", holding))
        while rows := cursor.fetchmany(BATCH):
            for value in (value for row in rows for value in holding.values(_plain(row[0]))):
                by_key[value[0]] = by_key.get(value[0], 0) + 1
                sample = value
        return by_key, sample


def _opens(sample: bytes | None) -> bool:
    try:
        return sample is None or cipher.decrypt(sample) is not None
    except InvalidValue:
        return False


def _sql(text: str, holding: Holding, after: str = "") -> sql.Composed:
    return sql.SQL(text).format(
        table=sql.Identifier(holding.table),
        column=sql.Identifier(holding.column),
        key=sql.Identifier(holding.key),
        key_type=sql.SQL(holding.key_type),
        after=sql.SQL(after).format(key=sql.Identifier(holding.key)),
    )


class _Work:
    """One rotation under way."""

    def __init__(self, active: int, total: int, progress: Progress, batch: int) -> None:
        self.active, self.total, self.batch = active, total, batch
        self.progress = progress
        self.done = 0
        self.columns: dict[str, int] = {}
        self.damaged: set[str] = set()

    def pass_over(self) -> int:
        """Go once through everything; return how many values were encrypted anew."""
        before = self.done
        for holding in list_holdings():
            last: Any = None
            while (found := self._batch(holding, last)) is not None:
                number, last = found
                self._note(holding.name, number)
        self._pass_over_stores()
        return self.done - before

    def _pass_over_stores(self) -> None:
        self.damaged.clear()
        for store in list_stores():
            for left in store.renew(self.active):
                if left:
                    self.damaged.add(left)
                else:
                    self._note(store.name, 1)

    def _note(self, name: str, number: int) -> None:
        if number:
            self.done += number
            self.columns[name] = self.columns.get(name, 0) + number
            self.progress(self.done, max(self.total, self.done), name)

    def _batch(self, holding: Holding, last: Any) -> tuple[int, Any] | None:
        """Encrypt the next rows after `last` anew, in a transaction of their own; return how many
        values and the key of the last row, None when there are no more."""
        with (
            activate(system_scope(NATION, "keys"), using=OWNER),
            connections[OWNER].cursor() as cursor,
        ):
            if isinstance(holding, ColumnHolding):
                return self._column(cursor, holding, last)
            return self._json(cursor, holding, last)

    def _column(
        self, cursor: CursorWrapper, holding: ColumnHolding, last: Any
    ) -> tuple[int, Any] | None:
        after = "" if last is None else " AND {key} > %s"
        values = [self.active, *([] if last is None else [last]), self.batch]
        cursor.execute(_sql(_OLD, holding, after), values)
        rows = cursor.fetchall()
        if not rows:
            return None
        fresh = cipher.encrypt_many(cipher.decrypt_many(bytes(value) for _, value in rows))
        cursor.execute(_sql(_REPLACE, holding), [[key for key, _ in rows], fresh])
        return len(rows), rows[-1][0]

    def _json(
        self, cursor: CursorWrapper, holding: JsonHolding, last: Any
    ) -> tuple[int, Any] | None:
        after = "" if last is None else " WHERE {key} > %s"
        values = [*([] if last is None else [last]), self.batch]
        cursor.execute(_sql(_ROWS, holding, after), values)
        rows = cursor.fetchall()
        if not rows:
            return None
        number = 0
        for key, content in rows:
            if any(value[0] != self.active for value in holding.values(_plain(content))):
                number += self._json_row(cursor, holding, key)
        return number, rows[-1][0]

    def _json_row(self, cursor: CursorWrapper, holding: JsonHolding, key: Any) -> int:
        cursor.execute(_sql(_LOCK_ROW, holding), [key])
        row = cursor.fetchone()
        if row is None:
            return 0
        renewed = 0

        def renew(value: bytes) -> bytes:
            nonlocal renewed
            if value[0] == self.active:
                return value
            renewed += 1
            return cipher.encrypt(cipher.decrypt(value))

        content = holding.replace(_plain(row[0]), renew)
        values: list[Any] = [Jsonb(content), key]
        cursor.execute(_sql(_REPLACE_ROW, holding), values)
        return renewed


def _plain(content: Any) -> Any:
    """Return JSON as Python values; Django's connections leave jsonb as text."""
    return json.loads(content) if isinstance(content, str) else content
