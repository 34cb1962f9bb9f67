"""Proceedings: what a step writes, two people at once, what hangs on a step. What is refused is in
test_proceedings_refused.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from bangfu.domains.monitoring import numbers, opening, services
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.ports import Ports
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, Refused
from tests.cast import SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast
from tests.proceedings_kit import (
    CLUE,
    HOUSE,
    MONDAY,
    OTHER_HOUSE,
    add_homes,
    checking,
    found_nothing,
    go,
    hours,
    refused,
    report,
    written,
)


@pytest.fixture
def homes(cast: Cast) -> Any:
    """The households of the kit."""
    return add_homes()


def clocks(one: ProceedingRecord, scope: Any) -> dict[str, tuple[date, bool]]:
    """Return the last day of each clock and whether it runs."""
    with activate(scope):
        kept = ProceedingClock.objects.filter(proceeding_id=one.id)
        return {each.clock: (each.due_on, each.ended_on is None) for each in kept}


# What a step writes


def test_a_clue_goes_from_its_report_to_no_risk_on_time(cast: Cast, homes: Any) -> None:
    town, cadre = cast.township.scope, cast.cadre.scope
    made = report(town)
    assert (made.no, made.state, made.waits_for) == ("XS2026-000001", "RECEIVED", "TOWNSHIP")
    assert (made.household_id, made.head_name) == (homes.mine, "王大山")
    # Accepting takes two days from the day of the clue, acknowledging two working days.
    assert (made.next_clock, made.next_due_on) == ("accept", date(2026, 10, 14))
    me = str(cast.cadre.user.pk)
    sent = go(town, made, "DISPATCH", hours(1), revision=1, handlers=(me,))
    assert (sent.waits_for, sent.next_clock, sent.next_due_on) == (
        "VILLAGE",
        "acknowledge",
        date(2026, 10, 14),
    )
    got = go(cadre, made, "ACKNOWLEDGE", hours(2), revision=2)
    # Five working days after Monday the 12th: Monday the 19th.
    assert (got.next_clock, got.next_due_on) == ("check", date(2026, 10, 19))
    done = go(cadre, made, "FIND_NO_RISK", hours(3), revision=3, **found_nothing(cast))
    assert (done.state, done.outcome, done.waits_for, done.next_due_on, done.revision) == (
        "NO_RISK",
        "NO_RISK",
        "",
        None,
        4,
    )
    with activate(town):
        kept = ProceedingStep.objects.order_by("at")
        assert [(one.step, one.from_state, one.to_state) for one in kept] == [
            ("REPORT", "", "RECEIVED"),
            ("DISPATCH", "RECEIVED", "DISPATCHED"),
            ("ACKNOWLEDGE", "DISPATCHED", "CHECKING"),
            ("FIND_NO_RISK", "CHECKING", "NO_RISK"),
        ]
        ended = {one.clock: one.is_late for one in ProceedingClock.objects.all()}
        assert ended == dict.fromkeys(("accept", "acknowledge", "check", "whole"), False)
        (handler,) = ProceedingHandler.objects.all()
        assert (str(handler.user_id), handler.until, handler.end_reason) == (
            me,
            hours(3),
            "NO_RISK",
        )
        origin = ClueOrigin.objects.get()
        assert (origin.words, origin.reporter) == ("说住院花了很多", "王大山 13800000000")
        assert Proceeding.objects.get().versions.count() == 3


def test_each_step_leaves_one_row_in_the_audit_log(cast: Cast, homes: Any) -> None:
    checking(cast)
    with activate(cast.county.scope):
        kept = AuditEvent.objects.filter(action__startswith="monitoring.").order_by("at", "id")
        assert [(one.action, one.detail["step"], one.detail["to"]) for one in kept] == [
            ("monitoring.proceeding.opened", "REPORT", "RECEIVED"),
            ("monitoring.proceeding.stepped", "DISPATCH", "DISPATCHED"),
            ("monitoring.proceeding.stepped", "ACKNOWLEDGE", "CHECKING"),
        ]


def test_more_time_moves_the_clock_and_another_cadre_starts_it_anew(cast: Cast, homes: Any) -> None:
    town = cast.township.scope
    made = checking(cast)
    go(town, made, "EXTEND", hours(3), extended_to=date(2026, 10, 21), extension_reason="出差")
    assert clocks(made, town)["check"] == (date(2026, 10, 21), True)
    me = str(cast.cadre.user.pk)
    other = str(cast.township.user.pk)
    go(town, made, "REASSIGN", hours(27), handlers=(other,), handover_reason="生病")
    kept = clocks(made, town)
    assert (kept["check"][1], kept["acknowledge"][1]) == (False, True)
    with activate(town):
        held = ProceedingHandler.objects.order_by("since")
        assert [(str(one.user_id), one.end_reason) for one in held] == [
            (me, "REASSIGN"),
            (other, ""),
        ]
        clock = ProceedingClock.objects.get(clock="acknowledge", ended_on__isnull=True)
        # Tuesday the 13th and two working days.
        assert clock.due_on == date(2026, 10, 15)


def test_a_second_report_of_one_matter_is_joined_and_takes_no_number(
    cast: Cast, homes: Any
) -> None:
    first = report(cast.township.scope, classes=())
    again = report(cast.cadre.scope, at=hours(1), words="邻居也说", classes=("HEALTH",), severity=3)
    assert (again.id, again.no, again.joined_now) == (first.id, first.no, True)
    assert (again.classes, again.severity) == (("HEALTH",), 3)
    of_water = report(cast.cadre.scope, at=hours(2), risk="WATER")
    of_others = [report(cast.cadre.scope, at=hours(3), risk="OTHER").no for _ in range(2)]
    assert [of_water.no, *of_others] == ["XS2026-000002", "XS2026-000003", "XS2026-000004"]
    go(cast.township.scope, first, "VOID", hours(4), void_reason="误报")
    assert report(cast.cadre.scope, at=hours(5)).id != first.id
    with activate(cast.county.scope):
        assert ClueOrigin.objects.filter(proceeding_id=first.id).count() == 2
        assert AuditEvent.objects.filter(action="monitoring.clue.joined").count() == 1


def test_numbers_of_a_county_have_no_holes(cast: Cast) -> None:
    assert numbers.reserve(YUNXI, "XS", 2026, 3) == [
        "XS2026-000001",
        "XS2026-000002",
        "XS2026-000003",
    ]
    with transaction.atomic():
        numbers.reserve(YUNXI_VILLAGE, "XS", 2026)
        transaction.set_rollback(True)
    assert numbers.reserve(YUNXI, "XS", 2026) == ["XS2026-000004"]
    assert numbers.reserve(SHIQIAO, "XS", 2026) == ["XS2026-000001"]
    assert numbers.reserve(YUNXI, "XS", 2027) == ["XS2027-000001"]


def test_what_belongs_to_a_proceeding_follows_it_to_another_village(cast: Cast, homes: Any) -> None:
    made = checking(cast)
    with activate(cast.county.scope):
        Proceeding.objects.filter(id=made.id).update(region_code="990101101202")
        for part in (ProceedingStep, ProceedingClock, ProceedingHandler, ClueOrigin):
            assert set(part.objects.values_list("region_code", flat=True)) == {"990101101202"}


def test_steps_and_reports_are_only_ever_added(cast: Cast, homes: Any) -> None:
    report(cast.township.scope)
    for part in (ProceedingStep, ClueOrigin):
        with pytest.raises(DatabaseError, match="permission denied"), activate(cast.county.scope):
            part.objects.update(by="别人")


# Two people, and the state of things


@pytest.mark.evidence("ASVS-2.3.4")
def test_f45_of_two_who_looked_at_the_same_page_the_second_is_told(cast: Cast, homes: Any) -> None:
    town, me = cast.township.scope, (str(cast.cadre.user.pk),)
    made = report(town)
    go(cast.county.scope, made, "DISPATCH", hours(1), revision=1, handlers=me)
    before = written(town)
    refused(Conflict, "E-MONITORING-REVISION", go, town, made, "DISPATCH", hours(2), 1, handlers=me)
    # Whoever says no revision is told what can be done now.
    refused(Conflict, "E-PROCEDURE-STEP-NOT-NOW", go, town, made, "DISPATCH", hours(2), handlers=me)
    assert written(town) == before


@pytest.mark.django_db(transaction=True)
def test_f45_of_two_deciders_at_the_same_instant_one_wins(cast: Cast) -> None:
    made = report(cast.township.scope, None)
    gate = Barrier(2, timeout=30)

    def void(scope: Any) -> str:
        gate.wait()
        try:
            go(scope, made, "VOID", hours(1), revision=1, void_reason="误报")
        except Conflict as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(void, (cast.township.scope, cast.county.scope)))
    assert sorted(said) == ["E-MONITORING-REVISION", "done"]
    with activate(cast.county.scope):
        assert ProceedingStep.objects.filter(step="VOID").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reports_of_one_matter_at_the_same_instant_are_one_clue(cast: Cast) -> None:
    add_homes()
    gate = Barrier(2, timeout=30)

    def say(scope: Any) -> bool:
        gate.wait()
        try:
            return report(scope).joined_now
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(say, (cast.township.scope, cast.cadre.scope)))
    assert sorted(said) == [False, True]
    assert written(cast.county.scope)[0] == 1


# What hangs on a step


@pytest.fixture
def followed() -> Iterator[list[Any]]:
    """What `Ports.after` was told, with a port that refuses VOID."""
    told: list[Any] = []

    def after(stepped: Any) -> None:
        told.append((stepped.taken.origin, stepped.row.state, dict(stepped.facts)))
        if stepped.row.state == "VOID":
            raise Refused("E-MONITORING-PLACE")

    Ports.after.append(after)
    yield told
    Ports.after.remove(after)


def test_what_follows_a_step_is_told_and_can_undo_it_whole(
    cast: Cast, homes: Any, followed: list[Any]
) -> None:
    town = cast.township.scope
    made = report(town)
    assert followed == [("", "RECEIVED", dict(CLUE))]
    before = written(town)
    refused(Refused, "E-MONITORING-PLACE", go, town, made, "VOID", hours(1), void_reason="误报")
    assert written(town) == before
    with activate(town):
        assert Proceeding.objects.get().state == "RECEIVED"


# The household's own suspicion procedure


def test_a_suspicion_is_decided_by_people_after_the_household_was_heard(
    cast: Cast, homes: Any
) -> None:
    village, town = cast.cadre.scope, cast.township.scope
    county = cast.county.scope
    second = str(cast.township.user.pk)
    me, decider = str(cast.cadre.user.pk), str(cast.county.user.pk)
    made = services.open_proceeding(
        scope=county,
        at=MONDAY,
        procedure="suspicion",
        household_no=OTHER_HOUSE,
        region=None,
        facts={
            "hit_on": MONDAY.date(),
            "data_as_of": date(2026, 9, 30),
            "rule": "vehicle_owned@2026.10",
            "authorisation_no": "SQ2026-1",
        },
        report=services.Report(words="名下有车", classes=("FINANCE",)),
    )
    assert (made.no, made.state, made.waits_for) == ("YD2026-000001", "TELLING", "VILLAGE")
    day = MONDAY.date()
    go(
        village,
        made,
        "HEAR",
        hours(1),
        told_on=day,
        told_by=(me,),
        explained_on=day,
        explanation="车是借名的",
    )
    go(village, made, "CHECK", hours(2), checked_on=day, checkers=(me, second), finding="属实")
    go(town, made, "GIVE_OPINION", hours(3), township_on=day, township_opinion="可解释")
    facts = {"decided_on": day, "deciders": (decider,), "outcome": "TRUE_EXPLAINED"}
    same = {**facts, "deciders": (second,)}
    refused(Refused, "E-PROCEDURE-STEP-LACKS", go, county, made, "DECIDE", hours(4), **same)
    done = go(county, made, "DECIDE", hours(4), **facts)
    assert (done.outcome, done.facts["explanation"]) == ("DECIDED", "车是借名的")


def test_a_household_has_one_open_case_of_identification_at_a_time(cast: Cast, homes: Any) -> None:
    facts = {"clue_on": MONDAY.date(), "clue_no": "XS2026-000009", "is_fast_track": False}

    def begin() -> Any:
        system = system_scope(YUNXI_VILLAGE, "tests")
        home = opening.find_home(system, HOUSE, None)
        with activate(system):
            return opening.open_new(
                system, MONDAY, "identification", home, facts, services.Report(), "zh"
            )

    made = begin()
    assert made.no == "SB2026-000001"
    refused(Conflict, "E-MONITORING-OPEN-ALREADY", begin)
