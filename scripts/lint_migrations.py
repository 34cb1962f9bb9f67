"""Lint the SQL of our own migrations with squawk: locks, rewrites and unsafe constraints.

A migration that creates a table may do with it what it likes in the same file; what is refused is
an operation that would block or break a table that already holds data.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
# Excluded: what only matters for tables that exist, or contradicts Django's own column types.
EXCLUDED = [
    "prefer-robust-stmts",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-text-field",
    "require-timeout-settings",
    "require-concurrent-index-creation",
    "require-concurrent-index-deletion",
    "ban-drop-default",  # Django's way to fill a new column: the default lasts one transaction.
    "adding-foreign-key-constraint",
    "constraint-missing-not-valid",
    "disallowed-unique-constraint",
]

# Constraints that went because what they held is no longer so; nothing that runs relies on them.
GONE_ON_PURPOSE = {
    "monitoring_village_row_has_a_place": "Clues of one household share a row of a village's list.",
}


def statements() -> dict[str, str]:
    """Return "app.migration" → SQL for each migration of Bangfu's own apps."""
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, replace_migrations=False)
    found = {}
    for label, name in sorted(loader.disk_migrations):
        migration = loader.disk_migrations[label, name]
        if not type(migration).__module__.startswith("bangfu."):
            continue
        state = loader.project_state((label, name), at_end=False)
        with connections["owner"].schema_editor(
            collect_sql=True, atomic=migration.atomic
        ) as editor:
            migration.apply(state, editor, collect_sql=True)
        found[f"{label}.{name}"] = "\n".join(editor.collected_sql)
    return found


def excuse(sql: str) -> str:
    """Mark columns added to a table created in the same migration, for it holds no row yet, and
    constraints that the same migration puts back in other words or that went on purpose."""
    created = set(re.findall(r'CREATE TABLE "(\w+)"', sql))
    put_back = {*re.findall(r'ADD CONSTRAINT "(\w+)"', sql), *GONE_ON_PURPOSE}
    lines = []
    for line in sql.split("\n"):
        table = re.match(r'ALTER TABLE "(\w+)" ADD COLUMN', line)
        if table and table[1] in created:
            lines.append("-- squawk-ignore adding-required-field")
        dropped = re.search(r'DROP CONSTRAINT "(\w+)"', line)
        if dropped and dropped[1] in put_back:
            lines.append("-- squawk-ignore ban-drop-constraint")
        lines.append(line)
    return "\n".join(lines)


def lint() -> int:
    """Write the SQL to files and run squawk over them; return its exit status."""
    squawk = Path(sys.executable).with_name("squawk")
    with tempfile.TemporaryDirectory() as folder:
        for name, sql in statements().items():
            (Path(folder) / f"{name}.sql").write_text(excuse(sql), encoding="utf-8")
        files = sorted(str(path) for path in Path(folder).glob("*.sql"))
        command = [str(squawk), "--exclude", ",".join(EXCLUDED), "--pg-version", "15.0", *files]
        done = subprocess.run(command, capture_output=True, text=True)
    print(done.stdout + done.stderr)
    return done.returncode


def main() -> None:
    """Lint beside a database of our own that lives as long as this: Django quotes with one."""
    from bangfu.foundation.database import cluster

    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    with tempfile.TemporaryDirectory(prefix="bangfu-lint-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        os.environ["BANGFU_HOME"] = folder
        cluster.up(home, durable=False)
        try:
            django.setup()
            status = lint()
        finally:
            cluster.destroy(home)
    sys.exit(status)


if __name__ == "__main__":
    main()
