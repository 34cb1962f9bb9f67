"""F68: bringing the tables up to date is broken off again and again, and ends in the same tables.

The interruptions fall on ever other statements; each migration is one transaction, so whatever the
statement, the next attempt begins where the last finished migration ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections

from bangfu.foundation.database import roles
from bangfu.foundation.database.migrate import migrate, pending
from bangfu.foundation.database.saved import SavedConnection
from tests.database_kit import use_database

NAME = "f68_interrupted"
FEWEST, STEP = 120, 37
# What a database consists of: columns, constraints, indexes, row security, triggers, functions.
SHAPE = """
    SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'constraint', conrelid::regclass || ' ' || conname FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT 'policy', tablename || ' ' || policyname || ' ' || coalesce(qual, '')
    FROM pg_policies
    UNION SELECT 'security', relname FROM pg_class WHERE relforcerowsecurity
    UNION SELECT 'trigger', tgrelid::regclass || ' ' || tgname FROM pg_trigger
    WHERE NOT tgisinternal
    UNION SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


class Interrupted(Exception):
    """The statement at which the work is broken off."""


def breaking_off(after: int) -> Callable[..., Any]:
    """Return a wrapper that lets so many statements pass."""
    left = after

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Interrupted
        return run(sql, params, many, context)

    return execute


@pytest.fixture
def empty(
    db_cluster: SavedConnection, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    """An empty database in use in place of the worker's, whose name is returned."""
    worker = connections.settings["default"]["NAME"]
    address = db_cluster.url("admin", "postgres").text(with_password=True)
    with psycopg.connect(address, autocommit=True) as server, django_db_blocker.unblock():
        roles.ensure_database(server, NAME)
        use_database(db_cluster, NAME)
        try:
            yield worker
        finally:
            use_database(db_cluster, worker)
            server.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def shape(connection: SavedConnection, name: str) -> set[tuple[str, str]]:
    address = connection.url("admin", name).text(with_password=True)
    with psycopg.connect(address, autocommit=True) as server:
        return {(str(kind), str(one)) for kind, one in server.execute(SHAPE).fetchall()}


@pytest.mark.evidence("F68")
def test_f68_migrations_that_are_interrupted_resume_and_end_in_the_same_tables(
    empty: str, db_cluster: SavedConnection
) -> None:
    limit, waiting, interruptions = FEWEST, 10**6, 0
    while True:
        try:
            with connections["owner"].execute_wrapper(breaking_off(limit)):
                migrate()
            break
        except Interrupted:
            interruptions += 1
            # The process would be gone: nothing of its connection's state may be used again.
            connections["owner"].close()
            del connections["owner"]
            left = len(pending())
            assert left <= waiting
            # A migration longer than the limit needs more statements than that.
            limit = limit * 2 if left == waiting else FEWEST + STEP * (interruptions % 5)
            waiting = left
    assert interruptions >= 5
    assert pending() == []
    assert shape(db_cluster, NAME) == shape(db_cluster, empty)
