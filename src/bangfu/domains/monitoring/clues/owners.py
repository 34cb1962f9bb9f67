"""Data that are wrong go to their owner (数据校核反馈单): who says so names a request that exists.

A clue that ends as data wrong, and a suspicion that is decided so, name a request about the same
household, or about a list of its county as a whole, that is not settled yet. One that is still a
draft is sent with the step, so that the owner's clock runs. The hit stays silent as long as the
request is open; once it is closed or withdrawn the hit speaks again, if a later run still has it.
"""

from __future__ import annotations

from bangfu.domains.feeds.domain import FeedbackState
from bangfu.domains.feeds.events import FeedbackStepped
from bangfu.domains.feeds.feedback import RequestRecord, find_request, step_feedback
from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.domain.proceedings import CLUE, SUSPICION
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.clues import ExplainedHit
from bangfu.domains.monitoring.ports import Asked, Stepped
from bangfu.foundation.access.scopes import system_scope
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day

NUMBER, WRONG = "feedback_no", "DATA_WRONG"
_OPEN = frozenset({FeedbackState.DRAFT, FeedbackState.SENT})
_SETTLED = frozenset({FeedbackState.CLOSED, FeedbackState.WITHDRAWN})


def check(asked: Asked) -> None:
    """Refuse a number that is no open request about the household or its county's list.

    Raises InvalidValue E-MONITORING-FEEDBACK.
    """
    no = asked.facts.get(NUMBER)
    if asked.row.procedure not in (CLUE, SUSPICION) or not isinstance(no, str):
        return
    found = _find(asked.row, no)
    if found is None or found.state not in _OPEN:
        raise InvalidValue("E-MONITORING-FEEDBACK", no=no.strip()[:40])


def send(stepped: Stepped) -> None:
    """Send the request with the step that says that the data are wrong."""
    row, no = stepped.row, stepped.facts.get(NUMBER)
    if row.procedure not in (CLUE, SUSPICION) or row.closed_at is None or not isinstance(no, str):
        return
    outcome = stepped.taken.instance.facts.get("outcome", row.outcome)
    found = _find(row, no) if outcome == WRONG else None
    if found is not None and found.state is FeedbackState.DRAFT:
        county = system_scope(RegionCode(row.region_code).county, "monitoring.feedback")
        step_feedback(scope=county, at=stepped.at, feedback_id=found.id, step="send")


def let_speak(event: FeedbackStepped) -> None:
    """End the silence that rested on a request which is settled: corrected data are silent by
    themselves, a value that was right is asked about again."""
    if event.state not in _SETTLED:
        return
    lower, upper = RegionCode(event.region_code).county.bounds
    silent = ExplainedHit.objects.filter(
        region_code__gte=lower, region_code__lt=upper, until__isnull=True, outcome=WRONG
    )
    rows = Proceeding.objects.filter(id__in=silent.values("proceeding_id")).only("id", "facts")
    named = [row.id for row in rows if instances.unseal(row.facts).get(NUMBER) == event.no]
    silent.filter(proceeding_id__in=named).update(until=local_day(event.at))


def _find(row: Proceeding, no: str) -> RequestRecord | None:
    """The request of a number, where it is about the household of a proceeding or a whole list."""
    county = system_scope(RegionCode(row.region_code).county, "monitoring.feedback")
    found = find_request(county, no.strip())
    if found is None or found.household_no not in ("", row.household_no):
        return None
    return found
