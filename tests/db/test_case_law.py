"""What cannot be done to a family in a case: a notice that never hung its days, an objection that
is lost, a refusal without a list, a recheck by whoever refused, days that a date took away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bangfu.domains.monitoring.cases import batches, notices
from bangfu.domains.monitoring.domain.cases import BatchDecision
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import ProceedingStep
from bangfu.domains.publicity import selectors as publicity
from bangfu.domains.publicity.domain import NoticeRecord, NoticeState, ObjectionState, ObjectionWay
from bangfu.domains.publicity.objections import ObjectionForm
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode
from tests import cases_kit as kit
from tests.cases_kit import DECIDED, POSTED, TOWN_DAY, Office, again, noon
from tests.cast import YUNXI_TOWN, Player, _player
from tests.proceedings_kit import HOUSE, OTHER_HOUSE, go
from tests.sweeping_kit import swept

STONE, STONE_TOWN = RegionCode("990101102201"), RegionCode("990101102000")


@pytest.fixture
def office(cast) -> Office:
    return kit.settle(cast)


def refusal(act: Any, *args: Any, **named: Any) -> str:
    """Return what an act is refused with: its code, and what the machine says it lacks."""
    with pytest.raises(BangfuError) as refused:
        act(*args, **named)
    return f"{refused.value.code} {dict(refused.value.params).get('lacks', '')}".strip()


def objection(
    office: Office, notice: NoticeRecord, case: ProceedingRecord, raised: int, on: date
) -> None:
    """The village writes down what was said on a day of October."""
    form = ObjectionForm(case.id, date(2026, 10, raised), "村民甲", ObjectionWay.ORAL, "他家有车")
    notices.object_to(scope=office.v, at=noon(on, 20), notice_id=notice.id, form=form)


def dismiss(office: Office, by: Player, case: ProceedingRecord, on: date, minute: int = 25) -> None:
    assert by.scope
    go(by.scope, case, "DISMISS_OBJECTION", noon(on, minute), objection_checked_on=on,
       objection_checkers=office.ids(office.second), objection_result="车是女儿家的")  # fmt: skip


# The five days of the notice


def test_a_notice_cannot_be_drawn_up_afterwards_and_hangs_from_when_it_is_noted(office):
    case = kit.to_notice(office)
    late = date(2026, 10, 20)
    drawn_up = {"scope": office.v, "at": noon(late), "notice": kit.wanted(case, posted_on=POSTED)}
    assert refusal(notices.draw_up, **drawn_up) == "E-PUBLICITY-POSTED-BEFORE"
    # Drawn up in time for the 14th, noted on the 20th: objections until the 25th.
    drawn = notices.draw_up(scope=office.v, at=noon(POSTED, 5), notice=kit.wanted(case))
    hung = notices.hang(scope=office.v, at=noon(late), notice_id=drawn.id)
    assert (hung.posted_on, hung.until_on) == (POSTED, date(2026, 10, 25))
    same_hour = refusal(go, office.v, case, "SUBMIT", noon(late, 5), submitted_on=late)
    assert same_hour.startswith("E-PROCEDURE-STEP-LACKS 公示未满")
    on = date(2026, 10, 26)
    early = refusal(go, office.v, case, "SUBMIT", noon(on), submitted_on=date(2026, 10, 25))
    assert "报送乡镇日期须在公示满规定的足日之后" in early
    assert go(office.v, case, "SUBMIT", noon(on), submitted_on=on).state == "TOWNSHIP"


# Objections


@pytest.mark.parametrize("is_at_county", [False, True])
def test_an_objection_of_the_last_day_is_taken_after_the_report(office, is_at_county):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    if is_at_county:
        kit.to_county(office, case)
    else:
        go(office.v, case, "SUBMIT", noon(TOWN_DAY), submitted_on=TOWN_DAY)
    resting = refusal(
        notices.take_down, scope=office.v, at=noon(TOWN_DAY, 10), notice_id=notice.id, reason="误"
    )
    assert resting == "E-PUBLICITY-STATE", "whoever takes it down takes the objections with it"
    objection(office, notice, case, 19, TOWN_DAY)
    objected = again(office.c, case)
    assert objected.state == "OBJECTED"
    assert {"submitted_on", "township_on"}.isdisjoint(objected.facts)
    with activate(office.c):
        step = ProceedingStep.objects.filter(proceeding_id=case.id).latest("at")
        assert (step.step, step.by, step.by_id) == ("OBJECT", "村干部", str(office.village.user.pk))
    dismiss(office, office.cast.township, case, TOWN_DAY)
    [answered] = publicity.get_notice(office.t, notice.id).objections
    assert answered.state is ObjectionState.UNFOUNDED
    # Nothing of the notice has to be done again; the township looks at it with the answer.
    kit_no = "清溪呈〔2026〕9号"
    go(office.v, case, "SUBMIT", noon(TOWN_DAY, 30), submitted_on=TOWN_DAY)
    kit.paper(office.t, case, "township_review", kit_no, noon(TOWN_DAY, 35))
    done = go(office.t, case, "TOWNSHIP_AGREE", noon(TOWN_DAY, 40), township_on=TOWN_DAY,
              township_reviewers=office.ids(office.second), township_no=kit_no)  # fmt: skip
    assert done.state == "COUNTY"


def test_an_objection_of_a_day_after_the_notice_is_refused_also_after_the_report(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    kit.to_county(office, case)
    assert refusal(objection, office, notice, case, 20, TOWN_DAY) == "E-PUBLICITY-OBJECTION-LATE"
    kit.decide(office, case)
    # Once the county has decided it is a new clue.
    decided = refusal(objection, office, notice, case, 19, DECIDED)
    assert decided.startswith("E-PROCEDURE-STEP-NOT-NOW")
    assert publicity.get_notice(office.v, notice.id).objections == ()


def test_a_household_that_moves_while_on_notice_is_objected_to_where_the_notice_hangs(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    with activate(office.c):
        Household.objects.filter(household_no=HOUSE).update(region_code=str(STONE))
    swept(date(2026, 10, 15))
    moved = again(office.c, case)
    assert (moved.region_code, moved.state) == (str(STONE), "NOTICED")
    # The board hangs in 上坪村, and so do its telephone and its objections.
    objection(office, notice, case, 16, date(2026, 10, 16))
    stone = _player("shimen", "石门干部", "VILLAGE_OFFICER", STONE)
    town = _player("baishi", "白石干部", "TOWNSHIP_OFFICER", STONE_TOWN)
    submit = ("SUBMIT", noon(TOWN_DAY))
    blocked = refusal(go, stone.scope, case, *submit, submitted_on=TOWN_DAY)
    assert blocked.startswith("E-PROCEDURE-STEP-NOT-NOW")
    # The new township looks into it; the answer stands with the notice of the old village.
    dismiss(office, town, case, date(2026, 10, 18))
    [answered] = publicity.get_notice(office.v, notice.id).objections
    assert (answered.state, answered.finding) == (ObjectionState.UNFOUNDED, "车是女儿家的")
    assert go(stone.scope, case, *submit, submitted_on=TOWN_DAY).state == "TOWNSHIP"
    # Sent back, it no longer rests on the notice that hung elsewhere.
    go(town.scope, case, "TOWNSHIP_RETURN", noon(TOWN_DAY, 5), return_reason="材料不全")
    assert publicity.get_notice(office.v, notice.id).state is NoticeState.WITHDRAWN


def test_the_neighbouring_county_objects_to_nothing_of_ours(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    form = ObjectionForm(case.id, POSTED, "村民甲", ObjectionWay.ORAL, "他家有车")
    bing = {"scope": office.cast.neighbour.scope, "at": noon(POSTED, 20), "notice_id": notice.id}
    assert refusal(notices.object_to, **bing, form=form) == "E-PUBLICITY-NOT-FOUND"
    assert again(office.c, case).state == "NOTICED"


def merge(at: date) -> None:
    """王大山 joins the household of 李小河."""
    clerk = command_scope(YUNXI_TOWN, "tests")
    acts.merge_households(
        scope=clerk, at=noon(at), source=acts.Origin("BG-1", YUNXI_TOWN), on=at,
        household_no=OTHER_HOUSE, other_household_no=HOUSE, relation="YOUNGER_BROTHER",
    )  # fmt: skip


def test_a_household_that_merges_while_on_notice_takes_its_case_and_its_objections_along(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    merge(date(2026, 10, 15))
    merged = again(office.c, case)
    assert (merged.household_no, merged.state) == (OTHER_HOUSE, "NOTICED")
    objection(office, notice, case, 16, date(2026, 10, 16))
    assert again(office.c, case).state == "OBJECTED"
    dismiss(office, office.cast.township, case, date(2026, 10, 17))
    assert go(office.v, case, "SUBMIT", noon(TOWN_DAY), submitted_on=TOWN_DAY).state == "TOWNSHIP"


def test_of_two_cases_of_households_that_merge_one_is_void_and_off_the_notice(office):
    gone, kept = kit.to_notice(office), kit.to_notice(office, household_no=OTHER_HOUSE)
    notice = kit.hang(office, gone, kept)
    merge(date(2026, 10, 15))
    void = again(office.c, gone)
    assert (void.state, kept.no in str(void.facts["void_reason"])) == ("VOID", True)
    assert again(office.c, kept).state == "NOTICED"
    assert publicity.get_notice(office.v, notice.id).state is NoticeState.PUBLISHED
    # What is said of the household is said of the case that goes on.
    on = date(2026, 10, 16)
    assert refusal(objection, office, notice, gone, 16, on) == "E-PUBLICITY-NOT-FOUND"
    objection(office, notice, kept, 16, on)
    assert again(office.c, kept).state == "OBJECTED"


# The county's refusal


def test_the_county_refuses_by_a_list_too(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    typed = {
        "refusal_reason": "收入高于监测线", "decided_on": DECIDED, "decision_no": "云〔2026〕9号",
        "deciders": office.ids(office.decider), "batch_no": "2026年第1批", "sealed_scan_no": "x",
    }  # fmt: skip
    alone = refusal(go, office.c, case, "COUNTY_REFUSE", noon(DECIDED), **typed)
    assert alone == "E-MONITORING-BATCH-NEEDED"
    line = batches.BatchLine(case.id, BatchDecision.REFUSE, reason="收入高于监测线")
    batch = kit.listed(office, line)
    on_the_day = kit.ruling(office, decided_on=TOWN_DAY)
    asked = {"scope": office.c, "at": noon(DECIDED, 5), "batch_id": batch.id}
    [problem] = batches.check(**asked, ruling=on_the_day)
    assert "县级审定须在乡镇审核之后" in str(problem.params["lacks"])
    batches.decide(**asked, ruling=kit.ruling(office))
    refused = again(office.c, case)
    assert refused.state == "REFUSED"
    assert (refused.facts["decision_no"], refused.facts["decided_on"]) == (
        "云溪〔2026〕9号",
        DECIDED,
    )
    assert refused.facts["deciders"] == office.ids(office.decider)


def test_the_county_does_not_decide_on_the_day_of_the_township(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    batch = kit.listed(office, batches.BatchLine(case.id, category=kit.CATEGORY))
    ruling = kit.ruling(office, decided_on=TOWN_DAY)
    asked = {"scope": office.c, "at": noon(DECIDED, 5), "batch_id": batch.id}
    assert refusal(batches.decide, **asked, ruling=ruling) == "E-MONITORING-BATCH-ROWS"
    assert again(office.c, case).state == "COUNTY"


# The right to be heard again


def refused_by_the_township(office: Office) -> ProceedingRecord:
    """A case that 乙 refused on Tuesday the 20th."""
    case = kit.to_notice(office)
    kit.hang(office, case)
    go(office.v, case, "SUBMIT", noon(TOWN_DAY), submitted_on=TOWN_DAY)
    go(office.t, case, "TOWNSHIP_REFUSE", noon(TOWN_DAY, 5), refusal_reason="收入稳定")
    return case


def test_a_telling_that_is_dated_back_takes_no_day_from_the_family(office):
    case = refused_by_the_township(office)
    before = refusal(
        go, office.v, case, "TELL", noon(TOWN_DAY, 10), told_on=date(2026, 10, 1),
        told_way="IN_PERSON",
    )  # fmt: skip
    assert "告知不能早于作出不予纳入决定" in before
    # Told on the 20th, written down on the 29th: the family may ask until the 8th of November.
    go(office.v, case, "TELL", noon(date(2026, 10, 29)), told_on=TOWN_DAY, told_way="IN_PERSON")
    early = refusal(go, office.t, case, "LAPSE", noon(date(2026, 10, 31)))
    assert "申请复核的期限未满" in early
    swept(date(2026, 11, 8))
    assert again(office.c, case).state == "TOLD"
    on = date(2026, 11, 8)
    asked = go(
        office.v, case, "ASK_RECHECK", noon(on), recheck_asked_on=on, recheck_reason="门面已转让"
    )
    assert asked.state == "TOWNSHIP_RECHECK"


def test_whoever_refused_does_not_recheck_and_the_county_tells_what_it_found(office):
    case = refused_by_the_township(office)
    assert again(office.c, case).facts["refused_by"] == office.ids(office.cast.township)
    told = {"told_on": TOWN_DAY, "told_way": "IN_PERSON"}
    go(office.v, case, "TELL", noon(TOWN_DAY, 10), **told)
    go(office.v, case, "ASK_RECHECK", noon(TOWN_DAY, 15), recheck_asked_on=TOWN_DAY,
       recheck_reason="门面已转让")  # fmt: skip
    upheld = {"township_recheck_on": TOWN_DAY, "township_recheck_told_on": TOWN_DAY,
              "township_recheck_finding": "门面仍在名下"}  # fmt: skip
    himself = refusal(
        go, office.t, case, "TOWNSHIP_UPHOLD", noon(TOWN_DAY, 20), **upheld,
        township_recheckers=office.ids(office.cast.township),
    )  # fmt: skip
    assert "复核人不能是原不予纳入办理人" in himself
    go(office.t, case, "TOWNSHIP_UPHOLD", noon(TOWN_DAY, 20), **upheld,
       township_recheckers=office.ids(office.second))  # fmt: skip
    go(office.v, case, "ASK_COUNTY", noon(DECIDED), county_recheck_asked_on=DECIDED)
    last = go(office.c, case, "COUNTY_UPHOLD", noon(DECIDED, 5), county_recheck_on=DECIDED,
              county_recheckers=office.ids(office.decider),
              county_recheck_finding="与乡镇一致")  # fmt: skip
    # Five working days from Wednesday the 21st.
    assert (last.state, last.waits_for, last.next_due_on) == (
        "COUNTY_UPHELD", "VILLAGE", date(2026, 10, 28),
    )  # fmt: skip
    day = date(2026, 10, 22)
    ended = go(office.v, case, "TELL_COUNTY", noon(day), county_recheck_told_on=day)
    assert (ended.state, ended.outcome) == ("NOT_GRANTED", "NOT_GRANTED")
