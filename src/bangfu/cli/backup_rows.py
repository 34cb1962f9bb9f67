"""The audit log's rows about backups, drills and restores, written by the commands that did them.

A restore is done while no database runs, and the restored log knows nothing of it. So the row is
written into the restored database, by a process of its own since the home is another one; what was
restored stands in `restored.json`, which also remembers that the row is there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from bangfu.cli.output import setup_django
from bangfu.foundation.backup.restoring import RECORD
from bangfu.foundation.database import cluster
from bangfu.foundation.database.urls import stated_urls
from bangfu.kernel.region import RegionCode

NATION = RegionCode("000000000000")
_FACTS = ("base", "set", "at", "last_commit", "reaches", "files", "keys_missing", "restored_at")


def note(home: Path, action: str, at: datetime, detail: dict[str, Any]) -> bool:
    """Write a row of the nation; False where there is no database of ours to write it to."""
    if stated_urls()[0] is None and not cluster.status(home).running:
        return False
    setup_django()
    from django.db import connections

    from bangfu.foundation import audit
    from bangfu.foundation.access.scopes import activate, command_scope

    scope = command_scope(NATION, "bangfu backup")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.audit_event')")
        if cursor.fetchone() == (None,):
            return False
    with activate(scope):
        audit.record(
            scope,
            action,
            at=at,
            subject_kind="backup.base",
            subject_id=str(detail.get("base", "")),
            region_code=str(NATION),
            detail=detail,
        )
    return True


def note_restore(home: Path, at: datetime) -> bool:
    """Write the restore of this home into its audit log, once; False when there is none to write.

    Raises what the database raises, and OSError for a record that cannot be written.
    """
    path = home / RECORD
    if not path.exists():
        return False
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.get("noted"):
        return False
    facts = {name: found.get(name) for name in _FACTS}
    if not note(home, "backup.base.restored", at, facts):
        return False
    path.write_text(json.dumps({**found, "noted": True}, indent=1), encoding="utf-8")
    return True


def note_in(home: Path) -> str:
    """Start the restored database, let a process of its own write the row, stop it again.

    Returns "" or what went wrong: a restore is no worse for it, and the row can be written later.
    """
    dropped = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_URL_FILE", "DATABASE_OWNER_URL_FILE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    cluster.up(home)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bangfu.cli.main", "backup", "note-restore"],
            env={**kept, "BANGFU_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        cluster.down(home)
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()[-300:]
