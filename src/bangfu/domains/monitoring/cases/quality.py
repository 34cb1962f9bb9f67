"""What the quality rules say against a clearing (数据核查未通过项): worked out, never typed.

The household is looked at as if its risk stood as cleared this month; every rule that would then
be broken and is not broken now stops the clearing.
"""

from __future__ import annotations

from datetime import date, datetime

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.quality.domain import Found
from bangfu.domains.quality.supposing import suppose
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day


def list_stops(row: Proceeding, at: datetime) -> list[Found]:
    """Return what speaks against clearing a household; nothing for another case."""
    if row.procedure != CLEARING or row.household_id is None:
        return []
    facts = instances.unseal(row.facts)
    decided = facts.get("decided_on")
    day = decided if isinstance(decided, date) else local_day(at)
    place = RegionCode(row.region_code)
    return suppose(
        system_of(place, "clearing"),
        place,
        row.household_id,
        {
            "risk_status": "CLEARED",
            "clearing_method": str(facts.get("clearing_way", "")) or None,
            "risk_cleared_month": f"{day:%Y-%m}",
            "cleared_on": day.replace(day=1),
        },
        on=day,
    )


def count_stops(row: Proceeding, at: datetime) -> int:
    """Return how many rules speak against clearing a household."""
    return len({one.rule_id for one in list_stops(row, at)})
