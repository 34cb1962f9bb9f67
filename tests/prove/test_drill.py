"""A drill and a restore of a whole installation: its audit chain with sealed rows, an encrypted
file, and the rows about backup, drill and restore themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.backup_kit import folder
from tests.demo_kit import Demo, demo_environment

KEEP = """
import django
django.setup()
from bangfu.foundation import files
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.region import RegionCode
files.save(command_scope(RegionCode("990101000000"), "tests"), "a.jpg", b"paper", "tests.paper")
"""
ACTIONS = """
import django, json
django.setup()
from bangfu.foundation.access.scopes import command_scope
from bangfu.foundation.audit.selectors import list_events
from bangfu.kernel.region import RegionCode
found = list_events(command_scope(RegionCode("000000000000"), "t"), subject_kind="backup.base")
print(json.dumps([one.action for one in found]))
"""


def ask(demo: Demo, *arguments: str) -> dict[str, Any]:
    """Run a command with JSON output, which has to succeed."""
    done = demo.command(*arguments, "--json")
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def python(home: Path, text: str) -> str:
    """Run a few lines in an installation and return what they print."""
    environment = {**demo_environment(home), "DJANGO_SETTINGS_MODULE": "bangfu.server.settings"}
    return subprocess.run(
        [sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.evidence("T12", "GB22239-8.1.4.9-a")
def test_a_drill_and_a_restore_meet_sealed_rows_and_encrypted_files(demo: Demo) -> None:
    with folder() as found:
        place = ("--place", str(found / "place"))
        python(demo.home, KEEP)
        made = ask(demo, "backup", *place)
        # It seals what waits, the row about the backup among them.
        checkpoint = ask(demo, "audit", "checkpoint", "--to", str(found / "witness"))
        assert checkpoint["number"] >= 1
        held = ask(demo, "backup", "drill", *place)
        assert (held["base"], held["wrong"], held["audit"]) == (made["base"], [], "intact")
        assert held["stored_files"] >= 1
        new = Demo(found / "new", {})
        shutil.copytree(demo.home / "keys", new.home / "keys")
        new.home.chmod(0o711)
        ask(new, "restore", "--from", str(found / "place"), "--into", str(new.home))
        assert json.loads((new.home / "restored.json").read_text())["noted"] is True
        ask(new, "db", "up")
        try:
            assert ask(new, "audit", "verify", "--chain-only")["sound"] is True
            # The mark of the drill came after the backup's row, the drill's own row after the mark.
            actions = json.loads(python(new.home, ACTIONS))
            assert actions == ["backup.base.restored", "backup.base.made"]
        finally:
            ask(new, "db", "down")
