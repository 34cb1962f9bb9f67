"""Routes of proceedings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.monitoring import exports, people, selectors, services, view, wire
from bangfu.domains.monitoring.errands import Photo
from bangfu.domains.monitoring.papers import filing, photos
from bangfu.domains.monitoring.schemas import (
    CheckPhotoOut,
    ColleagueOut,
    MatterOut,
    OffersOut,
    ProcedureOut,
    ProceedingIn,
    ProceedingList,
    ProceedingOut,
    ProceedingPageQuery,
    ProceedingQuery,
    ReceivedOut,
    StepIn,
    TimelineOut,
)
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation.exports.counters import asked, counter, read_filters
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, demand, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

router = Router(tags=["proceedings"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
    }
}
READ = Permit("PROCEEDING_READ")
REPORT = Permit("CLUE_REPORT", "CLUE_DISPATCH")
CHECK = Permit(photos.CHECK)


@router.get("/procedures", auth=READ, response={200: list[ProcedureOut], **REFUSALS})
def list_procedures(request: HttpRequest) -> Any:
    """Return the procedures in force in the reader's county, or the national ones."""
    now = timezone.now()
    book = Wording(now).book(str(scope_of(request).region)).book
    today = local_day(now)
    return [view.procedure(each) for each in book.definitions if each.is_in_force(today)]


@router.get("/procedures/matters", auth=READ, response={200: MatterOut, **REFUSALS})
def list_matters(request: HttpRequest) -> Any:
    """Return what a clue can be about, and the departments that one can be passed to."""
    return view.matters()


@router.get("/proceedings", auth=READ, response={200: ProceedingList, **REFUSALS})
def list_proceedings(request: HttpRequest, filters: Query[ProceedingPageQuery]) -> Any:
    """Return a page of the proceedings of the scope, newest or soonest due first."""
    scope, now = scope_of(request), timezone.now()
    found = selectors.list_proceedings(
        scope,
        wire.read_filter(scope, filters, now),
        at=now,
        cursor=filters.cursor,
        limit=filters.limit,
    )
    return view.page(found)


