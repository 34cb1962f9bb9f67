"""What people do about a household: the level that they assessed, and its open proceedings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring import selectors as monitoring
from bangfu.domains.monitoring import view
from bangfu.domains.reports.labels import coded
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

# A last day this near is told as such.
DUE_SOON = timedelta(days=3)
MOST = 20


def of_household(scope: Scope, household_id: UUID, at: datetime) -> dict[str, Any]:
    """Return assessed_level, handling_status and proceedings (the open ones, soonest due first).

    Nothing of it to a post that does not read proceedings. The status is that of the most pressing
    one; CLOSED where the household has only ended ones, None where it never had any.
    """
    if not scope.allows("PROCEEDING_READ"):
        return {"assessed_level": None, "handling_status": None, "proceedings": []}
    open_ones = monitoring.ProceedingFilter(household_id=household_id, is_open=True, by_due=True)
    page = monitoring.list_proceedings(scope, open_ones, at=at, limit=MOST)
    status = _status([one.next_due_on for one in page.items], local_day(at))
    if not page.items:
        ended = monitoring.ProceedingFilter(household_id=household_id, is_open=False)
        status = "CLOSED" if monitoring.count_proceedings(scope, ended) else ""
    return {
        "assessed_level": coded(
            "assessed_level", monitoring.assessed_level_of(scope, household_id)
        ),
        "handling_status": coded("handling_status", status),
        "proceedings": view.page(page)["items"],
    }


def _status(due: list[date | None], today: date) -> str:
    """The most pressing of some last days as a code of the list handling_status."""
    days = [one for one in due if one is not None]
    if any(one < today for one in days):
        return "OVERDUE"
    return "DUE" if any(one <= today + DUE_SOON for one in days) else "OPEN"
