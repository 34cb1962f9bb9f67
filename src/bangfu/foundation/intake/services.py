"""Writes of batches: each is one transaction with one audit row, and a legal step or a refusal.

The domain that lands the rows calls `mark_committed` inside its own transaction, so that the rows
and the batch's state become visible together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from bangfu.foundation import audit
from bangfu.foundation.access.departments import require_dataset
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.intake.domain import (
    ISSUES_KEPT,
    BatchRecord,
    BatchState,
    check_step,
)
from bangfu.foundation.intake.models import Batch
from bangfu.foundation.intake.selectors import find_committed, to_record, visible
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file as it arrived: its name, size in bytes, SM3 (hex) and, if kept, its stored id."""

    name: str
    size: int
    sm3: str
    file_id: UUID | None = None


def open_batch(
    *,
    scope: Scope,
    at: datetime,
    dataset: str,
    region: RegionCode,
    file: IncomingFile,
    period: Period | None = None,
    as_of: date | None = None,
    job_id: UUID | None = None,
) -> BatchRecord:
    """Record that a file came in.

    A file that is in force already for the same dataset, place and period yields a CANCELLED
    batch whose `duplicate_of` links to the first (F16): nothing more is to be done with it.
    A job that was killed and runs again gets the batch of its first attempt.
    Raises NotAllowed E-ACCESS-REGION when the region is outside the scope, E-ACCESS-DEPARTMENT
    for another department's dataset.
    """
    require_dataset(scope, dataset)
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))
    with activate(scope):
        attempt = _find_attempt(scope, job_id, dataset, file.sm3)
        if attempt is not None:
            return _reopen(scope, attempt, at)
        twin = find_committed(scope, dataset, region, period, file.sm3)
        row = Batch.objects.create(
            dataset=dataset,
            region_code=str(region),
            period=str(period) if period else "",
            as_of=as_of,
            state=BatchState.CANCELLED if twin else BatchState.RECEIVED,
            file_name=file.name[:255],
            file_size=file.size,
            file_sm3=file.sm3,
            file_id=file.file_id,
            job_id=job_id,
            duplicate_of=twin.id if twin else None,
            created_by=scope.actor.label[:120],
            created_at=at,
            closed_at=at if twin else None,
        )
        _audit(scope, row, "intake.batch.recognised" if twin else "intake.batch.received", at)
        return to_record(row)


def _find_attempt(scope: Scope, job_id: UUID | None, dataset: str, sm3: str) -> Batch | None:
    if job_id is None:
        return None
    return (
        visible(scope)
        .select_for_update()
        .filter(job_id=job_id, dataset=dataset, file_sm3=sm3)
        .filter(state__in=[BatchState.RECEIVED, BatchState.STAGED])
        .first()
    )


def _reopen(scope: Scope, row: Batch, at: datetime) -> BatchRecord:
    if row.state != BatchState.RECEIVED:
        check_step(row.state, BatchState.RECEIVED)
        row.state = BatchState.RECEIVED
        row.staged_path = ""
        row.save(update_fields=["state", "staged_path"])
        _audit(scope, row, "intake.batch.reopened", at)
    return to_record(row)


