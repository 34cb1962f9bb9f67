"""The job that makes the clues of a run, and what asks for it when a run is published."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from bangfu.domains.monitoring.clues import making
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.screening.events import RunPublished
from bangfu.foundation import jobs
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import narrowed, system_scope
from bangfu.foundation.jobs.domain import JobRecord
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

KIND = "monitoring.clues"


@jobs.handler(KIND)
def make_clues(context: Any, region: str, period: str) -> dict[str, Any]:
    """Make the clues of the county and month that the job names, and then the lists of its villages
    for the present month."""
    at, county = timezone.now(), RegionCode.parse(region)
    made = making.make_clues(scope=context.scope, at=at, region=county, period=Period.parse(period))
    if made.held is None:
        for follow in Ports.made:
            follow(context.scope, at, county)
    return summarise(made)


def start(*, scope: Scope, at: datetime, region: RegionCode, period: Period) -> JobRecord:
    """Start the job for a county. Raises NotAllowed, Refused E-CLUES-COUNTY."""
    require(scope, making.PERMISSION)
    making.check_county(scope, region)
    args = {"region": str(region), "period": str(period)}
    return jobs.start(narrowed(scope, region), KIND, args, at=at)


def after_publishing(event: RunPublished) -> None:
    """Queue the job in the transaction that publishes a run.

    The system asks for it: whoever may screen a county need not be somebody who hands clues on.
    """
    county = RegionCode(event.run.region_code)
    args = {"region": str(county), "period": event.run.period}
    jobs.start(system_scope(county, "monitoring.clues"), KIND, args, at=event.at)


def summarise(made: making.MadeClues) -> dict[str, Any]:
    """Return what was made as JSON-ready values."""
    found = asdict(made)
    found["run_id"] = str(made.run_id)
    found["held"] = str(made.held.id) if made.held else None
    found["held_state"] = made.held.state if made.held else None
    return found
