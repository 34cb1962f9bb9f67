"""Routes of the overview, the household list with its export, and the household page."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bangfu.domains.reports import exports, households, overview, page
from bangfu.domains.reports.explanation import get_explanation
from bangfu.domains.reports.schemas import (
    ExplanationOut,
    HouseholdFilter,
    HouseholdList,
    HouseholdOut,
    HouseholdPageFilter,
    OverviewOut,
)
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.queries import check_query
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.period import Period

router = Router(tags=["households"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
}


@router.get("/overview", auth=Permit("HINT_READ"), response={200: OverviewOut, **REFUSALS})
def get_overview(
    request: HttpRequest, region: str | None = Query(None), period: str | None = Query(None)
) -> Any:
    """Return the counts of a place in scope: by hint, by place below, by rule, and the feeds."""
    check_query(request, "region", "period")
    return overview.get_overview(scope_of(request), region=region, period=period)


@router.get("/households", auth=Permit("REGISTRY_READ"), response={200: HouseholdList, **REFUSALS})
def list_households(request: HttpRequest, filters: Query[HouseholdPageFilter]) -> Any:
    """Return a page of the households within the filters, the worst hint first."""
    check_query(request, schema=HouseholdPageFilter)
    return households.list_households(scope_of(request), filters)


@router.get("/households/export", auth=Permit("EXPORT"), openapi_extra=BINARY)
def export_households(request: HttpRequest, filters: Query[HouseholdFilter]) -> Any:
    """Return the households within the filters as an .xlsx file, masked as on the screen."""
    check_query(request, schema=HouseholdFilter)
    export = exports.export_households(
        scope=scope_of(request),
        filters=filters,
        language=language_of(request),
        at=timezone.now(),
    )
    return FileResponse(
        export.stream, as_attachment=True, filename=export.file_name, content_type=XLSX
    )


@router.get(
    "/households/{household_no}",
    auth=Permit("REGISTRY_READ"),
    response={200: HouseholdOut, **REFUSALS},
)
def get_household(request: HttpRequest, household_no: str, period: str | None = Query(None)) -> Any:
    """Return everything known about a household; numbers and telephones are masked."""
    check_query(request, "period")
    wanted = Period.parse(period) if period else None
    return page.get_page(scope_of(request), household_no, wanted, today=timezone.localdate())


@router.get(
    "/households/{household_no}/explanation",
    auth=Permit("HINT_READ"),
    response={200: ExplanationOut, **REFUSALS},
)
def explain_household(
    request: HttpRequest, household_no: str, period: str | None = Query(None)
) -> Any:
    """Return why a household has its hint: each rule that fired or could not be decided."""
    check_query(request, "period")
    wanted = Period.parse(period) if period else None
    return get_explanation(scope_of(request), household_no, wanted)
