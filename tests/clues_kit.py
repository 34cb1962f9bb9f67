"""What tests of clues from screenings share: households, pairings, posts, runs and their hits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.assistance.models import Pairing
from bangfu.domains.monitoring.clues import making
from bangfu.domains.monitoring.clues.making import MadeClues
from bangfu.domains.monitoring.clues.planning import Settled
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.services import take
from bangfu.domains.screening.domain import RunRecord, Severity
from bangfu.domains.screening.hits import Hit
from bangfu.domains.screening.models import Run
from bangfu.domains.screening.selectors import find_run
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.workdays import BEIJING
from tests.api.conftest import add_household, add_source, publish
from tests.cast import YUNXI, YUNXI_VILLAGE, Cast

MONDAY = datetime(2026, 10, 12, 9, 0, tzinfo=BEIJING)
SCOPE = command_scope(YUNXI, "tests")
OTHER_VILLAGE = "990101102201"


def add_homes(*villages: str) -> list[UUID]:
    """Add a household a village, numbered C1, C2, …."""
    with activate(SCOPE):
        source = add_source(YUNXI, "名册.xlsx")
        return [
            add_household(source, f"C{n}", village, f"户主{n}", f"huzhu{n}", n)
            for n, village in enumerate(villages, start=1)
        ]


def pair(cast: Cast, household: UUID, village: str = str(YUNXI_VILLAGE)) -> None:
    """Pair the cast's cadre with a household."""
    with activate(SCOPE):
        Pairing.objects.create(
            region_code=village,
            household_id=household,
            household_no="C1",
            head_name="户主1",
            user_id=cast.cadre.user.pk,
            cadre_name="结对干部",
            office_kind="COUNTY_OFFICE",
            valid_from=date(2026, 1, 1),
            created_at=MONDAY,
            created_by="tests",
            created_by_id="tests",
        )


def run_of(period: str = "2026-09", households: int = 400) -> RunRecord:
    """Publish a run without hints and return it."""
    with activate(SCOPE):
        run_id = publish(YUNXI, [], period)
        Run.objects.filter(id=run_id).update(households=households)
    found = find_run(SCOPE, YUNXI)
    assert found is not None
    return found


def hit(household: UUID, rule: str = "medical_ordinary", digest: str = "d1", **changed: Any) -> Hit:
    """Return a hit of a rule; its reason tells of health."""
    values: dict[str, Any] = {
        "risk": "ILLNESS",
        "severity": Severity.ATTENTION,
        "reason_zh": f"{rule} 自付 21,300 元",
        "reason_en": f"{rule} paid 21,300 yuan",
        "classes": frozenset({"HEALTH"}),
        **changed,
    }
    return Hit(household_id=household, rule_id=rule, digest=digest, **values)


def make(run: RunRecord, *hits: Hit, at: datetime = MONDAY, settled: Settled = set) -> MadeClues:
    """Make the clues of a run as the county's job does; what did not hit is known to be false,
    unless `settled` says otherwise."""
    return making.make(SCOPE, at, run, list(hits), settled)


def clues() -> list[Proceeding]:
    """Return all clues, by number."""
    with activate(SCOPE):
        return list(Proceeding.objects.filter(procedure="clue").order_by("no"))


def answer(cast: Cast, row: Proceeding, step: str, at: datetime, **more: Any) -> None:
    """Acknowledge a clue and end it with a step, as its cadre."""
    me = str(cast.cadre.user.pk)
    facts = {
        "checked_on": at.date(),
        "check_way": "VISIT",
        "checkers": (me,),
        "finding": "已报销",
        **more,
    }
    for name, brought in (("ACKNOWLEDGE", {}), (step, facts)):
        take(scope=cast.cadre.scope, at=at, proceeding_id=row.id, step=name, facts=brought)
