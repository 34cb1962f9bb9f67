"""Routes of the requests for correction (数据校核反馈单)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from bangfu.domains.feeds import feedback, feedback_view
from bangfu.domains.feeds.api import ref
from bangfu.domains.feeds.schemas import FeedbackIn, FeedbackList, FeedbackNoteIn, FeedbackOut
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

router = Router(tags=["feeds"])

READERS = ("FEEDBACK_MANAGE", "REGISTRY_READ")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
}


def _place(scope: Scope, text: str | None) -> RegionCode:
    region = RegionCode.parse(text) if text else scope.region
    if not scope.covers(region):
        raise NotFound("E-API-NOT-FOUND")
    return region


def _detail(scope: Scope, feedback_id: UUID) -> dict[str, Any]:
    found = feedback_view.get_feedback(scope, feedback_id, today=timezone.localdate())
    return {**found, "region": ref(found["region"])}


@router.get("/feeds/feedback", auth=Permit(*READERS), response={200: FeedbackList, **REFUSALS})
def list_feedback(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    state: str | None = Query(None, max_length=20),
    dataset: str | None = Query(None, max_length=80),
    cursor: str | None = Query(None, max_length=60),
    limit: int = Query(50, ge=1, le=100),
) -> Any:
    """Return the requests for correction of a place, newest first."""
    scope = scope_of(request)
    page = feedback_view.list_feedback(
        scope,
        _place(scope, region),
        today=timezone.localdate(),
        states=[state] if state else [],
        dataset=dataset,
        cursor=cursor,
        limit=limit,
    )
    items = [{**item, "region": ref(item["region"])} for item in page["items"]]
    return {**page, "items": items}


@router.post(
    "/feeds/feedback",
    auth=Permit("FEEDBACK_MANAGE"),
    response={201: FeedbackOut, **REFUSALS},
)
def create_feedback(request: HttpRequest, body: FeedbackIn) -> Any:
    """Draft a request to correct a value of a department's list."""
    scope = scope_of(request)
    draft = feedback.Draft(
        dataset=body.dataset,
        period=Period.parse(body.period),
        column=body.column,
        stated=body.stated,
        expected=body.expected,
        reason=body.reason,
        household_no=body.household_no or None,
        person_id=_person(body.person_id),
    )
    region = _place(scope, body.region)
    made = feedback.create_feedback(scope=scope, at=timezone.now(), region=region, draft=draft)
    return Status(201, _detail(scope, made))


def _person(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise InvalidValue("E-FEED-FEEDBACK-PERSON") from error


@router.get(
    "/feeds/feedback/{feedback_id}", auth=Permit(*READERS), response={200: FeedbackOut, **REFUSALS}
)
def get_feedback(request: HttpRequest, feedback_id: UUID) -> Any:
    """Return one request with its steps and what may be done with it."""
    return _detail(scope_of(request), feedback_id)


def _take(request: HttpRequest, feedback_id: UUID, step: str, body: FeedbackNoteIn) -> Any:
    scope = scope_of(request)
    feedback.step_feedback(
        scope=scope, at=timezone.now(), feedback_id=feedback_id, step=step, note=body.note
    )
    return _detail(scope, feedback_id)


@router.post(
    "/feeds/feedback/{feedback_id}/send",
    auth=Permit("FEEDBACK_MANAGE"),
    response={200: FeedbackOut, **REFUSALS},
)
def send_feedback(request: HttpRequest, feedback_id: UUID, body: FeedbackNoteIn) -> Any:
    """Note that the request went to the owner; the clock starts."""
    return _take(request, feedback_id, "send", body)


@router.post(
    "/feeds/feedback/{feedback_id}/answer",
    auth=Permit("FEEDBACK_MANAGE"),
    response={200: FeedbackOut, **REFUSALS},
)
def answer_feedback(request: HttpRequest, feedback_id: UUID, body: FeedbackNoteIn) -> Any:
    """Note the owner's answer."""
    return _take(request, feedback_id, "answer", body)


@router.post(
    "/feeds/feedback/{feedback_id}/close",
    auth=Permit("FEEDBACK_MANAGE"),
    response={200: FeedbackOut, **REFUSALS},
)
def close_feedback(request: HttpRequest, feedback_id: UUID, body: FeedbackNoteIn) -> Any:
    """Close an answered request."""
    return _take(request, feedback_id, "close", body)


@router.post(
    "/feeds/feedback/{feedback_id}/withdraw",
    auth=Permit("FEEDBACK_MANAGE"),
    response={200: FeedbackOut, **REFUSALS},
)
def withdraw_feedback(request: HttpRequest, feedback_id: UUID, body: FeedbackNoteIn) -> Any:
    """Withdraw a request, with the reason."""
    return _take(request, feedback_id, "withdraw", body)


@router.get(
    "/feeds/feedback/{feedback_id}/form.xlsx",
    auth=Permit("FEEDBACK_MANAGE"),
    openapi_extra=BINARY,
)
def get_feedback_form(request: HttpRequest, feedback_id: UUID) -> Any:
    """Return the form for the owner; it names the person, and that it was made is recorded."""
    with scratch_folder() as folder:
        path = folder / "form.xlsx"
        no = feedback_view.write_feedback_form(
            scope=scope_of(request),
            at=timezone.now(),
            feedback_id=feedback_id,
            path=path,
            language=language_of(request),
        )
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="feedback-{no}.xlsx"'
    return response
