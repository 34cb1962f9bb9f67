"""The life of a batch: its states, the legal steps between them, and what the world sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from bangfu.kernel.errors import Conflict

# How many row errors a batch keeps for the screen; the error workbook holds all of them.
ISSUES_KEPT = 200


class BatchState(StrEnum):
    """Where a batch stands."""

    RECEIVED = "RECEIVED"
    STAGED = "STAGED"
    REFUSED = "REFUSED"
    COMMITTED = "COMMITTED"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    REVERTED = "REVERTED"


NEXT_STATES: dict[BatchState, frozenset[BatchState]] = {
    BatchState.RECEIVED: frozenset(
        {BatchState.STAGED, BatchState.REFUSED, BatchState.CANCELLED},
    ),
    BatchState.STAGED: frozenset(
        # Back to RECEIVED: the job that staged it was killed before its end and runs again.
        {
            BatchState.COMMITTED,
            BatchState.REFUSED,
            BatchState.CANCELLED,
            BatchState.RECEIVED,
        },
    ),
    BatchState.COMMITTED: frozenset({BatchState.SUPERSEDED, BatchState.REVERTED}),
    # A file whose replacement was taken back is in force again.
    BatchState.SUPERSEDED: frozenset({BatchState.COMMITTED, BatchState.REVERTED}),
    BatchState.REFUSED: frozenset(),
    BatchState.CANCELLED: frozenset(),
    BatchState.REVERTED: frozenset(),
}


def check_step(current: str, wanted: BatchState) -> None:
    """Refuse a step that the table above lacks. Raises Conflict E-INTAKE-STATE."""
    if wanted not in NEXT_STATES[BatchState(current)]:
        raise Conflict("E-INTAKE-STATE", state=str(current), wanted=str(wanted))


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch as other code sees it: plain values, no database object."""

    id: UUID
    dataset: str
    region_code: str
    period: str | None
    as_of: date | None
    state: BatchState
    file_name: str
    file_size: int
    file_sm3: str
    file_id: UUID | None
    job_id: UUID | None
    counts: dict[str, Any]
    mapping: dict[str, Any]
    issues: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    detail: dict[str, Any]
    error_file_id: UUID | None
    staged_path: str
    duplicate_of: UUID | None
    created_by: str
    created_at: datetime
    staged_at: datetime | None
    committed_at: datetime | None
    closed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of batches, newest first; `next_cursor` is None on the last page."""

    items: list[BatchRecord] = field(default_factory=list)
    next_cursor: str | None = None
