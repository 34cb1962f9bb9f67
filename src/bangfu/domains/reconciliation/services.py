"""Writes of the reconciliation: compare an export, set an item aside, take that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bangfu.domains.reconciliation import comparing, selectors
from bangfu.domains.reconciliation.domain import (
    Comparison,
    ItemRecord,
    ItemState,
    ReconciliationRecord,
    State,
)
from bangfu.domains.reconciliation.merging import merge
from bangfu.domains.reconciliation.models import Reconciliation, ReconciliationItem
from bangfu.domains.registry.importing.digest import sm3_of
from bangfu.foundation import audit, files, jobs
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

JOB_KIND = "reconciliation.run"
FILE_KIND = "reconciliation.export"
STEPS = ("reading", "checking", "placing", "comparing", "writing", "done")

Progress = Callable[[int, int, str], None]
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconciliation.' || %s, 0))"


def _unwatched(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


def _uncancelled() -> None:
    """Cancellation that nobody asks for."""


def start(
    *, scope: Scope, region: RegionCode, as_of: date, file: object, file_name: str, at: datetime
) -> tuple[UUID, UUID]:
    """Keep an export and start the job that compares it; return the ids of both.

    Raises NotAllowed outside the scope; Refused E-RECONCILE-FUTURE, E-RECONCILE-OLDER.
    """
    _check(scope, region, as_of, at)
    stored = files.save(scope, file_name, file, FILE_KIND, at=at, region=region)  # type: ignore[arg-type]
    run_id = uuid7()
    args = {
        "run_id": str(run_id),
        "file_id": str(stored.id),
        "file_name": stored.name,
        "region": str(region),
        "as_of": as_of.isoformat(),
    }
    with activate(scope):
        job = jobs.start(scope, JOB_KIND, args, at=at)
        Reconciliation.objects.create(
            id=run_id,
            region_code=str(region),
            as_of=as_of,
            file_name=stored.name,
            file_sm3=stored.sm3,
            job_id=job.id,
            created_at=at,
            created_by=scope.actor.label[:120],
        )
    return run_id, job.id


def _check(scope: Scope, region: RegionCode, as_of: date, at: datetime) -> None:
    require(scope, "RECONCILE")
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION")
    if region.level < COUNTY:
        raise Refused("E-RECONCILE-TOO-WIDE", region=str(region))
    if as_of > timezone.localdate(at):
        raise Refused("E-RECONCILE-FUTURE", as_of=as_of.isoformat())
    newest = selectors.newest_as_of(scope, region)
    if newest is not None and as_of < newest:
        raise Refused("E-RECONCILE-OLDER", as_of=as_of.isoformat(), newest=newest.isoformat())


def reconcile(
    *,
    scope: Scope,
    region: RegionCode,
    as_of: date,
    file: Path,
    at: datetime,
    file_name: str | None = None,
    run_id: UUID | None = None,
    progress: Progress = _unwatched,
    check_cancelled: Callable[[], None] = _uncancelled,
) -> ReconciliationRecord:
    """Compare an export of the national system of the day `as_of` with the register of a county.

    What differs joins the list; what a former export showed and this one no longer does is ticked
    off, as far as this export has the column and the place. One transaction, one audit row; a
    file that cannot be read leaves a REFUSED record with the reason and the list as it was.
    Raises NotAllowed, Refused E-RECONCILE-FUTURE / -OLDER / -TOO-WIDE.
    """
    _check(scope, region, as_of, at)

    def step(name: str) -> None:
        check_cancelled()
        progress(STEPS.index(name), len(STEPS) - 1, name)

    run = run_id or uuid7()
    name = (file_name or file.name)[:255]
    if run_id is None:
        _open(scope, run, region, as_of, name, sm3_of(file)[0], at)
    try:
        today = timezone.localdate(at)
        comparison = comparing.compare(scope, file, region, today=today, step=step)
        if not comparison.counts["households"]:
            raise Refused("E-RECONCILE-NOTHING", region=str(region))
    except Refused as refused:
        return _refuse(scope, run, refused)
    except BaseException:
        _refuse(scope, run, Refused("E-RECONCILE-STOPPED"))
        raise
    step("writing")
    _publish(scope, run, region, as_of, comparison, at)
    progress(len(STEPS) - 1, len(STEPS) - 1, "done")
    return selectors.get_reconciliation(scope, run)


def _publish(
    scope: Scope, run: UUID, region: RegionCode, as_of: date, comparison: Comparison, at: datetime
) -> None:
    """Bring the list up to date and close the record: one transaction, one audit row."""
    with activate(scope):
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [str(region)[:6]])
            merged = merge(cursor, comparison, run=run, region=region, as_of=as_of)
        counts = {**comparison.counts, **comparing.count(comparison.differences), **merged}
        row = in_scope(Reconciliation.objects.all(), scope).get(id=run)
        row.state, row.counts, row.finished_at = State.DONE, counts, timezone.now()
        row.save(update_fields=["state", "counts", "finished_at"])
        audit.record(
            scope,
            "reconciliation.compared",
            at=at,
            subject_kind="reconciliation",
            subject_id=str(run),
            region_code=str(region),
            detail={"as_of": as_of.isoformat(), "sm3": row.file_sm3, "counts": counts},
        )


def _open(
    scope: Scope, run: UUID, region: RegionCode, as_of: date, name: str, sm3: str, at: datetime
) -> None:
    with activate(scope):
        Reconciliation.objects.create(
            id=run,
            region_code=str(region),
            as_of=as_of,
            file_name=name,
            file_sm3=sm3,
            created_at=at,
            created_by=scope.actor.label[:120],
        )


def _refuse(scope: Scope, run: UUID, refused: Refused) -> ReconciliationRecord:
    with activate(scope):
        row = in_scope(Reconciliation.objects.all(), scope).get(id=run)
        row.state, row.finished_at = State.REFUSED, timezone.now()
        row.errors = [{"code": refused.code, "params": refused.params}]
        row.save(update_fields=["state", "errors", "finished_at"])
    return selectors.get_reconciliation(scope, run)


def dismiss(*, scope: Scope, item_id: UUID, reason: str, at: datetime) -> ItemRecord:
    """Set an open item aside for a reason (不需录入); it comes back when either side changes.

    Raises NotFound; Refused E-RECONCILE-REASON; Conflict E-RECONCILE-STATE.
    """
    if not reason.strip():
        raise Refused("E-RECONCILE-REASON")
    return _turn(scope, item_id, ItemState.OPEN, ItemState.DISMISSED, reason.strip(), at)


def restore(*, scope: Scope, item_id: UUID, at: datetime) -> ItemRecord:
    """Take a dismissal back. Raises NotFound, Conflict E-RECONCILE-STATE."""
    return _turn(scope, item_id, ItemState.DISMISSED, ItemState.OPEN, "", at)


def _turn(
    scope: Scope, item_id: UUID, old: ItemState, new: ItemState, reason: str, at: datetime
) -> ItemRecord:
    require(scope, "RECONCILE")
    with activate(scope):
        rows = in_scope(ReconciliationItem.objects.all(), scope).select_for_update()
        row = rows.filter(id=item_id).first()
        if row is None:
            raise NotFound("E-RECONCILE-NOT-FOUND")
        if row.state != old:
            raise Conflict("E-RECONCILE-STATE", state=row.state)
        row.state, row.reason = new, reason
        is_aside = new is ItemState.DISMISSED
        row.dismissed_by = scope.actor.label[:120] if is_aside else ""
        row.dismissed_at = at if is_aside else None
        row.save(update_fields=["state", "reason", "dismissed_by", "dismissed_at"])
        audit.record(
            scope,
            f"reconciliation.item.{'dismissed' if is_aside else 'restored'}",
            at=at,
            subject_kind="reconciliation.item",
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"kind": row.kind, "column": row.column, "reason": reason},
        )
        return selectors.to_item(scope, row)
