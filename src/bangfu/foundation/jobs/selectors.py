"""Reads of jobs. A job outside the scope does not exist."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.jobs.domain import JobRecord, JobState
from bangfu.foundation.jobs.models import Job
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope


def to_record(row: Job) -> JobRecord:
    """Return the plain record of a database row."""
    return JobRecord(
        id=row.id,
        kind=row.kind,
        region_code=row.region_code,
        state=JobState(row.state),
        done=row.done,
        total=row.total,
        message=row.message,
        result=row.result,
        error=row.error,
        created_by=row.actor_label,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        cancel_requested=row.cancel_requested,
        args=row.args,
    )


def of_department(rows: QuerySet[Job], scope: Scope) -> QuerySet[Job]:
    """Return the jobs of the scope's department; a post of one sees no other work."""
    return rows if scope.department is None else rows.filter(department=scope.department)


def _visible(scope: Scope) -> QuerySet[Job]:
    return of_department(in_scope(Job.objects.all(), scope), scope)


def find_job(scope: Scope, job_id: UUID) -> JobRecord | None:
    """Return a job of the scope, if there is one."""
    with activate(scope):
        row = _visible(scope).filter(id=job_id).first()
    return None if row is None else to_record(row)


def get_job(scope: Scope, job_id: UUID) -> JobRecord:
    """Return a job of the scope. Raises NotFound E-JOB-NOT-FOUND."""
    found = find_job(scope, job_id)
    if found is None:
        raise NotFound("E-JOB-NOT-FOUND")
    return found


def list_jobs(scope: Scope, *, limit: int = 50) -> list[JobRecord]:
    """Return the newest jobs of the scope, at most `limit` (1–200)."""
    limit = max(1, min(limit, 200))
    with activate(scope):
        rows = _visible(scope).order_by("-id")[:limit]
        return [to_record(row) for row in rows]
