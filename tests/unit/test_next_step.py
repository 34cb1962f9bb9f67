"""Which of the steps offered comes next: the main one of the state, also while it is blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bangfu.domains.monitoring.domain.proceedings import next_offer, waits_for
from bangfu.procedures import Instance, Level, Value, offers
from bangfu.procedures.model import Who
from tests.procedure_kit import anybody, definition, good_value, noon, terms

TODAY = date(2026, 10, 21)


def comes_next(
    procedure: str, state: str, level: Level, *known: str, **values: Value
) -> tuple[str, Any]:
    """The step that comes next for somebody of a level, with what blocks it."""
    of = definition(procedure)
    facts = {**{name: good_value(of, name, TODAY) for name in known}, **values}
    instance = Instance(procedure, of.version, state, facts, {}, noon(TODAY))
    found = offers(of, instance, anybody(level), TODAY, terms())
    best = next_offer(of, state, frozenset(facts), found)
    return best, next((one.blocked_by for one in found if one.step.name == best), ())


@pytest.mark.parametrize(
    ("state", "level", "best"),
    [
        ("OPENED", Level.VILLAGE, "AUTHORISE"),
        ("REVIEWING", Level.VILLAGE, "HOLD_REVIEW"),
        ("NOTICING", Level.VILLAGE, "POST_NOTICE"),
        ("OBJECTED", Level.TOWNSHIP, "DISMISS_OBJECTION"),
        ("TOWNSHIP", Level.TOWNSHIP, "TOWNSHIP_AGREE"),
        ("COUNTY", Level.COUNTY, "DECIDE"),
        # Another's turn: a village withdraws nothing because it is the only thing it could do.
        ("OBJECTED", Level.VILLAGE, ""),
        ("COUNTY", Level.VILLAGE, ""),
        ("TOLD", Level.VILLAGE, ""),
    ],
)
def test_the_main_step_comes_next_and_nothing_for_those_whose_turn_it_is_not(state, level, best):
    assert comes_next("identification", state, level)[0] == best


@pytest.mark.parametrize(
    ("state", "level", "best"),
    [
        ("DISPATCHED", Level.VILLAGE, "ACKNOWLEDGE"),
        # Asking a department leads back, also while an alarm may be raised there.
        ("CHECKING", Level.VILLAGE, "FIND_NO_RISK"),
        ("CHECKING", Level.TOWNSHIP, "FIND_NO_RISK"),
        ("WITH_DEPARTMENT", Level.SECTOR, "ANSWER"),
        ("URGENT", Level.VILLAGE, "HELP_FIRST"),
    ],
)
def test_what_comes_next_of_a_clue_is_to_check_it_and_not_to_pass_it_on(state, level, best):
    assert comes_next("clue", state, level)[0] == best


def test_a_notice_that_still_hangs_names_the_step_and_what_it_waits_for():
    posted = TODAY - timedelta(days=2)
    waiting = comes_next("identification", "NOTICED", Level.VILLAGE, notice_known_on=posted)
    assert waiting == ("SUBMIT", ("notice_is_over",))
    over = comes_next(
        "identification", "NOTICED", Level.VILLAGE, notice_known_on=TODAY - timedelta(days=6)
    )
    assert over == ("SUBMIT", ())


def test_what_the_main_step_lacks_and_does_not_bring_itself_comes_first():
    asked = "identification", "CHECKING", Level.VILLAGE
    visit = ("visited_on", "visitors", "visit_finding")
    assert comes_next(*asked)[0] == "RECORD_VISIT"
    # The comparison is the county's: the village sees what the step waits for.
    assert comes_next(*asked, *visit)[0] == "PASS"
    assert comes_next("identification", "CHECKING", Level.COUNTY)[0] == ""


def test_what_is_noted_once_makes_way_for_an_answer():
    assert comes_next("suspicion", "TELLING", Level.VILLAGE)[0] == "TELL"
    assert comes_next("suspicion", "TELLING", Level.VILLAGE, "told_on", "told_by")[0] == "HEAR"
    assert comes_next("clue", "URGENT", Level.VILLAGE, "danger")[0] == "HELP_FIRST"
    helped = comes_next("clue", "URGENT", Level.VILLAGE, "danger", "helped_on", "help_given")
    assert helped[0] == "FIND_NO_RISK"


def test_a_cleared_family_is_visited_and_not_taken_back():
    for state in ("MONITORED", "CLEARED", "REVERTED", "REFLAGGED"):
        assert comes_next("status", state, Level.COUNTY)[0] == "UPDATE"


def test_what_leaves_a_state_as_it_is_has_to_bring_what_it_says_anew():
    of = definition("status")
    known = {name: good_value(of, name, TODAY) for name in of.steps["UPDATE"].needs}
    instance = Instance("status", of.version, "MONITORED", known, {}, noon(TODAY))
    found = offers(of, instance, anybody(Level.VILLAGE), TODAY, terms())
    (update,) = [one for one in found if one.step.name == "UPDATE"]
    assert update.asks == of.steps["UPDATE"].needs


def test_a_state_waits_for_the_level_of_its_main_step_however_the_steps_are_ordered():
    case = definition("identification")
    early = replace(
        case.steps["DECIDE"], name="WAIVE", is_main=False, who=(Who(Level.TOWNSHIP, "CASE_TOWN"),)
    )
    case = replace(case, steps={"WAIVE": early, **case.steps})
    assert waits_for(case, "COUNTY") == "COUNTY"
    # What time takes by itself waits for nobody of the office: here the family may still ask.
    assert waits_for(case, "TOLD") == "HOUSEHOLD"
    assert waits_for(case, "REGISTERED") == ""


def test_once_what_the_main_step_notes_is_known_the_next_one_leads_on():
    clue = definition("clue")
    first = replace(clue.steps["HELP_FIRST"], who=(Who(Level.TOWNSHIP, "CLUE_CHECK"),))
    clue = replace(clue, steps={**clue.steps, "HELP_FIRST": first})
    assert waits_for(clue, "URGENT") == "TOWNSHIP"
    assert waits_for(clue, "URGENT", {"helped_on", "help_given"}) == "VILLAGE"
