"""Write every generated file anew; with --check, only say which are stale (exit status 1)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GENERATORS = (
    "generate_registry_facts.py",
    "generate_reference.py",
    "generate_procedures.py",
    "generate_papers.py",
    "generate_openapi.py",
    "generate_compliance.py",
)


def main() -> None:
    failed = False
    for name in GENERATORS:
        command = [sys.executable, str(ROOT / "scripts" / name), *sys.argv[1:]]
        failed |= subprocess.run(command, cwd=ROOT).returncode != 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
