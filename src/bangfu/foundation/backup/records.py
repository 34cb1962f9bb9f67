"""What a set says of itself: items, journal entries, marks and manifests, as sealed JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One stored thing: its name in the home (or of the log file), where it lies in the set, size
    in bytes and SM3 of its content and of the encrypted bytes; `at_ns` is when a file was written.
    """

    name: str
    path: str
    size: int
    sm3: str
    stored_size: int
    stored_sm3: str
    at_ns: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the write-ahead log at which the rows of every table were counted."""

    name: str
    at: str
    wal: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal: what was shipped in one pass. `previous` is the SM3 of the stored
    entry before it, so that no entry can be left out or exchanged."""

    number: int
    previous: str
    at: str
    wal: tuple[Item, ...] = ()
    files: tuple[Item, ...] = ()
    gone: tuple[str, ...] = ()
    mark: Mark | None = None

    def when(self) -> datetime:
        """Return the instant at which the pass began."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a base is: the database, all files at that time, and where the journal stood.

    `first_wal` is the log file that recovery begins with, `wal` what of the log was there already;
    `token_mark` names the key of tokens.
    """

    base: str
    started_at: str
    finished_at: str
    version: str
    segment_bytes: int
    system: str
    first_wal: str
    data: Item | None
    passwords: dict[str, str]
    token_mark: str
    journal: int
    head: str
    mark: Mark
    wal: tuple[Item, ...]
    files: tuple[Item, ...]

    def finished(self) -> datetime:
        """Return the instant from which on this base can serve."""
        return datetime.fromisoformat(self.finished_at)


def to_json(record: Entry | Manifest) -> bytes:
    """Return a record as JSON."""
    return json.dumps(asdict(record), ensure_ascii=False).encode()


def entry_from(text: bytes) -> Entry:
    """Return the journal entry in `text`."""
    data = _load(text)
    mark = data.pop("mark")
    return Entry(**data, mark=Mark(**mark) if mark else None)


def manifest_from(text: bytes) -> Manifest:
    """Return the manifest in `text`."""
    data = _load(text)
    base, mark = data.pop("data"), Mark(**data.pop("mark"))
    return Manifest(**data, data=Item(**base) if base else None, mark=mark)


def _load(text: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    for name in ("wal", "files"):
        if name in data:
            data[name] = tuple(Item(**one) for one in data[name])
    if "gone" in data:
        data["gone"] = tuple(data["gone"])
    return data
