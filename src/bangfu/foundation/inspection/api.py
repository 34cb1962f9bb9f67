"""Routes of the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bangfu.foundation.audit import selectors
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.inspection import packing, reading
from bangfu.foundation.inspection.schemas import (
    AuditFilter,
    AuditPage,
    AuditPageFilter,
    AuditStateOut,
    AuditWords,
)

router = Router(tags=["audit"])

ZIP = "application/zip"
BINARY = {
    "responses": {200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}}
}


@router.get("/audit/events", auth=Permit("AUDIT_READ"), response={200: AuditPage, **REFUSALS})
def list_audit_events(request: HttpRequest, filters: Query[AuditPageFilter]) -> Any:
    """Return a page of rows of the log, newest first."""
    return reading.list_page(scope_of(request), filters)


@router.get("/audit/state", auth=Permit("AUDIT_READ"), response={200: AuditStateOut, **REFUSALS})
def get_audit_state(request: HttpRequest) -> Any:
    """Return how the chain is doing."""
    return selectors.get_state(scope_of(request))


@router.get("/audit/words", auth=Permit("AUDIT_READ"), response={200: AuditWords, **REFUSALS})
def list_audit_words(request: HttpRequest) -> Any:
    """Return all actions and kinds of subject with their words."""
    return reading.list_words()


@router.get("/audit/events/export", auth=Permit("AUDIT_EXPORT"), openapi_extra=BINARY)
def export_audit_events(
    request: HttpRequest, filters: Query[AuditFilter], approval: Query[UUID | None] = None
) -> Any:
    """Return the rows that a second person agreed to, with the proof that they are as sealed."""
    made = packing.export_events(
        scope=scope_of(request),
        filters=filters,
        language=language_of(request),
        at=timezone.now(),
        approval=approval,
    )
    return send(request, made.stream, file_name=made.file_name, content_type=ZIP)
