"""A database that is a dictionary: it understands each statement of the rotation of keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bangfu.foundation.crypto import rotation
from bangfu.foundation.crypto.holdings import HEX, ColumnHolding, JsonHolding

PHONE = ColumnHolding("person", "id", "uuid", "phone")
FACTS = JsonHolding("act", "no", "integer", "facts", frozenset({"phone", "names"}), *HEX)
TEXT = {"person": "phone", "act": "facts"}


class Store:
    """Files beside the database, by the key that each is under; those whose names begin with
    `damaged` do not open."""

    name = "files"

    def __init__(self, damaged: str = "", names: Iterable[str] = ("a", "b", "c")) -> None:
        self.files = dict.fromkeys(names, 1)
        self.damaged = damaged

    def count_by_key(self) -> dict[int, int]:
        """The number of files by key."""
        found: dict[int, int] = {}
        for key in self.files.values():
            found[key] = found.get(key, 0) + 1
        return found

    def is_readable(self) -> bool:
        """Whether a file opens."""
        return not self.damaged

    def is_filled(self) -> bool:
        """There are files."""
        return True

    def renew(self, active: int) -> Iterator[str]:
        """Put each file under the key: yields nothing for one done, its name for one left."""
        for name, key in self.files.items():
            if key != active:
                is_damaged = bool(self.damaged) and name.startswith(self.damaged)
                if not is_damaged:
                    self.files[name] = active
                yield name if is_damaged else ""


class Database:
    """Two tables: `person` with an encrypted column, `act` with ciphertext inside JSON.

    `locked`: keys of rows that somebody else holds. `writers`: whether an older transaction is
    still under way, one answer a question; `oldest`: the oldest transaction when none is.
    """

    def __init__(self) -> None:
        self.person: dict[int, bytes | None] = {}
        self.act: dict[int, Any] = {}
        self.locked: set[int] = set()
        self.writers: list[bool] = []
        self.oldest = 100
        self.asked: list[str] = []
        self.batches: list[int] = []
        self.is_free = True
        self.rows: list[tuple[Any, ...]] = []
        self.stores: list[Store] = []

    def cursor(self) -> Database:
        """Return itself: one statement at a time."""
        return self

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self.rows.pop(0) if self.rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        found, self.rows = self.rows, []
        return found

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        assert size == rotation.BATCH
        found, self.rows = self.rows[:3], self.rows[3:]
        return found

    def execute(self, query: Any, values: Any = None) -> None:
        """Understand each statement of the rotation by its first words."""
        text = query if isinstance(query, str) else query.as_string(None)
        text = " ".join(text.split()).replace('"', "")
        self.asked.append(text)
        for start, answer in STATEMENTS:
            if text.startswith(start):
                self.rows = answer(self, text, list(values or []))
                return
        raise AssertionError(text)

    def old(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """Rows under other keys that nobody holds, after the last one, so many at most."""
        assert text.endswith("ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED")
        assert ("AND id > %s" in text) == (len(values) == 3)
        active, limit = values[0], values[-1]
        after = values[1] if len(values) == 3 else -1
        found = [
            (key, value)
            for key, value in sorted(self.person.items())
            if value is not None and value[0] != active and key > after and key not in self.locked
        ]
        self.batches.append(len(found[:limit]))
        return found[:limit]

    def replace(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """New values by their keys."""
        assert "unnest(%s::uuid[], %s::bytea[])" in text
        self.person.update(zip(*values, strict=True))
        return []

    def pages(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """Rows with JSON, after the last one, so many at most; jsonb comes as text."""
        assert ("WHERE no > %s" in text) == (len(values) == 2)
        after = values[0] if len(values) == 2 else -1
        rows = [(key, json.dumps(one)) for key, one in sorted(self.act.items()) if key > after]
        return rows[: values[-1]]

    def lock_row(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """One row's JSON, or none when somebody else holds it."""
        return [] if values[0] in self.locked else [(json.dumps(self.act[values[0]]),)]

    def replace_row(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """New JSON of a row."""
        self.act[values[1]] = values[0].obj
        return []

    def count(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """Values by key, the busiest key first."""
        found: dict[int, int] = {}
        for value in filter(None, self.person.values()):
            found[value[0]] = found.get(value[0], 0) + 1
        return sorted(found.items(), key=lambda one: -one[1])

    def sample(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """One value under a key."""
        return [(value,) for value in self.person.values() if value and value[0] == values[0]][:1]


STATEMENTS: tuple[tuple[str, Callable[[Database, str, list[Any]], list[Any]]], ...] = (
    ("SELECT pg_try_advisory_lock", lambda base, *_: [(base.is_free,)]),
    ("SELECT pg_advisory_unlock", lambda *_: [(True,)]),
    ("SELECT pg_snapshot_xmax", lambda *_: [(100,)]),
    (
        "SELECT pg_snapshot_xmin",
        lambda base, *_: [(99 if base.writers and base.writers.pop(0) else base.oldest,)],
    ),
    ("SELECT get_byte(phone, 0) AS key", Database.count),
    ("SELECT phone FROM person WHERE get_byte", Database.sample),
    ("SELECT id, phone FROM person WHERE phone IS NOT NULL AND get_byte", Database.old),
    ("UPDATE person AS held SET phone = fresh.value", Database.replace),
    ("SELECT facts FROM act WHERE no = %s FOR UPDATE SKIP LOCKED", Database.lock_row),
    ("SELECT facts FROM act", lambda base, *_: [(one,) for one in base.act.values()]),
    ("SELECT no, facts FROM act", Database.pages),
    ("UPDATE act SET facts = %s WHERE no = %s", Database.replace_row),
)
