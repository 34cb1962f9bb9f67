"""Routes of the county's decision lists."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.monitoring.cases import batches, batches_rows, view
from bangfu.domains.monitoring.cases.schemas import (
    BatchCheckOut,
    BatchHead,
    BatchIn,
    BatchLineIn,
    BatchOut,
    BatchRowsIn,
    RulingIn,
    WithdrawIn,
)
from bangfu.domains.monitoring.domain.cases import BatchDecision
from bangfu.foundation import papers
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.errors import InvalidValue

router = Router(tags=["batches"])

DOCX = {
    "responses": {
        200: {"content": {papers.DOCX: {"schema": {"type": "string", "format": "binary"}}}}
    }
}
COUNTY = Permit("CASE_COUNTY")


def _lines(given: Sequence[BatchLineIn]) -> list[batches.BatchLine]:
    return [
        batches.BatchLine(one.proceeding_id, BatchDecision(one.decision), one.category, one.reason)
        for one in given
    ]


def _ruling(body: RulingIn) -> batches.Ruling:
    return batches.Ruling(
        body.approval_no, body.decided_on, tuple(body.deciders), body.agency, body.meeting
    )


@router.get("/batches", auth=COUNTY, response={200: list[BatchHead], **REFUSALS})
def list_batches(
    request: HttpRequest,
    stage: Query[Literal["", "DRAFT", "DECIDED", "DROPPED"]] = "",
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Return the county's lists, newest first."""
    found = batches_rows.list_batches(scope_of(request), stage=stage, limit=limit)
    return [view.batch_head(one) for one in found]


@router.post("/batches", auth=COUNTY, response={201: BatchOut, **REFUSALS})
def draft_batch(request: HttpRequest, body: BatchIn) -> Any:
    """Draw up a list of cases that wait for the county."""
    told = {line.proceeding_id: line for line in _lines(body.rows)}
    made = batches.draft(
        scope=scope_of(request),
        at=timezone.now(),
        procedure=body.procedure,
        lines=[told.get(case, batches.BatchLine(case)) for case in dict.fromkeys(body.cases)],
    )
    return Status(201, view.batch(made))


@router.get("/batches/{batch_id}", auth=COUNTY, response={200: BatchOut, **REFUSALS})
def get_batch(request: HttpRequest, batch_id: UUID) -> Any:
    """Return one list with its cases."""
    return view.batch(batches_rows.get_batch(scope_of(request), batch_id))


@router.put("/batches/{batch_id}/rows", auth=COUNTY, response={200: BatchOut, **REFUSALS})
def put_batch_rows(request: HttpRequest, batch_id: UUID, body: BatchRowsIn) -> Any:
    """Put other cases or decisions on a list."""
    made = batches.put_lines(
        scope=scope_of(request), at=timezone.now(), batch_id=batch_id, lines=_lines(body.rows)
    )
    return view.batch(made)


@router.get("/batches/{batch_id}/list.docx", auth=COUNTY, response=REFUSALS, openapi_extra=DOCX)
def get_batch_list(request: HttpRequest, batch_id: UUID) -> Any:
    """Return the list as it is printed and sealed."""
    name, content = batches_rows.make_list(
        scope=scope_of(request), batch_id=batch_id, at=timezone.now()
    )
    return send(request, io.BytesIO(content), file_name=name, content_type=papers.DOCX)


@router.post("/batches/{batch_id}/scan", auth=COUNTY, response={200: BatchOut, **REFUSALS})
def put_batch_scan(request: HttpRequest, batch_id: UUID, file: File[UploadedFile]) -> Any:
    """Keep the scan of the sealed page."""
    if file.size is None or file.size > batches.LARGEST:
        raise InvalidValue("E-MONITORING-PAPER-SIZE", limit=batches.LARGEST // 1024**2)
    made = batches.put_scan(
        scope=scope_of(request),
        at=timezone.now(),
        batch_id=batch_id,
        name=file.name or "scan",
        content=file.read(),
    )
    return view.batch(made)


@router.post("/batches/{batch_id}/check", auth=COUNTY, response={200: BatchCheckOut, **REFUSALS})
def check_batch(request: HttpRequest, batch_id: UUID, body: RulingIn) -> Any:
    """Rehearse a decision: what would keep which case from being decided. Nothing changes."""
    found = batches.check(
        scope=scope_of(request),
        at=timezone.now(),
        batch_id=batch_id,
        ruling=_ruling(body),
        language=language_of(request),
    )
    return {"problems": [view.problem(one) for one in found]}


@router.post("/batches/{batch_id}/decide", auth=COUNTY, response={200: BatchOut, **REFUSALS})
def decide_batch(request: HttpRequest, batch_id: UUID, body: RulingIn) -> Any:
    """Decide all cases of a list, or none."""
    made = batches.decide(
        scope=scope_of(request),
        at=timezone.now(),
        batch_id=batch_id,
        ruling=_ruling(body),
        language=language_of(request),
    )
    return view.batch(made)


@router.post("/batches/{batch_id}/drop", auth=COUNTY, response={200: BatchOut, **REFUSALS})
def drop_batch(request: HttpRequest, batch_id: UUID, body: WithdrawIn) -> Any:
    """Give up a list that is not decided."""
    made = batches.drop(
        scope=scope_of(request), at=timezone.now(), batch_id=batch_id, reason=body.reason
    )
    return view.batch(made)
