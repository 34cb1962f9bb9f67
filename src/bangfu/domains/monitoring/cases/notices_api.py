"""Routes of notices and objections."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from bangfu.domains.monitoring.cases import notices, view
from bangfu.domains.monitoring.cases.schemas import (
    NoticeIn,
    NoticeList,
    NoticeOut,
    ObjectionIn,
    ObjectionOut,
    WithdrawIn,
)
from bangfu.domains.publicity import selectors
from bangfu.domains.publicity.domain import NoticeRecord, NoticeWay, ObjectionWay
from bangfu.domains.publicity.objections import ObjectionForm
from bangfu.foundation import files, papers
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.regions.selectors import names_around
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day

router = Router(tags=["notices"])

DOCX = {
    "responses": {
        200: {"content": {papers.DOCX: {"schema": {"type": "string", "format": "binary"}}}}
    }
}
PREPARE = Permit("CASE_PREPARE")
_STATES = Literal["", "DRAFT", "SCANNED", "PUBLISHED", "ENDED", "WITHDRAWN", "ARCHIVED"]


def _shown(record: NoticeRecord) -> dict[str, Any]:
    return view.notice(record, local_day(timezone.now()))


@router.get("/notices", auth=PREPARE, response={200: NoticeList, **REFUSALS})
def list_notices(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    state: Query[_STATES] = "",
    case: Query[UUID | None] = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Return the notices of a place in scope, newest first."""
    scope = scope_of(request)
    place = RegionCode.parse(region) if region else None
    if place is not None and not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    filters = selectors.NoticeFilter(place, state, case)
    found, total = selectors.list_notices(scope, filters, limit=limit)
    names = names_around(str(scope.region))
    return {"items": [view.notice_head(one, names) for one in found], "total": total}


@router.post("/notices", auth=PREPARE, response={201: NoticeOut, **REFUSALS})
def draw_up_notice(request: HttpRequest, body: NoticeIn) -> Any:
    """Draw up a notice of cases and search it; one that tells too much is refused whole."""
    made = notices.draw_up(
        scope=scope_of(request),
        at=timezone.now(),
        notice=notices.CaseNotice(
            cases=tuple(body.cases),
            posted_on=body.posted_on,
            way=NoticeWay(body.way),
            report_phone=body.report_phone,
            contact=body.contact,
            contact_phone=body.contact_phone,
            categories=body.categories,
        ),
    )
    return Status(201, _shown(made))


@router.get("/notices/{notice_id}", auth=PREPARE, response={200: NoticeOut, **REFUSALS})
def get_notice(request: HttpRequest, notice_id: UUID) -> Any:
    """Return one notice with its objections."""
    return _shown(selectors.get_notice(scope_of(request), notice_id))


@router.get("/notices/{notice_id}/board.docx", auth=PREPARE, response=REFUSALS, openapi_extra=DOCX)
def get_notice_board(request: HttpRequest, notice_id: UUID) -> Any:
    """Return the paper that is hung up."""
    scope = scope_of(request)
    notice, file_id = selectors.board_file(scope, notice_id)
    return send(
        request,
        files.open_file(scope, file_id),
        file_name=f"{notice.no}.docx",
        content_type=papers.DOCX,
    )


@router.get("/notices/{notice_id}/web.docx", auth=PREPARE, response=REFUSALS, openapi_extra=DOCX)
def get_notice_web(request: HttpRequest, notice_id: UUID) -> Any:
    """Return the masked version, while its days last."""
    scope = scope_of(request)
    notice, file_id = selectors.web_file(scope, notice_id, local_day(timezone.now()))
    return send(
        request,
        files.open_file(scope, file_id),
        file_name=f"{notice.no}-web.docx",
        content_type=papers.DOCX,
    )


@router.post("/notices/{notice_id}/publish", auth=PREPARE, response={200: NoticeOut, **REFUSALS})
def publish_notice(request: HttpRequest, notice_id: UUID) -> Any:
    """Note that a notice hangs; its cases are on notice from the day printed on it."""
    scope, now = scope_of(request), timezone.now()
    notices.hang(scope=scope, at=now, notice_id=notice_id, language=language_of(request))
    return _shown(selectors.get_notice(scope, notice_id))


@router.post("/notices/{notice_id}/withdraw", auth=PREPARE, response={200: NoticeOut, **REFUSALS})
def withdraw_notice(request: HttpRequest, notice_id: UUID, body: WithdrawIn) -> Any:
    """Take back a notice that no case rests on yet."""
    scope, now = scope_of(request), timezone.now()
    notices.take_down(scope=scope, at=now, notice_id=notice_id, reason=body.reason)
    return _shown(selectors.get_notice(scope, notice_id))


@router.post(
    "/notices/{notice_id}/objections", auth=PREPARE, response={201: ObjectionOut, **REFUSALS}
)
def raise_notice_objection(request: HttpRequest, notice_id: UUID, body: ObjectionIn) -> Any:
    """Write down an objection; after the days of the notice it is refused."""
    form = ObjectionForm(
        subject_id=body.proceeding_id,
        raised_on=body.raised_on,
        raised_by=body.raised_by,
        way=ObjectionWay(body.way),
        words=body.words,
    )
    made = notices.object_to(
        scope=scope_of(request),
        at=timezone.now(),
        notice_id=notice_id,
        form=form,
        language=language_of(request),
    )
    return Status(201, view.objection(made))
