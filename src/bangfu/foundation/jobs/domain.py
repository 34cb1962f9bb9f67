"""The life of a job, and what the world sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINISHED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as other code sees it."""

    id: UUID
    kind: str
    region_code: str
    state: JobState
    done: int
    total: int
    message: str
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    # The handler's arguments: ids and codes, never personal data.
    args: dict[str, Any]


class Cancelled(Exception):
    """Somebody asked the running job to stop; its handler lets this pass and its writes go."""


class StarterOut(Cancelled):
    """The starter's post or account is no longer in force; the running job ends (F59, F60)."""


class Halted(BaseException):
    """What a job that does not look up is stopped with, from outside; nothing may catch it."""
