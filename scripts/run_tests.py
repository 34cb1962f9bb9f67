"""Run the tests as `make test` does: two processes, each file in one of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Marker → what its tests need, and what it is called.
NEEDED = {
    "browser": (Path("/usr/bin/chromium"), "Chromium"),
    "debian": (Path("/usr/lib/postgresql/15/bin/postgres"), "Debian's PostgreSQL 15"),
}


def main() -> None:
    missing = {mark: name for mark, (path, name) in NEEDED.items() if not path.exists()}
    chosen = ["-m", " and ".join(f"not {mark}" for mark in missing)] if missing else []
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    wanted = sys.argv[1:] or ["--no-loadscope-reorder", "tests"]
    status = subprocess.run([*command, *chosen, *wanted], cwd=ROOT).returncode
    for mark, name in missing.items():
        print(f"{name} is not installed: the tests marked `{mark}` did not run.", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
