"""Whether a household is monitored: by its status, or by the register where it has none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.domains.monitoring.domain.proceedings import AT_RISK, STATUS
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.registry.selectors.pages import get_household
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope

# How the register says that a risk stands open; nothing said of a monitored household is that.
ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Monitored:
    """A household whose risk stands open: its status, locked, or None where it was included before
    the platform; the first day of the month of its identification as the register has it."""

    status: Proceeding | None
    identified_on: date | None = None


def find_status(household_id: UUID | None) -> Proceeding | None:
    """Return the open status of a household, locked; inside `activate`."""
    found = Proceeding.objects.filter(
        household_id=household_id, procedure=STATUS, closed_at__isnull=True
    )
    return found.select_for_update().first()


def find_monitored(system: Scope, row: Proceeding) -> Monitored | None:
    """Return how the household of a proceeding is monitored, None where its risk does not stand
    open; inside `activate`."""
    status = find_status(row.household_id)
    if status is not None:
        return Monitored(status) if status.state in AT_RISK else None
    try:
        facts = get_household(system, row.household_no).facts
    except NotFound:
        return None
    if not facts["monitored_category"].value or facts["risk_status"].value not in (None, ACTIVE):
        return None
    month = facts["risk_identified_month"].value
    return Monitored(None, date.fromisoformat(f"{month}-01") if month else None)
