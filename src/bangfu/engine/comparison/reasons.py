"""Why something is unknown, as small numbers that SQL can take the greatest of."""

from __future__ import annotations

RANKS: dict[str, int] = {
    "NO_DATA": 1,
    "OUT_OF_COVERAGE": 2,
    "STALE": 3,
    "SILENT": 4,
    "NOT_AUTHORISED": 5,
}
"""Where several hold the greater rank is told: it says most about what would mend it."""

NAMES: dict[int, str] = {rank: name for name, rank in RANKS.items()}

NO_DATA = RANKS["NO_DATA"]
OUT_OF_COVERAGE = RANKS["OUT_OF_COVERAGE"]
STALE = RANKS["STALE"]
SILENT = RANKS["SILENT"]
NOT_AUTHORISED = RANKS["NOT_AUTHORISED"]

LISTS = frozenset({"THRESHOLD_LIST", "YES_NO"})
"""Coverages in which an absent person is unknown, not zero."""
