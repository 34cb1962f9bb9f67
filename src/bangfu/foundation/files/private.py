"""Folders of the home that hold what people are like: open to the server's user alone."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

PRIVATE = 0o700


def private_folder(name: str) -> Path:
    """Return the folder `name` of the home; it is made, and shut to others, when it is not yet.

    Whatever lies inside then needs no mode of its own. The home itself stays open to passing
    through, since PostgreSQL may run under another user.
    """
    folder = Path(settings.BANGFU_HOME) / name
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(PRIVATE)
    return folder
