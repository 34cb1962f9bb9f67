"""Routes of cases: their papers, the whole file, what is known for the next step."""

from __future__ import annotations

import io
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.monitoring.cases import prefill, services, view
from bangfu.domains.monitoring.cases.schemas import (
    CaseFileOut,
    CasePaperOut,
    ClearingIn,
    OpenedCaseOut,
    PaperMakeIn,
    PrefillOut,
)
from bangfu.domains.monitoring.domain.cases import PaperKind
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.registry.looking import Reason
from bangfu.foundation import files, papers
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.errors import InvalidValue

router = Router(tags=["cases"])

DOCX = {
    "responses": {
        200: {"content": {papers.DOCX: {"schema": {"type": "string", "format": "binary"}}}}
    }
}
BINARY = {
    "responses": {
        200: {
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            }
        }
    }
}
PREPARE = Permit("CASE_PREPARE")
# Whoever only checks clues opens the photos that he added, while it is his duty.
PREPARE_OR_CHECK = Permit("CASE_PREPARE", "CLUE_CHECK")


@router.post("/cases/clearings", auth=PREPARE, response={201: OpenedCaseOut, **REFUSALS})
def propose_case_clearing(request: HttpRequest, body: ClearingIn) -> Any:
    """Propose that the risk of a monitored household is cleared; opens the case."""
    made = services.propose_clearing(
        scope=scope_of(request),
        at=timezone.now(),
        household_no=body.household_no.strip(),
        proposed_on=body.proposed_on,
        identified_on=body.identified_on,
        language=language_of(request),
    )
    return Status(201, {"id": str(made.id), "no": made.no})


@router.get("/cases/{proceeding_id}/papers", auth=PREPARE, response={200: CaseFileOut, **REFUSALS})
def list_case_papers(request: HttpRequest, proceeding_id: UUID) -> Any:
    """Return where the papers of a case stand, with those that are missing."""
    found = filing.list_case(scope_of(request), proceeding_id, at=timezone.now())
    return view.case_file(found)


@router.post(
    "/cases/{proceeding_id}/papers", auth=PREPARE, response={201: CasePaperOut, **REFUSALS}
)
def make_case_paper(request: HttpRequest, proceeding_id: UUID, body: PaperMakeIn) -> Any:
    """Make a paper under its number, filled with what is known; numbers in full for a purpose."""
    made = filing.make(
        scope=scope_of(request),
        at=timezone.now(),
        proceeding_id=proceeding_id,
        paper=body.paper,
        reason=_reason(body.purpose, body.note),
    )
    return Status(201, view.paper(made))


@router.post(
    "/cases/{proceeding_id}/originals", auth=PREPARE, response={201: CasePaperOut, **REFUSALS}
)
def keep_case_original(
    request: HttpRequest,
    proceeding_id: UUID,
    paper: Form[str],
    no: Form[str],
    kind: Form[Literal["ORIGINAL", "SCAN"]] = "ORIGINAL",
    dated_on: Form[date | None] = None,
    note: Form[str] = "",
    file: File[UploadedFile | None] = None,
) -> Any:
    """Keep a signed original or its scan under its number; without a file the number alone."""
    scope = scope_of(request)
    if file is not None and (file.size is None or file.size > filing.LARGEST):
        raise InvalidValue("E-MONITORING-PAPER-SIZE", limit=filing.LARGEST // 1024**2)
    made = filing.keep(
        scope=scope,
        at=timezone.now(),
        proceeding_id=proceeding_id,
        original=filing.Original(
            paper=paper[:40],
            no=no,
            kind=PaperKind(kind),
            dated_on=dated_on,
            name=(file.name if file else "") or "",
            content=file.read() if file else b"",
            note=note,
        ),
    )
    return Status(201, view.paper(made))


@router.get(
    "/cases/{proceeding_id}/papers/{paper_id}/file",
    auth=PREPARE_OR_CHECK,
    response=REFUSALS,
    openapi_extra=BINARY,
)
def get_case_paper_file(
    request: HttpRequest,
    proceeding_id: UUID,
    paper_id: UUID,
    purpose: str | None = Query(None, max_length=40),
    note: str = Query("", max_length=400),
) -> Any:
    """Return a paper that is on file, always as a download; the opening is written down.

    A post without the permission of photos and documents states a purpose.
    """
    scope = scope_of(request)
    found = filing.open_paper(
        scope, proceeding_id, paper_id, at=timezone.now(), reason=_reason(purpose, note)
    )
    assert found.file_id is not None, "it was looked for"
    return send(
        request,
        files.open_file(scope, found.file_id),
        file_name=found.name,
        content_type="application/octet-stream",
    )


@router.get("/cases/{proceeding_id}/file.docx", auth=PREPARE, response=REFUSALS, openapi_extra=DOCX)
def get_case_file(
    request: HttpRequest,
    proceeding_id: UUID,
    purpose: str | None = Query(None, max_length=40),
    note: str = Query("", max_length=400),
) -> Any:
    """Return the whole file of a case as one .docx, with numbers in full for a stated purpose.

    A post without the permission of photos and documents has to state one.
    """
    name, content = filing.make_case_file(
        scope=scope_of(request),
        proceeding_id=proceeding_id,
        at=timezone.now(),
        reason=_reason(purpose, note),
    )
    return send(request, io.BytesIO(content), file_name=name, content_type=papers.DOCX)


@router.get("/cases/{proceeding_id}/prefill", auth=PREPARE, response={200: PrefillOut, **REFUSALS})
def get_case_prefill(request: HttpRequest, proceeding_id: UUID) -> Any:
    """Return what the platform knows for the next steps of a case."""
    found = prefill.prefill_of(scope_of(request), proceeding_id, at=timezone.now())
    return view.prefill(found)


def _reason(purpose: str | None, note: str) -> Reason | None:
    return Reason(purpose, note) if purpose else None
