"""Routes of requests for bulk exports: asking, deciding, withdrawing."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from bangfu.foundation.exports import selectors, services
from bangfu.foundation.exports.domain import ExportRecord, RequestState
from bangfu.foundation.exports.schemas import (
    ExportDecisionIn,
    ExportRequestIn,
    ExportRequestList,
    ExportRequestOut,
)
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.scope import Scope

router = Router(tags=["exports"])

# Which of them a kind of export needs, the services ask again.
ASK = Permit("EXPORT", "AUDIT_EXPORT")
APPROVE = Permit("EXPORT_APPROVE", "ACCOUNTS_GRANT")
ANY = Permit(*ASK.permissions, *APPROVE.permissions)


def _describe(scope: Scope, one: ExportRecord) -> dict[str, Any]:
    place = regions.find_region(one.region_code)
    return {
        "id": str(one.id),
        "kind": one.kind,
        "region": {"code": one.region_code, "name": place.name if place else one.region_code},
        "filters": one.filters,
        "is_searched": one.is_searched,
        "rows": one.rows,
        "purpose": one.purpose,
        "state": one.state,
        "requested_by": one.requested_by_label,
        "requested_at": one.requested_at,
        "is_mine": one.requested_by == scope.actor.id,
        "decided_by": one.decided_by_label,
        "decided_at": one.decided_at,
        "reason": one.reason,
        "expires_at": one.expires_at,
    }


@router.get("/exports/requests", auth=ANY, response={200: ExportRequestList, **REFUSALS})
def list_export_requests(
    request: HttpRequest,
    state: Literal["REQUESTED", "APPROVED", "REJECTED", "WITHDRAWN", "USED"] | None = Query(None),
) -> Any:
    """Return the newest requests: one's own, and those of the region that one may decide on."""
    scope = scope_of(request)
    wanted = RequestState(state) if state else None
    return {
        "items": [_describe(scope, one) for one in selectors.list_requests(scope, state=wanted)],
        "bulk_rows": services.bulk_rows(timezone.now()),
    }


@router.post("/exports/requests", auth=ASK, response={201: ExportRequestOut, **REFUSALS})
def ask_for_export(request: HttpRequest, body: ExportRequestIn) -> Any:
    """Ask for a bulk export of a list with its filters."""
    scope = scope_of(request)
    made = services.ask(
        scope=scope,
        at=timezone.now(),
        kind=body.kind,
        filters=body.filters,
        purpose=body.purpose,
    )
    return Status(201, _describe(scope, made))


@router.post(
    "/exports/requests/{request_id}/approve",
    auth=APPROVE,
    response={200: ExportRequestOut, **REFUSALS},
)
def approve_export(request: HttpRequest, request_id: UUID) -> Any:
    """Approve what somebody else asked for."""
    scope = scope_of(request)
    at = timezone.now()
    done = services.decide(scope=scope, at=at, request_id=request_id, approve=True)
    return _describe(scope, done)


@router.post(
    "/exports/requests/{request_id}/reject",
    auth=APPROVE,
    response={200: ExportRequestOut, **REFUSALS},
)
def reject_export(request: HttpRequest, request_id: UUID, body: ExportDecisionIn) -> Any:
    """Reject what somebody else asked for, with a reason."""
    scope = scope_of(request)
    done = services.decide(
        scope=scope,
        at=timezone.now(),
        request_id=request_id,
        approve=False,
        reason=body.reason,
    )
    return _describe(scope, done)


@router.post(
    "/exports/requests/{request_id}/withdraw",
    auth=ASK,
    response={200: ExportRequestOut, **REFUSALS},
)
def withdraw_export(request: HttpRequest, request_id: UUID) -> Any:
    """Take back one's own request."""
    scope = scope_of(request)
    done = services.withdraw(scope=scope, at=timezone.now(), request_id=request_id)
    return _describe(scope, done)
