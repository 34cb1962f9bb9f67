"""Reads of batches. Every one takes the scope; a batch outside it does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from bangfu.foundation.access.departments import in_department
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.intake.domain import BatchRecord, BatchState, Page
from bangfu.foundation.intake.models import Batch
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

MAX_PAGE = 200


def to_record(row: Batch) -> BatchRecord:
    """Return the plain record of a database row."""
    return BatchRecord(
        id=row.id,
        dataset=row.dataset,
        region_code=row.region_code,
        period=row.period or None,
        as_of=row.as_of,
        state=BatchState(row.state),
        file_name=row.file_name,
        file_size=row.file_size,
        file_sm3=row.file_sm3,
        file_id=row.file_id,
        job_id=row.job_id,
        counts=row.counts,
        mapping=row.mapping,
        issues=row.issues,
        errors=row.errors,
        detail=row.detail,
        error_file_id=row.error_file_id,
        staged_path=row.staged_path,
        duplicate_of=row.duplicate_of,
        created_by=row.created_by,
        created_at=row.created_at,
        staged_at=row.staged_at,
        committed_at=row.committed_at,
        closed_at=row.closed_at,
        reason=row.reason,
    )


def visible(scope: Scope) -> QuerySet[Batch]:
    """Return the batches of the scope and its department; call it inside `activate(scope)`."""
    return in_department(in_scope(Batch.objects.all(), scope), scope)


def get_batch(scope: Scope, batch_id: UUID) -> BatchRecord:
    """Return one batch. Raises NotFound E-INTAKE-NOT-FOUND, also for another region's batch."""
    with activate(scope):
        row = visible(scope).filter(id=batch_id).first()
    if row is None:
        raise NotFound("E-INTAKE-NOT-FOUND")
    return to_record(row)


def find_committed(
    scope: Scope, dataset: str, region: RegionCode, period: Period | None, file_sm3: str
) -> BatchRecord | None:
    """Return the batch by which this very file is in force already, if it is."""
    with activate(scope):
        row = (
            visible(scope)
            .filter(
                dataset=dataset,
                region_code=str(region),
                period=str(period) if period else "",
                file_sm3=file_sm3,
                state=BatchState.COMMITTED,
            )
            .first()
        )
    return to_record(row) if row else None


def list_batches(
    scope: Scope,
    *,
    cursor: str | None = None,
    limit: int = 50,
    datasets: Sequence[str] = (),
    states: Sequence[BatchState] = (),
    region: RegionCode | None = None,
) -> Page:
    """Return batches newest first, at most `limit` (1–200), after the batch that `cursor` names.

    The cursor is the id of the last batch seen; a forged one only moves the starting point within
    the scope. Raises InvalidValue E-INTAKE-CURSOR.
    """
    limit = max(1, min(limit, MAX_PAGE))
    with activate(scope):
        rows = visible(scope).order_by("-id")
        if cursor:
            rows = rows.filter(id__lt=_cursor_id(cursor))
        if datasets:
            rows = rows.filter(dataset__in=list(datasets))
        if states:
            rows = rows.filter(state__in=[str(state) for state in states])
        if region is not None:
            lower, upper = region.bounds
            rows = rows.filter(region_code__gte=lower, region_code__lt=upper)
        found = [to_record(row) for row in rows[: limit + 1]]
    more = len(found) > limit
    return Page(items=found[:limit], next_cursor=str(found[limit - 1].id) if more else None)


def _cursor_id(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise InvalidValue("E-INTAKE-CURSOR") from error
