"""Proceedings from the report of a clue to its end: rows, clocks, handlers, numbers, audit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.services import Report, open_proceeding, take
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.workdays import BEIJING
from tests.cast import YUNXI_VILLAGE, Cast

MONDAY = datetime(2026, 10, 12, 9, 0, tzinfo=BEIJING)
CLUE_FACTS = {"clue_on": MONDAY.date(), "source": "CADRE", "matter": "屋顶漏雨，住院欠费"}


def report(scope: Any, at: datetime = MONDAY, **changed: Any) -> Any:
    """Report a clue about the village."""
    return open_proceeding(
        scope=scope,
        at=at,
        procedure="clue",
        household_no=None,
        region=YUNXI_VILLAGE,
        facts=CLUE_FACTS,
        report=Report(words="屋顶漏雨", risk="ILLNESS", **changed),
    )


@pytest.mark.django_db
def test_a_clue_goes_from_report_to_no_risk_on_time(cast: Cast) -> None:
    town, cadre = cast.township.scope, cast.cadre.scope
    me = str(cast.cadre.user.pk)
    opened = report(town)
    assert (opened.no, opened.state, opened.waits_for) == ("XS2026-000001", "RECEIVED", "TOWNSHIP")
    # Three working days... the limit of the pack decides; the clock counts from the clue's day.
    steps = [
        (town, "DISPATCH", {"handlers": (me,)}),
        (cadre, "ACKNOWLEDGE", {}),
        (
            cadre,
            "FIND_NO_RISK",
            {
                "checked_on": date(2026, 10, 12),
                "check_way": "VISIT",
                "checkers": (me,),
                "finding": "已报销，屋顶已修",
            },
        ),
    ]
    for hours, (scope, step, facts) in enumerate(steps, start=1):
        done = take(
            scope=scope,
            at=MONDAY + timedelta(hours=hours),
            proceeding_id=opened.id,
            step=step,
            facts=facts,
            revision=hours,
        )
    assert (done.state, done.outcome, done.waits_for, done.next_due_on) == (
        "NO_RISK",
        "NO_RISK",
        "",
        None,
    )
    with activate(town):
        steps_kept = ProceedingStep.objects.filter(proceeding_id=opened.id).order_by("at")
        assert [(one.step, one.from_state, one.to_state) for one in steps_kept] == [
            ("REPORT", "", "RECEIVED"),
            ("DISPATCH", "RECEIVED", "DISPATCHED"),
            ("ACKNOWLEDGE", "DISPATCHED", "CHECKING"),
            ("FIND_NO_RISK", "CHECKING", "NO_RISK"),
        ]
        clocks = {one.clock: one for one in ProceedingClock.objects.all()}
        assert sorted(clocks) == ["accept", "acknowledge", "check", "whole"]
        assert all(one.is_late is False for one in clocks.values())
        (handler,) = ProceedingHandler.objects.all()
        assert (str(handler.user_id), handler.end_reason) == (me, "NO_RISK")
        assert ClueOrigin.objects.get().words == "屋顶漏雨"
        assert Proceeding.objects.get().versions.count() == 3
