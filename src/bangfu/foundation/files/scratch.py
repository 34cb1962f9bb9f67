"""Folders for what has to lie in clear for a moment: a file that is read, a workbook being written.

They lie in the home, open to the server's user alone, and go when their work is done. A process
that is killed leaves its folder behind; whoever needs a folder next takes away those that nobody
holds any more, so personal data outlive a crash by one such use, and by no restart.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bangfu.foundation.files.private import private_folder

# Where an upload lies while it comes in; see `uploads`.
UPLOADS = "uploads"
# No upload takes so long: what is older was left by a process that was killed.
UPLOAD_SECONDS = 3600


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield an empty folder of one's own, which goes at the end with what lies in it."""
    place = private_folder("scratch")
    with _alone(place):
        _clear(place)
        name = tempfile.mkdtemp(dir=place)
        # Held for as long as this process lives, however it ends.
        held = _hold(name)
    try:
        yield Path(name)
    finally:
        shutil.rmtree(name, ignore_errors=True)
        os.close(held)


def clear() -> None:
    """Take away what killed processes left; every process of the server does so at its start."""
    place = private_folder("scratch")
    with _alone(place):
        _clear(place)
    before = time.time() - UPLOAD_SECONDS
    for left in private_folder(UPLOADS).iterdir():
        if left.stat().st_mtime < before:
            left.unlink(missing_ok=True)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Nobody else makes or takes away folders meanwhile."""
    lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _hold(name: str | Path) -> int:
    """Lock a folder. Raises BlockingIOError when somebody else holds it."""
    held = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise
    return held


def _clear(place: Path) -> None:
    for left in place.iterdir():
        try:
            held = _hold(left)
        except BlockingIOError:
            continue  # Somebody works in it.
        except FileNotFoundError:
            continue  # Its work was done meanwhile.
        shutil.rmtree(left, ignore_errors=True)
        os.close(held)
