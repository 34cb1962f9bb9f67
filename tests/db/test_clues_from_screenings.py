"""Clues from a screening: one a household and matter, handed on, never asked twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bangfu.domains.monitoring.clues import making
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.models.clues import ExplainedHit
from bangfu.domains.monitoring.services import Report, open_proceeding, take
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from bangfu.kernel.period import Period
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, Cast, give_post
from tests.clues_kit import (
    MONDAY,
    OTHER_VILLAGE,
    SCOPE,
    add_homes,
    answer,
    clues,
    hit,
    make,
    pair,
    run_of,
)

pytestmark = pytest.mark.django_db
VILLAGE = str(YUNXI_VILLAGE)
DAY = timedelta(days=1)


def counted() -> dict[str, int]:
    """How many rows every table of the deed has."""
    tables = (Proceeding, ProceedingStep, ProceedingClock, ProceedingHandler, ClueOrigin)
    with activate(SCOPE):
        found = {table.__name__: table.objects.count() for table in (*tables, AuditEvent)}
    return found


def test_hits_of_one_matter_are_one_clue_handed_to_the_paired_cadre(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    pair(cast, home)
    run = run_of()
    made = make(
        run,
        hit(home, "medical_ordinary"),
        hit(home, "medical_sudden", severity=Severity.URGENT, reason_zh="突发", reason_en="now"),
        hit(home, "water_unsafe", risk="WATER", classes=frozenset()),
    )
    assert (made.opened, made.dispatched, made.joined, made.silent) == (2, 2, 0, 0)
    illness, water = clues()
    # The loudest hit leads; both reasons are the clue's.
    assert (illness.no, illness.risk, illness.severity) == ("XS2026-000001", "ILLNESS", 3)
    assert (illness.title_zh, illness.classes) == ("突发", ["HEALTH"])
    assert (water.risk, water.classes, water.household_no) == ("WATER", [], "C1")
    assert {one.state for one in (illness, water)} == {"DISPATCHED"}
    assert {(one.revision, one.source, one.period) for one in (illness, water)} == {
        (2, "SCREENING", "2026-09")
    }
    with activate(SCOPE):
        steps = ProceedingStep.objects.filter(proceeding=illness).order_by("id")
        assert [(one.step, one.from_state, one.to_state) for one in steps] == [
            ("REPORT", "", "RECEIVED"),
            ("DISPATCH", "RECEIVED", "DISPATCHED"),
        ]
        clocks = {
            one.clock: (one.ended_on, one.is_late)
            for one in ProceedingClock.objects.filter(proceeding=illness)
        }
        assert clocks == {
            "accept": (MONDAY.date(), False),
            "acknowledge": (None, None),
            "whole": (None, None),
        }
        # Two working days after Monday the 12th.
        assert str(illness.next_due_on) == "2026-10-14"
        handler = ProceedingHandler.objects.get(proceeding=water)
        assert handler.user_id == cast.cadre.user.pk
        origins = ClueOrigin.objects.filter(proceeding=illness).order_by("rule_id")
        assert [(one.rule_id, one.facts_digest) for one in origins] == [
            ("medical_ordinary", "d1"),
            ("medical_sudden", "d1"),
        ]
        event = AuditEvent.objects.get(action=making.MADE)
        assert event.detail["numbers"] == ["XS2026-000001", "XS2026-000002"]


def test_without_a_pair_the_village_gets_it_and_then_the_township(cast: Cast) -> None:
    here, elsewhere = add_homes(VILLAGE, OTHER_VILLAGE)
    give_post(cast.public.user, "VILLAGE_OFFICER", YUNXI_VILLAGE)
    made = make(run_of(), hit(here), hit(elsewhere))
    # 白石镇 has no post at all: the clue waits to be handed on.
    assert (made.opened, made.dispatched) == (2, 1)
    mine, waiting = clues()
    assert (mine.state, waiting.state, waiting.waits_for) == ("DISPATCHED", "RECEIVED", "TOWNSHIP")
    with activate(SCOPE):
        assert ProceedingHandler.objects.get().user_id == cast.public.user.pk


def test_the_same_run_again_writes_nothing(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    run = run_of()
    make(run, hit(home))
    before = counted()
    again = make(run, hit(home), at=MONDAY + DAY)
    assert (again.opened, again.joined, counted()) == (0, 0, before)


def test_another_run_of_the_same_facts_adds_nothing_to_an_open_clue(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    make(run_of(), hit(home))
    before = counted()
    later = make(run_of("2026-10"), hit(home), at=MONDAY + 30 * DAY)
    assert (later.opened, later.joined, counted()) == (0, 0, before)
    changed = make(run_of("2026-11"), hit(home, digest="d2"), at=MONDAY + 60 * DAY)
    assert (changed.opened, changed.joined) == (0, 1)


def test_a_hit_is_joined_to_the_clue_that_the_family_reported(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    reported = open_proceeding(
        scope=cast.township.scope,
        at=MONDAY,
        procedure="clue",
        household_no="C1",
        region=None,
        facts={"clue_on": MONDAY.date(), "source": "SELF", "matter": "住院"},
        report=Report(words="住院", risk="ILLNESS", classes=()),
    )
    made = make(run_of(), hit(home), at=MONDAY + DAY)
    assert (made.opened, made.joined) == (0, 1)
    (row,) = clues()
    assert (row.no, row.severity, row.classes) == (reported.no, 2, ["HEALTH"])
    with activate(SCOPE):
        assert ClueOrigin.objects.filter(proceeding=row).count() == 2


@pytest.mark.parametrize(
    ("step", "more"),
    [
        ("FIND_NO_RISK", {}),
        ("EXPLAIN", {}),
        ("CONFIRM", {"assessed_level": "YELLOW"}),
    ],
)
def test_an_answered_hit_stays_silent_until_its_facts_change(
    cast: Cast, step: str, more: dict[str, str]
) -> None:
    (home,) = add_homes(VILLAGE)
    pair(cast, home)
    make(run_of(), hit(home))
    signed = {"assessed_by": (str(cast.cadre.user.pk),)} if more else {}
    answer(cast, clues()[0], step, MONDAY + DAY, **more, **signed)
    later = make(run_of("2026-10"), hit(home), at=MONDAY + 30 * DAY)
    assert (later.opened, later.silent, len(clues())) == (0, 1, 1)
    changed = make(run_of("2026-11"), hit(home, digest="d2"), at=MONDAY + 60 * DAY)
    assert (changed.opened, changed.changed, len(clues())) == (1, 1, 2)
    with activate(SCOPE):
        assert ExplainedHit.objects.get().until == (MONDAY + 60 * DAY).date()


def test_facts_that_went_and_came_back_are_asked_about_again(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    pair(cast, home)
    make(run_of(), hit(home))
    answer(cast, clues()[0], "EXPLAIN", MONDAY + DAY)
    assert make(run_of("2026-10"), at=MONDAY + 30 * DAY).changed == 1
    assert make(run_of("2026-11"), hit(home), at=MONDAY + 60 * DAY).opened == 1


def test_what_nobody_knows_ends_no_answer_and_takes_nothing_from_a_clue(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    pair(cast, home)
    make(run_of(), hit(home), hit(home, "water_unsafe", risk="WATER"))
    medical = next(row for row in clues() if row.risk == "ILLNESS")
    answer(cast, medical, "EXPLAIN", MONDAY + DAY)
    # A month without the lists: nothing is known of either, and nothing changes.
    silent = make(run_of("2026-10"), at=MONDAY + 30 * DAY, settled=lambda keys: set())
    assert (silent.changed, silent.gone) == (0, 0)
    # The list comes again with the same value: it is still the answered one.
    again = make(run_of("2026-11"), hit(home), at=MONDAY + 60 * DAY, settled=lambda keys: set())
    assert (again.opened, again.silent) == (0, 1)


def test_a_clue_made_void_is_no_answer_but_its_run_does_not_ask_again(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    run = run_of()
    make(run, hit(home))
    (row,) = clues()
    void = {"void_reason": "重复"}
    take(scope=cast.township.scope, at=MONDAY, proceeding_id=row.id, step="VOID", facts=void)
    assert make(run, hit(home)).opened == 0
    assert make(run_of("2026-10"), hit(home), at=MONDAY + 30 * DAY).opened == 1


def test_a_hit_that_is_gone_is_noted_and_closes_nothing(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    make(run_of(), hit(home))
    run = run_of("2026-10")
    assert make(run, at=MONDAY + 30 * DAY).gone == 1
    (row,) = clues()
    assert row.closed_at is None
    with activate(SCOPE):
        note = ClueOrigin.objects.get(proceeding=row, rule_id="")
        assert note.words.startswith("2026-10")
    before = counted()
    assert make(run, at=MONDAY + 31 * DAY).gone == 0
    assert counted() == before


def test_a_household_that_is_closed_gets_no_clue(cast: Cast) -> None:
    (home,) = add_homes(VILLAGE)
    with activate(SCOPE):
        from bangfu.domains.registry.models import Household

        Household.objects.filter(id=home).update(closed_on=MONDAY.date(), member_count=0)
    made = make(run_of(), hit(home))
    assert (made.opened, made.absent) == (0, 1)


def test_only_the_county_and_its_newest_run_make_clues(cast: Cast) -> None:
    def asked(scope: object, region: object, period: str = "2026-09") -> str:
        try:
            making.make_clues(
                scope=scope,  # type: ignore[arg-type]
                at=MONDAY,
                region=region,  # type: ignore[arg-type]
                period=Period(period),
            )
        except (Conflict, NotAllowed, NotFound, Refused) as error:
            return error.code
        return ""

    run_of("2026-09")
    run_of("2026-10")
    assert asked(cast.neighbour.scope, YUNXI) == "E-ACCESS-REGION"
    assert asked(cast.county.scope, SHIQIAO) == "E-ACCESS-REGION"
    assert asked(cast.cadre.scope, YUNXI) == "E-ACCESS-PERMISSION"
    assert asked(cast.county.scope, YUNXI_TOWN) == "E-CLUES-COUNTY"
    assert asked(cast.county.scope, YUNXI, "2026-08") == "E-SCREENING-NO-RUN"
    assert asked(cast.county.scope, YUNXI, "2026-09") == "E-CLUES-OLD-RUN"
