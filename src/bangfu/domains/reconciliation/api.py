"""Routes of the reconciliation with the national system."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.reconciliation import exports, labels, selectors, services
from bangfu.domains.reconciliation.domain import (
    ItemKind,
    ItemRecord,
    ItemState,
    ReconciliationRecord,
)
from bangfu.domains.reconciliation.schemas import (
    DifferenceList,
    DifferenceOut,
    DismissIn,
    ReconciliationForm,
    ReconciliationList,
    ReconciliationOut,
    ReconciliationStarted,
)
from bangfu.domains.reconciliation.selectors import ItemFilter
from bangfu.foundation import jobs
from bangfu.foundation.exports.counters import asked, counter, read_filters
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, demand, scope_of
from bangfu.foundation.http.schemas import REFUSALS, Schema
from bangfu.foundation.jobs.api import describe as describe_job
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import errors

router = Router(tags=["reconciliation"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
}


class ItemQuery(Schema):
    """Filters of the list of items."""

    kind: ItemKind | None = None
    column: str = ""
    state: ItemState | None = None
    region: str = ""
    q: str = ""


class ItemPageQuery(ItemQuery):
    """Filters with the place in the list."""

    cursor: str = ""
    limit: int = 50


def _ref(code: str) -> dict[str, str]:
    place = regions.find_region(code)
    return {"code": code, "name": place.name if place else code}


def _region(scope: Scope, text: str | None) -> RegionCode:
    place = RegionCode.parse(text) if text else scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    return place


def _head(run: ReconciliationRecord, dismissed: int = 0) -> dict[str, Any]:
    counts = run.counts
    return {
        "id": str(run.id),
        "region": _ref(run.region_code),
        "as_of": run.as_of,
        "file_name": run.file_name,
        "created_at": run.created_at,
        "created_by": run.created_by,
        "state": str(run.state),
        "counts": {
            "households": counts.get("households", 0),
            "persons": counts.get("persons", 0),
            "to_enter": counts.get("ENTER_HOUSEHOLD", 0) + counts.get("ENTER_MEMBER", 0),
            "to_correct": counts.get("CORRECT_FIELD", 0),
            "only_there": counts.get("ONLY_THERE_HOUSEHOLD", 0)
            + counts.get("ONLY_THERE_MEMBER", 0),
            "done": counts.get("done", 0),
            "dismissed": dismissed,
            "outside": counts.get("outside", 0),
            "unreadable": counts.get("unreadable", 0),
        },
    }


def _item(item: ItemRecord, places: exports.PlaceNames) -> dict[str, Any]:
    town, village = places.of(item.region_code)
    column = item.column or None

    def title(language: str) -> str | None:
        return labels.title(item.column, item.of_member, language) if column else None

    def shown(text: str, language: str) -> str:
        return labels.value(item.column, item.of_member, text, language)

    return {
        "id": str(item.id),
        "kind": str(item.kind),
        "household_no": item.household_no,
        "head_name": item.head_name,
        "member_name": item.member_name or None,
        "town_name": town,
        "village_name": village,
        "column": column,
        "column_zh": title("zh"),
        "column_en": title("en"),
        "here": shown(item.here, "zh"),
        "there": shown(item.there, "zh"),
        "here_en": shown(item.here, "en"),
        "there_en": shown(item.there, "en"),
        "hidden": item.is_hidden,
        "state": str(item.state),
        "first_seen_on": item.first_seen_on,
        "done_on": item.done_on,
        "reason": item.reason or None,
    }


@router.post(
    "/reconciliations",
    auth=Permit("RECONCILE"),
    response={202: ReconciliationStarted, **REFUSALS},
)
def start_reconciliation(
    request: HttpRequest, form: Form[ReconciliationForm], file: File[UploadedFile]
) -> Any:
    """Hand in an export of the national system; a job compares it with the register."""
    scope = scope_of(request)
    if file.file is None:
        raise InvalidValue("E-API-INPUT")
    run_id, job_id = services.start(
        scope=scope,
        region=_region(scope, form.region),
        as_of=form.as_of,
        file=file.file,
        file_name=Path(file.name or "file").name[:200],
        at=timezone.now(),
    )
    return Status(202, {"id": str(run_id), "job_id": str(job_id)})


@router.get(
    "/reconciliations", auth=Permit("RECONCILE"), response={200: ReconciliationList, **REFUSALS}
)
def list_reconciliations(request: HttpRequest, region: str | None = Query(None)) -> Any:
    """Return the reconciliations of a place in scope, newest first."""
    scope = scope_of(request)
    found = selectors.list_reconciliations(scope, _region(scope, region))
    return {"items": [_head(run) for run in found]}


@router.get(
    "/reconciliations/{run_id}",
    auth=Permit("RECONCILE"),
    response={200: ReconciliationOut, **REFUSALS},
)
def get_reconciliation(request: HttpRequest, run_id: UUID) -> Any:
    """Return a reconciliation with the counts of the list as it is now, and its job."""
    scope, language = scope_of(request), language_of(request)
    run = selectors.get_reconciliation(scope, run_id)
    counts = selectors.count_items(scope, RegionCode(run.region_code))
    job = jobs.find_job(scope, run.job_id) if run.job_id else None
    reasons = []
    for error in run.errors:
        text = errors.text(error["code"], error.get("params", {}), language)
        reasons.append({"code": error["code"], "message": text.message, "remedy": text.remedy})
    return {
        **_head(run, counts["states"]["DISMISSED"]),
        "by_kind": counts["kinds"],
        "by_column": [
            {
                "column": name,
                "column_zh": labels.title(name, of_member, "zh"),
                "column_en": labels.title(name, of_member, "en"),
                "count": number,
            }
            for name, of_member, number in counts["columns"]
        ],
        "by_town": [{"region": _ref(code), "count": number} for code, number in counts["towns"]],
        "job": describe_job(job, language) if job else None,
        "errors": reasons,
    }


def _wanted(scope: Scope, run_id: UUID, query: ItemQuery) -> ItemFilter:
    run = selectors.get_reconciliation(scope, run_id)
    place = _region(scope, query.region) if query.region else RegionCode(run.region_code)
    return ItemFilter(
        region=place,
        kind=query.kind,
        column=labels.check_column(query.column),
        state=query.state,
        q=query.q.strip()[:60],
    )


@counter(exports.KIND)
def count_difference_rows(scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return how many items of a reconciliation (`run_id`) the filters find, and the filters."""
    rest = {name: value for name, value in filters.items() if name != "run_id"}
    query = read_filters(ItemQuery, rest)
    try:
        run_id = UUID(str(filters.get("run_id")))
    except ValueError as error:
        raise NotFound("E-API-NOT-FOUND") from error
    wanted = _wanted(scope, run_id, query)
    found = selectors.list_items(scope, wanted, cursor=None, limit=1)
    return found.total, asked(query, str(wanted.region), run_id=str(run_id))


