"""Ships what comes, every few seconds, for as long as it is let; `bangfu serve` runs it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bangfu.foundation.backup import shipping, state
from bangfu.foundation.backup.shipping import Head, Shipped
from bangfu.foundation.backup.store import BackupSet
from bangfu.foundation.database import archive
from bangfu.kernel.errors import BangfuError

PAUSE_SECONDS = 5.0


class Archiver:
    """Remembers where the set stands, so that a pass reads only what is new."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._set: BackupSet | None = None
        self._head: Head | None = None

    def once(self) -> Shipped | None:
        """Make one pass; None when this installation has no set yet.

        Raises Refused E-BACKUP-WRITE when the place takes nothing.
        """
        spool = shipping.spool_of(self._home)
        found = shipping.current_set(self._home)
        if spool is None or found is None:
            return None
        with shipping.alone(self._home):
            if self._head is None or self._set is None or self._set.folder != found.folder:
                self._head = shipping.read_head(found)
            else:
                self._head = shipping.read_on(found, self._head)
            self._set = found
            done = shipping.ship(self._home, found, self._head)
            self._head = done.head
        gap = (spool / archive.GAP).exists()
        facts = {"at": datetime.now(UTC).isoformat(), "ok": True, "gap": gap}
        state.note(self._home, "shipping", **facts)
        return done

    def watch(self, tell: Callable[[str], None]) -> None:
        """Make passes for ever. What goes wrong is told (a code), noted, and tried again."""
        while True:
            try:
                self.once()
            except (BangfuError, OSError) as error:
                self._head = None
                code = error.code if isinstance(error, BangfuError) else "E-BACKUP-WRITE"
                tell(code)
                self._note_failure(code, tell)
            time.sleep(PAUSE_SECONDS)

    def _note_failure(self, code: str, tell: Callable[[str], None]) -> None:
        """Note it where `bangfu backup status` reads it; a full disk may not even take that."""
        try:
            at = datetime.now(UTC).isoformat()
            state.note(self._home, "shipping", at=at, ok=False, code=code)
        except OSError as error:
            tell(f"backup-state.json: {error.strerror}")
