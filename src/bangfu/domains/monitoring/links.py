"""Where the console shows a proceeding."""

from __future__ import annotations

from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION
from bangfu.domains.monitoring.models import Proceeding


def link_of(row: Proceeding) -> str:
    """Return the address of a proceeding in the console."""
    folder = "clues" if row.procedure in (CLUE, SUSPICION) else "cases"
    return f"/{folder}/{row.id}"