def record_staging(
    *,
    scope: Scope,
    at: datetime,
    batch_id: UUID,
    counts: dict[str, Any],
    mapping: dict[str, Any],
    issues: list[dict[str, Any]],
    staged_path: str = "",
    error_file_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> BatchRecord:
    """RECEIVED → STAGED: the good rows wait at `staged_path`; nothing is in force yet."""
    return _step(
        scope,
        batch_id,
        BatchState.STAGED,
        at,
        "intake.batch.staged",
        counts=counts,
        mapping=mapping,
        issues=issues[:ISSUES_KEPT],
        staged_path=staged_path,
        error_file_id=error_file_id,
        detail=detail or {},
        staged_at=at,
    )


def refuse(
    *,
    scope: Scope,
    at: datetime,
    batch_id: UUID,
    errors: list[dict[str, Any]],
    counts: dict[str, Any] | None = None,
    mapping: dict[str, Any] | None = None,
    issues: list[dict[str, Any]] | None = None,
    error_file_id: UUID | None = None,
) -> BatchRecord:
    """RECEIVED or STAGED → REFUSED, with the reasons as [{code, params}]."""
    changes: dict[str, Any] = {"errors": errors, "closed_at": at, "staged_path": ""}
    if counts is not None:
        changes["counts"] = counts
    if mapping is not None:
        changes["mapping"] = mapping
    if issues is not None:
        changes["issues"] = issues[:ISSUES_KEPT]
    if error_file_id is not None:
        changes["error_file_id"] = error_file_id
    return _step(scope, batch_id, BatchState.REFUSED, at, "intake.batch.refused", **changes)


def lock_for_commit(*, scope: Scope, batch_id: UUID) -> BatchRecord:
    """Lock a batch until the caller's transaction ends and return it; call it inside one.

    Raises NotFound, or Conflict E-INTAKE-STATE when the batch is not staged; a batch that was
    cancelled as the double of another is returned, for the caller to answer with the link.
    """
    row = _locked(scope, batch_id)
    if row.duplicate_of is None:
        check_step(row.state, BatchState.COMMITTED)
    return to_record(row)


def mark_committed(
    *,
    scope: Scope,
    at: datetime,
    batch_id: UUID,
    counts: dict[str, Any] | None = None,
    reason: str = "",
) -> BatchRecord:
    """STAGED → COMMITTED, in the caller's transaction; staged doubles are cancelled with a link.

    Raises Conflict E-INTAKE-DUPLICATE when another user committed the same file first.
    """
    changes: dict[str, Any] = {"committed_at": at, "staged_path": "", "reason": reason}
    if counts is not None:
        changes["counts"] = counts
    try:
        with activate(scope), transaction.atomic():
            done = _step(
                scope, batch_id, BatchState.COMMITTED, at, "intake.batch.committed", **changes
            )
    except IntegrityError as error:
        if "intake_batch_file_committed_once" not in str(error):
            raise
        raise Conflict("E-INTAKE-DUPLICATE") from error
    _cancel_doubles(scope, done, at)
    return done


def cancel(*, scope: Scope, at: datetime, batch_id: UUID, reason: str = "") -> BatchRecord:
    """RECEIVED or STAGED → CANCELLED: what was staged will never be in force."""
    return _step(
        scope,
        batch_id,
        BatchState.CANCELLED,
        at,
        "intake.batch.cancelled",
        reason=reason,
        closed_at=at,
        staged_path="",
    )


def mark_superseded(
    *, scope: Scope, at: datetime, batch_id: UUID, by: UUID, reason: str
) -> BatchRecord:
    """COMMITTED → SUPERSEDED: a newer file took this one's place, for a stated reason."""
    return _step(
        scope,
        batch_id,
        BatchState.SUPERSEDED,
        at,
        "intake.batch.superseded",
        reason=reason,
        closed_at=at,
        note={"superseded_by": str(by)},
    )


def mark_reverted(
    *,
    scope: Scope,
    at: datetime,
    batch_id: UUID,
    reason: str,
    dependants: list[dict[str, Any]] | None = None,
) -> BatchRecord:
    """COMMITTED or SUPERSEDED → REVERTED, keeping the list of what had used it (F22)."""
    return _step(
        scope,
        batch_id,
        BatchState.REVERTED,
        at,
        "intake.batch.reverted",
        reason=reason,
        closed_at=at,
        note={"dependants": dependants or []},
    )


def restore(*, scope: Scope, at: datetime, batch_id: UUID, reason: str) -> BatchRecord:
    """SUPERSEDED → COMMITTED: the file that had replaced it was taken back."""
    return _step(
        scope,
        batch_id,
        BatchState.COMMITTED,
        at,
        "intake.batch.restored",
        reason=reason,
        closed_at=None,
    )


def _step(
    scope: Scope,
    batch_id: UUID,
    wanted: BatchState,
    at: datetime,
    action: str,
    *,
    note: dict[str, Any] | None = None,
    **changes: Any,
) -> BatchRecord:
    with activate(scope):
        row = _locked(scope, batch_id)
        check_step(row.state, wanted)
        row.state = wanted
        for name, value in changes.items():
            setattr(row, name, value)
        fields = ["state", *changes]
        if note is not None:
            row.detail = {**row.detail, **note}
            fields.append("detail")
        row.save(update_fields=fields)
        _audit(scope, row, action, at)
        return to_record(row)


def _locked(scope: Scope, batch_id: UUID) -> Batch:
    with activate(scope):
        row = visible(scope).select_for_update().filter(id=batch_id).first()
    if row is None:
        raise NotFound("E-INTAKE-NOT-FOUND")
    return row


def _cancel_doubles(scope: Scope, done: BatchRecord, at: datetime) -> None:
    with activate(scope):
        doubles = (
            visible(scope)
            .select_for_update()
            .filter(
                dataset=done.dataset,
                region_code=done.region_code,
                period=done.period or "",
                file_sm3=done.file_sm3,
                state=BatchState.STAGED,
            )
        )
        for row in doubles:
            row.state = BatchState.CANCELLED
            row.duplicate_of = done.id
            row.closed_at = at
            row.staged_path = ""
            row.save(update_fields=["state", "duplicate_of", "closed_at", "staged_path"])
            _audit(scope, row, "intake.batch.recognised", at)


def _audit(scope: Scope, row: Batch, action: str, at: datetime) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="intake.batch",
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={
            "dataset": row.dataset,
            "period": row.period,
            "state": str(row.state),
            "sm3": row.file_sm3,
            "counts": row.counts,
            "reason": row.reason,
            "duplicate_of": str(row.duplicate_of) if row.duplicate_of else None,
        },
    )
