"""Gives a recovering PostgreSQL the log files that it asks for, a few ahead, decrypted.

A day of log is tens of gigabytes in clear; only the files around the one in work lie on the disk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from bangfu.foundation.backup.records import Item
from bangfu.foundation.backup.store import BackupSet
from bangfu.foundation.database import recovery

AHEAD, BEHIND = 4, 2
_PAUSE = 0.02


class Feeder:
    """Fills the feed's folder until it is stopped."""

    def __init__(self, found: BackupSet, wal: Sequence[Item]) -> None:
        self._set = found
        self._wal = list(wal)
        self._number = {one.name: place for place, one in enumerate(self._wal)}
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None

    def watch(self, feed: Path) -> Callable[[], None]:
        """Begin to fill `feed`; see `recovery.recover`."""
        self.stop()
        self._stop.clear()
        names = "".join(f"{one.name}\n" for one in self._wal)
        (feed / recovery.NAMES).write_text(names, encoding="ascii")
        self._thread = threading.Thread(target=self._run, args=(feed,), daemon=True)
        self._thread.start()
        return self._check

    def stop(self) -> None:
        """End the work; harmless when it has ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self, feed: Path) -> None:
        try:
            while not self._stop.wait(_PAUSE):
                self._serve(feed)
        except BaseException as error:
            self._error = error

    def _serve(self, feed: Path) -> None:
        asked = feed / recovery.ASKED
        if not asked.exists():
            return
        name = asked.read_text(encoding="ascii").strip()
        at = self._number.get(name, 0)
        have = feed / recovery.HAVE
        wanted = self._wal[max(0, at - BEHIND) : at + AHEAD]
        # The one that is waited for comes first.
        for item in sorted(wanted, key=lambda one: one.name != name):
            if not (have / item.name).exists():
                self._put(have, item)
        names = {one.name for one in wanted}
        for path in have.iterdir():
            if path.name not in names:
                path.unlink()

    def _put(self, have: Path, item: Item) -> None:
        fresh = have / f".{item.name}"
        with fresh.open("wb") as file:
            for block in self._set.blocks(item.path):
                file.write(block)
        fresh.chmod(0o644)
        os.replace(fresh, have / item.name)
