"""A migration that is broken off can be run again: it is one transaction, or each of its statements
may be done twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

# What PostgreSQL does twice without an error and without another result.
TWICE = re.compile(
    r"\s*(?:(?:CREATE|ALTER|DROP)\b.*\bIF (?:NOT )?EXISTS\b|CREATE OR REPLACE\b|GRANT\b|REVOKE\b"
    r"|COMMENT ON\b|ALTER TABLE \S+ (?:ENABLE|DISABLE|FORCE|NO FORCE) ROW LEVEL SECURITY)",
    re.IGNORECASE | re.DOTALL,
)


def fragile(operation: Operation) -> Iterator[str]:
    """Yield what an operation outside a transaction does not do twice."""
    if not isinstance(operation, migrations.RunSQL):
        # Django's own ones and ours make their statements without asking what is there.
        yield type(operation).__name__
        return
    written = operation.sql if isinstance(operation.sql, list | tuple) else [operation.sql]
    for one in written:
        text = one if isinstance(one, str) else str(one[0])
        if not TWICE.match(text):
            yield text[:60]


def test_every_migration_that_is_not_one_transaction_may_be_run_twice() -> None:
    own = {
        key: each
        for key, each in MigrationLoader(None, replace_migrations=False).disk_migrations.items()
        if type(each).__module__.startswith("bangfu.")
    }
    assert len(own) > 40
    found = {
        f"{label}.{name}": [text for step in each.operations for text in fragile(step)]
        for (label, name), each in own.items()
        if not each.atomic
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("statement", "is_fragile"),
    [
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON b (c)", False),
        ("DROP INDEX CONCURRENTLY IF EXISTS a", False),
        ("CREATE OR REPLACE FUNCTION a() RETURNS text LANGUAGE sql AS $$ SELECT '' $$", False),
        ("CREATE INDEX CONCURRENTLY a ON b (c)", True),
        ("UPDATE a SET b = b + 1", True),
        ("ALTER TABLE a ADD COLUMN b int", True),
    ],
)
def test_the_check_tells_what_may_be_done_twice(statement: str, is_fragile: bool) -> None:
    assert bool(list(fragile(migrations.RunSQL([statement])))) is is_fragile
    assert list(fragile(migrations.DeleteModel("a"))) == ["DeleteModel"]
