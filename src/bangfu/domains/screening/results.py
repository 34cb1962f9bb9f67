"""A run's results as the database takes them, and a screening as its reader takes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

FIRED, UNDECIDED = "TRUE", "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Found:
    """What a run's manifest says."""

    pack: str
    pack_version: str
    pack_hash: str
    inputs_hash: str
    result_hash: str
    households: int
    persons: int
    hints: dict[str, int]

    def columns(self) -> dict[str, Any]:
        """Return it as columns of the table of runs."""
        return asdict(self)
