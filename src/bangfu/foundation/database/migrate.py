"""Bringing the database's tables up to date, as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.core.management import call_command
from django.core.management.commands import migrate as migrate_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from bangfu.foundation.database import roles, scope_keys
from bangfu.foundation.database.catalogue import tables_without_rls
from bangfu.foundation.database.rls import app_role, scope_functions
from bangfu.foundation.database.routers import OWNER
from bangfu.kernel.errors import Refused

# Written by migrations alone; the application has no business in them.
_CLOSED = ("django_migrations",)


@dataclass(frozen=True, slots=True)
class Migrated:
    """The migrations that were applied, as "app.name", in order."""

    applied: list[str]


def pending() -> list[str]:
    """Return the migrations that wait to be applied, as "app.name", in order."""
    executor = MigrationExecutor(connections[OWNER])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def migrate() -> Migrated:
    """Apply what waits, give the application role its privileges, check the result.

    Raises Refused E-DB-ROLE when the application's login would pass row security, and E-DB-RLS
    when a table with a region is not under it. Interrupted, it resumes at the next migration.
    """
    _check_login()
    waiting = pending()
    if waiting:
        with connections[OWNER].cursor() as cursor:
            for statement in roles.grants(app_role()):
                cursor.execute(statement)
        tell_scope_keys()
        with _recorded_with_its_changes():
            call_command("migrate", database=OWNER, verbosity=0, interactive=False)
        _close_tables()
        bare = tables_without_rls(connections[OWNER])
        if bare:
            raise Refused("E-DB-RLS", tables=", ".join(bare))
    tell_scope_keys()
    return Migrated(waiting)


def tell_scope_keys() -> None:
    """Make the database check contexts by the keys of this installation's file."""
    with connections[OWNER].cursor() as cursor:
        for statement in scope_functions():
            cursor.execute(statement)
        scope_keys.tell(cursor)


class _WholeSteps(MigrationExecutor):
    """Commits a migration together with the record that it was applied.

    Django records one that has deferred statements after its commit; killed in between, the next
    attempt would find its tables there already and stop (F68).
    """

    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, fake, fake_initial)


@contextmanager
def _recorded_with_its_changes() -> Iterator[None]:
    """Let Django's command use our executor, for which it has no setting."""
    module: Any = migrate_command
    known = module.MigrationExecutor
    module.MigrationExecutor = _WholeSteps
    try:
        yield
    finally:
        module.MigrationExecutor = known


def _check_login() -> None:
    connection = connections["default"]
    connection.ensure_connection()
    assert isinstance(connection.connection, psycopg.Connection)
    found = roles.weaknesses(connection.connection)
    if found:
        raise Refused("E-DB-ROLE", role=app_role(), flags=", ".join(found))


def _close_tables() -> None:
    role = sql.Identifier(app_role())
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() == (app_role(),):
            return
        for table in _CLOSED:
            statement = "REVOKE INSERT, UPDATE, DELETE ON {} FROM {}"
            cursor.execute(sql.SQL(statement).format(sql.Identifier(table), role))