@router.get(
    "/reconciliations/{run_id}/items",
    auth=Permit("RECONCILE"),
    response={200: DifferenceList, **REFUSALS},
)
def list_reconciliation_items(
    request: HttpRequest, run_id: UUID, filters: Query[ItemPageQuery]
) -> Any:
    """Return a page of the list of a reconciliation's place."""
    scope = scope_of(request)
    places = exports.PlaceNames()
    page = selectors.list_items(
        scope,
        _wanted(scope, run_id, filters),
        cursor=filters.cursor or None,
        limit=max(1, min(filters.limit, 200)),
    )
    return {
        "items": [_item(one, places) for one in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.get("/reconciliations/{run_id}/export.xlsx", auth=Permit("RECONCILE"), openapi_extra=BINARY)
def export_reconciliation(
    request: HttpRequest,
    run_id: UUID,
    filters: Query[ItemQuery],
    approval: Query[UUID | None] = None,
) -> Any:
    """Return the list within the filters as a workbook."""
    scope = scope_of(request)
    demand(scope, "EXPORT")
    wanted = _wanted(scope, run_id, filters)
    stream, name = exports.export_items(
        scope=scope,
        wanted=wanted,
        asked=asked(filters, str(wanted.region), run_id=str(run_id)),
        language=language_of(request),
        at=timezone.now(),
        approval=approval,
    )
    return send(request, stream, file_name=name, content_type=XLSX)


@router.post(
    "/reconciliations/items/{item_id}/dismiss",
    auth=Permit("RECONCILE"),
    response={200: DifferenceOut, **REFUSALS},
)
def dismiss_reconciliation_item(request: HttpRequest, item_id: UUID, body: DismissIn) -> Any:
    """Set an item aside for a reason."""
    item = services.dismiss(
        scope=scope_of(request), item_id=item_id, reason=body.reason, at=timezone.now()
    )
    return _item(item, exports.PlaceNames())


@router.delete(
    "/reconciliations/items/{item_id}/dismiss",
    auth=Permit("RECONCILE"),
    response={200: DifferenceOut, **REFUSALS},
)
def restore_reconciliation_item(request: HttpRequest, item_id: UUID) -> Any:
    """Take a dismissal back."""
    item = services.restore(scope=scope_of(request), item_id=item_id, at=timezone.now())
    return _item(item, exports.PlaceNames())
