"""What the quality rules say against clearings (数据核查未通过项): worked out, never typed.

The households are looked at as if their risk stood as cleared this month; every rule that would
then be broken and is not broken now stops the clearing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.quality.domain import Found
from bangfu.domains.quality.supposing import suppose
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value

# The fact that a step brings of it.
STOPS = "quality_stops"


def list_stops(row: Proceeding, at: datetime) -> list[Found]:
    """Return what speaks against clearing a household; nothing for another case."""
    return _stops([row], local_day(at)).get(row.id, [])


def count_stops(row: Proceeding, at: datetime) -> int:
    """Return how many rules speak against clearing a household."""
    return count_all_stops([row], local_day(at))[row.id]


def count_all_stops(rows: Iterable[Proceeding], on: date) -> dict[UUID, int]:
    """Return how many rules speak against clearing each of some households, were it decided `on`.

    Cost: a fixed number of queries and evaluations for a county.
    """
    asked = list(rows)
    found = _stops(asked, on)
    return {row.id: len({one.rule_id for one in found.get(row.id, ())}) for row in asked}


def _stops(rows: Iterable[Proceeding], on: date) -> dict[UUID, list[Found]]:
    """What speaks against the clearings among some cases, by case."""
    asked: dict[tuple[RegionCode, date], dict[UUID, Proceeding]] = {}
    for row in rows:
        if row.procedure == CLEARING and row.household_id is not None:
            known = instances.unseal(row.facts).get("decided_on")
            key = RegionCode(row.region_code).county, known if isinstance(known, date) else on
            asked.setdefault(key, {})[row.household_id] = row
    found: dict[UUID, list[Found]] = {}
    for (county, day), homes in asked.items():
        supposed = {home: _cleared(instances.unseal(row.facts), day) for home, row in homes.items()}
        for home, stops in suppose(system_of(county, "clearing"), county, supposed, on=day).items():
            found[homes[home].id] = stops
    return found


def _cleared(known: Mapping[str, Value], day: date) -> dict[str, str | date | None]:
    """What the register would hold of a household that is cleared on a day."""
    return {
        "risk_status": "CLEARED",
        "clearing_method": str(known.get("clearing_way", "")) or None,
        "risk_cleared_month": f"{day:%Y-%m}",
        "cleared_on": day.replace(day=1),
    }
