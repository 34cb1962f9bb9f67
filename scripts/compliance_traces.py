"""What in the tree says that a reason of `standards/compliance/reasons.yaml` no longer holds.

`until`: what is not there yet. A reason that nothing is built is stale the day it appears.
`as_long_as`: what the reason rests on. It is stale the day that is gone. Each entry is one of

    path: a glob; any file or folder that fits
    table: a pattern of a table's name, as models state it
    word: a pattern; `in` is a glob of the files that are searched

and a pattern has `such_as`, a text that fits it: a pattern that fits nothing would hold nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

KEYS = ({"path"}, {"table", "such_as"}, {"word", "in", "such_as"})
_TABLE = re.compile(r"db_table = \"(\w+)\"")
_NEVER = {"node_modules", "__pycache__", "dist"}


def endings(root: Path, reason: Any) -> Iterator[str]:
    """Yield a sentence for each entry of a reason that is malformed, or says that it is over."""
    lead = f"reasons.yaml: {reason.name}:"
    if reason.kind == "open" and not reason.until + reason.as_long_as:
        yield f"{lead} an open reason says until what, or as long as what"
    for entry in reason.until + reason.as_long_as:
        if wrong := _wrong(entry):
            yield f"{lead} {wrong}: {entry}"
    for entry in reason.until:
        if not _wrong(entry) and (found := _find(root, entry)):
            yield f"{lead} no longer true, {found} is there ({_say(entry)})"
    for entry in reason.as_long_as:
        if not _wrong(entry) and not _find(root, entry):
            yield f"{lead} no longer true, nothing is there for {_say(entry)}"


def _wrong(entry: Any) -> str:
    if not isinstance(entry, dict) or set(entry) not in KEYS:
        return "an entry is path, or table, or word and in, the last two with such_as"
    if "table" in entry and not re.fullmatch(entry["table"], entry["such_as"]):
        return "the pattern does not fit its example"
    if "word" in entry and not re.search(entry["word"], entry["such_as"]):
        return "the pattern does not fit its example"
    return ""


def _say(entry: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in entry.items() if key != "such_as")


def _find(root: Path, entry: Mapping[str, str]) -> str:
    """Return where the first trace lies, "" when there is none."""
    if "path" in entry:
        return next((path.relative_to(root).as_posix() for path in _files(root, entry["path"])), "")
    if "table" in entry:
        return _find_table(root, re.compile(entry["table"]))
    pattern = re.compile(entry["word"])
    for path in _files(root, entry["in"]):
        if path.is_file() and pattern.search(path.read_text(encoding="utf-8", errors="replace")):
            return path.relative_to(root).as_posix()
    return ""


def _find_table(root: Path, pattern: re.Pattern[str]) -> str:
    for path in _files(root, "src/bangfu/**/*.py"):
        for name in _TABLE.findall(path.read_text(encoding="utf-8")):
            if pattern.fullmatch(name):
                return f"{path.relative_to(root).as_posix()} ({name})"
    return ""


def _files(root: Path, pattern: str) -> Iterator[Path]:
    found = sorted(root.glob(pattern))
    return (path for path in found if not _NEVER & set(path.relative_to(root).parts))
