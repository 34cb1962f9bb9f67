"""Makes a base: the cluster's data as pg_basebackup streams it, encrypted as it comes.

No copy in clear touches a disk. The set is a new one when the installation has none, or when its
cluster is not the one that the set is of.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bangfu.foundation.backup import keys, marks, shipping, state, store
from bangfu.foundation.backup.records import Item, Manifest
from bangfu.foundation.backup.shipping import Head
from bangfu.foundation.backup.store import BackupSet
from bangfu.foundation.database import archive, saved
from bangfu.foundation.database.saved import SavedConnection
from bangfu.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Made:
    """A finished base: where, of which time, how large (bytes in the set), what it holds."""

    set: str
    base: str
    place: str
    finished_at: str
    stored_bytes: int
    files: int
    tables: int
    rows: int
    same_disk: bool
    seconds: float


def backup(home: Path, place: Path, keyring: Path) -> Made:
    """Make a base of a running cluster and of the home's files, and ship the log up to its end.

    From the first base on the cluster keeps its log for the set. Raises Refused: E-DB-NOT-RUNNING,
    E-BACKUP-ARCHIVE-OFF, E-BACKUP-BASE, E-BACKUP-WRITE, and what `keys.load_or_create` raises.
    """
    began = time.monotonic()
    started = datetime.now(UTC)
    connection = saved.load(home)
    key = keys.load_or_create(home)
    about = _ask(connection)
    found = _set_for(home, place, key, connection, about["system"])
    with shipping.alone(home):
        before = shipping.read_head(found)
    # Asked for once the log is kept: from this file on nothing is missing.
    first_wal = _current_wal(connection)
    base = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    data = _copy(found, base, connection)
    _forget_gap(connection)
    head, mark = marks.set_mark(home, found, before, connection)
    entries = [entry for entry, _ in found.entries(before.number, before.sm3)]
    manifest = Manifest(
        base=base,
        started_at=started.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        version=about["version"],
        segment_bytes=about["segment_bytes"],
        system=about["system"],
        first_wal=first_wal,
        data=data,
        passwords=connection.passwords,
        token_mark=keys.fingerprint(keyring),
        journal=head.number,
        head=head.sm3,
        mark=mark,
        wal=tuple(item for entry in entries if entry.number <= head.number for item in entry.wal),
        files=tuple(head.files[name] for name in sorted(head.files)),
    )
    found.write_manifest(manifest)
    made = _tell(found, manifest, head, mark.rows, began, home)
    state.note(home, "backup", at=manifest.finished_at, base=base, set=found.name)
    return made


def _ask(connection: SavedConnection) -> dict[str, Any]:
    """Return what the server says of itself. Raises Refused E-BACKUP-ARCHIVE-OFF."""
    query = """
        SELECT current_setting('archive_mode'), current_setting('server_version_num')::int / 10000,
               (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'),
               (SELECT system_identifier::text FROM pg_control_system())
    """
    with marks.connect(connection) as server:
        row = server.execute(query).fetchone()
    assert row is not None
    if row[0] != "on":
        raise Refused("E-BACKUP-ARCHIVE-OFF")
    return {"version": str(row[1]), "segment_bytes": row[2], "system": row[3]}


def _current_wal(connection: SavedConnection) -> str:
    with marks.connect(connection) as server:
        row = server.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
    assert row is not None
    return str(row[0])


def _set_for(
    home: Path, place: Path, key: keys.BackupKey, connection: SavedConnection, system: str
) -> BackupSet:
    """Return the set that this cluster ships to in `place`, or begin one."""
    with shipping.alone(home):
        if shipping.spool_of(home) is not None:
            found = shipping.current_set(home)
            if found is not None and found.folder.parent == place.resolve():
                return found
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{system[-6:]}-{secrets.token_hex(3)}"
        found = store.make_set(place.resolve(), name, key)
        spool = archive.begin(Path(connection.data))
        shipping.point_at(spool, found)
        return found


def _copy(found: BackupSet, base: str, connection: SavedConnection) -> Item:
    """Stream the cluster's data into the set. Raises Refused E-BACKUP-BASE."""
    path = f"base/{base}/data.enc"
    program = Path(connection.binaries) / "pg_basebackup"
    command = [
        *(str(program), "-D", "-", "-F", "tar", "-X", "fetch", "--checkpoint=fast"),
        *("-h", connection.host, "-p", str(connection.port), "-U", saved.ROLES["admin"]),
        *("--no-password", "--label", base, "--manifest-checksums=SHA256"),
    ]
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C",
        "PGPASSWORD": connection.passwords["admin"],
    }

    def blocks() -> Iterator[bytes]:
        with tempfile.TemporaryFile("w+") as words:
            worker = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words,
                env=environment,
            )  # fmt: skip
            output = worker.stdout
            assert output is not None
            try:
                yield from iter(lambda: output.read(store.BLOCK), b"")
                status = worker.wait()
            finally:
                worker.kill()
                worker.wait()
                output.close()
            words.seek(0)
            if status != 0:
                raise Refused("E-BACKUP-BASE", reason=words.read().strip()[-300:])

    return found.put(path, "data", blocks)


def _forget_gap(connection: SavedConnection) -> None:
    """A base that is whole needs nothing of what was left out before it."""
    (archive.folder_of(Path(connection.data)) / archive.GAP).unlink(missing_ok=True)


def _tell(
    found: BackupSet, manifest: Manifest, head: Head, rows: dict[str, int], began: float, home: Path
) -> Made:
    assert manifest.data is not None
    stored = {one.path: one.stored_size for one in head.files.values()}
    return Made(
        set=found.name,
        base=manifest.base,
        place=str(found.folder.parent),
        finished_at=manifest.finished_at,
        stored_bytes=manifest.data.stored_size + sum(stored.values()),
        files=len(manifest.files),
        tables=len(rows),
        rows=sum(rows.values()),
        same_disk=found.folder.stat().st_dev == home.stat().st_dev,
        seconds=round(time.monotonic() - began, 1),
    )
