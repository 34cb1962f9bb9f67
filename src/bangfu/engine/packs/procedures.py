"""The procedures of a pack: read through the packs it extends, refused as a pack is."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bangfu.engine.errors import PackRefused, Problem
from bangfu.engine.packs.files import collect
from bangfu.procedures import Book, ProceduresRefused, load
from bangfu.procedures.loader import FOLDERS


def load_procedures(path: Path | str, permissions: Collection[str] | None = None) -> Book:
    """Read the procedures, time limits and local days of a pack and of those it extends.

    `permissions` are those that exist; None leaves them unchecked. Raises PackRefused with all
    problems. A pack without any gives an empty book.
    """
    found = collect(Path(path))
    files = {name: file for folder in FOLDERS for name, file in found.under(folder)}
    try:
        return load(files, permissions)
    except ProceduresRefused as refused:
        raise PackRefused(
            [
                Problem(one.code, found.shown(one.file), one.where, one.params, one.line, 1)
                for one in refused.problems
            ]
        ) from refused
