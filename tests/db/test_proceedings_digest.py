"""What the morning's digest counts of proceedings, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bangfu.domains.monitoring.digesting import calendar, duties
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.foundation.notifications.delivering import system
from bangfu.foundation.notifications.domain import Counts
from bangfu.foundation.notifications.ports import Ports
from tests.cast import YUNXI, Cast
from tests.proceedings_kit import MONDAY, MONDAY_DAY, OTHER_HOUSE, add_homes, go, report

A_DAY = timedelta(days=1)


def days_of(cast: Cast, one: ProceedingRecord) -> list[dict[str, Counts]]:
    """The duties three days before the last day, on it and after it."""
    due = one.next_due_on
    assert due is not None
    return [dict(duties(system(), day)) for day in (due - 4 * A_DAY, due - A_DAY, due, due + A_DAY)]


@pytest.mark.django_db
def test_a_clue_counts_for_whoever_has_it_by_its_last_day(cast: Cast) -> None:
    add_homes()
    made = report(cast.township.scope)
    me = str(cast.cadre.user.pk)
    given = go(cast.township.scope, made, "DISPATCH", MONDAY + timedelta(hours=1), handlers=(me,))
    due = given.next_due_on
    assert given.waits_for == "VILLAGE"
    # Neither the town that gave it, nor the county, the neighbour or the auditor.
    assert days_of(cast, given) == [
        {},
        {me: Counts(0, 1, 0, due)},
        {me: Counts(1, 0, 0, due)},
        {me: Counts(0, 0, 1, due)},
    ]


@pytest.mark.django_db
def test_what_waits_for_a_place_counts_for_those_who_act_there_and_two_add_up(cast: Cast) -> None:
    add_homes()
    one = report(cast.cadre.scope)
    other = report(cast.cadre.scope, OTHER_HOUSE)
    due = one.next_due_on
    assert due is not None
    assert one.waits_for == other.waits_for == "TOWNSHIP"
    assert dict(duties(system(), due)) == {str(cast.township.user.pk): Counts(2, 0, 0, due)}


@pytest.mark.django_db
def test_the_digest_is_bound_to_it_and_to_the_countys_calendar(cast: Cast) -> None:
    assert duties in Ports.duties
    assert Ports.calendar is calendar
    assert calendar(YUNXI, MONDAY_DAY).is_working(MONDAY_DAY)
