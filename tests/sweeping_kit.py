"""What tests of the clock share: a clue opened by the county, days on which it is swept."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from bangfu.domains.monitoring import services
from bangfu.domains.monitoring.clocks.sweeping import Swept, sweep
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.domains.monitoring.services import Report
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import BEIJING
from tests.cast import YUNXI, YUNXI_VILLAGE

COUNTY = command_scope(YUNXI, "tests")


def morning(day: date) -> datetime:
    """Return eight in the morning in Beijing."""
    return datetime.combine(day, time(8), BEIJING)


def report(
    scope: Scope,
    day: date,
    *,
    household_no: str | None = None,
    region: RegionCode = YUNXI_VILLAGE,
    risk: str = "OTHER",
    **facts: Any,
) -> ProceedingRecord:
    """Report a clue on a day."""
    return services.open_proceeding(
        scope=scope,
        at=morning(day),
        procedure="clue",
        household_no=household_no,
        region=region,
        facts={"clue_on": day, "source": "CADRE", "matter": "房屋受损", **facts},
        report=Report(words="房屋受损", risk=risk),
    )


def take(scope: Scope, day: date, record: ProceedingRecord, step: str, **facts: Any) -> Any:
    """Take a step on a day."""
    return services.take(
        scope=scope, at=morning(day), proceeding_id=record.id, step=step, facts=facts
    )


def row_of(record: ProceedingRecord) -> Proceeding:
    """Return the row as it is now."""
    with activate(COUNTY):
        return Proceeding.objects.get(id=record.id)


def steps_of(record: ProceedingRecord) -> list[ProceedingStep]:
    """Return the history, oldest first."""
    with activate(COUNTY):
        return list(ProceedingStep.objects.filter(proceeding_id=record.id).order_by("id"))


def clock_of(record: ProceedingRecord, clock: str) -> ProceedingClock:
    """Return a running clock."""
    with activate(COUNTY):
        return ProceedingClock.objects.get(
            proceeding_id=record.id, clock=clock, ended_on__isnull=True
        )


def audited(action: str) -> int:
    """Return how many rows of the log say so."""
    with activate(COUNTY):
        return AuditEvent.objects.filter(action=action).count()


def swept(day: date, region: RegionCode = YUNXI) -> Swept:
    """Sweep in the morning of a day."""
    return sweep(at=morning(day), region=region)
