"""What a table of cases keeps safe: the days of a notice, votes, objections, and the right to be
heard again by others. The cases of both kinds go by the same rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bangfu.procedures import Instance, Lack, Lacks, Level, Refusal, Taken, Why
from tests.procedure_kit import anybody, attempt, begin, definition, go

KINDS = ["identification", "clearing"]
MONDAY = date(2026, 10, 12)
VOTES = {"votes_due": 30, "votes_present": 30, "votes_agree": 20, "votes_against": 10}


def day(after: int) -> date:
    return MONDAY + timedelta(days=after)


def broken(found: Taken | Refusal) -> set[str]:
    """The guards that a refusal names."""
    assert isinstance(found, Refusal), found
    assert found.why is Why.LACKING
    return {lack.name for lack in found.lacks if lack.kind is Lacks.GUARD}


def checked(procedure: str) -> Instance:
    """A case of Monday the 12th with everything for the review but the review."""
    case = begin(procedure, MONDAY)
    if procedure == "identification":
        case = go(case, ("AUTHORISE", MONDAY))
    else:
        case = go(case, ("RECORD_CONDITIONS", MONDAY))
    return go(case, ("RECORD_VISIT", MONDAY), ("RECORD_COMPARISON", MONDAY), ("PASS", MONDAY))


def on_notice(procedure: str) -> Instance:
    """A case on notice since Thursday the 15th: objections until the 20th."""
    return go(checked(procedure), ("HOLD_REVIEW", day(3)), ("POST_NOTICE", day(3)))


def refused(procedure: str) -> Instance:
    """A case that the township refused on Wednesday the 21st."""
    return go(on_notice(procedure), ("SUBMIT", day(9)), ("TOWNSHIP_REFUSE", day(9)))


@pytest.mark.parametrize("procedure", KINDS)
def test_a_family_cannot_have_been_told_before_it_was_refused(procedure):
    case = refused(procedure)
    assert case.facts["refused_on"] == day(9)
    for told in (day(-11), day(8)):
        assert broken(attempt(case, "TELL", day(9), told_on=told)) == {"told_after_refusal"}
    assert go(case, ("TELL", day(9))).state == "TOLD"


@pytest.mark.parametrize("procedure", KINDS)
def test_the_days_to_ask_count_from_when_the_telling_was_recorded(procedure):
    # Told on the 21st, written down on the 30th: asked until the 9th of November.
    told = attempt(refused(procedure), "TELL", day(18), told_on=day(9)).instance
    assert broken(attempt(told, "LAPSE", day(28))) == {"recheck_time_is_over"}
    assert attempt(told, "LAPSE", day(29)).instance.state == "NOT_GRANTED"
    asked = attempt(told, "ASK_RECHECK", day(28)).instance
    # The township's answer is written down late as well.
    upheld = attempt(
        asked, "TOWNSHIP_UPHOLD", day(50), township_recheck_on=day(30),
        township_recheck_told_on=day(31),
    )  # fmt: skip
    assert isinstance(upheld, Taken), upheld
    assert broken(attempt(upheld.instance, "LAPSE_AGAIN", day(60))) == {
        "county_recheck_time_is_over"
    }
    assert attempt(upheld.instance, "ASK_COUNTY", day(60)).instance.state == "COUNTY_RECHECK"


@pytest.mark.parametrize("procedure", KINDS)
def test_whoever_refused_does_not_recheck_at_either_level(procedure):
    case = refused(procedure)
    assert case.facts["refused_by"] == ("某人",)
    asked = go(case, ("TELL", day(10)), ("ASK_RECHECK", day(11)))
    me = ("某人",)
    assert broken(attempt(asked, "TOWNSHIP_UPHOLD", day(12), township_recheckers=me)) == {
        "recheck_not_by_refuser"
    }
    county = go(asked, ("TOWNSHIP_UPHOLD", day(12)), ("ASK_COUNTY", day(13)))
    for who, guard in (
        (me, "county_recheck_not_by_refuser"),
        (("township_recheckers-1",), "county_recheck_by_others"),
        (("visitors-2",), "county_recheck_not_by_visitors"),
    ):
        assert broken(attempt(county, "COUNTY_UPHOLD", day(14), county_recheckers=who)) == {guard}


@pytest.mark.parametrize("procedure", KINDS)
def test_who_decided_for_the_county_or_looked_into_an_objection_does_not_recheck(procedure):
    case = go(on_notice(procedure), ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(9)))
    case = go(case, ("COUNTY_REFUSE", day(10)), ("TELL", day(10)), ("ASK_RECHECK", day(11)))
    case = go(case, ("TOWNSHIP_UPHOLD", day(12)), ("ASK_COUNTY", day(13)))
    found = attempt(case, "COUNTY_UPHOLD", day(14), county_recheckers=("deciders-1",))
    assert broken(found) == {"county_recheck_not_by_deciders"}
    objected = go(on_notice(procedure), ("OBJECT", day(4)), ("REFUSE_FOR_OBJECTION", day(5)))
    asked = go(objected, ("TELL", day(6)), ("ASK_RECHECK", day(6)))
    found = attempt(asked, "TOWNSHIP_UPHOLD", day(7), township_recheckers=("objection_checkers-1",))
    assert broken(found) == {"recheck_not_by_checkers"}


@pytest.mark.parametrize("procedure", KINDS)
def test_a_recheck_of_the_county_ends_only_when_the_family_has_heard_of_it(procedure):
    case = go(refused(procedure), ("TELL", day(9)), ("ASK_RECHECK", day(9)))
    case = go(case, ("TOWNSHIP_UPHOLD", day(10)), ("ASK_COUNTY", day(11)))
    upheld = go(case, ("COUNTY_UPHOLD", day(14)))
    # Monday the 26th and five working days: told by Monday the 2nd of November.
    assert upheld.deadlines["tell"].due.on == date(2026, 11, 2)
    found = attempt(upheld, "TELL_COUNTY", day(15), county_recheck_told_on=day(13))
    assert broken(found) == {"recheck_after_told"}
    assert go(upheld, ("TELL_COUNTY", day(15))).state == "NOT_GRANTED"


@pytest.mark.parametrize("procedure", KINDS)
def test_what_a_case_that_is_done_again_was_refused_with_is_gone(procedure):
    case = go(on_notice(procedure), ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(9)))
    case = go(case, ("COUNTY_REFUSE", day(10)), ("TELL", day(10)), ("ASK_RECHECK", day(11)))
    again = go(case, ("REOPEN", day(12)))
    gone = {"refused_on", "refused_by", "told_known_on", "decided_on", "deciders", "decision_no",
            "batch_no", "sealed_scan_no", "notice_known_on"}  # fmt: skip
    assert gone.isdisjoint(again.facts)


@pytest.mark.parametrize("procedure", KINDS)
def test_a_notice_counts_from_the_day_on_which_it_was_recorded(procedure):
    case = go(checked(procedure), ("HOLD_REVIEW", day(3)))
    # Said on the 21st to hang since the 15th: five full days are the 22nd to the 26th.
    case = attempt(case, "POST_NOTICE", day(9), noticed_on=day(3)).instance
    assert case.facts["notice_known_on"] == day(9)
    assert "notice_is_over" in broken(attempt(case, "SUBMIT", day(14)))
    early = attempt(case, "SUBMIT", day(15), submitted_on=day(14))
    assert broken(early) == {"submitted_after_notice"}
    assert go(case, ("SUBMIT", day(15))).state == "TOWNSHIP"


@pytest.mark.parametrize("procedure", KINDS)
def test_an_objection_of_the_window_is_taken_after_the_report_and_undoes_it(procedure):
    reported = go(on_notice(procedure), ("SUBMIT", day(9)))
    for case in (reported, go(reported, ("TOWNSHIP_AGREE", day(9)))):
        late = attempt(case, "OBJECT", day(10), objected_on=day(9))
        assert broken(late) == {"objection_in_time"}
        objected = attempt(case, "OBJECT", day(10), objected_on=day(8)).instance
        assert objected.state == "OBJECTED"
        assert {"submitted_on", "township_on", "township_no"}.isdisjoint(objected.facts)
        back = go(objected, ("DISMISS_OBJECTION", day(10)))
        # The notice stood its days: it is reported anew, and the township looks at it again.
        assert go(back, ("SUBMIT", day(10)), ("TOWNSHIP_AGREE", day(10))).state == "COUNTY"


def test_a_second_objection_is_not_answered_with_what_came_of_the_first():
    case = go(on_notice("identification"), ("OBJECT", day(4)), ("DISMISS_OBJECTION", day(5)))
    again = go(case, ("OBJECT", day(6)))
    assert "objection_result" not in again.facts
    early = attempt(again, "DISMISS_OBJECTION", day(7), objection_checked_on=day(5))
    assert broken(early) == {"objection_checked_after_raised"}
    assert go(again, ("DISMISS_OBJECTION", day(7))).state == "NOTICED"


@pytest.mark.parametrize("procedure", KINDS)
@pytest.mark.parametrize("step", ["DISMISS_OBJECTION", "UPHOLD_OBJECTION", "REFUSE_FOR_OBJECTION"])
def test_an_objection_is_looked_into_after_it_was_raised(procedure, step):
    case = go(on_notice(procedure), ("OBJECT", day(5)))
    early = attempt(case, step, day(6), objection_checked_on=day(4))
    assert broken(early) == {"objection_checked_after_raised"}
    assert isinstance(attempt(case, step, day(6), objection_checked_on=day(5)), Taken)


@pytest.mark.parametrize("procedure", KINDS)
@pytest.mark.parametrize(
    ("changed", "guards"),
    [
        # Of 30 present 20 and 20 are 40 votes; 20 and 10 are all of them; 20 and 5 leave five.
        ({"votes_against": 20}, {"votes_of_present"}),
        ({"votes_against": 10}, set()),
        ({"votes_against": 5}, set()),
        # Half of those present is no majority.
        ({"votes_agree": 15, "votes_against": 15}, {"majority"}),
    ],
)
def test_no_more_votes_are_given_than_people_came(procedure, changed, guards):
    found = attempt(checked(procedure), "HOLD_REVIEW", day(3), **{**VOTES, **changed})
    assert (broken(found) if guards else isinstance(found, Taken)) == (guards or True)


@pytest.mark.parametrize("procedure", KINDS)
@pytest.mark.parametrize(("agree", "is_taken"), [(30, False), (16, False), (15, True), (0, True)])
def test_a_review_that_agreed_is_not_written_down_as_a_refusal(procedure, agree, is_taken):
    votes = {**VOTES, "votes_agree": agree, "votes_against": 30 - agree}
    found = attempt(checked(procedure), "REJECT_AT_REVIEW", day(3), **votes)
    assert (isinstance(found, Taken) or broken(found)) == (is_taken or {"no_majority"})


@pytest.mark.parametrize("procedure", KINDS)
@pytest.mark.parametrize("step", ["DECIDE", "COUNTY_REFUSE"])
def test_the_county_decides_after_the_day_of_the_township(procedure, step):
    case = go(on_notice(procedure), ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(9)))
    for early in (day(8), day(9)):
        found = attempt(case, step, day(10), decided_on=early)
        assert broken(found) == {"decided_after_township"}
    reviewers = case.facts["township_reviewers"]
    assert broken(attempt(case, step, day(10), deciders=reviewers)) == {"county_by_others"}
    assert isinstance(attempt(case, step, day(10)), Taken)


@pytest.mark.parametrize("procedure", KINDS)
def test_a_refusal_of_the_county_has_its_number_its_day_and_its_deciders(procedure):
    case = go(on_notice(procedure), ("SUBMIT", day(9)), ("TOWNSHIP_AGREE", day(9)))
    needed = ("decided_on", "deciders", "decision_no", "batch_no", "sealed_scan_no")
    found = attempt(case, "COUNTY_REFUSE", day(10), **dict.fromkeys(needed))
    assert isinstance(found, Refusal)
    assert set(found.lacks) == {Lack(Lacks.MISSING, name) for name in needed}


def test_what_a_comparison_cannot_tell_clears_nobody_and_excludes_nobody():
    def compared(procedure, result):
        case = begin(procedure, MONDAY)
        first = "AUTHORISE" if procedure == "identification" else "RECORD_CONDITIONS"
        case = go(case, (first, MONDAY), ("RECORD_VISIT", MONDAY))
        case = attempt(case, "RECORD_COMPARISON", MONDAY, comparison_result=result).instance
        return attempt(case, "PASS", MONDAY)

    assert broken(compared("clearing", "CANNOT_TELL")) == {"comparison_can_tell"}
    assert isinstance(compared("clearing", "EXPLAINED"), Taken)
    assert broken(compared("clearing", "UNDUE")) == {"comparison_is_not_against"}
    assert isinstance(compared("identification", "CANNOT_TELL"), Taken)


def test_on_the_fast_track_help_comes_before_the_checks():
    helped = {"is_fast_track": True, "helped_on": MONDAY}
    case = go(begin("identification", MONDAY, clue_on=day(-2), **helped), ("AUTHORISE", MONDAY))
    early = attempt(case, "RECORD_VISIT", day(1), visited_on=day(-1))
    assert broken(early) == {"helped_before_visit"}
    clue = go(begin("clue", MONDAY), ("RAISE_ALARM", MONDAY), ("HELP_FIRST", day(1)))
    found = attempt(clue, "CONFIRM", day(2), checked_on=MONDAY)
    assert broken(found) == {"helped_before_check"}
    assert isinstance(attempt(clue, "CONFIRM", day(2)), Taken)


def test_nobody_types_what_the_machine_keeps():
    case = go(on_notice("identification"), ("SUBMIT", day(9)))
    kept = {"refused_on": day(1), "refused_by": ("别人",)}
    found = attempt(case, "TOWNSHIP_REFUSE", day(9), anybody(Level.TOWNSHIP), **kept)
    assert isinstance(found, Refusal)
    assert set(found.lacks) == {Lack(Lacks.NOT_TAKEN, name) for name in kept}
    of = definition("identification")
    assert all(not set(step.keeps) & set(step.takes) for step in of.steps.values())
