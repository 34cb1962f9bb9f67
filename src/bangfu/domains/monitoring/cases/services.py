"""Opening a case by hand: a clearing is proposed for a monitored household.

A case of identification is opened by the clue that was confirmed (`cases.following`).
"""

from __future__ import annotations

from datetime import date, datetime

from bangfu.domains.monitoring import opening
from bangfu.domains.monitoring.domain.proceedings import (
    AT_RISK,
    CLEARING,
    IDENTIFICATION,
    STATUS,
    ProceedingRecord,
)
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.opening import Report
from bangfu.domains.registry.selectors.pages import get_household
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict
from bangfu.kernel.scope import Scope

PERMISSION = "CASE_PREPARE"
MONITORED = "ACTIVE"
_INCLUDED = "REGISTERED"


def propose_clearing(
    *,
    scope: Scope,
    at: datetime,
    household_no: str,
    proposed_on: date,
    identified_on: date | None = None,
    language: str = "zh",
) -> ProceedingRecord:
    """Propose that a monitored household's risk is cleared; opens the case.

    The day of the identification comes from its case or its status where the platform has one.
    Raises NotFound, Conflict E-MONITORING-NOT-MONITORED, E-REGISTRY-HOUSEHOLD-CLOSED,
    E-MONITORING-OPEN-ALREADY, and what a refusal gives.
    """
    require(scope, PERMISSION)
    home = opening.find_home(scope, household_no, None)
    with activate(scope):
        opening.lock(home)
        household = get_household(scope, household_no)
        status = _newest(scope, home, procedure=STATUS, closed_at__isnull=True)
        risk = household.facts["risk_status"].value
        is_marked = household.facts["monitored_category"].value and risk in (None, "", MONITORED)
        if not is_marked or (status is not None and status.state not in AT_RISK):
            raise Conflict("E-MONITORING-NOT-MONITORED", household_no=household_no[:40])
        case = _newest(scope, home, procedure=IDENTIFICATION, outcome=_INCLUDED)
        known = _day(case, "decided_on") or _day(status, "identified_on") or identified_on
        if known is None:
            raise Conflict("E-MONITORING-IDENTIFIED-WHEN", household_no=household_no[:40])
        return opening.open_new(
            scope,
            at,
            CLEARING,
            home,
            {"proposed_on": proposed_on, "identified_on": known},
            Report(origin_id=case.id if case else None),
            language,
        )


def _newest(scope: Scope, home: opening.Home, **wanted: object) -> Proceeding | None:
    found = in_scope(Proceeding.objects.all(), scope).filter(
        household_id=home.household_id, **wanted
    )
    return found.order_by("-opened_at").first()


def _day(row: Proceeding | None, name: str) -> date | None:
    known = unseal(row.facts).get(name) if row else None
    return known if isinstance(known, date) else None
