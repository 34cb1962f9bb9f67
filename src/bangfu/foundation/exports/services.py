"""Asking for a bulk export, deciding on it, and using the approval once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts.selectors import is_in_force
from bangfu.foundation.exports import counters
from bangfu.foundation.exports.domain import (
    ExportRecord,
    RequestState,
    fingerprint,
    pair_of,
    shown,
)
from bangfu.foundation.exports.models import ExportRequest, ExportTaken
from bangfu.foundation.exports.selectors import expiry_of, to_record
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.scope import Scope
from bangfu.standards import clocks

_DAY = timedelta(days=1)
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_ACTIONS = {
    RequestState.APPROVED: "exports.request.approved",
    RequestState.REJECTED: "exports.request.rejected",
    RequestState.WITHDRAWN: "exports.request.withdrawn",
}


def bulk_rows(at: datetime) -> int:
    """Return from how many rows on an export needs a second person."""
    return clocks.get("exports.bulk_rows", timezone.localdate(at)).value


def ask(
    *, scope: Scope, at: datetime, kind: str, filters: dict[str, Any], purpose: str
) -> ExportRecord:
    """Ask for a bulk export of a list with its filters, or for one of the audit log.

    Raises NotAllowed without EXPORT (the log: AUDIT_EXPORT), InvalidValue E-EXPORT-KIND or
    E-EXPORT-PURPOSE.
    """
    require(scope, pair_of(kind).asks)
    if not purpose.strip():
        raise InvalidValue("E-EXPORT-PURPOSE")
    rows, read = counters.count(kind, scope, filters)
    with activate(scope):
        row = ExportRequest.objects.create(
            kind=kind,
            region_code=str(scope.region),
            filters=shown(read),
            is_searched=bool(read.get("q")),
            fingerprint=fingerprint(kind, read),
            rows=rows,
            purpose=purpose.strip()[:200],
            requested_by=scope.actor.id,
            requested_by_label=scope.actor.label,
            requested_at=at,
        )
        _audit(scope, row, "exports.request.made", at)
        return to_record(row)


def decide(
    *, scope: Scope, at: datetime, request_id: UUID, approve: bool, reason: str = ""
) -> ExportRecord:
    """Approve or reject what somebody else asked for.

    Raises NotFound, also for a kind that the scope does not agree to (EXPORT_APPROVE; the log:
    ACCOUNTS_GRANT), Conflict E-EXPORT-DECIDED or E-EXPORT-SECOND-PERSON, NotAllowed for a post
    that has ended, InvalidValue E-EXPORT-REASON (a rejection without a reason).
    """
    if not approve and not reason.strip():
        raise InvalidValue("E-EXPORT-REASON")
    with activate(scope):
        row = _open(scope, request_id)
        needed = pair_of(row.kind).agrees
        if needed not in scope.permissions:
            raise NotFound("E-EXPORT-NOT-FOUND")
        if row.requested_by == scope.actor.id:
            raise Conflict("E-EXPORT-SECOND-PERSON")
        if scope.actor.kind == "USER" and not is_in_force(
            scope.actor.id, None, {needed}, at, region=scope.region
        ):
            raise NotAllowed("E-ACCESS-PERMISSION", permission=needed)
        state = RequestState.APPROVED if approve else RequestState.REJECTED
        return _close(scope, row, state, at, reason)


def withdraw(*, scope: Scope, at: datetime, request_id: UUID) -> ExportRecord:
    """Take back one's own request. Raises NotFound, Conflict E-EXPORT-DECIDED."""
    with activate(scope):
        row = _open(scope, request_id)
        if row.requested_by != scope.actor.id:
            raise NotFound("E-EXPORT-NOT-FOUND")
        return _close(scope, row, RequestState.WITHDRAWN, at, "")


