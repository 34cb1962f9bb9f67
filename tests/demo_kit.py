"""A small demo, loaded once for a test run by the real command, with a database of its own."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.kernel.period import Period
from tests.database_kit import session_home

BANGFU = Path(sys.executable).with_name("bangfu")
HOUSEHOLDS = 900
LAST = "2026-10"


@dataclass(frozen=True)
class Demo:
    """A loaded demo: its home, what the command printed, and its truth."""

    home: Path
    summary: dict[str, Any]

    @property
    def truth(self) -> list[dict[str, Any]]:
        """Household number, case, expected outcomes and hints of every planted family."""
        found: list[dict[str, Any]] = json.loads((self.home / "demo" / "truth.json").read_text())
        return found

    def run_folder(self, county: str = "990101", period: str = LAST) -> Path:
        """Return the folder of the last run of a county and month: inputs and results."""
        assert Period.parse(period)
        return max((self.home / "runs" / county / period).iterdir())

    def environment(self) -> dict[str, str]:
        """Return an environment in which commands find this demo and no other database."""
        return demo_environment(self.home)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `bangfu` command on this demo."""
        return subprocess.run(
            [str(BANGFU), *arguments], env=self.environment(), capture_output=True, text=True
        )


def demo_environment(home: Path) -> dict[str, str]:
    """Return the environment of a process that uses the installation at `home`."""
    dropped = ("DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return {**kept, "BANGFU_HOME": str(home)}


@contextmanager
def loaded_demo() -> Iterator[Demo]:
    """Load the demo, or join the one that another worker loaded in this test run."""
    home = session_home() / "demo-home"
    home.mkdir(exist_ok=True)
    home.chmod(0o711)
    with (session_home() / "demo.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        arguments = ["demo", "--no-serve", "--json", "--households", str(HOUSEHOLDS)]
        done = subprocess.run(
            [str(BANGFU), *arguments], env=demo_environment(home), capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr[-4000:]
    yield Demo(home, json.loads(done.stdout))


def stop_demo(session: Path) -> None:
    """Stop the demo's database at the end of a test run, if it was started."""
    home = session / "demo-home"
    if (home / "pg").exists():
        subprocess.run([str(BANGFU), "db", "down"], env=demo_environment(home), check=False)
