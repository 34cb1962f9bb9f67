"""Which base and which log a restore takes, and whether every byte of them is what was stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bangfu.foundation.backup import store
from bangfu.foundation.backup.keys import BackupKey
from bangfu.foundation.backup.records import Entry, Item, Manifest, Mark
from bangfu.foundation.backup.store import BackupSet
from bangfu.kernel.errors import Refused

Progress = Callable[[int, int, str], None]
_SEGMENT_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be restored: a base, the log after it in order, the files, how far it reaches.

    `mark` is the last mark that the log holds; with `at` None the log is replayed to its end.
    """

    set: BackupSet
    manifest: Manifest
    wal: tuple[Item, ...]
    files: tuple[Item, ...]
    mark: Mark
    reaches: datetime
    at: datetime | None

    def items(self) -> list[Item]:
        """Return every stored thing that is needed, each once."""
        data = [self.manifest.data] if self.manifest.data else []
        return list({one.path: one for one in (*data, *self.wal, *self.files)}.values())


def make(place: Path, key: BackupKey, at: datetime | None = None, base: str = "") -> Plan:
    """Choose the newest base that serves (or `base`), read its manifest and the journal after it.

    Raises Refused: E-BACKUP-NONE, E-BACKUP-KEY, E-BACKUP-DAMAGED, E-BACKUP-GAP when a log file is
    missing, E-RESTORE-AT when the log does not reach `at`.
    """
    found, manifest = _choose(place, key, at, base)
    entries = [entry for entry, _ in found.entries(manifest.journal, manifest.head)]
    wal = _log(entries, manifest)
    reaches = max([manifest.finished(), *(entry.when() for entry in entries)])
    if at is not None and at > reaches:
        raise Refused("E-RESTORE-AT", at=at.isoformat(), latest=reaches.isoformat())
    marks = [manifest.mark, *(one.mark for one in entries if one.mark is not None)]
    files = _files(manifest, entries, at)
    return Plan(found, manifest, wal, files, marks[-1], reaches, at)


def _choose(
    place: Path, key: BackupKey, at: datetime | None, base: str
) -> tuple[BackupSet, Manifest]:
    for found in reversed(store.sets(place, key)):
        for one in reversed(found.bases()):
            if base and one != base:
                continue
            manifest = found.manifest(one)
            if at is None or manifest.finished() <= at:
                return found, manifest
    raise Refused("E-BACKUP-NONE", place=str(place))


def _log(entries: list[Entry], manifest: Manifest) -> tuple[Item, ...]:
    """Return the log files from the base's first on. Raises Refused E-BACKUP-GAP."""
    if manifest.data is None:
        return ()
    later = (item for entry in entries for item in entry.wal)
    known = {item.name: item for item in (*manifest.wal, *later)}
    segments = sorted(
        name for name in known if len(name) == _SEGMENT_DIGITS and name >= manifest.first_wal
    )
    expected = manifest.first_wal
    for name in segments:
        if name[8:] != expected[8:]:
            raise Refused("E-BACKUP-GAP", file=expected)
        expected = following(name, manifest.segment_bytes)
    if not segments:
        raise Refused("E-BACKUP-GAP", file=manifest.first_wal)
    others = sorted(name for name in known if name.endswith(".history"))
    return tuple(known[name] for name in (*others, *segments))


def following(name: str, segment_bytes: int) -> str:
    """Return the name of the log file after `name` on the same timeline."""
    in_one = 0x1_0000_0000 // segment_bytes
    count = int(name[8:16], 16) * in_one + int(name[16:], 16) + 1
    return f"{name[:8]}{count // in_one:08X}{count % in_one:08X}"


def _files(manifest: Manifest, entries: list[Entry], at: datetime | None) -> tuple[Item, ...]:
    """Return the files as they were at `at`: what was written later is not yet there."""
    until = None if at is None else _nanoseconds(at)
    found = {item.name: item for item in manifest.files if until is None or item.at_ns <= until}
    for entry in entries:
        for item in entry.files:
            if until is None or item.at_ns <= until:
                found[item.name] = item
        if at is None or entry.when() <= at:
            for name in entry.gone:
                found.pop(name, None)
    return tuple(found[name] for name in sorted(found))


def _nanoseconds(at: datetime) -> int:
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1)) * 1000


def verify(plan: Plan, progress: Progress) -> None:
    """Compare every stored byte with the sealed lists, changing nothing.

    Raises Refused E-BACKUP-DAMAGED with the file's name.
    """
    items = plan.items()
    total = sum(one.stored_size for one in items)
    done = 0
    for item in items:
        plan.set.check(item)
        done += item.stored_size
        progress(done, total, item.name)
