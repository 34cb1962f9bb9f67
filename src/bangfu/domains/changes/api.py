"""Routes of change requests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.changes import papers, selectors, services, view
from bangfu.domains.changes.schemas import (
    ChangeIn,
    ChangeList,
    ChangeOut,
    ChangeRevealedOut,
    ChangeRevealIn,
    DecisionIn,
    KindOut,
    NoteIn,
    ReasonIn,
)
from bangfu.domains.registry.looking import Reason
from bangfu.foundation import files
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

router = Router(tags=["changes"])

BINARY = {
    "responses": {
        200: {
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            }
        }
    }
}
ASK, READ = Permit("CHANGE_REQUEST"), Permit("REGISTRY_READ")


def _detail(scope: Scope, request_id: UUID) -> dict[str, Any]:
    return view.detail(scope, selectors.get_detail(scope, request_id))


def _form(body: ChangeIn) -> services.Form:
    return services.Form(body.kind, body.household_no, body.happened_on, body.facts, body.note)


@router.get("/changes/kinds", auth=READ, response={200: list[KindOut], **REFUSALS})
def list_change_kinds(request: HttpRequest) -> Any:
    """Return the kinds of change with their forms."""
    return view.kinds()


@router.get("/changes", auth=READ, response={200: ChangeList, **REFUSALS})
def list_changes(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    kind: str = Query("", max_length=20),
    state: str = Query("", max_length=16),
    q: str = Query("", max_length=60),
    cursor: str | None = Query(None, max_length=200),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Return the requests of a place in scope, newest first."""
    scope = scope_of(request)
    place = RegionCode.parse(region) if region else None
    if place is not None and not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    filters = selectors.RequestFilter(place, kind, state, q)
    return view.page(selectors.list_requests(scope, filters, cursor=cursor, limit=limit))


@router.post("/changes", auth=ASK, response={201: ChangeOut, **REFUSALS})
def create_change(request: HttpRequest, body: ChangeIn) -> Any:
    """Draw up a request; nothing changes by it."""
    scope = scope_of(request)
    made = services.create(scope=scope, at=timezone.now(), form=_form(body))
    return Status(201, _detail(scope, made.id))


@router.get("/changes/{change_id}", auth=READ, response={200: ChangeOut, **REFUSALS})
def get_change(request: HttpRequest, change_id: UUID) -> Any:
    """Return one request."""
    return _detail(scope_of(request), change_id)


@router.put("/changes/{change_id}", auth=ASK, response={200: ChangeOut, **REFUSALS})
def edit_change(request: HttpRequest, change_id: UUID, body: ChangeIn) -> Any:
    """Fill in a draft or returned request anew."""
    scope = scope_of(request)
    services.edit(scope=scope, at=timezone.now(), request_id=change_id, form=_form(body))
    return _detail(scope, change_id)


@router.post("/changes/{change_id}/evidence", auth=ASK, response={200: ChangeOut, **REFUSALS})
def add_change_evidence(
    request: HttpRequest, change_id: UUID, file: File[UploadedFile], note: Form[str] = ""
) -> Any:
    """Hand in a file with a request."""
    scope = scope_of(request)
    if file.size is None or file.size > services.LARGEST_EVIDENCE:
        limit = services.LARGEST_EVIDENCE // 1024**2
        raise InvalidValue("E-CHANGES-EVIDENCE-SIZE", limit=limit)
    services.attach(
        scope=scope,
        at=timezone.now(),
        request_id=change_id,
        name=file.name or "file",
        content=file.read(),
        note=note,
    )
    return _detail(scope, change_id)


@router.get(
    "/changes/{change_id}/evidence/{file_id}",
    auth=READ,
    response=REFUSALS,
    openapi_extra=BINARY,
)
def get_change_evidence(
    request: HttpRequest,
    change_id: UUID,
    file_id: UUID,
    purpose: str | None = Query(None, max_length=40),
    note: str = Query("", max_length=400),
) -> Any:
    """Return a file that was handed in, always as a download; the opening is written down.

    A post without the permission of photos and documents states a purpose.
    """
    scope = scope_of(request)
    record = papers.open_evidence(
        scope=scope,
        at=timezone.now(),
        request_id=change_id,
        evidence_id=file_id,
        reason=Reason(purpose, note) if purpose else None,
    )
    return send(
        request,
        files.open_file(scope, record.id),
        file_name=record.name,
        content_type="application/octet-stream",
    )


@router.post(
    "/changes/{change_id}/reveal",
    auth=Permit("REGISTRY_REVEAL"),
    response={200: ChangeRevealedOut, **REFUSALS},
)
def reveal_change_fact(request: HttpRequest, change_id: UUID, body: ChangeRevealIn) -> Any:
    """Return one fact of a request in full; the look is written down and counted."""
    return papers.reveal_fact(
        scope=scope_of(request),
        at=timezone.now(),
        request_id=change_id,
        field=body.field,
        reason=Reason(body.purpose, body.note),
    )


@router.post("/changes/{change_id}/submit", auth=ASK, response={200: ChangeOut, **REFUSALS})
def submit_change(request: HttpRequest, change_id: UUID, body: NoteIn) -> Any:
    """Hand a request to the village."""
    scope = scope_of(request)
    services.submit(scope=scope, at=timezone.now(), request_id=change_id, note=body.note)
    return _detail(scope, change_id)


@router.post("/changes/{change_id}/withdraw", auth=ASK, response={200: ChangeOut, **REFUSALS})
def withdraw_change(request: HttpRequest, change_id: UUID, body: NoteIn) -> Any:
    """Give up a request that is not decided yet."""
    scope = scope_of(request)
    services.withdraw(scope=scope, at=timezone.now(), request_id=change_id, note=body.note)
    return _detail(scope, change_id)


@router.post(
    "/changes/{change_id}/village",
    auth=Permit("CHANGE_VILLAGE"),
    response={200: ChangeOut, **REFUSALS},
)
def decide_change_village(request: HttpRequest, change_id: UUID, body: DecisionIn) -> Any:
    """Agree for the village, or return the request."""
    scope = scope_of(request)
    services.decide_village(
        scope=scope,
        at=timezone.now(),
        request_id=change_id,
        decision=body.decision,
        note=body.note,
    )
    return _detail(scope, change_id)


@router.post(
    "/changes/{change_id}/town",
    auth=Permit("CHANGE_TOWN"),
    response={200: ChangeOut, **REFUSALS},
)
def decide_change_town(request: HttpRequest, change_id: UUID, body: DecisionIn) -> Any:
    """Decide for the township; an approval takes effect at once."""
    scope = scope_of(request)
    services.decide_town(
        scope=scope,
        at=timezone.now(),
        request_id=change_id,
        decision=body.decision,
        note=body.note,
        seen=body.revision,
    )
    return _detail(scope, change_id)


@router.post(
    "/changes/{change_id}/undo",
    auth=Permit("CHANGE_TOWN"),
    response={200: ChangeOut, **REFUSALS},
)
def undo_change(request: HttpRequest, change_id: UUID, body: ReasonIn) -> Any:
    """Put back what an approved request did."""
    scope = scope_of(request)
    services.undo(scope=scope, at=timezone.now(), request_id=change_id, reason=body.reason)
    return _detail(scope, change_id)
