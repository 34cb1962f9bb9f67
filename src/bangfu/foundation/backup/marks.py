"""Marks: points of the log at which the rows of every table were counted.

A restore up to a mark must hold exactly those rows. The count holds writers up, for as long as it
takes, so that no write falls between the count and the point.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import errors, sql

from bangfu.foundation.backup import shipping
from bangfu.foundation.backup.records import Mark
from bangfu.foundation.backup.shipping import Head
from bangfu.foundation.backup.store import BackupSet
from bangfu.foundation.database.saved import DATABASE, SavedConnection
from bangfu.kernel.errors import Refused

# A writer that takes longer is waited for again, so that others need not wait behind us.
LOCK_SECONDS = 3
TRIES = 20
ARRIVE_SECONDS = 120.0
# What requests have spent of their budgets: passing, written by every process at every moment, and
# nobody would miss it. To lock it would make every request wait for the count.
PASSING = frozenset({"public.limits_spent"})


@contextmanager
def connect(
    connection: SavedConnection, database: str = "postgres"
) -> Iterator[psycopg.Connection]:
    """Open an administrator's connection: it passes row security."""
    address = connection.url("admin", database).text(with_password=True)
    try:
        with psycopg.connect(address, autocommit=True) as server:
            yield server
    except psycopg.OperationalError as error:
        place = f"{connection.host}:{connection.port}"
        raise Refused("E-DB-NOT-REACHED", place=place, reason=str(error).strip()[:200]) from error


def count_rows(server: psycopg.Connection) -> dict[str, int]:
    """Return the number of rows of every table but passing ones, by schema and name."""
    found = {}
    for schema, table in _tables(server):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        row = server.execute(query).fetchone()
        assert row is not None
        found[f"{schema}.{table}"] = int(row[0])
    return found


def _tables(server: psycopg.Connection) -> list[tuple[str, str]]:
    query = """
        SELECT schemaname, tablename FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
    """
    found = [(str(row[0]), str(row[1])) for row in server.execute(query).fetchall()]
    return [one for one in found if ".".join(one) not in PASSING]


def set_mark(
    home: Path, found: BackupSet, head: Head, connection: SavedConnection
) -> tuple[Head, Mark]:
    """Count, set a point in the log, and ship the log until the set holds it.

    Raises Refused E-BACKUP-BUSY when writers never let go, E-BACKUP-LOG when the log does not come.
    """
    with connect(connection, DATABASE) as server:
        for _ in range(TRIES):
            try:
                mark = _count_and_mark(server)
                break
            except errors.LockNotAvailable:
                time.sleep(0.5)
        else:
            raise Refused("E-BACKUP-BUSY", seconds=TRIES * LOCK_SECONDS)
        server.execute("SELECT pg_switch_wal()")
    return _ship_until(home, found, head, mark), mark


def _count_and_mark(server: psycopg.Connection) -> Mark:
    name = f"bangfu-{secrets.token_hex(6)}"
    with server.transaction():
        server.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        for schema, table in _tables(server):
            statement = sql.SQL("LOCK TABLE {} IN SHARE MODE")
            server.execute(statement.format(sql.Identifier(schema, table)))
        rows = count_rows(server)
        row = server.execute(
            "SELECT pg_walfile_name(pg_create_restore_point(%s))", [name]
        ).fetchone()
    assert row is not None
    return Mark(name, datetime.now(UTC).isoformat(), str(row[0]), rows)


def _ship_until(home: Path, found: BackupSet, head: Head, mark: Mark) -> Head:
    """Make passes until the set holds the mark's log file, then enter the mark."""
    deadline = time.monotonic() + ARRIVE_SECONDS
    stored = found.folder / "wal" / f"{mark.wal}.enc"
    while True:
        with shipping.alone(home):
            head = shipping.read_on(found, head)
            head = shipping.ship(home, found, head).head
            if stored.is_file():
                return shipping.ship(home, found, head, mark).head
        if time.monotonic() > deadline:
            raise Refused("E-BACKUP-LOG", file=mark.wal)
        time.sleep(0.2)
