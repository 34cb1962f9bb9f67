"""Routes of places, within the scope of the active post."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.regions import selectors
from bangfu.foundation.regions.schemas import RegionMatch, RegionOut
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode

MATCHES = 20

# Places are named on the screens of everybody who works in a post.
READERS = (
    "REGISTRY_READ",
    "FEEDS_IMPORT",
    "ACCOUNTS_MANAGE",
    "ACCOUNTS_GRANT",
    "AUDIT_READ",
)

router = Router(tags=["regions"])


def _item(region: Any) -> dict[str, Any]:
    return {"code": region.code, "name": region.name, "level": RegionCode(region.code).level}


def _path(code: RegionCode, top: RegionCode) -> list[dict[str, Any]]:
    """Return the places above `code`, from the scope's own place downwards."""
    above = [step for step in code.ancestors if top.contains(step)]
    found = [selectors.find_region(step) for step in above]
    return [_item(region) for region in found if region is not None]


@router.get(
    "/regions",
    auth=Permit(*READERS),
    response={200: list[RegionMatch], **REFUSALS},
)
def search_regions(request: HttpRequest, q: str = Query(..., min_length=1, max_length=40)) -> Any:
    """Return at most 20 places in scope whose name contains `q` or whose code begins with it."""
    scope = scope_of(request)
    found = selectors.search(q, within=scope.region, limit=MATCHES)
    return [{**_item(one), "path": _path(RegionCode(one.code), scope.region)} for one in found]


@router.get(
    "/regions/{code}",
    auth=Permit(*READERS),
    response={200: RegionOut, **REFUSALS},
)
def get_region(request: HttpRequest, code: str) -> Any:
    """Return a place in scope with the places directly below it."""
    scope = scope_of(request)
    region_code = RegionCode.parse(code)
    if not scope.region.contains(region_code):
        raise NotFound("E-API-NOT-FOUND")
    region = selectors.get_region(str(region_code))
    path = _path(region_code, scope.region)
    return {
        **_item(region),
        "parent": path[-1] if path else None,
        "path": path,
        "children": [_item(child) for child in selectors.children(str(region_code))],
    }
