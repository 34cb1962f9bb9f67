"""Routes of the coverage board and of landed batches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bangfu.domains.feeds import board, landed
from bangfu.domains.feeds.schemas import BoardOut, LandingOut, RevertIn
from bangfu.domains.feeds.services import revert_batch
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode

router = Router(tags=["feeds"])

READERS = ("HINT_READ", "REGISTRY_READ", "FEEDS_IMPORT")


def ref(code: str) -> dict[str, str]:
    """Return a place as {code, name}."""
    found = regions.find_region(code)
    return {"code": code, "name": found.name if found else code}


@router.get("/feeds/board", auth=Permit(*READERS), response={200: BoardOut, **REFUSALS})
def get_board(
    request: HttpRequest,
    region: str | None = Query(None, max_length=12),
    period: str | None = Query(None, max_length=10),
) -> Any:
    """Return which month of which dataset a county has, how fresh, from whom, and what it says."""
    scope = scope_of(request)
    today = timezone.localdate()
    county = board.county_of(scope, RegionCode.parse(region) if region else None)
    month = Period.parse(period) if period else board.default_period(today)
    found = board.get_board(scope, county, month, today=today)
    return {**found, "region": ref(str(county))}


@router.get(
    "/feeds/landings/{batch_id}", auth=Permit(*READERS), response={200: LandingOut, **REFUSALS}
)
def get_landing(request: HttpRequest, batch_id: UUID) -> Any:
    """Return a batch that is or was in force, and what has used it."""
    found = landed.describe_landing(scope_of(request), batch_id)
    return {**found, "region": ref(found["region"])}


@router.post(
    "/feeds/landings/{batch_id}/revert",
    auth=Permit("FEEDS_IMPORT"),
    response={200: LandingOut, **REFUSALS},
)
def revert_landing(request: HttpRequest, batch_id: UUID, body: RevertIn) -> Any:
    """Take a batch back; what it had replaced is in force again, what used it is listed."""
    scope = scope_of(request)
    done = revert_batch(scope=scope, at=timezone.now(), batch_id=batch_id, reason=body.reason)
    found = landed.describe_landing(scope, batch_id)
    restored = str(done["restored"]) if done["restored"] else None
    return {**found, "region": ref(found["region"]), "restored": restored}
