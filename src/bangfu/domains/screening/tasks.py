"""The background job of the screening."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bangfu.domains.screening import services
from bangfu.domains.screening.results import summarise
from bangfu.foundation import jobs
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode


@jobs.handler(services.JOB_KIND)
def run_screening(context: Any, region: str, period: str) -> dict[str, Any]:
    """Screen the county and month that the job names."""
    result = services.screen(
        scope=context.scope,
        region=RegionCode.parse(region),
        period=Period.parse(period),
        at=timezone.now(),
        progress=context.progress,
        check_cancelled=context.check_cancelled,
    )
    return summarise(result)
