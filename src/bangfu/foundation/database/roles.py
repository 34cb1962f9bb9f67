"""The two logins of an installation and what each may do.

The owner owns the tables and runs migrations; the application reads and writes rows, makes TEMP
tables, and nothing else: no TRUNCATE, no table of its own. Neither passes row security.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from bangfu.foundation.database.saved import DATABASE, ROLES, SavedConnection

_PLAIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def ensure(connection: SavedConnection) -> None:
    """Make the roles and the database of our own cluster when they are not there; idempotent."""
    address = connection.url("admin", "postgres").text(with_password=True)
    with psycopg.connect(address, autocommit=True) as server:
        for role in ("owner", "app"):
            _ensure_role(server, ROLES[role], connection.passwords[role])
            _keep_out_of_the_log(server, ROLES[role])
        ensure_database(server, DATABASE)


def _ensure_role(server: psycopg.Connection, name: str, password: str) -> None:
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    if known:
        return
    # The verifier is made here, so that the password stands in no log.
    verifier = server.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    statement = sql.SQL("CREATE ROLE {} " + _PLAIN + " PASSWORD {}")
    server.execute(statement.format(sql.Identifier(name), sql.Literal(verifier)))


def _keep_out_of_the_log(server: psycopg.Connection, name: str) -> None:
    """Keep the errors of a login out of the server's log: they may quote a value ("invalid input
    syntax for type uuid: …"). Our own log has their kind, place and SQLSTATE."""
    statement = sql.SQL("ALTER ROLE {} SET log_min_messages = 'log'")
    server.execute(statement.format(sql.Identifier(name)))


def ensure_database(server: psycopg.Connection, name: str, template: str | None = None) -> None:
    """Make a database owned by the owner role, or copy one; `server` is an administrator's."""
    known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if known:
        return
    database, owner, app = map(sql.Identifier, (name, ROLES["owner"], ROLES["app"]))
    source = sql.Identifier(template or "template1")
    server.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(database, owner, source)
    )
    for statement in (
        "REVOKE ALL ON DATABASE {0} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {0} TO {1}, {2}",
    ):
        server.execute(sql.SQL(statement).format(database, owner, app))


def grants(app_role: str) -> list[sql.Composed]:
    """Return what the owner runs before migrating: what the application may do with new tables.

    Safe to repeat. Migrations' own table stays closed to the application.
    """
    app = sql.Identifier(app_role)
    statements = (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {}",
    )
    return [sql.SQL(statement).format(app) for statement in statements]


def weaknesses(connection: psycopg.Connection) -> list[str]:
    """Return why the login of `connection` must not serve the application: what it is too mighty
    for, as words of PostgreSQL (SUPERUSER, BYPASSRLS)."""
    row = connection.execute(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    flags = zip(("SUPERUSER", "BYPASSRLS"), row or (False, False), strict=True)
    return [name for name, held in flags if held]
