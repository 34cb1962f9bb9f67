"""Starting, running, cancelling and recovering jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, in_scope, restored_scope, system_scope
from bangfu.foundation.jobs import queue, selectors
from bangfu.foundation.jobs.domain import FINISHED, Cancelled, JobRecord, JobState
from bangfu.foundation.jobs.handlers import JobContext, get_handler
from bangfu.foundation.jobs.models import Job
from bangfu.foundation.jobs.sideline import Sideline
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import BangfuError, Conflict, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

# A job whose worker was killed is tried again; one that kills its worker each time is not.
MAX_ATTEMPTS = 3
Progress = Callable[[int, int, str], None]
_log = logging.getLogger(__name__)


def start(
    scope: Scope, kind: str, args: dict[str, Any], *, at: datetime | None = None
) -> JobRecord:
    """Queue a job that will run under `scope`; queued only if the caller's transaction commits.

    `args` are the handler's arguments by name (JSON; ids, never personal data). Raises
    InvalidValue E-JOB-KIND.
    """
    get_handler(kind)
    with activate(scope):
        row = _create(scope, kind, args, at or timezone.now(), JobState.QUEUED)
        _audit(scope, row, "jobs.job.queued", row.created_at)
        queue.put(row.id, row.region_code)
        return selectors.to_record(row)


def run_now(
    scope: Scope,
    kind: str,
    args: dict[str, Any],
    *,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> JobRecord:
    """Run a job in this process and return it when it is done; what its handler raises goes on.

    For commands: the same handler, bookkeeping and audit as in the worker. `progress` is told as
    well, for the terminal.
    """
    get_handler(kind)
    with activate(scope):
        row = _create(scope, kind, args, at or timezone.now(), JobState.QUEUED)
        _audit(scope, row, "jobs.job.queued", row.created_at)
    error = _run(row, scope, progress)
    if error is not None:
        raise error
    return selectors.get_job(scope, row.id)


def run_queued(job_id: UUID, region: RegionCode) -> None:
    """Run a job from the queue; the worker calls this. What fails is written to the job."""
    keeper = system_scope(region, "worker")
    with activate(keeper):
        row = in_scope(Job.objects.select_for_update(), keeper).filter(id=job_id).first()
        if row is None or row.state in FINISHED:
            return
        if row.cancel_requested:
            _finish(keeper, row, JobState.CANCELLED)
            return
        if row.attempts >= MAX_ATTEMPTS:
            _finish(keeper, row, JobState.FAILED, error={"code": "E-JOB-INTERRUPTED", "params": {}})
            return
    actor = Actor(row.actor_kind, row.actor_id, row.actor_label)  # type: ignore[arg-type]
    _run(row, restored_scope(region, frozenset(row.permissions), actor), None)


def cancel(scope: Scope, job_id: UUID, *, at: datetime | None = None) -> JobRecord:
    """Ask a job to stop: a queued one ends at once, a running one at its next check.

    Raises NotFound E-JOB-NOT-FOUND, Conflict E-JOB-FINISHED.
    """
    moment = at or timezone.now()
    with activate(scope):
        row = in_scope(Job.objects.select_for_update(), scope).filter(id=job_id).first()
        if row is None:
            raise NotFound("E-JOB-NOT-FOUND")
        if row.state in FINISHED:
            raise Conflict("E-JOB-FINISHED", state=row.state)
        row.cancel_requested = True
        row.save(update_fields=["cancel_requested"])
        _audit(scope, row, "jobs.job.cancel_requested", moment)
        if row.state == JobState.QUEUED:
            _finish(scope, row, JobState.CANCELLED)
        return selectors.to_record(row)


def _create(scope: Scope, kind: str, args: dict[str, Any], at: datetime, state: JobState) -> Job:
    return Job.objects.create(
        kind=kind,
        region_code=str(scope.region),
        state=state,
        args=args,
        actor_kind=scope.actor.kind,
        actor_id=scope.actor.id[:120],
        actor_label=scope.actor.label[:120],
        permissions=sorted(scope.permissions),
        created_at=at,
    )


def _run(row: Job, scope: Scope, echo: Progress | None) -> BaseException | None:
    """Run the handler and write how it ended; return what it raised, if anything."""
    with activate(scope):
        row.state = JobState.RUNNING
        row.attempts += 1
        row.started_at = timezone.now()
        row.save(update_fields=["state", "attempts", "started_at"])
    sideline = Sideline(row.id, scope.region)

    def progress(done: int, total: int, message: str) -> None:
        row.done, row.total, row.message = done, total, message[:200]
        sideline.progress(done, total, message)
        if echo is not None:
            echo(done, total, message)

    context = JobContext(selectors.to_record(row), scope, progress, sideline.check_cancelled)
    try:
        result = get_handler(row.kind)(context, **row.args)
    except Cancelled as error:
        _end(scope, row, JobState.CANCELLED)
        return error
    except BangfuError as error:
        _end(
            scope, row, JobState.FAILED, error={"code": error.code, "params": _plain(error.params)}
        )
        return error
    except Exception as error:
        # The text of a strange error may hold personal data: the log gets it, the screen does not.
        _log.exception("job %s (%s) failed", row.id, row.kind)
        _end(scope, row, JobState.FAILED, error={"code": "E-JOB-UNEXPECTED", "params": {}})
        return error
    finally:
        sideline.close()
    _end(scope, row, JobState.DONE, result=_plain(result or {}))
    return None


def _end(
    scope: Scope,
    row: Job,
    state: JobState,
    *,
    result: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    with activate(scope):
        _finish(scope, row, state, result=result, error=error)


def _finish(
    scope: Scope,
    row: Job,
    state: JobState,
    *,
    result: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    row.state, row.result, row.error = state, result, error
    row.finished_at = timezone.now()
    fields = ["state", "result", "error", "finished_at", "done", "total", "message"]
    row.save(update_fields=fields)
    _audit(scope, row, f"jobs.job.{state.lower()}", row.finished_at)


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; dates, decimals and the like become text."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _audit(scope: Scope, row: Job, action: str, at: datetime) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="jobs.job",
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"kind": row.kind, "attempts": row.attempts, "error": (row.error or {}).get("code")},
    )
