"""The second clock and the monitored status: from the decision to help, and the two ways back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bangfu.kernel.decision import Decision
from bangfu.procedures import Instance, Level, Refusal, Taken, Terms, offers
from bangfu.procedures.guards import judge
from bangfu.procedures.model import Guard, GuardKind, Text
from tests.procedure_kit import anybody, attempt, begin, book, definition, go, terms

DECIDED = date(2026, 4, 1)


def due(instance: Instance, clock: str) -> date:
    return instance.deadlines[clock].due.on


def test_a_plan_is_due_ten_days_after_the_decision_and_help_thirty():
    opened = begin("followup", date(2026, 4, 6), decided_on=DECIDED, helped_before_on=DECIDED)
    assert opened.state == "PLAN_DUE"
    # The clock began with the decision and not with the announcement five days later.
    assert due(opened, "plan") == date(2026, 4, 11)
    assert due(opened, "first_help") == date(2026, 5, 1)


def test_the_first_help_ends_the_second_clock():
    opened = begin("followup", DECIDED)
    planned = go(opened, ("PLAN", date(2026, 4, 9)))
    assert set(planned.deadlines) == {"first_help"}, "the whole clock runs on"
    helped = go(planned, ("HELP", date(2026, 4, 20)))
    assert helped.state == "HELPED"
    assert not helped.deadlines


@pytest.mark.parametrize(
    ("step", "changed", "guard"),
    [
        ("PLAN", {"measures_planned": 0}, "a_measure_is_planned"),
        ("PLAN", {"planned_on": date(2026, 3, 31)}, "planned_after_decision"),
        ("HELP", {"first_helped_on": date(2026, 3, 31)}, "helped_after_decision"),
    ],
)
def test_a_plan_without_help_or_before_the_decision_is_none(step, changed, guard):
    instance = begin("followup", DECIDED, helped_before_on=date(2026, 3, 20))
    if step == "HELP":
        instance = go(instance, ("PLAN", DECIDED))
    found = attempt(instance, step, date(2026, 4, 9), **changed)
    assert isinstance(found, Refusal)
    assert [lack.name for lack in found.lacks] == [guard]


def test_a_plan_made_anew_does_not_stop_the_clock_of_the_first_help():
    planned = go(begin("followup", DECIDED), ("PLAN", date(2026, 4, 3)))
    again = go(planned, ("REPLAN", date(2026, 4, 20)))
    assert due(again, "first_help") == due(planned, "first_help")
    assert due(again, "replan") == date(2026, 4, 25)


def test_a_contact_begins_the_clock_of_the_next_one():
    included = begin("status", date(2026, 3, 2))
    assert due(included, "contact") == date(2026, 4, 2)
    taken = attempt(included, "UPDATE", date(2026, 3, 20))
    assert isinstance(taken, Taken)
    # One month from the 20th of March, a Monday.
    assert due(taken.instance, "contact") == date(2026, 4, 20)
    assert [each.deadline.clock for each in taken.ended] == ["contact"]
    assert not taken.ended[0].is_late
    assert [each.clock for each in taken.started] == ["contact"]


def test_a_contact_that_comes_late_is_late_once():
    included = begin("status", date(2026, 3, 2))
    taken = attempt(included, "UPDATE", date(2026, 4, 3))
    assert isinstance(taken, Taken)
    assert taken.ended[0].is_late
    assert not taken.instance.deadlines["contact"].is_overdue(date(2026, 4, 3))


def test_the_two_ways_back_are_two_events():
    cleared = go(begin("status", date(2026, 1, 5)), ("CLEAR", date(2026, 7, 6)))
    assert set(cleared.deadlines) == {"afterwards"}, "a cleared household is followed on"
    reverted = go(cleared, ("REVERT", date(2026, 8, 3)))
    assert reverted.state == "REVERTED"
    assert "reflag_no" not in reverted.facts
    again = go(reverted, ("CLEAR", date(2026, 9, 7)))
    assert again.facts["cleared_on"] == date(2026, 9, 7)
    flagged = go(again, ("REFLAG", date(2026, 10, 12)))
    assert flagged.state == "REFLAGGED"
    assert flagged.facts["reflag_no"]


def test_a_clearing_is_not_marked_anew_by_a_case_from_before_it():
    cleared = go(begin("status", date(2026, 1, 5)), ("CLEAR", date(2026, 7, 6)))
    found = attempt(cleared, "REFLAG", date(2026, 8, 3), reflagged_on=date(2026, 7, 6))
    assert isinstance(found, Refusal)
    assert [lack.name for lack in found.lacks] == ["reflagged_after_clearing"]


def test_the_next_clearing_is_not_dated_before_the_last_one_was_taken_back():
    reverted = go(
        begin("status", date(2026, 1, 5)),
        ("CLEAR", date(2026, 7, 6)),
        ("REVERT", date(2026, 8, 3)),
    )
    found = attempt(reverted, "CLEAR", date(2026, 9, 7), cleared_on=date(2026, 8, 2))
    assert isinstance(found, Refusal)
    assert [lack.name for lack in found.lacks] == ["cleared_after_revert"]


def test_only_the_county_takes_a_clearing_back():
    cleared = go(begin("status", date(2026, 1, 5)), ("CLEAR", date(2026, 7, 6)))
    of, today = definition("status"), date(2026, 8, 3)
    can = {
        level: {one.step.name for one in offers(of, cleared, anybody(level), today, terms())}
        for level in (Level.SYSTEM, Level.TOWNSHIP, Level.COUNTY)
    }
    assert "REVERT" in can[Level.COUNTY]
    assert "REVERT" not in can[Level.SYSTEM] | can[Level.TOWNSHIP]


def test_a_time_that_rolls_is_over_only_when_nobody_may_ask_any_more():
    """Ten days from Wednesday, 8 April 2026 end on Saturday the 18th: the last day is Monday."""
    about = Text("问", "asks")
    over, within = (
        Guard("g", kind, about, ("told_on",), limit="case_recheck_asked")
        for kind in (GuardKind.FULL, GuardKind.WITHIN)
    )
    known = {"told_on": date(2026, 4, 8)}
    held: Terms = replace(terms(), limits=book().limits)
    for day in range(18, 23):
        today = date(2026, 4, day)
        assert judge(over, known, held, today) is Decision.of(day > 20)
        assert judge(within, known, held, today) is Decision.of(day <= 20)
