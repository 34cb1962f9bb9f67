"""Routes of the year-end window. A window is called by its year within the county asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status

from bangfu.domains.rounds import corrections, view, window_selectors, windows
from bangfu.domains.rounds.domain import Span, Stage
from bangfu.domains.rounds.policy import policy
from bangfu.domains.rounds.schemas import (
    CorrectionDecisionIn,
    CorrectionIn,
    CorrectionOut,
    RoundPlaceIn,
    StageIn,
    WindowDaysIn,
    WindowIn,
    WindowList,
    WindowLockIn,
    WindowOut,
    WindowStepIn,
)
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

router = Router(tags=["rounds"])
READ = Permit("REGISTRY_READ")
MANAGE, TOWN = Permit(windows.MANAGE), Permit(windows.SIGN)
Year = Path(..., ge=2000, le=2999)


def _spans(given: list[StageIn]) -> tuple[Span, ...]:
    return tuple(Span(Stage(each.stage), each.from_on, each.to_on) for each in given)


def _page(scope: Scope, year: int, region: RegionCode | None) -> dict[str, Any]:
    return view.window(scope, window_selectors.get_window(scope, year, region))


@router.get("/year-windows", auth=READ, response={200: WindowList, **REFUSALS})
def list_year_windows(request: HttpRequest, region: str | None = Query(None, max_length=12)) -> Any:
    """Return the year-end windows of the counties in a place, the newest first."""
    scope = scope_of(request)
    place = RegionCode.parse(region) if region else None
    return view.window_list(scope, window_selectors.list_windows(scope, place))


@router.post("/year-windows", auth=MANAGE, response={201: WindowOut, **REFUSALS})
def open_year_window(request: HttpRequest, body: WindowIn) -> Any:
    """Open a county's window of a year, with the usual days unless others are given."""
    scope, county = scope_of(request), view.region_in(body.region)
    spans = _spans(body.spans) if body.spans else policy().spans_of(body.year)
    plan = windows.Opening(body.year, body.document_no, spans)
    windows.open_window(scope=scope, at=timezone.now(), county=county, plan=plan)
    return Status(201, _page(scope, body.year, county))


@router.get("/year-windows/{year}", auth=READ, response={200: WindowOut, **REFUSALS})
def get_year_window(
    request: HttpRequest, year: int = Year, region: str | None = Query(None, max_length=12)
) -> Any:
    """Return a window with the signatures and corrections that the reader may see."""
    return _page(scope_of(request), year, RegionCode.parse(region) if region else None)


@router.post("/year-windows/{year}/days", auth=MANAGE, response={200: WindowOut, **REFUSALS})
def set_window_days(request: HttpRequest, body: WindowDaysIn, year: int = Year) -> Any:
    """Set the days of the stages anew."""
    scope, county = scope_of(request), view.region_in(body.region)
    windows.set_days(
        scope=scope,
        at=timezone.now(),
        county=county,
        year=year,
        spans=_spans(body.spans),
        note=body.note,
    )
    return _page(scope, year, county)


@router.post("/year-windows/{year}/advance", auth=MANAGE, response={200: WindowOut, **REFUSALS})
def advance_window(request: HttpRequest, body: WindowStepIn, year: int = Year) -> Any:
    """Go on to the next stage."""
    scope, county = scope_of(request), view.region_in(body.region)
    windows.advance(scope=scope, at=timezone.now(), county=county, year=year, seen=Stage(body.seen))
    return _page(scope, year, county)


@router.post("/year-windows/{year}/back", auth=MANAGE, response={200: WindowOut, **REFUSALS})
def put_window_back(request: HttpRequest, body: WindowStepIn, year: int = Year) -> Any:
    """Go back one stage, with the reason; signatures are void."""
    scope, county = scope_of(request), view.region_in(body.region)
    windows.put_back(
        scope=scope,
        at=timezone.now(),
        county=county,
        year=year,
        seen=Stage(body.seen),
        note=body.note,
    )
    return _page(scope, year, county)


@router.post("/year-windows/{year}/sign", auth=TOWN, response={200: WindowOut, **REFUSALS})
def sign_window(request: HttpRequest, body: RoundPlaceIn, year: int = Year) -> Any:
    """Sign for the township of the post."""
    scope, town = scope_of(request), view.region_in(body.region)
    windows.sign(scope=scope, at=timezone.now(), town=town, year=year)
    return _page(scope, year, None)


@router.post("/year-windows/{year}/lock", auth=MANAGE, response={200: WindowOut, **REFUSALS})
def lock_window(request: HttpRequest, body: WindowLockIn, year: int = Year) -> Any:
    """Lock the year under the number of the sealed page."""
    scope, county = scope_of(request), view.region_in(body.region)
    windows.lock(
        scope=scope, at=timezone.now(), county=county, year=year, document_no=body.document_no
    )
    return _page(scope, year, county)


@router.post(
    "/year-windows/{year}/corrections", auth=TOWN, response={201: CorrectionOut, **REFUSALS}
)
def ask_for_correction(request: HttpRequest, body: CorrectionIn, year: int = Year) -> Any:
    """Ask to correct a household's figures of a locked year."""
    wish = corrections.Wish(body.household_no, body.what, body.reason)
    made = corrections.ask(scope=scope_of(request), at=timezone.now(), year=year, wish=wish)
    return Status(201, view.correction(made))


@router.post(
    "/corrections/{correction_id}/decision",
    auth=MANAGE,
    response={200: CorrectionOut, **REFUSALS},
)
def decide_correction(request: HttpRequest, correction_id: UUID, body: CorrectionDecisionIn) -> Any:
    """Grant a correction, or refuse it with the reason."""
    made = corrections.decide(
        scope=scope_of(request),
        at=timezone.now(),
        correction_id=correction_id,
        is_granted=body.decision == "GRANT",
        note=body.note,
        days=body.days,
    )
    return view.correction(made)


@router.post(
    "/corrections/{correction_id}/finish", auth=TOWN, response={200: CorrectionOut, **REFUSALS}
)
def finish_correction(request: HttpRequest, correction_id: UUID) -> Any:
    """Say that a granted correction is made."""
    made = corrections.finish(
        scope=scope_of(request), at=timezone.now(), correction_id=correction_id
    )
    return view.correction(made)
