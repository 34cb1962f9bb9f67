"""Routes of pairings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.assistance import exports, handing, selectors, services
from bangfu.domains.assistance.cadres import list_cadres
from bangfu.domains.assistance.domain import EndReason
from bangfu.domains.assistance.handing import HandoverForm
from bangfu.domains.assistance.importing import ImportOptions, PairingImport, import_pairings
from bangfu.domains.assistance.schemas import (
    HandoverIn,
    HandoverOut,
    PairingChoices,
    PairingEndIn,
    PairingImportForm,
    PairingImportOut,
    PairingIn,
    PairingList,
    PairingLoadOut,
    PairingOut,
    PairingPageQuery,
    PairingQuery,
)
from bangfu.domains.assistance.selectors import PairingFilter
from bangfu.domains.assistance.services import PairingForm
from bangfu.domains.assistance.view import View, imported
from bangfu.foundation.access.scopes import narrowed
from bangfu.foundation.exports.counters import asked, counter, read_filters
from bangfu.foundation.exports.sending import send
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, demand, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.errors import InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

router = Router(tags=["pairings"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
}
READ, MANAGE = Permit("REGISTRY_READ"), Permit("PAIRING_MANAGE")
LARGEST_LIST = 10 * 1024 * 1024


def _region(scope: Scope, text: str) -> RegionCode:
    place = RegionCode.parse(text) if text else scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    return place


def _filter(scope: Scope, query: PairingQuery) -> PairingFilter:
    region = _region(scope, query.region) if query.region else None
    return PairingFilter(region, query.state, query.cadre, query.q.strip())


@router.get("/pairings", auth=READ, response={200: PairingList, **REFUSALS})
def list_pairings(request: HttpRequest, filters: Query[PairingPageQuery]) -> Any:
    """Return a page of the pairings of a place in scope."""
    scope, today = scope_of(request), timezone.localdate()
    wanted = _filter(scope, filters)
    page = selectors.list_pairings(
        scope, wanted, today, cursor=filters.cursor or None, limit=filters.limit
    )
    view = View(scope, wanted.region or scope.region, today)
    return {
        "items": [view.pairing(one) for one in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
        "orphaned": selectors.count_orphans(scope, today, region=wanted.region),
    }


@router.get("/pairings/cadres", auth=READ, response={200: list[PairingLoadOut], **REFUSALS})
def list_pairing_cadres(request: HttpRequest, region: str = Query("", max_length=12)) -> Any:
    """Return who has households in a place, those who cannot act first."""
    scope, today = scope_of(request), timezone.localdate()
    place = _region(scope, region)
    view = View(scope, place, today)
    return [view.load(one) for one in selectors.list_loads(scope, today, region=place)]


@router.get("/pairings/choices", auth=MANAGE, response={200: PairingChoices, **REFUSALS})
def list_pairing_choices(request: HttpRequest, region: str = Query("", max_length=12)) -> Any:
    """Return who can be paired in a place, and the kinds of offices."""
    scope, today = scope_of(request), timezone.localdate()
    place = _region(scope, region)
    return View(scope, place, today).choices(list_cadres(narrowed(scope, place), today))


@router.post("/pairings", auth=MANAGE, response={201: PairingOut, **REFUSALS})
def create_pairing(request: HttpRequest, body: PairingIn) -> Any:
    """Pair a cadre with a household that has none."""
    scope, now = scope_of(request), timezone.now()
    made = services.pair(scope=scope, at=now, form=PairingForm(**body.dict()))
    view = View(scope, RegionCode(made.region_code), timezone.localdate(now))
    return Status(201, view.pairing(made))


@router.post("/pairings/{pairing_id}/end", auth=MANAGE, response={200: PairingOut, **REFUSALS})
def end_pairing(request: HttpRequest, pairing_id: UUID, body: PairingEndIn) -> Any:
    """End a pairing on a day; nobody answers for the household afterwards."""
    scope, now = scope_of(request), timezone.now()
    ended = services.end(
        scope=scope,
        at=now,
        pairing_id=pairing_id,
        on=body.on,
        reason=EndReason(body.reason),
        remark=body.note,
    )
    view = View(scope, RegionCode(ended.region_code), timezone.localdate(now))
    return view.pairing(ended)


@router.get("/pairings/handovers", auth=READ, response={200: list[HandoverOut], **REFUSALS})
def list_handovers(request: HttpRequest) -> Any:
    """Return the newest handovers."""
    scope = scope_of(request)
    view = View(scope, scope.region, timezone.localdate())
    return [view.handover(one) for one in selectors.list_handovers(scope)]


@router.post("/pairings/handovers", auth=MANAGE, response={201: HandoverOut, **REFUSALS})
def hand_over(request: HttpRequest, body: HandoverIn) -> Any:
    """Let another cadre answer for some or all households of one, from a day on."""
    scope, now = scope_of(request), timezone.now()
    here = narrowed(scope, _region(scope, body.region))
    values = body.dict()
    del values["region"]
    done = handing.hand_over(scope=here, at=now, form=HandoverForm(**values))
    return Status(201, View(scope, here.region, timezone.localdate(now)).handover(done))


@router.post(
    "/pairings/handovers/{handover_id}/undo",
    auth=MANAGE,
    response={200: HandoverOut, **REFUSALS},
)
def undo_handover(request: HttpRequest, handover_id: UUID) -> Any:
    """Take a handover back while nothing else has happened to its households."""
    scope, now = scope_of(request), timezone.now()
    done = handing.undo(scope=scope, at=now, handover_id=handover_id)
    return View(scope, scope.region, timezone.localdate(now)).handover(done)


@router.get("/pairings/template.xlsx", auth=MANAGE, openapi_extra=BINARY)
def get_pairing_template(request: HttpRequest) -> Any:
    """Return the empty workbook of the list, with notes and an example."""
    return _workbook(exports.template(language_of(request)), "pairings-template.xlsx")


@router.post("/pairings/import", auth=MANAGE, response={200: PairingImportOut, **REFUSALS})
def check_pairings(
    request: HttpRequest, form: Form[PairingImportForm], file: File[UploadedFile]
) -> Any:
    """Check a list of pairings; with `commit` write the rows that are in order."""
    with _taken(request, form, file) as found:
        return imported(found, language_of(request))


@router.post("/pairings/import/errors.xlsx", auth=MANAGE, openapi_extra=BINARY)
def mark_pairings(
    request: HttpRequest, form: Form[PairingImportForm], file: File[UploadedFile]
) -> Any:
    """Check a list and return its bad rows with cell, reason and remedy; nothing is written."""
    form.commit = False
    with _taken(request, form, file) as found, scratch_folder() as folder:
        path = folder / "errors.xlsx"
        found.write_errors(path, language_of(request))
        return _workbook(path.read_bytes(), "pairings-errors.xlsx")


@contextmanager
def _taken(
    request: HttpRequest, form: PairingImportForm, file: UploadedFile
) -> Iterator[PairingImport]:
    """Hand an uploaded list to the import, as a file of its own kind for as long as it is read."""
    scope = scope_of(request)
    region = _region(scope, form.region)
    if file.size is None or file.size > LARGEST_LIST:
        raise InvalidValue("E-API-SIZE")
    with scratch_folder() as folder:
        path = folder / f"list{Path(file.name or '').suffix.lower()[:5]}"
        path.write_bytes(file.read())
        options = ImportOptions(form.commit, form.may_replace, form.may_exceed)
        yield import_pairings(
            scope=scope, at=timezone.now(), file=path, region=region, options=options
        )


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@counter(exports.KIND)
def count_pairing_rows(scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return how many pairings the filters find, and the filters."""
    query = read_filters(PairingQuery, filters)
    wanted = _filter(scope, query)
    page = selectors.list_pairings(scope, wanted, timezone.localdate(), limit=1)
    return page.total, asked(query, str(wanted.region or scope.region))


@router.get("/pairings/export.xlsx", auth=READ, openapi_extra=BINARY)
def export_pairings(
    request: HttpRequest, filters: Query[PairingQuery], approval: Query[UUID | None] = None
) -> Any:
    """Return the pairings within the filters as a workbook."""
    scope = scope_of(request)
    demand(scope, "EXPORT")
    wanted = _filter(scope, filters)
    stream, name = exports.export_pairings(
        scope=scope,
        filters=wanted,
        asked=asked(filters, str(wanted.region or scope.region)),
        language=language_of(request),
        at=timezone.now(),
        approval=approval,
    )
    return send(request, stream, file_name=name, content_type=XLSX)
