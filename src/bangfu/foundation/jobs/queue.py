"""The queue: procrastinate, in the same database, so that a job is queued with its transaction."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

QUEUE = "bangfu"
RUN = "bangfu.jobs.run"
RECOVER = "bangfu.jobs.recover"


def put(job_id: UUID, region_code: str) -> None:
    """Queue a job inside the caller's transaction. The queue holds ids, no data."""
    task = app.configure_task(RUN, queue=QUEUE)
    task.defer(job_id=str(job_id), region=region_code)
