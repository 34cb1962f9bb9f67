"""Opening a case by hand: a clearing is proposed for a monitored household.

A case of identification is opened by the clue that was confirmed (`cases_following`).
"""

from __future__ import annotations

from datetime import date, datetime

from bangfu.domains.monitoring import services
from bangfu.domains.monitoring.domain.proceedings import CLEARING, IDENTIFICATION, ProceedingRecord
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
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

    The day of the identification comes from its case where the platform has it. Raises NotFound,
    Conflict E-MONITORING-NOT-MONITORED, E-MONITORING-OPEN-ALREADY, and what a refusal gives.
    """
    require(scope, PERMISSION)
    with activate(scope):
        household = get_household(scope, household_no)
        status = household.facts["risk_status"].value
        category = household.facts["monitored_category"].value
        if not category or status not in (None, "", MONITORED):
            raise Conflict("E-MONITORING-NOT-MONITORED", household_no=household_no[:40])
        case = (
            in_scope(Proceeding.objects.all(), scope)
            .filter(household_id=household.id, procedure=IDENTIFICATION, outcome=_INCLUDED)
            .order_by("-closed_at")
            .first()
        )
    decided = unseal(case.facts).get("decided_on") if case else None
    known = decided if isinstance(decided, date) else identified_on
    if known is None:
        raise Conflict("E-MONITORING-IDENTIFIED-WHEN", household_no=household_no[:40])
    return services.open_proceeding(
        scope=scope,
        at=at,
        procedure=CLEARING,
        household_no=household_no,
        region=None,
        facts={"proposed_on": proposed_on, "identified_on": known},
        report=services.Report(origin_id=case.id if case else None),
        language=language,
    )
