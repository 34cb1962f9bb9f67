"""Which files of a home belong into a backup: all but the database, the keys and passing ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The database is copied by its own means, keys go another way, and the rest is of this machine.
LEFT_OUT = frozenset({"pg", "keys", "backup", "tmp", "restored.json", "backup-state.json"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the home: its path in it, size in bytes, and when it was last written."""

    name: str
    size: int
    at_ns: int


def walk(home: Path) -> Iterator[Found]:
    """Yield the files of the home, by name; those that begin with a dot are being written."""
    with os.scandir(home) as entries:
        tops = sorted(entry.name for entry in entries if entry.name not in LEFT_OUT)
    for top in tops:
        yield from _below(home, top)


def _below(home: Path, name: str) -> Iterator[Found]:
    path = home / name
    last = path.name
    if last.startswith(".") or last.endswith(".lock") or path.is_symlink():
        return
    try:
        if path.is_dir():
            with os.scandir(path) as entries:
                below = sorted(entry.name for entry in entries)
            for one in below:
                yield from _below(home, f"{name}/{one}")
        elif path.is_file():
            about = path.stat()
            yield Found(name, about.st_size, about.st_mtime_ns)
    except FileNotFoundError:
        return  # It has been removed or renamed meanwhile; the next pass sees what became of it.
