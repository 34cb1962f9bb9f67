"""What is known against clearings (数据核查未通过项): worked out, never typed.

The households are looked at as if their risk stood as cleared this month; every quality rule that
would then be broken and is not broken now stops the clearing. So do what the last screening found
of its conditions, and a new risk: a clue or a case, open or confirmed since the proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.cases.knowing import NEW_RISK as NEW_RISK
from bangfu.domains.monitoring.cases.knowing import by_screening, new_risks
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.quality.domain import Found
from bangfu.domains.quality.supposing import suppose
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value

# The fact that a step brings of it.
STOPS = "quality_stops"


def list_stops(
    row: Proceeding, at: datetime, known: Mapping[str, Value] | None = None
) -> list[Found]:
    """Return what speaks against clearing a household; nothing for another case.

    `known` are the facts of the case where a step is about to bring more than are stored.
    """
    return _stops([row], local_day(at), {row.id: known} if known else {}).get(row.id, [])


def count_stops(row: Proceeding, at: datetime) -> int:
    """Return how many rules speak against clearing a household."""
    return count_all_stops([row], local_day(at))[row.id]


def count_all_stops(rows: Iterable[Proceeding], on: date) -> dict[UUID, int]:
    """Return how many rules speak against clearing each of some households, were it decided `on`.

    Cost: a fixed number of queries and evaluations for a county.
    """
    asked = list(rows)
    found = _stops(asked, on, {})
    return {row.id: len({one.rule_id for one in found.get(row.id, ())}) for row in asked}


def _stops(
    rows: Iterable[Proceeding], on: date, given: Mapping[UUID, Mapping[str, Value]]
) -> dict[UUID, list[Found]]:
    """What speaks against the clearings among some cases, by case."""
    facts: dict[UUID, Mapping[str, Value]] = {}
    asked: dict[tuple[RegionCode, date], dict[UUID, Proceeding]] = {}
    for row in rows:
        if row.procedure == CLEARING and row.household_id is not None:
            facts[row.household_id] = given.get(row.id) or instances.unseal(row.facts)
            known = facts[row.household_id].get("decided_on")
            key = RegionCode(row.region_code).county, known if isinstance(known, date) else on
            asked.setdefault(key, {})[row.household_id] = row
    found: dict[UUID, list[Found]] = {}
    for (county, day), homes in asked.items():
        system = system_of(county, "clearing")
        supposed = {home: _cleared(facts[home], day) for home in homes}
        by_rules = suppose(system, county, supposed, on=day)
        with activate(system):
            screened = by_screening(system, county, homes, day)
            risks = new_risks(homes, {home: facts[home] for home in homes}, day)
        for home, row in homes.items():
            stops = [*by_rules.get(home, ()), *screened.get(home, ()), *risks.get(home, ())]
            if stops:
                found[row.id] = stops
    return found


def _cleared(known: Mapping[str, Value], day: date) -> dict[str, str | date | None]:
    """What the register would hold of a household that is cleared on a day."""
    return {
        "risk_status": "CLEARED",
        "clearing_method": str(known.get("clearing_way", "")) or None,
        "risk_cleared_month": f"{day:%Y-%m}",
        "cleared_on": day.replace(day=1),
    }
