"""Resolve the locks anew: one hashed requirement file per extra, all from one resolution.

The files name no address, so that a checkout installs from whichever index its machine has.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "locks"
OPTIONS = [
    "--quiet",
    "--generate-hashes",
    "--python-version",
    "3.11",
    "--no-header",
    "--no-annotate",
]


def compile_lock(target: str, extras: list[str], constraint: str | None = None) -> None:
    """Write locks/<target>.txt for the core and the extras."""
    command = [str(ROOT / ".venv" / "bin" / "uv"), "pip", "compile", *OPTIONS]
    for extra in extras:
        command += ["--extra", extra]
    if constraint:
        command += ["-c", str(LOCKS / f"{constraint}.txt")]
    subprocess.run([*command, "pyproject.toml", "-o", f"locks/{target}.txt"], cwd=ROOT, check=True)


def main() -> None:
    compile_lock("dev", ["analytics", "setup", "dev"])
    for name, extras in {"core": [], "analytics": ["analytics"], "setup": ["setup"]}.items():
        compile_lock(name, extras, constraint="dev")


if __name__ == "__main__":
    main()
