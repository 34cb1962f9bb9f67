"""Takes to the set what has come since: files of the home first, then the write-ahead log.

In this order a row in the log never points at a file that the set lacks: a stored file is complete
on the disk before its row is committed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from bangfu.foundation.backup import homefiles, keys, store
from bangfu.foundation.backup.records import Entry, Item, Mark
from bangfu.foundation.backup.store import BackupSet
from bangfu.foundation.database import archive, saved
from bangfu.kernel.errors import NotFound, Refused

POINTER = ".set.json"
_LOG_FILE = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a set stands: the last entry's number, SM3 and log files, and all files it holds."""

    number: int
    sm3: str
    files: dict[str, Item]
    wal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shipped:
    """What one pass took: log files, files of the home, bytes of both, and where the set stands."""

    wal: int
    files: int
    stored_bytes: int
    head: Head


def spool_of(home: Path) -> Path | None:
    """Return the folder into which the cluster hands its log; None when no set wants it."""
    try:
        folder = archive.folder_of(Path(saved.load(home).data))
    except NotFound:
        return None
    return folder if (folder / POINTER).is_file() else None


def point_at(spool: Path, found: BackupSet) -> None:
    """Let the cluster's log go to this set from now on."""
    content = json.dumps({"place": str(found.folder.parent), "set": found.name})
    with store.writing(spool / POINTER) as file:
        file.write(content.encode())


def current_set(home: Path) -> BackupSet | None:
    """Return the set that this installation ships to; None before its first backup."""
    spool = spool_of(home)
    if spool is None:
        return None
    pointer = json.loads((spool / POINTER).read_text(encoding="utf-8"))
    folder = Path(pointer["place"]) / pointer["set"]
    if not (folder / store.SET_FILE).is_file():
        raise Refused("E-BACKUP-WRITE", place=str(folder), reason="not there")
    return BackupSet(folder, keys.load(home))


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Let one pass at a time write to the set of this home."""
    saved.folder(home).mkdir(parents=True, exist_ok=True)
    with (saved.folder(home) / "backup.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_head(found: BackupSet) -> Head:
    """Return where a set stands, from its newest base and what followed."""
    bases = found.bases()
    head = Head(0, store.ZERO, {})
    if bases:
        manifest = found.manifest(bases[-1])
        head = Head(manifest.journal, manifest.head, {one.name: one for one in manifest.files})
    return read_on(found, head)


def read_on(found: BackupSet, head: Head) -> Head:
    """Return where a set stands by now: another process may have shipped meanwhile."""
    for entry, sm3 in found.entries(head.number, head.sm3):
        files = dict(head.files)
        files.update((one.name, one) for one in entry.files)
        for name in entry.gone:
            files.pop(name, None)
        head = Head(entry.number, sm3, files, _names(entry))
    return head


def ship(home: Path, found: BackupSet, head: Head, mark: Mark | None = None) -> Shipped:
    """Take to the set what has come; call it within `alone`.

    What is in the set stays there when this is killed at any point: a log file leaves the spool
    only after the journal names it. Raises Refused E-BACKUP-WRITE.
    """
    at = datetime.now(UTC).isoformat()
    spool = spool_of(home)
    waiting = _waiting(spool) if spool is not None else []
    files, gone = _new_files(home, found, head)
    # One that the last entry names was left behind by a pass that did not come to its end.
    wal = [_take(found, path) for path in waiting if path.name not in head.wal]
    if wal or files or gone or mark is not None:
        entry = Entry(head.number + 1, head.sm3, at, tuple(wal), tuple(files), tuple(gone), mark)
        sm3 = found.write_entry(entry)
        kept = {**head.files, **{one.name: one for one in files}}
        for name in gone:
            kept.pop(name, None)
        head = Head(entry.number, sm3, kept, _names(entry))
    for path in waiting:
        path.unlink(missing_ok=True)
    stored = sum(one.stored_size for one in (*wal, *files))
    return Shipped(len(wal), len(files), stored, head)


def _names(entry: Entry) -> frozenset[str]:
    return frozenset(one.name for one in entry.wal)


def _waiting(spool: Path) -> list[Path]:
    return sorted(path for path in spool.iterdir() if _LOG_FILE.fullmatch(path.name))


def _take(found: BackupSet, path: Path) -> Item:
    return found.put(f"wal/{path.name}.enc", path.name, lambda: _blocks(path))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(store.BLOCK), b"")


def _new_files(home: Path, found: BackupSet, head: Head) -> tuple[list[Item], list[str]]:
    """Return what was added or changed since, stored already, and the names that are gone."""
    new: list[Item] = []
    seen = set()
    known = {one.sm3: one for one in head.files.values()}
    for one in homefiles.walk(home):
        seen.add(one.name)
        before = head.files.get(one.name)
        if before is not None and (before.size, before.at_ns) == (one.size, one.at_ns):
            continue
        item = _store(home, found, one, known)
        if item is not None:
            new.append(item)
            known[item.sm3] = item
    return new, sorted(set(head.files) - seen)


def _store(
    home: Path, found: BackupSet, one: homefiles.Found, known: dict[str, Item]
) -> Item | None:
    """Store a file's content, unless the set has it; None when the file has vanished."""
    try:
        with (home / one.name).open("rb") as file:
            sm3 = _sm3(iter(lambda: file.read(store.BLOCK), b""))
            if sm3 in known:
                return replace(known[sm3], name=one.name, at_ns=one.at_ns)
            token = found.key.token(sm3)
            file.seek(0)
            blocks = iter(lambda: file.read(store.BLOCK), b"")
            item = found.put(f"files/{token[:2]}/{token}.enc", one.name, lambda: blocks, one.at_ns)
            # A file that is being written has another content by now; the next pass takes it.
            return item if item.sm3 == sm3 and _at(file.fileno()) == one.at_ns else None
    except FileNotFoundError:
        return None


def _at(descriptor: int) -> int:
    return os.fstat(descriptor).st_mtime_ns


def _sm3(blocks: Iterator[bytes]) -> str:
    running = hashes.Hash(hashes.SM3())
    for block in blocks:
        running.update(block)
    return running.finalize().hex()
