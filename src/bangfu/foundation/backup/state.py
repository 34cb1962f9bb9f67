"""What was done last, and how it went: `backup-state.json` of the home."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

FILE = "backup-state.json"


def read(home: Path) -> dict[str, Any]:
    """Return what is known: `backup`, `drill`, `good_drill`, `shipping`, each absent until done."""
    try:
        found: dict[str, Any] = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def note(home: Path, what: str, **facts: Any) -> None:
    """Remember the facts of the last `what`, replacing the file whole."""
    content = {**read(home), what: facts}
    descriptor, name = tempfile.mkstemp(dir=home, prefix=".backup-state-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
        os.replace(name, home / FILE)
    finally:
        Path(name).unlink(missing_ok=True)
