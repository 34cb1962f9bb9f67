"""Routes of village lists (本月核查清单): make, see, print, enter back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from bangfu.domains.monitoring.clues.schemas import (
    VillageListEntryOut,
    VillageListHead,
    VillageListIn,
    VillageListOut,
)
from bangfu.domains.monitoring.view import Places
from bangfu.domains.monitoring.villagelists import entering, lists, paper
from bangfu.domains.monitoring.villagelists.entering import Entered, EntryProblem
from bangfu.domains.monitoring.villagelists.lists import ListRecord
from bangfu.domains.monitoring.wire import read_place
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.papers import DOCX
from bangfu.kernel.period import Period
from bangfu.standards import errors

router = Router(tags=["village lists"])
READ, MAKE = Permit(lists.READ), Permit(lists.MAKE)
ENTER = Permit(entering.ENTER)
BINARY = {
    "responses": {
        200: {"content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}},
    }
}
_HEAD = ("id", "month", "no", "issued_on", "due_on", "rows", "answered", "made_at", "made_by")


@router.get("/village-lists", auth=READ, response={200: list[VillageListHead], **REFUSALS})
def list_village_lists(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    month: str = Query("", max_length=7),
) -> Any:
    """Return the lists of a place, the newest month first."""
    scope, places = scope_of(request), Places()
    found = lists.list_lists(scope, region=read_place(scope, region), month=month)
    return [_head(one, places) for one in found]


@router.post("/village-lists", auth=MAKE, response={200: list[VillageListHead], **REFUSALS})
def make_village_lists(request: HttpRequest, body: VillageListIn) -> Any:
    """Make or fill up the lists of the villages of a place for this month."""
    scope, places = scope_of(request), Places()
    found = lists.make_lists(
        scope=scope,
        at=timezone.now(),
        region=read_place(scope, body.region) or scope.region,
        month=Period.parse(body.month),
        contact=body.contact,
        contact_phone=body.contact_phone,
    )
    return [_head(one, places) for one in found]


@router.get("/village-lists/{list_id}", auth=READ, response={200: VillageListOut, **REFUSALS})
def get_village_list(request: HttpRequest, list_id: UUID) -> Any:
    """Return a list with its rows; the look is written down."""
    head, rows = lists.get_list(scope_of(request), list_id)
    return {**_head(head, Places()), "items": rows}


@router.get("/village-lists/{list_id}/list.docx", auth=READ, openapi_extra=BINARY)
def download_village_list(request: HttpRequest, list_id: UUID) -> Any:
    """Return the list as the paper that is handed out."""
    no, content = paper.make_paper(scope=scope_of(request), at=timezone.now(), list_id=list_id)
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{no}.docx"'
    return answer


@router.post(
    "/village-lists/{list_id}/answers",
    auth=ENTER,
    response={200: VillageListEntryOut, **REFUSALS},
)
def enter_village_list(
    request: HttpRequest, list_id: UUID, file: File[UploadedFile], dry_run: Form[bool] = False
) -> Any:
    """Enter a list that came back; with `dry_run` only say what it would do."""
    found = entering.enter(
        scope=scope_of(request),
        at=timezone.now(),
        list_id=list_id,
        content=file.read(),
        dry_run=dry_run,
        language=language_of(request),
    )
    return _entered(found)


def _head(one: ListRecord, places: Places) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _HEAD},
        "region": places.ref(one.region_code),
    }


def _entered(found: Entered) -> dict[str, Any]:
    return {
        "closed": found.results[entering.CLOSED],
        "noted": found.results[entering.NOTED],
        "alarms": found.results[entering.ALARM],
        "unchanged": found.unchanged,
        "still_open": found.still_open,
        "is_repeat": found.is_repeat,
        "is_dry_run": found.is_dry_run,
        "problems": [_problem(one) for one in found.problems],
    }


def _problem(one: EntryProblem) -> dict[str, Any]:
    zh, en = (errors.text(one.code, one.params, language) for language in ("zh", "en"))
    return {
        "row": one.row,
        "column": one.column,
        "clue_no": one.clue_no,
        "code": one.code,
        "message_zh": zh.message,
        "message_en": en.message,
        "remedy_zh": zh.remedy,
        "remedy_en": en.remedy,
    }
