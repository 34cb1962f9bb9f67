"""Backs up the home's files alone, for an office whose database is not ours to copy."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from bangfu.foundation.backup import keys, shipping, state, store
from bangfu.foundation.backup.base import Made
from bangfu.foundation.backup.records import Manifest, Mark
from bangfu.kernel.errors import Refused

SUFFIX = "-files"


def backup(home: Path, place: Path, keyring: Path) -> Made:
    """Ship what is new of the files and seal their list. Raises Refused E-BACKUP-WRITE.

    Files are complete before their rows are committed, so a database restored to a moment before
    this began finds every file that its rows name.
    """
    began, started = time.monotonic(), datetime.now(UTC)
    key = keys.load_or_create(home)
    found = _set_of(place.resolve(), key, started)
    with shipping.alone(home):
        head = shipping.ship(home, found, shipping.read_head(found)).head
    base = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    finished = datetime.now(UTC).isoformat()
    manifest = Manifest(
        base=base,
        started_at=started.isoformat(),
        finished_at=finished,
        version="",
        segment_bytes=0,
        system="",
        first_wal="",
        data=None,
        passwords={},
        token_mark=keys.fingerprint(keyring),
        journal=head.number,
        head=head.sm3,
        mark=Mark("", finished, "", {}),
        wal=(),
        files=tuple(head.files[name] for name in sorted(head.files)),
    )
    found.write_manifest(manifest)
    state.note(home, "backup", at=finished, base=base, set=found.name)
    return Made(
        set=found.name,
        base=base,
        place=str(place),
        finished_at=finished,
        stored_bytes=sum({one.path: one.stored_size for one in manifest.files}.values()),
        files=len(manifest.files),
        tables=0,
        rows=0,
        same_disk=found.folder.stat().st_dev == home.stat().st_dev,
        seconds=round(time.monotonic() - began, 1),
    )


def _set_of(place: Path, key: keys.BackupKey, started: datetime) -> store.BackupSet:
    """Return the newest set of files alone, or begin one."""
    try:
        known = [one for one in store.sets(place, key) if one.name.endswith(SUFFIX)]
    except Refused as error:
        if error.code != "E-BACKUP-NONE":
            raise
        known = []
    name = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}{SUFFIX}"
    return known[-1] if known else store.make_set(place, name, key)
