"""An installation small enough to be backed up and restored in seconds."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bangfu.foundation.backup import base, keys, plans, restoring
from bangfu.foundation.backup.archiver import Archiver
from bangfu.foundation.backup.restoring import Restored
from bangfu.foundation.database import cluster, saved


def quiet(done: int, total: int, message: str) -> None:
    """Say nothing of the progress."""


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the database's user can pass through."""
    found = Path(tempfile.mkdtemp(prefix="bangfu-backup-"))
    found.chmod(0o711)
    try:
        yield found
    finally:
        shutil.rmtree(found, ignore_errors=True)


@dataclass(frozen=True)
class Office:
    """A home with a running cluster, and the place of its backups."""

    home: Path
    place: Path

    def ask(self, *statements: str) -> list[Any]:
        """Run statements as the owner, each in a transaction of its own; the last one's rows."""
        found: list[Any] = []
        address = saved.load(self.home).url("owner").text(with_password=True)
        with psycopg.connect(address, autocommit=True) as own:
            for statement in statements:
                done = own.execute(statement)
                found = done.fetchall() if done.description else []
        return found

    def write(self, name: str, content: str) -> None:
        """Write a file of the home."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def backup(self) -> base.Made:
        """Make a base."""
        return base.backup(self.home, self.place, self.keyring)

    @property
    def keyring(self) -> Path:
        """The keyring's file."""
        return self.home / "keys" / "keyring.json"

    def ship(self) -> None:
        """Let the server hand over its log now, and ship it."""
        with psycopg.connect(
            saved.load(self.home).url("admin").text(with_password=True), autocommit=True
        ) as server:
            # Without a write since the last one there is nothing to switch.
            server.execute("SELECT pg_logical_emit_message(true, 'tests', 'x')")
            name = server.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
            assert name is not None
            wanted = f"SELECT last_archived_wal >= '{name[0]}' FROM pg_stat_archiver"
            while server.execute(wanted).fetchone() != (True,):
                time.sleep(0.05)
        Archiver(self.home).once()

    def restore(self, into: Path, at: datetime | None = None, **more: Any) -> Restored:
        """Restore into a new home with the keys of this one."""
        shutil.copytree(self.home / "keys", into / "keys")
        into.chmod(0o711)
        plan = plans.make(self.place, keys.load(self.home), at)
        keyring = into / "keys" / "keyring.json"
        return restoring.restore(plan, into, keyring, quiet, **more)


@contextmanager
def office() -> Iterator[Office]:
    """An office with a thousand rows and one file; its cluster keeps its log."""
    with folder() as found:
        made = Office(found / "home", found / "place")
        made.home.mkdir(mode=0o711)
        cluster.up(made.home)
        (made.home / "keys").mkdir(mode=0o700)
        made.keyring.write_text('{"token": "0b0b"}')
        made.keyring.chmod(0o600)
        made.write("lake/a.parquet", "first")
        made.ask(
            "CREATE TABLE kept (id int PRIMARY KEY)",
            "CREATE TABLE files_stored (id uuid, path text, size bigint, sm3 text)",
            "INSERT INTO kept SELECT generate_series(1, 1000)",
        )
        try:
            yield made
        finally:
            cluster.destroy(made.home)


def now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)
