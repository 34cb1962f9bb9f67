"""The database of a test session: one cluster, one migrated template, one copy a worker.

The aliases `default` and `owner` are pointed at the copy, logging in as the application role and
as the owner, just as in an installation. Child processes find it through the environment.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from bangfu.foundation.crypto import keys
from bangfu.foundation.database import cluster, roles
from bangfu.foundation.database.migrate import migrate
from bangfu.foundation.database.saved import SavedConnection
from bangfu.foundation.database.urls import url_settings

TEMPLATE = "bangfu_template"
HOME_VARIABLE = "BANGFU_TEST_HOME"
# Filled by migrations, not by tests.
KEPT = ("django_migrations", "django_content_type", "auth_permission", "bangfu_scope_key")
_made: list[Path] = []


def prepare_home() -> Path:
    """Make the session's home, once, and this process's own in it; point the settings at that."""
    if HOME_VARIABLE not in os.environ:
        home = Path(tempfile.mkdtemp(prefix="bangfu-tests-"))
        home.chmod(0o711)
        os.environ[HOME_VARIABLE] = str(home)
        _made.append(home)
    # Workers, and processes with homes of their own, share databases: one key signs for all.
    os.environ["BANGFU_SCOPE_KEY_FILE"] = str(session_home() / "keys" / "scope.json")
    # The cluster is shared; files, lake and runs are each worker's own.
    home = session_home() / os.environ.get("PYTEST_XDIST_WORKER", "single")
    home.mkdir(exist_ok=True)
    keys.create(home / "keys" / "keyring.json")
    os.environ["BANGFU_HOME"] = str(home)
    settings.BANGFU_HOME = home
    settings.BANGFU_RATE_LIMITS = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for alias in ("default", "owner"):
        connections.settings[alias]["BANGFU_HOME"] = str(home)
        connections.settings[alias]["OPTIONS"].pop("pool", None)
    TransactionTestCase._fixture_teardown = lambda case: empty_tables()  # type: ignore[method-assign]
    return home


def session_home() -> Path:
    """Return the session's home."""
    return Path(os.environ[HOME_VARIABLE])


def is_home_ours() -> bool:
    """Return whether this process made the session's home, and so takes it away."""
    return bool(_made)


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    with (session_home() / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start_cluster() -> SavedConnection:
    """Start the session's cluster or join the one that another worker started."""
    return cluster.up(session_home(), durable=False)


def stop_cluster() -> None:
    """Stop the session's cluster and delete it."""
    cluster.destroy(session_home())


def use_database(connection: SavedConnection, name: str) -> None:
    """Point both aliases, and child processes, at the database `name`."""
    for alias, role in (("default", "app"), ("owner", "owner")):
        connections[alias].close()
        connections.settings[alias].update(url_settings(connection.url(role, name)))
    os.environ["DATABASE_URL"] = connection.url("app", name).text(with_password=True)
    os.environ["DATABASE_OWNER_URL"] = connection.url("owner", name).text(with_password=True)


def make_database(connection: SavedConnection, name: str) -> None:
    """Make a worker's database from the template, which the first worker migrates."""
    with _one_at_a_time("template"), _administrator(connection) as server:
        known = server.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]
        ).fetchone()
        if not known:
            building = f"{TEMPLATE}_new"
            server.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
            roles.ensure_database(server, building)
            use_database(connection, building)
            migrate()
            use_database(connection, name)
            server.execute(f'ALTER DATABASE "{building}" RENAME TO "{TEMPLATE}"')
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        roles.ensure_database(server, name, TEMPLATE)
    use_database(connection, name)


def _administrator(connection: SavedConnection) -> psycopg.Connection:
    address = connection.url("admin", "postgres").text(with_password=True)
    return psycopg.connect(address, autocommit=True)


def owner_connection() -> psycopg.Connection:
    """Return a connection of the owner's to the database in use, apart from Django's."""
    return psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)


def admin_connection(connection: SavedConnection) -> psycopg.Connection:
    """Return an administrator's connection to the database in use: it passes row security."""
    name = connections.settings["default"]["NAME"]
    return psycopg.connect(connection.url("admin", name).text(with_password=True), autocommit=True)


def empty_tables() -> None:
    """Empty every table that tests fill; the application role itself may not TRUNCATE."""
    for alias in ("default", "owner"):
        connections[alias].close()
    with owner_connection() as owner:
        names = _tables(owner, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        wanted = ", ".join(f'"{name}"' for name in names if name not in KEPT)
        owner.execute(f"TRUNCATE {wanted} RESTART IDENTITY CASCADE")


def switch_rls(word: str) -> None:
    """ENABLE or DISABLE row security on every table that has it in the migrations."""
    with owner_connection() as owner:
        query = "SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'"
        for name in _tables(owner, query):
            owner.execute(f'ALTER TABLE "{name}" {word} ROW LEVEL SECURITY')


def _tables(connection: psycopg.Connection, query: Any) -> list[str]:
    return [str(row[0]) for row in connection.execute(query).fetchall()]
