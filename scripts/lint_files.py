"""Look at every tracked file: no address in a lock, no path of a developer's machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".py", ".md", ".txt", ".yaml", ".yml", ".toml", ".json", ".ts", ".vue", ".sh", ".cfg", ""}
HOME_PATH = re.compile(r"/(?:home/[a-z]|root/|Users/[a-zA-Z])")


def problems(path: Path) -> list[str]:
    """Return what is wrong with one file."""
    if path.suffix not in TEXT or path.stat().st_size > 2_000_000:
        return []
    text = path.read_text(encoding="utf-8")
    found = []
    name = str(path.relative_to(ROOT))
    if name.startswith("locks/") and "://" in text:
        found.append(f"{name}: a lock names an address; run make locks")
    if path.name == "package-lock.json" and '"resolved": "http' in text:
        found.append(f"{name}: resolved addresses; npm's omit-lockfile-registry-resolved is off")
    if str(ROOT) in text or (HOME_PATH.search(text) and name != "scripts/lint_files.py"):
        found.append(f"{name}: names a path of one machine")
    return found


def main() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = []
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            found += problems(path)
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