@counter(exports.KIND)
def count_proceedings(scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return how many proceedings the filters find, and the filters as the export reads them."""
    query, now = read_filters(ProceedingQuery, filters), timezone.now()
    wanted = wire.read_filter(scope, query, now)
    return selectors.count_proceedings(scope, wanted), _asked(scope, query)


def _asked(scope: Scope, query: ProceedingQuery) -> dict[str, Any]:
    place = wire.read_place(scope, query.region) or scope.region
    return asked(query, str(place))


@router.get("/proceedings/export.xlsx", auth=READ, openapi_extra=BINARY)
def export_proceedings(
    request: HttpRequest, filters: Query[ProceedingQuery], approval: Query[UUID | None] = None
) -> Any:
    """Return the list within the filters as a workbook."""
    scope, now = scope_of(request), timezone.now()
    demand(scope, "EXPORT")
    stream, name = exports.export_proceedings(
        scope=scope,
        wanted=wire.read_filter(scope, filters, now),
        asked=_asked(scope, filters),
        language=language_of(request),
        at=now,
        approval=approval,
    )
    return send(request, stream, file_name=name, content_type=XLSX)


@router.post(
    "/proceedings", auth=REPORT, response={201: ProceedingOut, 202: ReceivedOut, **REFUSALS}
)
def report_proceeding(request: HttpRequest, body: ProceedingIn) -> Any:
    """Report a clue or open a suspicion; a clue of the same matter is joined to the open one.

    Who may not see the clue, as a department, is told that it was received and nothing about the
    family: neither whose number it is nor whether something of the matter was open already.
    """
    scope, now = scope_of(request), timezone.now()
    region = wire.read_place(scope, body.region)
    definition = (
        Wording(now).book(str(region or scope.region)).book.in_force(body.procedure, local_day(now))
    )
    made = services.open_proceeding(
        scope=scope,
        at=now,
        procedure=body.procedure,
        household_no=(body.household_no or "").strip() or None,
        region=region,
        facts=wire.read_facts(definition, body.facts, scope),
        report=services.Report(words=body.words, reporter=body.reporter, risk=body.risk),
        language=language_of(request),
    )
    if not selectors.is_visible(scope, made.id):
        return Status(202, {"household_no": made.household_no, "received_at": now})
    found = selectors.reported(scope, made, at=now)
    return Status(201, view.detail(found, joined_now=made.joined_now))


@router.get("/proceedings/{proceeding_id}", auth=READ, response={200: ProceedingOut, **REFUSALS})
def get_proceeding(request: HttpRequest, proceeding_id: UUID) -> Any:
    """Return one proceeding; the look is written down."""
    return _detail(scope_of(request), proceeding_id, timezone.now())


def _detail(scope: Scope, proceeding_id: UUID, at: datetime) -> dict[str, Any]:
    found = selectors.get_proceeding(scope, proceeding_id, at=at)
    services.note_view(scope, found, at=at)
    return view.detail(found)


@router.get(
    "/proceedings/{proceeding_id}/timeline", auth=READ, response={200: TimelineOut, **REFUSALS}
)
def get_proceeding_timeline(request: HttpRequest, proceeding_id: UUID) -> Any:
    """Return everything that happened to a proceeding."""
    found = selectors.get_timeline(scope_of(request), proceeding_id, at=timezone.now())
    return view.timeline(found)


@router.get("/proceedings/{proceeding_id}/offers", auth=READ, response={200: OffersOut, **REFUSALS})
def get_proceeding_offers(request: HttpRequest, proceeding_id: UUID) -> Any:
    """Return the steps that the reader may take now, and the next one."""
    found = selectors.offers_of(scope_of(request), proceeding_id, at=timezone.now())
    return view.offered(found)


@router.get(
    "/proceedings/{proceeding_id}/people",
    auth=READ,
    response={200: list[ColleagueOut], **REFUSALS},
)
def list_proceeding_people(request: HttpRequest, proceeding_id: UUID) -> Any:
    """Return who may be named in a step: the people of the place, its township and county."""
    return view.colleagues(people.candidates(scope_of(request), proceeding_id, timezone.now()))


@router.post(
    "/proceedings/{proceeding_id}/steps", auth=READ, response={200: ProceedingOut, **REFUSALS}
)
def take_proceeding_step(request: HttpRequest, proceeding_id: UUID, body: StepIn) -> Any:
    """Take a step; 409 when somebody was quicker, 400 with everything that is missing."""
    scope, now = scope_of(request), timezone.now()
    definition = selectors.definition_for(scope, proceeding_id, at=now)
    made = services.take(
        scope=scope,
        at=now,
        proceeding_id=proceeding_id,
        step=body.step,
        facts=wire.read_facts(definition, body.facts, scope),
        revision=body.revision,
        note=body.note,
        language=language_of(request),
    )
    return view.detail(selectors.reported(scope, made, at=now))


@router.post(
    "/proceedings/{proceeding_id}/photos", auth=CHECK, response={201: CheckPhotoOut, **REFUSALS}
)
def keep_check_photo(request: HttpRequest, proceeding_id: UUID, file: File[UploadedFile]) -> Any:
    """Keep a photo of a clue's check, without position and camera, where its row of the table of
    dispatch needs or allows one. It is opened as a paper of a case is."""
    if file.size is None or file.size > filing.LARGEST:
        raise InvalidValue("E-MONITORING-PAPER-SIZE", limit=filing.LARGEST // 1024**2)
    scope = scope_of(request)
    made = photos.keep_photo(
        scope=scope,
        at=timezone.now(),
        proceeding_id=proceeding_id,
        name=file.name or "",
        content=file.read(),
    )
    can_open = photos.can_open(scope, proceeding_id, made.id)
    return Status(201, view.photo(Photo(made.id, made.no, made.at, made.by, can_open)))
