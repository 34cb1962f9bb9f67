"""Routes of the data-quality work list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from bangfu.domains.quality import exports, results, rulebook, services
from bangfu.domains.quality.schemas import (
    CheckIn,
    ExceptionIn,
    ExceptionOut,
    ItemExportFilter,
    ItemPageFilter,
    QualityItemList,
    QualityRuleOut,
    SummaryOut,
)
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.jobs.schemas import JobStarted
from bangfu.kernel.region import RegionCode

router = Router(tags=["quality"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
}


@router.get(
    "/quality/summary", auth=Permit("REGISTRY_READ"), response={200: SummaryOut, **REFUSALS}
)
def get_quality_summary(request: HttpRequest, region: str | None = Query(None)) -> Any:
    """Return the work list of a place in numbers: by place below, by rule, by check."""
    return results.get_summary(scope_of(request), region)


@router.get(
    "/quality/items", auth=Permit("REGISTRY_READ"), response={200: QualityItemList, **REFUSALS}
)
def list_quality_items(request: HttpRequest, filters: Query[ItemPageFilter]) -> Any:
    """Return a page of items by village, household and rule."""
    return results.list_items(scope_of(request), **filters.model_dump())


@router.get("/quality/items/export", auth=Permit("EXPORT"), openapi_extra=BINARY)
def export_quality_items(
    request: HttpRequest, filters: Query[ItemExportFilter], approval: Query[UUID | None] = None
) -> Any:
    """Return the items within the filters as a workbook, one sheet a town or a village."""
    export = exports.export_items(
        scope=scope_of(request),
        filters=filters,
        language=language_of(request),
        at=timezone.now(),
        approval=approval,
    )
    return send(request, export.stream, file_name=export.file_name, content_type=XLSX)


@router.post(
    "/quality/items/{item_id}/exception",
    auth=Permit("QUALITY_MANAGE"),
    response={201: ExceptionOut, **REFUSALS},
)
def add_quality_exception(request: HttpRequest, item_id: UUID, body: ExceptionIn) -> Any:
    """Except an open item with a reason."""
    made = services.add_exception(
        scope=scope_of(request),
        item_id=item_id,
        reason=body.reason,
        until=body.until,
        at=timezone.now(),
    )
    return Status(201, made)


@router.delete(
    "/quality/items/{item_id}/exception",
    auth=Permit("QUALITY_MANAGE"),
    response={204: None, **REFUSALS},
)
def end_quality_exception(request: HttpRequest, item_id: UUID) -> Any:
    """Undo the exception of an item."""
    services.end_exception(scope=scope_of(request), item_id=item_id, at=timezone.now())
    return Status(204, None)


@router.post(
    "/quality/checks", auth=Permit("QUALITY_MANAGE"), response={202: JobStarted, **REFUSALS}
)
def start_quality_check(request: HttpRequest, body: CheckIn) -> Any:
    """Start checking a county."""
    job = services.start_check(
        scope=scope_of(request), region=RegionCode.parse(body.region), at=timezone.now()
    )
    return Status(202, {"job_id": str(job.id)})


@router.get(
    "/quality/rules",
    auth=Permit("REGISTRY_READ"),
    response={200: list[QualityRuleOut], **REFUSALS},
)
def list_quality_rules(request: HttpRequest) -> Any:
    """Return every quality rule of the pack in force, its source and what to do about it."""
    scope = scope_of(request)
    return rulebook.rulebook_of(scope, scope.region, timezone.localdate()).list_rules(scope)
