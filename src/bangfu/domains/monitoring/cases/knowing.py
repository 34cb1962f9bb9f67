"""What the platform itself knows against clearings, beside the rules of data quality: the last
screening, and clues and cases of the household since the clearing was proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.domain.proceedings import CLUE, IDENTIFICATION
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.wording import Wording
from bangfu.domains.quality.domain import Found
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.rules import titles, untitled
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import BEIJING
from bangfu.procedures import Value

# Stands for the rule where a clue or a case speaks against a clearing.
NEW_RISK = "new_risk"
# How a clue and a case end that found a risk.
_CONFIRMED = ("CONFIRMED", "REGISTERED")
Homes = Mapping[UUID, Proceeding]


def by_screening(
    system: Scope, county: RegionCode, homes: Homes, day: date
) -> dict[UUID, list[Found]]:
    """Return what the last screening of the county found against the conditions, by household;
    inside `activate`. Two queries."""
    at = datetime.combine(day, time(12), BEIJING)
    wanted = {one for each in book_for(county, at).book.conditions for one in each.screening}
    run, fired = screening.fired_in_last_run(system, county, homes)
    if run is None or not wanted:
        return {}
    words = titles(run)
    return {
        home: [
            _found(
                homes[home],
                rule,
                f"{run.period} {words.get(rule, untitled(rule))['title_zh']}",
                f"{run.period} {words.get(rule, untitled(rule))['title_en']}",
            )
            for rule in rules
            if rule in wanted
        ]
        for home, rules in fired.items()
    }


def new_risks(
    homes: Homes, facts: Mapping[UUID, Mapping[str, Value]], day: date
) -> dict[UUID, list[Found]]:
    """Return the clues and cases of identification of households that are open, or were confirmed
    since their clearing was proposed; inside `activate`. One query."""
    wording = Wording(datetime.combine(day, time(12), BEIJING))
    rows = Proceeding.objects.filter(
        Q(closed_at__isnull=True) | Q(outcome__in=_CONFIRMED),
        household_id__in=list(homes),
        procedure__in=(CLUE, IDENTIFICATION),
    )
    found: dict[UUID, list[Found]] = {}
    for row in rows.order_by("no"):
        assert row.household_id is not None, "it was asked for"
        if not _is_new(row, homes[row.household_id], facts[row.household_id]):
            continue
        about = wording.definition(row.region_code, row.procedure, row.version)
        state = about.states.get(row.state) if about else None
        zh, en = (state.title.zh, state.title.en) if state else (row.state, row.state)
        stop = _found(row, NEW_RISK, f"{row.no} {zh}", f"{row.no} {en}")
        found.setdefault(row.household_id, []).append(stop)
    return found


def _is_new(row: Proceeding, clearing: Proceeding, known: Mapping[str, Value]) -> bool:
    proposed = known.get("proposed_on")
    since = clearing.opened_at
    if isinstance(proposed, date):
        since = min(since, datetime.combine(proposed, time(0), BEIJING))
    if row.closed_at is not None:
        return row.closed_at >= since
    # A case that was decided before is the one that the clearing is about, entered or not.
    decided = instances.unseal(row.facts).get("decided_on")
    return not (isinstance(decided, date) and decided < since.astimezone(BEIJING).date())


def _found(row: Proceeding, rule: str, zh: str, en: str) -> Found:
    return Found(rule, str(row.household_id), None, row.region_code, row.household_no, "", zh, en)
