"""Routes of background work: how far it is, and asking it to stop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from bangfu.foundation import jobs
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.jobs.domain import JobRecord
from bangfu.foundation.jobs.schemas import JobOut
from bangfu.standards import errors

router = Router(tags=["jobs"])

READERS = ("REGISTRY_IMPORT", "FEEDS_IMPORT", "SCREENING_RUN", "REGISTRY_READ")
STARTERS = ("REGISTRY_IMPORT", "FEEDS_IMPORT", "SCREENING_RUN", "QUALITY_MANAGE", "RECONCILE")


def describe(job: JobRecord, language: str) -> dict[str, Any]:
    """Return the wire shape of a job."""
    error = None
    if job.error:
        text = errors.text(job.error["code"], job.error.get("params", {}), language)
        error = {"code": job.error["code"], "message": text.message, "remedy": text.remedy}
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "result": job.result,
        "error": error,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }


@router.get("/jobs/{job_id}", auth=Permit(*READERS), response={200: JobOut, **REFUSALS})
def get_job(request: HttpRequest, job_id: UUID) -> Any:
    """Return how far a job of the scope is."""
    return describe(jobs.get_job(scope_of(request), job_id), language_of(request))


@router.post("/jobs/{job_id}/cancel", auth=Permit(*STARTERS), response={200: JobOut, **REFUSALS})
def cancel_job(request: HttpRequest, job_id: UUID) -> Any:
    """Ask a job of the scope to stop; it stops at its next check."""
    scope = scope_of(request)
    job = jobs.cancel(scope, job_id, at=timezone.now())
    return describe(job, language_of(request))
