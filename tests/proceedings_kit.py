"""What tests of proceedings share: a village with two households and clues on their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.services import Report, open_proceeding, take
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import BEIJING
from bangfu.procedures import Value
from tests.api.conftest import add_household, add_source
from tests.cast import SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast

# A Monday; the next day off is the Saturday after.
MONDAY = datetime(2026, 10, 12, 9, 0, tzinfo=BEIJING)
MONDAY_DAY = MONDAY.date()
HOUSE, OTHER_HOUSE, FOREIGN_HOUSE = "H9901010001", "H9901010002", "H9901020001"
CLUE: Mapping[str, Value] = {
    "clue_on": date(2026, 10, 12),
    "source": "CADRE",
    "matter": "住院费用高",
}


def hours(count: float) -> datetime:
    """Return an instant some hours after Monday's nine o'clock."""
    return MONDAY + timedelta(hours=count)


@dataclass(frozen=True)
class Homes:
    """The households of the kit by their ids."""

    mine: UUID
    other: UUID
    foreign: UUID


def add_homes() -> Homes:
    """Add two households of the cadre's village and one of the neighbouring county."""
    with activate(command_scope(YUNXI, "tests")):
        source = add_source(YUNXI, "a.xlsx")
        mine = add_household(source, HOUSE, str(YUNXI_VILLAGE), "王大山", "wangdashan", 1)
        other = add_household(source, OTHER_HOUSE, str(YUNXI_VILLAGE), "李小河", "lixiaohe", 2)
    with activate(command_scope(SHIQIAO, "tests")):
        source = add_source(SHIQIAO, "b.xlsx")
        foreign = add_household(source, FOREIGN_HOUSE, "990102101201", "卡那瑞", "kanarui", 3)
    return Homes(mine, other, foreign)


def report(
    scope: Scope,
    household_no: str | None = HOUSE,
    at: datetime = MONDAY,
    facts: Mapping[str, Value] = CLUE,
    **changed: Any,
) -> ProceedingRecord:
    """Report a clue about a household, or about the village."""
    given = {"words": "说住院花了很多", "reporter": "王大山 13800000000", "risk": "ILLNESS"}
    return open_proceeding(
        scope=scope,
        at=at,
        procedure="clue",
        household_no=household_no,
        region=None if household_no else YUNXI_VILLAGE,
        facts=facts,
        report=Report(**{**given, **changed}),
    )


def go(
    scope: Scope,
    one: ProceedingRecord,
    step: str,
    at: datetime,
    revision: int | None = None,
    **facts: Any,
) -> ProceedingRecord:
    """Take a step."""
    return take(scope=scope, at=at, proceeding_id=one.id, step=step, facts=facts, revision=revision)


def checking(cast: Cast, *, at: datetime = MONDAY, **changed: Any) -> ProceedingRecord:
    """Return a clue that the cadre has acknowledged, at one and two hours after `at`."""
    made = report(cast.township.scope, at=at, **changed)
    me = (str(cast.cadre.user.pk),)
    go(cast.township.scope, made, "DISPATCH", at + timedelta(hours=1), handlers=me)
    return go(cast.cadre.scope, made, "ACKNOWLEDGE", at + timedelta(hours=2))


def found_nothing(cast: Cast, on: date = MONDAY_DAY) -> dict[str, Any]:
    """Return the facts of a check by the cadre that found no risk."""
    return {
        "checked_on": on,
        "check_way": "VISIT",
        "checkers": (str(cast.cadre.user.pk),),
        "finding": "报销后负担不重",
    }


def refused(kind: type[BangfuError], code: str, act: Any, *args: Any, **kwargs: Any) -> BangfuError:
    """Check that an act is refused with a code, and return the error."""
    with pytest.raises(kind) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def written(scope: Any) -> list[int]:
    """Return how many rows of each kind there are."""
    with activate(scope):
        return [
            kind.objects.count()
            for kind in (Proceeding, ProceedingStep, ProceedingClock, ProceedingHandler, ClueOrigin)
        ]
