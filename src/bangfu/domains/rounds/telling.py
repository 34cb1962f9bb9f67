"""A change or an emergency of a round as a clue (线索), by the proceedings' own services."""

from __future__ import annotations

from datetime import date, datetime

from bangfu.domains.monitoring import services as monitoring
from bangfu.domains.monitoring.domain.proceedings import CLUE, ProceedingRecord
from bangfu.domains.monitoring.services import Report
from bangfu.kernel.scope import Scope
from bangfu.procedures import Value
from bangfu.standards import codelists

# A cadre's finding (干部排查).
_SOURCE = "CADRE"
_ALARM = "RAISE_ALARM"
_NOT_YET_URGENT = frozenset({"RECEIVED", "DISPATCHED", "CHECKING"})


def tell(
    *,
    scope: Scope,
    at: datetime,
    household_no: str,
    on: date,
    matter: str,
    words: str,
    is_urgent: bool,
) -> ProceedingRecord:
    """Open a clue about a household, or join the open one of the matter; an emergency takes the
    fast track at once. Raises as `monitoring.services.open_proceeding` and `take`."""
    entry = codelists.get("matter").by_code(matter)
    facts: dict[str, Value] = {
        "clue_on": on,
        "source": _SOURCE,
        "matter": entry.zh if entry else matter,
    }
    found = monitoring.open_proceeding(
        scope=scope,
        at=at,
        procedure=CLUE,
        household_no=household_no,
        region=None,
        facts=facts,
        report=Report(words=words, risk=matter),
    )
    if is_urgent and found.state in _NOT_YET_URGENT:
        found = monitoring.take(
            scope=scope, at=at, proceeding_id=found.id, step=_ALARM, facts={"danger": words}
        )
    return found
