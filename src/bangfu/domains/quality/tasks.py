"""The background job of the work list."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bangfu.domains.quality import services
from bangfu.domains.quality.results import summarise
from bangfu.foundation import jobs
from bangfu.kernel.region import RegionCode


@jobs.handler(services.JOB_KIND)
def run_check(context: Any, region: str) -> dict[str, Any]:
    """Check the county that the job names."""
    result = services.check_county(
        scope=context.scope,
        region=RegionCode.parse(region),
        at=timezone.now(),
        progress=context.progress,
        check_cancelled=context.check_cancelled,
    )
    return summarise(result)
