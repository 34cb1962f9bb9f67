"""The clock: overdue proceedings climb, dated and told; days move with the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bangfu.domains.monitoring import books, instances
from bangfu.domains.monitoring.clocks import climbs
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.notifications.models import Message
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, give_post
from tests.sweeping_kit import (
    COUNTY,
    audited,
    clock_of,
    morning,
    report,
    row_of,
    steps_of,
    swept,
    take,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)
DUE = date(2026, 6, 3)  # two days to accept a clue


def marks(record):
    return [(one.step, instances.unseal(one.facts)) for one in steps_of(record)[1:]]


def test_a_clue_that_nobody_hands_on_climbs_from_village_to_prefecture_dated(cast):
    clue = report(COUNTY, MONDAY)
    assert clue.next_due_on == DUE
    assert swept(DUE).climbed == 0, "the last day is whole"
    assert swept(date(2026, 6, 4)).climbed == 1
    # Rungs of `standard` in working days after the 3rd: 0 village, 1 township, 3 county,
    # 5 sector, 10 prefecture; each is reached on the day after.
    expected = [
        ("OVERDUE", "VILLAGE", date(2026, 6, 4)),
        ("OVERDUE", "TOWNSHIP", date(2026, 6, 5)),
        ("OVERDUE", "COUNTY", date(2026, 6, 9)),
        ("OVERDUE", "SECTOR", date(2026, 6, 11)),
        ("SUPERVISED", "PREFECTURE", date(2026, 6, 18)),
    ]
    assert swept(date(2026, 6, 17)).climbed == 4, (
        "after days without a worker: three rungs, and one of the whole clock"
    )
    row = row_of(clue)
    assert (row.overdue_level, row.is_supervised, row.state) == ("SECTOR", False, "RECEIVED")
    assert swept(date(2026, 6, 18)).climbed >= 1
    found = [
        (step, facts["level"], facts["on"])
        for step, facts in marks(clue)
        if facts["clock"] == "accept"
    ]
    assert found == expected
    row = row_of(clue)
    assert (row.overdue_level, row.is_supervised) == ("PREFECTURE", True)
    assert row.revision == clue.revision, "nobody's page goes stale by a climb"


def test_a_second_sweep_changes_nothing(cast):
    clue = report(COUNTY, MONDAY)
    day = date(2026, 6, 9)
    assert swept(day).climbed == 3
    before = [(s.id, s.at) for s in steps_of(clue)]
    logged = audited("monitoring.clocks.climbed")
    assert swept(day) == swept(day)
    assert swept(day).climbed == 0
    assert [(s.id, s.at) for s in steps_of(clue)] == before
    assert audited("monitoring.clocks.climbed") == logged == 1


def test_a_step_ends_what_had_climbed(cast):
    clue = report(COUNTY, MONDAY)
    swept(date(2026, 6, 9))
    assert row_of(clue).overdue_level == "COUNTY"
    take(cast.county.scope, date(2026, 6, 9), clue, "DISPATCH", handlers=(str(cast.cadre.user.pk),))
    row = row_of(clue)
    # The whole clock (15 days) runs on and is not late yet.
    assert (row.overdue_level, row.state) == ("", "DISPATCHED")
    assert clock_of(clue, "whole").climbed == []


def test_a_neighbour_is_not_swept_with_the_county(cast):
    clue = report(COUNTY, MONDAY)
    assert swept(date(2026, 6, 9), SHIQIAO).climbed == 0
    assert row_of(clue).overdue_level == ""


def test_the_handler_and_from_rung_to_rung_one_level_more_are_told(cast):
    give_post(cast.auditor.user, "AUDITOR", RegionCode("990100000000"))
    clue = report(COUNTY, MONDAY)
    take(cast.county.scope, MONDAY, clue, "DISPATCH", handlers=(str(cast.cadre.user.pk),))
    # Two working days to acknowledge: due on the 3rd; village on the 4th, township on the 5th.
    swept(date(2026, 6, 4))
    told = _told(cast)
    assert told["cadre"] == ["monitoring.dispatched", "monitoring.overdue"]
    # The township had it when it was reported; of the clock nobody above has heard.
    assert (told["township"], told["county"]) == (["monitoring.waiting"], [])
    swept(date(2026, 6, 5))
    told = _told(cast)
    assert told["township"] == ["monitoring.waiting", "monitoring.escalated"]
    assert told["county"] == []
    swept(date(2026, 6, 9))
    told = _told(cast)
    assert told["county"] == ["monitoring.escalated"]
    assert told["neighbour"] == told["auditor"] == []


def _told(cast):
    found = {}
    for name in ("cadre", "township", "county", "neighbour", "auditor"):
        player = getattr(cast, name)
        with activate(player.scope):
            subjects = Message.objects.filter(user_id=player.user.pk).order_by("id")
            found[name] = [one.subject for one in subjects]
    return found


def test_many_at_once_are_one_message_each(cast):
    for _ in range(4):
        report(COUNTY, MONDAY)
    swept(date(2026, 6, 5))
    with activate(cast.township.scope):
        mine = Message.objects.filter(
            user_id=cast.township.user.pk, subject__startswith="monitoring.escalated"
        )
        assert [(one.subject, one.params["count"]) for one in mine] == [
            ("monitoring.escalated_many", 4)
        ]


def test_a_deadline_in_an_unknown_year_is_computed_again_when_the_calendar_arrives(
    cast, monkeypatch
):
    # Working days beyond 28 December 2026 are not published.
    clue = report(COUNTY, date(2026, 12, 28))
    take(
        cast.county.scope, date(2026, 12, 28), clue, "DISPATCH", handlers=(str(cast.cadre.user.pk),)
    )
    before = clock_of(clue, "acknowledge")
    assert before.is_provisional
    assert row_of(clue).is_provisional
    assert swept(date(2026, 12, 29)).recomputed == 0, "nothing is known yet"
    whole = books.CountyBook.terms

    def published(self, region_code):
        """All of New Year's week is off, the weekend after it worked."""
        terms = whole(self, region_code)
        off = {date(2026, 12, day) for day in (29, 30, 31)} | {date(2027, 1, 1)}
        calendar = replace(
            terms.calendar,
            off=frozenset(set(terms.calendar.off) | off),
            settled=(date(2004, 1, 1), date(2027, 12, 28)),
        )
        return replace(terms, calendar=calendar)

    monkeypatch.setattr(books.CountyBook, "terms", published)
    assert swept(date(2026, 12, 29)).recomputed == 1
    after = clock_of(clue, "acknowledge")
    assert not after.is_provisional
    # Two working days after Monday the 28th: the week is off, Monday 4 and Tuesday 5 January.
    assert after.due_on == date(2027, 1, 5)
    assert row_of(clue).next_due_on == after.due_on
    assert not row_of(clue).is_provisional
    step = steps_of(clue)[-1]
    assert step.step == "RECOMPUTED"
    assert instances.unseal(step.facts)["from"] == before.due_on
    assert swept(date(2026, 12, 29)).recomputed == 0
    assert audited("monitoring.clocks.recomputed") == 1


def test_what_failed_half_way_left_nothing_and_the_next_sweep_does_it(cast, monkeypatch):
    clue = report(COUNTY, MONDAY)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(climbs, "tell_climbs", killed)
        with pytest.raises(KeyboardInterrupt):
            swept(date(2026, 6, 9))
    assert row_of(clue).overdue_level == ""
    assert clock_of(clue, "accept").climbed == []
    assert len(steps_of(clue)) == 1
    assert swept(date(2026, 6, 9)).climbed == 3


@pytest.mark.parametrize("model", [Proceeding, ProceedingStep, ProceedingClock])
def test_what_the_sweeper_writes_stays_in_its_county(cast, model):
    report(COUNTY, MONDAY)
    swept(date(2026, 6, 9), RegionCode("000000000000"))
    with activate(cast.neighbour.scope):
        assert model.objects.count() == 0


def test_morning_is_of_beijing():
    assert morning(MONDAY).utcoffset().total_seconds() == 8 * 3600
