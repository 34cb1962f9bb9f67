"""Reads of requests for bulk exports."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.exports.domain import LISTS, PAIRS, ExportRecord, RequestState
from bangfu.foundation.exports.models import ExportRequest
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.scope import Scope
from bangfu.standards import clocks


def expiry_of(decided_at: datetime) -> datetime:
    """Return until when an approval of that instant holds."""
    days = clocks.get("exports.approval_days", timezone.localdate(decided_at)).value
    return decided_at + timedelta(days=days)


def to_record(row: ExportRequest) -> ExportRecord:
    """Return the plain record of a row."""
    approved = row.state in (RequestState.APPROVED, RequestState.USED)
    return ExportRecord(
        id=row.id,
        kind=row.kind,
        region_code=row.region_code,
        filters=row.filters,
        is_searched=row.is_searched,
        rows=row.rows,
        purpose=row.purpose,
        state=RequestState(row.state),
        requested_by=row.requested_by,
        requested_by_label=row.requested_by_label,
        requested_at=row.requested_at,
        decided_by_label=row.decided_by_label,
        decided_at=row.decided_at,
        reason=row.reason,
        expires_at=expiry_of(row.decided_at) if approved and row.decided_at else None,
        used_at=row.used_at,
    )


def list_requests(
    scope: Scope, *, state: RequestState | None = None, limit: int = 100
) -> list[ExportRecord]:
    """Return the newest requests of the scope: one's own, and all of the kinds that one agrees to.

    Raises NotAllowed without a permission to ask for an export or to agree to one.
    """
    pairs = (LISTS, *PAIRS.values())
    if not scope.permissions & {name for pair in pairs for name in (pair.asks, pair.agrees)}:
        raise NotAllowed("E-ACCESS-PERMISSION", permission=LISTS.asks)
    seen = Q(requested_by=scope.actor.id)
    if LISTS.agrees in scope.permissions:
        seen |= ~Q(kind__in=PAIRS)
    seen |= Q(kind__in=[kind for kind, pair in PAIRS.items() if pair.agrees in scope.permissions])
    with activate(scope):
        rows = in_scope(ExportRequest.objects.filter(seen), scope)
        if state is not None:
            rows = rows.filter(state=state)
        return [to_record(row) for row in rows.order_by("-id")[:limit]]
