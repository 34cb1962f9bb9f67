"""Routes of rounds (集中排查). A round is called by its code within the county asked for."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status

from bangfu.domains.rounds import entering, selectors, services, view
from bangfu.domains.rounds.domain import Result, Season, Way
from bangfu.domains.rounds.rows import place_of
from bangfu.domains.rounds.schemas import (
    RoundCloseIn,
    RoundEnteredOut,
    RoundEntryIn,
    RoundEntryList,
    RoundIn,
    RoundList,
    RoundPlaceIn,
    RoundProgress,
    RoundRefreshedOut,
    RoundWords,
)
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.region import RegionCode

router = Router(tags=["rounds"])
READ = Permit("REGISTRY_READ")
MANAGE, ENTER = Permit(services.MANAGE), Permit(entering.ENTER)
Code = Path(..., max_length=16, pattern=r"^[0-9]{4}-[A-Z]+$")


def _place(text: str | None) -> RegionCode | None:
    return RegionCode.parse(text) if text else None


@router.get("/rounds/words", auth=READ, response={200: RoundWords, **REFUSALS})
def list_round_words(request: HttpRequest) -> Any:
    """Return seasons, results, ways and matters of rounds, and the stages of a window."""
    return view.vocabulary()


@router.get("/rounds", auth=READ, response={200: RoundList, **REFUSALS})
def list_rounds(request: HttpRequest, region: str | None = Query(None, max_length=12)) -> Any:
    """Return the rounds of the counties in a place, the newest first."""
    scope = scope_of(request)
    return view.round_list(scope, selectors.list_rounds(scope, _place(region)))


@router.post("/rounds", auth=MANAGE, response={201: RoundProgress, **REFUSALS})
def open_round(request: HttpRequest, body: RoundIn) -> Any:
    """Open a round over all households of a county."""
    scope, county = scope_of(request), view.region_in(body.region)
    plan = services.Plan(body.year, Season(body.season), body.document_no, body.from_on, body.to_on)
    made = services.open_round(scope=scope, at=timezone.now(), county=county, plan=plan)
    return Status(201, view.progress(scope, selectors.get_progress(scope, made.code, county)))


@router.get("/rounds/{round_code}", auth=READ, response={200: RoundProgress, **REFUSALS})
def get_round(
    request: HttpRequest, round_code: str = Code, region: str | None = Query(None, max_length=12)
) -> Any:
    """Return how far a round has come in a place and below it."""
    scope = scope_of(request)
    return view.progress(scope, selectors.get_progress(scope, round_code, _place(region)))


@router.get("/rounds/{round_code}/entries", auth=READ, response={200: RoundEntryList, **REFUSALS})
def list_round_entries(
    request: HttpRequest,
    round_code: str = Code,
    region: str | None = Query(None, max_length=12),
    result: Literal["TO_DO", "UNCHANGED", "CHANGED", "URGENT", "GONE"] | None = Query(None),
    q: str = Query("", max_length=60),
    cursor: str | None = Query(None, max_length=300),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Return the households of a round in a place, by village and number."""
    scope = scope_of(request)
    wanted = None if result is None else Result("" if result == "TO_DO" else result)
    filters = selectors.EntryFilter(_place(region) or scope.region, wanted, q)
    found = selectors.list_entries(scope, round_code, filters, cursor=cursor, limit=limit)
    return view.entry_page(found)


@router.post(
    "/rounds/{round_code}/entries", auth=ENTER, response={200: RoundEnteredOut, **REFUSALS}
)
def enter_round(request: HttpRequest, body: RoundEntryIn, round_code: str = Code) -> Any:
    """Enter what was found; a change or an emergency becomes a clue."""
    finding = entering.Finding(
        Result(body.result), body.visited_on, Way(body.way), body.matter, body.words
    )
    scope = scope_of(request)
    found = entering.enter(
        scope=scope,
        at=timezone.now(),
        county=place_of(scope, view.region_in(body.region)).county,
        code=round_code,
        household_nos=body.household_nos,
        finding=finding,
    )
    return view.entries(found)


@router.post(
    "/rounds/{round_code}/refresh", auth=MANAGE, response={200: RoundRefreshedOut, **REFUSALS}
)
def refresh_round(request: HttpRequest, body: RoundPlaceIn, round_code: str = Code) -> Any:
    """Bring the list of an open round in step with the register."""
    found = services.refresh(
        scope=scope_of(request),
        at=timezone.now(),
        county=view.region_in(body.region),
        code=round_code,
    )
    return {"added": found.added, "followed": found.followed, "gone": found.gone}


@router.post("/rounds/{round_code}/close", auth=MANAGE, response={200: RoundProgress, **REFUSALS})
def close_round(request: HttpRequest, body: RoundCloseIn, round_code: str = Code) -> Any:
    """Close a round."""
    scope, county = scope_of(request), view.region_in(body.region)
    services.close_round(
        scope=scope, at=timezone.now(), county=county, code=round_code, note=body.note
    )
    return view.progress(scope, selectors.get_progress(scope, round_code, county))
