"""Wire shapes of background work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from bangfu.foundation.http.schemas import Schema


class JobErrorOut(Schema):
    """Why a job failed, in the reader's language."""

    code: str
    message: str
    remedy: str


class JobOut(Schema):
    """How far a background job is."""

    id: str
    kind: str
    state: Literal["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"]
    done: int
    total: int
    message: str
    result: dict[str, Any] | None
    error: JobErrorOut | None
    created_at: datetime
    finished_at: datetime | None


class JobStarted(Schema):
    """The job that does the work."""

    job_id: str
