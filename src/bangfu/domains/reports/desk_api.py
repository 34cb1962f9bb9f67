"""Route of the desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bangfu.domains.reports import desk
from bangfu.domains.reports.desk_schemas import DeskOut
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS

router = Router(tags=["proceedings"])


@router.get("/desk", auth=Permit("PROCEEDING_READ"), response={200: DeskOut, **REFUSALS})
def get_desk(request: HttpRequest, region: str | None = Query(None, max_length=12)) -> Any:
    """Return what is mine by its last day, what waits for others, and where it is bad."""
    return desk.get_desk(scope_of(request), region=region, at=timezone.now())
