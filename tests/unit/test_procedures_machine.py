"""The machine: a case from clue to register by hand, and every kind of refusal on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bangfu.kernel.errors import Conflict, NotAllowed, Refused
from bangfu.kernel.workdays import Due, WorkCalendar
from bangfu.procedures import (
    Doer,
    Done,
    Lack,
    Lacks,
    Level,
    Refusal,
    Taken,
    Why,
    as_error,
    offers,
    open_instance,
    recompute,
    sentences,
    take,
)
from tests.procedure_kit import (
    anybody,
    attempt,
    begin,
    book,
    definition,
    doer_for,
    go,
    noon,
    terms,
)

# A Monday; October's holidays are over and nothing until New Year is off.
MONDAY = date(2026, 10, 12)


def day(after: int) -> date:
    return MONDAY + timedelta(days=after)


def on_notice():
    """An identification on notice since Thursday the 15th."""
    case = begin("identification", MONDAY)
    return go(
        case,
        ("AUTHORISE", day(0)),
        ("RECORD_COMPARISON", day(1)),
        ("RECORD_VISIT", day(2)),
        ("PASS", day(2)),
        ("HOLD_REVIEW", day(3)),
        ("POST_NOTICE", day(3)),
    )


def lacks(found: Taken | Refusal) -> set[Lack]:
    assert isinstance(found, Refusal), found
    assert found.why is Why.LACKING
    return set(found.lacks)


def test_a_case_goes_from_the_clue_to_the_register():
    case = on_notice()
    # Posted on the 15th, full days are the 16th to the 20th: the township may review on the 21st.
    case = go(case, ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(9)), ("DECIDE", day(11)))
    assert case.state == "DECIDED"
    assert "whole" not in case.deadlines, "the clock to the decision has ended"
    case = go(case, ("ANNOUNCE", day(12)), ("REGISTER", day(12)))
    assert (case.state, case.deadlines, case.next_due()) == ("REGISTERED", {}, None)


def test_a_notice_stands_five_full_days_before_the_township():
    case = on_notice()
    too_soon = attempt(case, "SUBMIT", day(8))
    early = {"notice_is_over", "submitted_after_notice"}
    assert lacks(too_soon) == {Lack(Lacks.GUARD, name) for name in early}
    assert attempt(case, "SUBMIT", day(9)).instance.state == "TOWNSHIP"


def test_an_objection_is_for_the_days_of_the_notice_only():
    case = on_notice()
    objected = attempt(case, "OBJECT", day(8), objected_on=day(8))
    assert objected.instance.state == "OBJECTED"
    late = attempt(case, "OBJECT", day(9), objected_on=day(9))
    assert lacks(late) == {Lack(Lacks.GUARD, "objection_in_time")}
    assert "新线索" in sentences(definition("identification"), late, "zh")[0]
    back = go(objected.instance, ("DISMISS_OBJECTION", day(8)))
    assert back.state == "NOTICED", "the notice is not posted a second time"
    again = go(objected.instance, ("UPHOLD_OBJECTION", day(8)))
    assert again.state == "CHECKING"
    assert {"visited_on", "noticed_on"}.isdisjoint(again.facts)
    assert "authorised_on" in again.facts


@pytest.mark.parametrize(
    ("step", "changed", "guard"),
    [
        ("RECORD_COMPARISON", {"compared_on": day(-1)}, "compared_after_authorisation"),
        ("RECORD_VISIT", {"visited_on": day(-1)}, "visited_after_clue"),
        ("RECORD_VISIT", {"visitors": ("一人",)}, "two_visitors"),
    ],
)
def test_a_check_out_of_order_or_by_one_is_refused(step, changed, guard):
    case = go(begin("identification", MONDAY), ("AUTHORISE", MONDAY))
    assert lacks(attempt(case, step, day(1), **changed)) == {Lack(Lacks.GUARD, guard)}


def test_nobody_can_decide_with_a_date_before_the_township():
    case = go(on_notice(), ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(10)))
    found = attempt(case, "DECIDE", day(11), decided_on=day(9))
    assert lacks(found) == {Lack(Lacks.GUARD, "decided_after_township")}
    reviewers = case.facts["township_reviewers"]
    same = attempt(case, "DECIDE", day(11), deciders=reviewers)
    assert lacks(same) == {Lack(Lacks.GUARD, "county_by_others")}


@pytest.mark.parametrize(
    ("votes", "guard"),
    [
        ({"votes_present": 19, "votes_agree": 15, "votes_against": 0}, "quorum"),
        ({"votes_present": 20, "votes_agree": 10, "votes_against": 10}, "majority"),
        ({"votes_present": 31}, "present_of_due"),
        ({"votes_agree": 26, "votes_against": 0}, "votes_of_present"),
    ],
)
def test_a_review_needs_its_votes(votes, guard):
    case = begin("identification", MONDAY)
    case = go(
        case,
        ("AUTHORISE", MONDAY),
        ("RECORD_VISIT", MONDAY),
        ("RECORD_COMPARISON", MONDAY),
        ("PASS", MONDAY),
    )
    assert Lack(Lacks.GUARD, guard) in lacks(attempt(case, "HOLD_REVIEW", day(1), **votes))
    enough = {"votes_present": 20, "votes_agree": 11, "votes_against": 9}
    assert attempt(case, "HOLD_REVIEW", day(1), **enough).instance.state == "NOTICING"


def test_a_refusal_lists_everything_that_is_missing():
    case = begin("identification", MONDAY)
    found = attempt(case, "AUTHORISE", MONDAY, authorisation_no=None, authorisation_witness=None)
    assert lacks(found) == {
        Lack(Lacks.MISSING, "authorisation_no"),
        Lack(Lacks.MISSING, "authorisation_witness"),
    }
    of = definition("identification")
    assert sentences(of, found, "zh") == ("缺少“承诺授权书编号”", "缺少“见证人”")
    error = as_error(of, found, "en")
    assert isinstance(error, Refused)
    assert error.code == "E-PROCEDURE-STEP-LACKS"
    assert "“The witness” is missing" in error.params["lacks"]


def test_what_is_asked_only_of_some_is_asked_of_them():
    case = begin("identification", MONDAY)
    away = attempt(case, "AUTHORISE", MONDAY, absent_adults=1, absent_authorised_by=None)
    assert lacks(away) == {Lack(Lacks.MISSING, "absent_authorised_by")}
    nobody_away = attempt(
        case,
        "AUTHORISE",
        MONDAY,
        absent_authorised_by=None,
        children_authorisation_no=None,
    )
    assert isinstance(nobody_away, Taken)
    unsaid = attempt(case, "AUTHORISE", MONDAY, absent_adults=None, absent_authorised_by=None)
    assert lacks(unsaid) == {Lack(Lacks.MISSING, "absent_adults")}, "silence is no no"


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"authorised_on": day(1)}, Lacks.FUTURE),
        ({"authorised_on": "2026-10-12"}, Lacks.WRONG_TYPE),
        ({"authorisation_witness": "  "}, Lacks.WRONG_TYPE),
        ({"absent_adults": -1}, Lacks.WRONG_TYPE),
        ({"absent_adults": True}, Lacks.WRONG_TYPE),
        ({"absent_authorised_by": "SHOUTING"}, Lacks.WRONG_TYPE),
        ({"visited_on": MONDAY}, Lacks.NOT_TAKEN),
        ({"colour": "red"}, Lacks.UNKNOWN_FACT),
    ],
)
def test_a_fact_that_does_not_belong_is_refused(changed, kind):
    found = attempt(begin("identification", MONDAY), "AUTHORISE", MONDAY, **changed)
    assert lacks(found) == {Lack(kind, next(iter(changed)))}


def test_people_are_named_once_each():
    case = go(begin("identification", MONDAY), ("AUTHORISE", MONDAY))
    found = attempt(case, "RECORD_VISIT", MONDAY, visitors=("甲", "甲"))
    assert lacks(found) == {Lack(Lacks.WRONG_TYPE, "visitors")}


def test_a_step_out_of_turn_is_a_conflict_that_says_what_can_be_done():
    of = definition("identification")
    found = attempt(begin("identification", MONDAY), "DECIDE", MONDAY)
    assert (found.why, found.state) == (Why.NOT_NOW, "OPENED")
    error = as_error(of, found, "zh")
    assert isinstance(error, Conflict)
    assert "登记承诺授权" in error.params["steps"]
    unknown = take(
        of, begin("identification", MONDAY), Done("X", anybody(Level.COUNTY), noon(day(1))), terms()
    )
    assert unknown.why is Why.NO_SUCH_STEP
    assert isinstance(as_error(of, unknown, "en"), Conflict)


@pytest.mark.parametrize(
    "doer",
    [
        Doer("乙", Level.TOWNSHIP, frozenset({"CASE_COUNTY"})),
        Doer("甲", Level.COUNTY, frozenset({"CASE_TOWN"})),
        Doer("甲", Level.COUNTY),
        Doer("系统", Level.SYSTEM),
    ],
)
def test_only_the_county_with_its_permission_decides(doer):
    case = go(on_notice(), ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(9)))
    found = attempt(case, "DECIDE", day(9), doer)
    assert found.why is Why.NOT_YOURS
    assert isinstance(as_error(definition("identification"), found, "zh"), NotAllowed)


def test_time_does_not_run_backwards():
    case = go(begin("identification", day(1)), ("AUTHORISE", day(1)))
    found = attempt(case, "RECORD_VISIT", MONDAY)
    assert found.why is Why.TOO_EARLY


def test_a_case_goes_on_by_the_version_that_it_began_with():
    of = definition("clue")
    case = begin("identification", MONDAY)
    with pytest.raises(ValueError, match="version"):
        take(of, case, Done("VOID", anybody(Level.COUNTY), noon(MONDAY)), terms())


def test_a_refused_family_is_told_and_may_ask_for_two_rechecks():
    case = go(begin("identification", MONDAY), ("AUTHORISE", MONDAY), ("RECORD_VISIT", MONDAY))
    refused = go(case, ("REFUSE_AFTER_CHECK", MONDAY))
    # Five working days from Monday the 12th: told by Monday the 19th.
    assert refused.deadlines["tell"].due == Due(date(2026, 10, 19))
    told = go(refused, ("TELL", day(1)))
    # Ten days to ask, to Friday the 23rd; on the 24th it can be closed, not before.
    assert lacks(attempt(told, "LAPSE", day(11))) == {Lack(Lacks.GUARD, "recheck_time_is_over")}
    assert attempt(told, "LAPSE", day(12)).instance.state == "NOT_GRANTED"
    late = attempt(told, "ASK_RECHECK", day(12))
    assert lacks(late) == {Lack(Lacks.GUARD, "recheck_in_time")}
    upheld = go(
        told,
        ("ASK_RECHECK", day(11)),
        ("TOWNSHIP_UPHOLD", day(12)),
        ("ASK_COUNTY", day(13)),
    )
    again = go(upheld, ("COUNTY_UPHOLD", day(14)))
    assert (again.state, set(again.deadlines)) == ("COUNTY_UPHELD", {"tell"})
    assert go(again, ("TELL_COUNTY", day(15))).state == "NOT_GRANTED"
    again = go(upheld, ("COUNTY_REOPEN", day(14)))
    assert again.state == "CHECKING"
    assert {"refusal_reason", "told_on", "visited_on"}.isdisjoint(again.facts)


@pytest.mark.parametrize(
    ("changed", "guard"),
    [
        ({"income_stable_since": date(2026, 5, 1)}, "income_is_stable"),
        ({"guarantees_met": False}, "guarantees_are_met"),
        ({"rigid_spending_settled": False}, "spending_is_settled"),
        ({"risk_gone": False}, "risk_is_gone"),
        ({"has_new_risk": True}, "no_new_risk"),
        ({"is_all_without_labour": True}, "somebody_can_work"),
        ({"measures_count": 0}, "help_was_given"),
    ],
)
def test_what_must_not_be_cleared_cannot_be(changed, guard):
    case = go(begin("clearing", MONDAY), ("RECORD_VISIT", day(1)), ("RECORD_COMPARISON", day(1)))
    conditions = attempt(case, "RECORD_CONDITIONS", day(1), **changed).instance
    assert lacks(attempt(conditions, "PASS", day(1))) == {Lack(Lacks.GUARD, guard)}
    kept = go(conditions, ("KEEP", day(1)))
    assert kept.state == "REFUSED"
    natural = {"clearing_way": "NATURAL", "measures_count": 0}
    if changed == {"measures_count": 0}:
        by_itself = attempt(case, "RECORD_CONDITIONS", day(1), **natural).instance
        assert go(by_itself, ("PASS", day(1))).state == "REVIEWING"


def test_the_quality_pack_stops_a_clearing_at_the_township_and_at_the_county():
    case = go(
        begin("clearing", MONDAY),
        ("RECORD_VISIT", day(1)),
        ("RECORD_COMPARISON", day(1)),
        ("RECORD_CONDITIONS", day(1)),
        ("PASS", day(1)),
        ("HOLD_REVIEW", day(1)),
        ("POST_NOTICE", day(1)),
        ("SUBMIT", day(7)),
    )
    stop = {Lack(Lacks.GUARD, "quality_does_not_stop")}
    assert lacks(attempt(case, "TOWNSHIP_AGREE", day(8), quality_stops=1)) == stop
    case = go(case, ("TOWNSHIP_AGREE", day(8)))
    assert lacks(attempt(case, "DECIDE", day(9), quality_stops=1)) == stop
    assert go(case, ("DECIDE", day(9))).state == "DECIDED"


def test_a_suspicion_is_decided_by_others_and_only_once_the_family_was_told():
    hit = begin("suspicion", MONDAY)
    unheard = attempt(hit, "HEAR_NOTHING", day(1))
    assert Lack(Lacks.MISSING, "told_on") in lacks(unheard)
    told = go(hit, ("TELL", MONDAY))
    early = attempt(told, "HEAR_NOTHING", day(10))
    assert lacks(early) == {Lack(Lacks.GUARD, "time_to_explain_is_over")}
    case = go(told, ("HEAR", day(1)), ("CHECK", day(2)), ("GIVE_OPINION", day(3)))
    checkers = case.facts["checkers"]
    same = attempt(case, "DECIDE", day(4), deciders=checkers)
    assert lacks(same) == {Lack(Lacks.GUARD, "decided_by_others")}
    wrong = attempt(case, "DECIDE", day(4), outcome="DATA_WRONG", feedback_no=None)
    assert lacks(wrong) == {Lack(Lacks.MISSING, "feedback_no")}
    by_machine = attempt(case, "DECIDE", day(4), Doer("系统", Level.SYSTEM))
    assert by_machine.why is Why.NOT_YOURS, "nothing is removed by itself"


def test_a_clue_in_danger_gets_help_first_and_the_procedure_after():
    clue = go(begin("clue", MONDAY), ("DISPATCH", MONDAY), ("RAISE_ALARM", MONDAY))
    assert {"first_help", "catch_up", "whole"} == set(clue.deadlines)
    assert clue.deadlines["first_help"].due == Due(day(1))
    early = attempt(clue, "CONFIRM", day(1))
    assert lacks(early) == {
        Lack(Lacks.MISSING, "helped_on"),
        Lack(Lacks.MISSING, "help_given"),
    }
    helped = attempt(clue, "HELP_FIRST", day(2))
    assert [(each.deadline.clock, each.is_late) for each in helped.ended] == [("first_help", True)]
    assert {"catch_up", "whole"} == set(helped.instance.deadlines)
    confirmed = go(helped.instance, ("CONFIRM", day(3)))
    assert (confirmed.state, confirmed.deadlines) == ("CONFIRMED", {})


def test_a_clue_that_nobody_handles_climbs_dated_from_village_to_prefecture():
    clue = go(begin("clue", MONDAY), ("DISPATCH", MONDAY))
    waiting = clue.deadlines["acknowledge"]
    # Two working days: to Wednesday the 14th. Rungs after 0, 1, 3, 5 and 10 working days.
    assert waiting.due == Due(day(2))
    climbed = [(rung.level, rung.on, rung.is_supervised) for rung in waiting.rungs]
    assert climbed == [
        (Level.VILLAGE, date(2026, 10, 15), False),
        (Level.TOWNSHIP, date(2026, 10, 16), False),
        (Level.COUNTY, date(2026, 10, 20), False),
        (Level.SECTOR, date(2026, 10, 22), False),
        (Level.PREFECTURE, date(2026, 10, 29), True),
    ]
    assert not waiting.is_overdue(day(2))
    assert waiting.is_overdue(day(3))
    assert [rung.level for rung in waiting.climbed(date(2026, 10, 21))] == [
        Level.VILLAGE,
        Level.TOWNSHIP,
        Level.COUNTY,
    ]


def test_more_time_is_given_once_asked_within_the_limit_and_the_ladder_follows():
    clue = go(begin("clue", MONDAY), ("DISPATCH", MONDAY), ("ACKNOWLEDGE", MONDAY))
    first = clue.deadlines["check"]
    assert first.due == Due(date(2026, 10, 19))
    for to in (date(2026, 10, 19), date(2026, 10, 27)):
        found = attempt(clue, "EXTEND", day(1), extended_to=to)
        assert lacks(found) == {Lack(Lacks.EXTENSION, "check")}
    extended = attempt(clue, "EXTEND", day(1), extended_to=date(2026, 10, 26)).instance
    later = extended.deadlines["check"]
    assert (later.due, later.first_due) == (Due(date(2026, 10, 26)), Due(date(2026, 10, 19)))
    assert later.rungs[0].on == date(2026, 10, 27)
    again = attempt(extended, "EXTEND", day(2), extended_to=date(2026, 10, 27))
    assert lacks(again) == {Lack(Lacks.EXTENSION, "check")}, "counted from the first last day"


def test_handing_over_begins_the_clock_of_the_one_who_gets_it_anew():
    clue = go(begin("clue", MONDAY), ("DISPATCH", MONDAY), ("ACKNOWLEDGE", day(1)))
    handed = attempt(clue, "REASSIGN", day(7), handlers=("新人",))
    assert handed.instance.facts["handlers"] == ("新人",)
    assert [each.clock for each in handed.started] == ["acknowledge"]
    assert [each.deadline.clock for each in handed.ended] == ["check"]
    assert handed.instance.deadlines["whole"] == clue.deadlines["whole"], "the whole goes on"
    left_alone = attempt(clue, "DISPATCH", day(7))
    assert left_alone.why is Why.NOT_NOW


def test_a_deadline_over_new_year_is_provisional_until_the_calendar_arrives():
    start = date(2026, 12, 24)
    clue = go(begin("clue", start), ("DISPATCH", start), ("ACKNOWLEDGE", start))
    before = clue.deadlines["check"]
    assert before.due == Due(date(2026, 12, 31), is_provisional=True)
    arrived = WorkCalendar(
        off=frozenset({date(2026, 12, 31), date(2027, 1, 1)}),
        worked=frozenset({date(2026, 12, 26)}),
        settled=(date(2004, 1, 1), date(2027, 12, 28)),
    )
    after = recompute(clue, arrived)
    assert after.deadlines["check"].due == Due(date(2026, 12, 30)), "25, 26, 28, 29, 30"
    assert not after.deadlines["check"].is_provisional
    assert after.deadlines["check"].rungs[0].on == date(2026, 12, 31)
    assert recompute(after, WorkCalendar()) == after, "what is settled stays"


def test_an_extended_deadline_keeps_its_day_when_the_calendar_arrives():
    start = date(2026, 12, 24)
    clue = go(begin("clue", start), ("DISPATCH", start), ("ACKNOWLEDGE", start))
    to = date(2027, 1, 5)
    extended = attempt(clue, "EXTEND", start, extended_to=to).instance
    after = recompute(extended, WorkCalendar(settled=(date(2004, 1, 1), date(2027, 12, 28))))
    assert after.deadlines["check"].due == Due(to)


def test_a_county_with_its_own_notice_waits_longer():
    case = on_notice()
    elsewhere = book().terms("430623000000")
    of = definition("identification")
    step = of.steps["SUBMIT"]
    done = Done("SUBMIT", doer_for(step), noon(day(10)), {"submitted_on": day(10)})
    early = {"notice_is_over", "submitted_after_notice"}
    assert lacks(take(of, case, done, elsewhere)) == {Lack(Lacks.GUARD, name) for name in early}
    done = Done("SUBMIT", doer_for(step), noon(day(11)), {"submitted_on": day(11)})
    assert isinstance(take(of, case, done, elsewhere), Taken)


def test_an_offer_says_what_is_asked_and_what_stands_against_it():
    village = anybody(Level.VILLAGE)
    of = definition("identification")
    found = {one.step.name: one for one in offers(of, on_notice(), village, day(5), terms())}
    assert set(found) == {"OBJECT", "SUBMIT", "WITHDRAW"}
    assert found["SUBMIT"].blocked_by == ("notice_is_over",)
    assert found["SUBMIT"].asks == ("submitted_on",)
    later = {one.step.name: one for one in offers(of, on_notice(), village, day(9), terms())}
    assert later["SUBMIT"].blocked_by == ()
    assert offers(of, on_notice(), Doer("丙", Level.VILLAGE), day(9), terms()) == ()


def test_an_instance_is_opened_by_its_opening_step_and_by_those_who_may():
    of = definition("identification")
    nobody = Doer("无", Level.VILLAGE)
    facts = {"clue_on": MONDAY, "is_fast_track": False}
    assert (
        open_instance(of, Done("OPEN", nobody, noon(MONDAY), facts), terms()).why is Why.NOT_YOURS
    )
    other = open_instance(of, Done("PASS", nobody, noon(MONDAY), facts), terms())
    assert other.why is Why.NO_SUCH_STEP
    fast = {"clue_on": MONDAY, "is_fast_track": True}
    doer = doer_for(of.opening)
    unhelped = open_instance(of, Done("OPEN", doer, noon(MONDAY), fast), terms())
    assert lacks(unhelped) == {Lack(Lacks.MISSING, "helped_on")}
