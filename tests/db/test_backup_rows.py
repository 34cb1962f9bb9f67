"""Backups and restores stand in the audit log, a restore in that of the restored database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from bangfu.cli import backup_rows
from bangfu.foundation.access.scopes import command_scope
from bangfu.foundation.audit.selectors import list_events
from bangfu.foundation.backup import marks
from bangfu.foundation.backup.restoring import RECORD
from bangfu.foundation.database import saved
from tests.cast import add_small_country

NATION = command_scope(backup_rows.NATION, "tests")
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stated(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the test's database as one that is stated."""
    add_small_country()
    monkeypatch.setattr(backup_rows, "stated_urls", lambda: ("stated", None))


@pytest.mark.evidence("GB22239-8.1.4.3-a", "T12")
def test_a_restore_is_written_once_with_what_was_restored(tmp_path: Path) -> None:
    assert not backup_rows.note_restore(tmp_path, AT)
    facts = {"base": "b7", "set": "s1", "at": None, "last_commit": "2026-11-22T03:59:00+00:00"}
    more = {"reaches": "2026-11-22T03:59:30+00:00", "files": 3, "keys_missing": False}
    content = {**facts, **more, "restored_at": AT.isoformat(), "home": "/srv/x", "seconds": 4.0}
    (tmp_path / RECORD).write_text(json.dumps(content))
    assert backup_rows.note_restore(tmp_path, AT)
    assert not backup_rows.note_restore(tmp_path, AT)
    (event,) = list_events(NATION, subject_kind="backup.base", subject_id="b7")
    assert (event.action, event.at) == ("backup.base.restored", AT)
    assert event.detail == {**facts, **more, "restored_at": AT.isoformat()}
    # What people read in the home's record stays there.
    assert json.loads((tmp_path / RECORD).read_text()) == {**content, "noted": True}


def test_a_backup_has_its_row(tmp_path: Path) -> None:
    assert backup_rows.note(tmp_path, "backup.base.made", AT, {"base": "b8", "files": 2})
    (event,) = list_events(NATION, subject_kind="backup.base", subject_id="b8")
    assert (event.action, event.detail) == ("backup.base.made", {"base": "b8", "files": 2})


def test_spent_budgets_are_neither_locked_nor_counted(db_cluster: saved.SavedConnection) -> None:
    with marks.connect(db_cluster, connection.settings_dict["NAME"]) as server:
        counted = marks.count_rows(server)
    assert "public.limits_spent" not in counted
    assert {"public.files_stored", "public.audit_event"} <= counted.keys()
