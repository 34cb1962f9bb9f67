"""Routes of the overview, the household list with its export, the household page, and looks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bangfu.domains.registry import looking
from bangfu.domains.registry.looking import Reason
from bangfu.domains.reports import exports, households, looks, overview, page
from bangfu.domains.reports.explanation import get_explanation
from bangfu.domains.reports.looks_schemas import LookList, RevealedOut, RevealIn, RevealOptions
from bangfu.domains.reports.schemas import (
    ExplanationOut,
    HouseholdFilter,
    HouseholdList,
    HouseholdOut,
    HouseholdPageFilter,
    OverviewOut,
)
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
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
    return overview.get_overview(scope_of(request), region=region, period=period)


@router.get("/households", auth=Permit("REGISTRY_READ"), response={200: HouseholdList, **REFUSALS})
def list_households(request: HttpRequest, filters: Query[HouseholdPageFilter]) -> Any:
    """Return a page of the households within the filters, the worst hint first."""
    return households.list_households(scope_of(request), filters)


@router.post(
    "/households/search", auth=Permit("REGISTRY_READ"), response={200: HouseholdList, **REFUSALS}
)
def search_households(request: HttpRequest, body: HouseholdPageFilter) -> Any:
    """Return the same page as the list, asked for in the body: an ID number that is searched for
    stands in no address, and so in no access log and no browser's history."""
    return households.list_households(scope_of(request), body)


@router.get("/households/export", auth=Permit("EXPORT"), openapi_extra=BINARY)
def export_households(
    request: HttpRequest, filters: Query[HouseholdFilter], approval: Query[UUID | None] = None
) -> Any:
    """Return the households within the filters as an .xlsx file, masked as on the screen.

    A bulk export needs the `approval` of a second person (409 E-EXPORT-NEEDS-APPROVAL).
    """
    export = exports.export_households(
        scope=scope_of(request),
        filters=filters,
        language=language_of(request),
        at=timezone.now(),
        approval=approval,
    )
    return send(request, export.stream, file_name=export.file_name, content_type=XLSX)


@router.get(
    "/households/{household_no}",
    auth=Permit("REGISTRY_READ"),
    response={200: HouseholdOut, **REFUSALS},
)
def get_household(request: HttpRequest, household_no: str, period: str | None = Query(None)) -> Any:
    """Return what the reader may see of a household; identifying values are masked."""
    wanted = Period.parse(period) if period else None
    return page.get_page(scope_of(request), household_no, wanted, at=timezone.now())


@router.get(
    "/households/{household_no}/explanation",
    auth=Permit("HINT_READ"),
    response={200: ExplanationOut, **REFUSALS},
)
def explain_household(
    request: HttpRequest, household_no: str, period: str | None = Query(None)
) -> Any:
    """Return why a household has its hint: each rule that fired or could not be decided."""
    wanted = Period.parse(period) if period else None
    return get_explanation(scope_of(request), household_no, wanted)


@router.get(
    "/reveal/options", auth=Permit("REGISTRY_REVEAL"), response={200: RevealOptions, **REFUSALS}
)
def get_reveal_options(request: HttpRequest) -> Any:
    """Return the purposes that may be stated, and how many values may still be seen today."""
    return looks.options(scope_of(request), at=timezone.now())


@router.post(
    "/households/{household_no}/reveal",
    auth=Permit("REGISTRY_REVEAL"),
    response={200: RevealedOut, **REFUSALS},
)
def reveal_value(request: HttpRequest, household_no: str, body: RevealIn) -> Any:
    """Return one value of a household or member in full; the look is written down and counted."""
    found = looking.reveal(
        scope=scope_of(request),
        at=timezone.now(),
        household_no=household_no,
        field=body.field,
        member_id=body.member_id,
        reason=Reason(body.purpose, body.note),
    )
    return looks.revealed(found)


@router.get(
    "/households/{household_no}/access",
    auth=Permit("REGISTRY_READ"),
    response={200: LookList, **REFUSALS},
)
def list_looks(
    request: HttpRequest,
    household_no: str,
    cursor: str | None = Query(None, max_length=200),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Return who looked at a household, newest first: pages, values in full, papers."""
    before = looks.open_cursor(cursor) if cursor else None
    return looks.list_looks(
        scope_of(request), household_no, at=timezone.now(), before=before, limit=limit
    )