def allow(
    scope: Scope,
    *,
    kind: str,
    filters: dict[str, Any],
    rows: int,
    approval: UUID | None,
    at: datetime,
) -> None:
    """Refuse a bulk export that no second person approved; ask it in the export's transaction.

    What a person takes without approval in 24 hours counts together, under all posts. An approval
    serves once, the person who asked, the same list with the same filters, at most as many rows,
    until it is too old. Raises Conflict E-EXPORT-NEEDS-APPROVAL or E-EXPORT-APPROVAL. Commands at
    the terminal are not held up: they answer to the host's own rules.
    """
    if scope.actor.kind != "USER":
        return
    with activate(scope):
        if approval is not None:
            use(scope, kind=kind, filters=filters, rows=rows, approval=approval, at=at)
            return
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME, [f"exports:{scope.actor.id}"])
        # Under whatever post they were taken.
        mine = ExportTaken.objects.filter(actor_id=scope.actor.id, at__gt=at - _DAY)
        taken = mine.aggregate(rows=Sum("rows"))["rows"] or 0
        limit = bulk_rows(at)
        if taken + rows >= limit:
            raise Conflict("E-EXPORT-NEEDS-APPROVAL", rows=rows, taken=taken, limit=limit)
        ExportTaken.objects.create(
            region_code=str(scope.region), actor_id=scope.actor.id, kind=kind, rows=rows, at=at
        )


def get_approved(scope: Scope, *, kind: str, approval: UUID, at: datetime) -> ExportRecord:
    """Return one's own approval that can be used, still unused.

    Raises Conflict E-EXPORT-APPROVAL.
    """
    with activate(scope):
        return to_record(_approved(scope, kind, approval, at))


def use(
    scope: Scope, *, kind: str, filters: dict[str, Any], rows: int, approval: UUID, at: datetime
) -> None:
    """Use an approval up; ask it in the export's transaction. Raises Conflict E-EXPORT-APPROVAL."""
    with activate(scope):
        row = _approved(scope, kind, approval, at)
        if row.fingerprint != fingerprint(kind, filters) or rows > row.rows:
            raise Conflict("E-EXPORT-APPROVAL")
        row.state, row.used_at = RequestState.USED, at
        row.save(update_fields=["state", "used_at"])
        _audit(scope, row, "exports.request.used", at)


def _approved(scope: Scope, kind: str, approval: UUID, at: datetime) -> ExportRequest:
    row = _locked(scope, approval)
    if (
        row is None
        or row.kind != kind
        or row.state != RequestState.APPROVED
        or row.requested_by != scope.actor.id
        or row.region_code != str(scope.region)
        or row.decided_at is None
        or at > expiry_of(row.decided_at)
    ):
        raise Conflict("E-EXPORT-APPROVAL")
    return row


def _locked(scope: Scope, request_id: UUID) -> ExportRequest | None:
    rows = in_scope(ExportRequest.objects.select_for_update(), scope)
    return rows.filter(id=request_id).first()


def _open(scope: Scope, request_id: UUID) -> ExportRequest:
    row = _locked(scope, request_id)
    if row is None:
        raise NotFound("E-EXPORT-NOT-FOUND")
    if row.state != RequestState.REQUESTED:
        raise Conflict("E-EXPORT-DECIDED")
    return row


def _close(
    scope: Scope, row: ExportRequest, state: RequestState, at: datetime, reason: str
) -> ExportRecord:
    row.state, row.decided_at, row.reason = state, at, reason.strip()[:200]
    row.decided_by, row.decided_by_label = scope.actor.id, scope.actor.label
    row.save(update_fields=["state", "decided_at", "reason", "decided_by", "decided_by_label"])
    _audit(scope, row, _ACTIONS[state], at)
    return to_record(row)


def _audit(scope: Scope, row: ExportRequest, action: str, at: datetime) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="exports.request",
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={
            "kind": row.kind,
            "rows": row.rows,
            "filters": row.filters,
            "searched": row.is_searched,
            "requested_by": row.requested_by,
        },
    )
