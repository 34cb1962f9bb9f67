"""Routes of screening runs and of the rules in force."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from bangfu.domains.screening import rulebook, selectors, services
from bangfu.domains.screening.domain import RunRecord
from bangfu.domains.screening.schemas import HintCounts, RuleListOut, RulePageOut, RunIn, RunList
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.jobs.schemas import JobStarted
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode

router = Router(tags=["screening"])


def _wire(run: RunRecord) -> dict[str, Any]:
    place = regions.find_region(run.region_code)
    return {
        "id": str(run.id),
        "region": {"code": run.region_code, "name": place.name if place else run.region_code},
        "period": run.period,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "pack": run.pack,
        "pack_version": run.pack_version,
        "result_hash": run.result_hash,
        "households": run.households,
        "persons": run.persons,
        "hints": {word: run.hints.get(word, 0) for word in HintCounts.model_fields},
        "changes": {"new": run.new, "changed": run.changed, "gone": run.gone},
    }


@router.get("/screening/runs", auth=Permit("HINT_READ"), response={200: RunList, **REFUSALS})
def list_runs(request: HttpRequest, region: str | None = Query(None)) -> Any:
    """Return the published runs of a place in scope, newest first."""
    scope = scope_of(request)
    place = RegionCode.parse(region) if region else scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    return {"items": [_wire(run) for run in selectors.list_runs(scope, place)]}


@router.post(
    "/screening/runs", auth=Permit("SCREENING_RUN"), response={202: JobStarted, **REFUSALS}
)
def start_run(request: HttpRequest, body: RunIn) -> Any:
    """Start screening a county for a month."""
    job = services.start_screening(
        scope=scope_of(request),
        region=RegionCode.parse(body.region),
        period=Period.parse(body.period),
        at=timezone.now(),
    )
    return Status(202, {"job_id": str(job.id)})


def _place_and_month(
    request: HttpRequest, region: str | None, period: str | None
) -> tuple[RegionCode, Period]:
    """The asked place and month; without a month the newest screened one, else the present."""
    scope = scope_of(request)
    place = RegionCode.parse(region) if region else scope.region
    if not scope.covers(place):
        raise NotFound("E-API-NOT-FOUND")
    if period:
        return place, Period.parse(period)
    run = selectors.find_run(scope, place)
    return place, Period(run.period) if run else Period.containing(timezone.localdate())


@router.get("/rules", auth=Permit("HINT_READ"), response={200: RuleListOut, **REFUSALS})
def list_rules(
    request: HttpRequest, region: str | None = Query(None), period: str | None = Query(None)
) -> Any:
    """Return the rules in force for a place in scope and a month, and how many each hits."""
    place, month = _place_and_month(request, region, period)
    return rulebook.list_rules(scope_of(request), place, month)


@router.get("/rules/{rule_id}", auth=Permit("HINT_READ"), response={200: RulePageOut, **REFUSALS})
def get_rule(
    request: HttpRequest,
    rule_id: str,
    region: str | None = Query(None),
    period: str | None = Query(None),
) -> Any:
    """Return one rule in force: text, formulas, thresholds with sources, feeds, cases."""
    place, month = _place_and_month(request, region, period)
    return rulebook.get_rule(scope_of(request), place, month, rule_id)
