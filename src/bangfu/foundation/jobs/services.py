"""Starting, running, cancelling and recovering jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, in_scope, restored_scope, system_scope
from bangfu.foundation.audit import origin
from bangfu.foundation.jobs import queue, selectors
from bangfu.foundation.jobs.domain import (
    FINISHED,
    Cancelled,
    Halted,
    JobRecord,
    JobState,
    StarterOut,
)
from bangfu.foundation.jobs.handlers import JobContext, get_handler
from bangfu.foundation.jobs.models import Job
from bangfu.foundation.jobs.sideline import Sideline
from bangfu.foundation.jobs.watch import Guard, Starter, guarded
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import BangfuError, Conflict, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

# A job whose worker was killed is tried again; one that kills its worker each time is not.
MAX_ATTEMPTS = 3
Progress = Callable[[int, int, str], None]
# Why a job ended before it was done, when its starter was out.
STARTER_OUT = {"code": "E-JOB-STARTER-OUT", "params": {}}
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
    """Run a job from the queue; the worker calls this. What fails is written to the job.

    A job whose starter's post or account is no longer in force does not begin, and one that runs
    ends within five seconds of it.
    """
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
    department = row.department or None
    scope = restored_scope(region, frozenset(row.permissions), actor, department)
    starter = Starter(row.actor_kind, row.actor_id, row.post_id, scope.permissions, region)
    if not starter.is_in():
        _end(keeper, row, JobState.CANCELLED, error=STARTER_OUT)
        return
    _run(row, scope, None, starter)


def cancel(scope: Scope, job_id: UUID, *, at: datetime | None = None) -> JobRecord:
    """Ask a job to stop: a queued one ends at once, a running one at its next check.

    Raises NotFound E-JOB-NOT-FOUND, Conflict E-JOB-FINISHED.
    """
    moment = at or timezone.now()
    with activate(scope):
        rows = selectors.of_department(Job.objects.select_for_update(), scope)
        row = in_scope(rows, scope).filter(id=job_id).first()
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
        post_id=origin.current().post_id if scope.actor.kind == "USER" else None,
        permissions=sorted(scope.permissions),
        department=scope.department or "",
        created_at=at,
    )


def _run(
    row: Job, scope: Scope, echo: Progress | None, starter: Starter | None = None
) -> BaseException | None:
    """Run the handler and write how it ended; return what it raised, if anything."""
    with activate(scope):
        row.state = JobState.RUNNING
        row.attempts += 1
        row.started_at = timezone.now()
        row.save(update_fields=["state", "attempts", "started_at"])
    sideline = Sideline(row.id, scope.region)
    is_alone = not connections["default"].in_atomic_block
    guard: Guard | None = None
    error: BaseException | None
    try:
        with guarded(starter) if starter else nullcontext() as guard:
            error, result = _call(row, scope, sideline, echo, guard)
    except Halted as halted:
        error, result = halted, None
    finally:
        sideline.close()
    if error is None:
        _end(scope, row, JobState.DONE, result=_plain(result or {}))
    elif guard is not None and guard.is_out:
        if is_alone:
            _start_afresh()
        _end(system_scope(scope.region, "worker"), row, JobState.CANCELLED, error=STARTER_OUT)
    elif isinstance(error, Cancelled):
        _end(scope, row, JobState.CANCELLED)
    else:
        _end(scope, row, JobState.FAILED, error=_shown(row, error))
    return error


def _call(
    row: Job, scope: Scope, sideline: Sideline, echo: Progress | None, guard: Guard | None
) -> tuple[BaseException | None, dict[str, Any] | None]:
    """Call the handler; return what it raised, or None and its result."""

    def check() -> None:
        if guard is not None and guard.is_out:
            raise StarterOut

    def progress(done: int, total: int, message: str) -> None:
        check()
        row.done, row.total, row.message = done, total, message[:200]
        sideline.progress(done, total, message)
        if echo is not None:
            echo(done, total, message)

    def check_cancelled() -> None:
        check()
        sideline.check_cancelled()

    context = JobContext(selectors.to_record(row), scope, progress, check_cancelled)
    try:
        result = get_handler(row.kind)(context, **row.args)
    except (Exception, Halted) as error:
        return error, None
    return None, result


def _shown(row: Job, error: BaseException) -> dict[str, Any]:
    """Return why a job failed as its row keeps it."""
    if isinstance(error, BangfuError):
        return {"code": error.code, "params": _plain(error.params)}
    # The text of a strange error may hold personal data: the log gets it, the screen does not.
    _log.error("job %s (%s) failed", row.id, row.kind, exc_info=error)
    return {"code": "E-JOB-UNEXPECTED", "params": {}}


def _start_afresh() -> None:
    """Give this thread another connection: a job stopped from outside may have left its own
    anywhere. What it had not committed is gone."""
    used = connections["default"]
    used.in_atomic_block = False
    used.close()
    del connections["default"]


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
