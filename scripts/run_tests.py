"""Run the tests as `make test` does: two processes, each file in one of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")


def main() -> None:
    chosen = [] if CHROMIUM.exists() else ["-m", "not browser"]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    status = subprocess.run([*command, *chosen, *sys.argv[1:]], cwd=ROOT).returncode
    if chosen:
        print("Chromium is not installed: the browser tests did not run.", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
