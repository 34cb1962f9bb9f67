"""Cases: from a confirmed clue to a decided, announced and listed one, with their papers."""

from __future__ import annotations

import io
from datetime import date, timedelta

import docx
import pytest

from bangfu.domains.monitoring import listing
from bangfu.domains.monitoring.cases import batches, batches_rows
from bangfu.domains.monitoring.cases import notices as case_notices
from bangfu.domains.monitoring.domain.cases import BatchDecision, BatchStage
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.cases import DecisionBatchRow
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.publicity import selectors as publicity
from bangfu.domains.publicity import services as notices
from bangfu.domains.publicity.domain import NoticeState, ObjectionState, ObjectionWay
from bangfu.domains.publicity.objections import ObjectionForm
from bangfu.domains.reconciliation.models import ReconciliationItem
from bangfu.domains.registry.selectors import get_household
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound, Refused
from tests import cases_kit as kit
from tests.cases_kit import DECIDED, POSTED, TOWN_DAY, Office, again, noon
from tests.proceedings_kit import HOUSE, MONDAY, OTHER_HOUSE, go, report


@pytest.fixture
def office(cast) -> Office:
    return kit.settle(cast)


def test_a_confirmed_clue_opens_a_case_that_carries_what_it_knows(office):
    case = kit.confirmed(office)
    assert (case.procedure, case.state, case.household_no) == ("identification", "OPENED", HOUSE)
    assert case.no.startswith("SB2026-")
    assert case.facts["clue_on"] == MONDAY.date()
    assert str(case.facts["clue_no"]).startswith("XS2026-")
    assert case.facts["is_fast_track"] is False
    assert set(case.classes) == {"FINANCE", "HEALTH"}


def test_a_clue_about_a_place_alone_does_not_become_a_case(office):
    clue = report(office.t, None)
    me = office.ids(office.cast.cadre)
    go(office.t, clue, "DISPATCH", MONDAY + timedelta(hours=1), handlers=me)
    go(office.cast.cadre.scope, clue, "ACKNOWLEDGE", MONDAY + timedelta(hours=2))
    with pytest.raises(Conflict) as refused:
        go(
            office.cast.cadre.scope, clue, "CONFIRM", MONDAY + timedelta(hours=3),
            checked_on=MONDAY.date(), check_way="VISIT", checkers=me, finding="属实",
            assessed_level="YELLOW", assessed_by=me,
        )  # fmt: skip
    assert refused.value.code == "E-MONITORING-CASE-NEEDS-HOUSEHOLD"


def test_the_number_of_a_document_has_to_be_that_of_a_paper_on_file(office):
    case = kit.confirmed(office)
    with pytest.raises(Refused) as refused:
        go(
            office.v, case, "AUTHORISE", noon(kit.VISITED), authorised_on=kit.VISITED,
            authorisation_no="授权001", authorisation_witness="见证人", absent_adults=0,
            has_children_apart=False,
        )  # fmt: skip
    assert refused.value.code == "E-MONITORING-PAPER-MISSING"
    assert again(office.v, case).state == "OPENED"
    kit.authorise(office, case)
    assert again(office.v, case).state == "CHECKING"


def test_a_case_is_on_notice_when_its_notice_hangs(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    now = again(office.v, case)
    assert (now.state, now.facts["notice_no"], now.facts["noticed_on"]) == (
        "NOTICED",
        notice.no,
        POSTED,
    )
    # Five full days after the 14th: the 15th to the 19th.
    assert notice.until_on == date(2026, 10, 19)


def test_a_notice_is_not_posted_by_typing_a_number(office):
    case = kit.to_notice(office)
    with pytest.raises(Refused) as refused:
        go(
            office.v, case, "POST_NOTICE", noon(POSTED), noticed_on=POSTED, notice_no="上坪1",
            notice_way="BOARD",
        )  # fmt: skip
    assert refused.value.code == "E-MONITORING-NOTICE-MISSING"


def said(case, day: int, words: str = "他家有车") -> ObjectionForm:
    return ObjectionForm(case.id, date(2026, 10, day), "村民甲", ObjectionWay.ORAL, words)


def test_an_objection_stands_with_notice_and_case_and_is_answered_with_the_step(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    for day in (16, 17):
        case_notices.object_to(
            scope=office.v, at=noon(date(2026, 10, day)), notice_id=notice.id, form=said(case, day)
        )
    now = again(office.v, case)
    assert (now.state, now.facts["objector"]) == ("OBJECTED", "#1"), "who it was is not told"
    go(
        office.t, case, "DISMISS_OBJECTION", noon(date(2026, 10, 18)),
        objection_checked_on=date(2026, 10, 18),
        objection_checkers=office.ids(office.second), objection_result="车是女儿家的",
    )  # fmt: skip
    raised = publicity.get_notice(office.t, notice.id).objections
    assert [one.state for one in raised] == [ObjectionState.UNFOUNDED] * 2
    assert raised[0].checkers == ("乙二",)


def test_an_objection_after_the_window_is_refused_and_changes_nothing(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    with pytest.raises(Conflict) as refused:
        case_notices.object_to(
            scope=office.v, at=noon(TOWN_DAY), notice_id=notice.id, form=said(case, 20)
        )
    assert refused.value.code == "E-PUBLICITY-OBJECTION-LATE"
    assert again(office.v, case).state == "NOTICED"
    assert publicity.get_notice(office.v, notice.id).objections == ()


def test_an_upheld_objection_frees_the_case_for_another_notice(office):
    case = kit.to_notice(office)
    notice = kit.hang(office, case)
    case_notices.object_to(
        scope=office.v, at=noon(date(2026, 10, 16)), notice_id=notice.id, form=said(case, 16)
    )
    go(
        office.t, case, "UPHOLD_OBJECTION", noon(date(2026, 10, 17)),
        objection_checked_on=date(2026, 10, 17),
        objection_checkers=office.ids(office.second), objection_result="属实，重新核查",
    )  # fmt: skip
    assert again(office.v, case).state == "CHECKING"
    assert publicity.get_notice(office.v, notice.id).state is NoticeState.WITHDRAWN


def test_the_county_decides_by_a_list_and_not_one_by_one(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    with pytest.raises(Conflict) as refused:
        go(
            office.c, case, "DECIDE", noon(DECIDED), monitored_category=kit.CATEGORY,
            decided_on=DECIDED, deciders=office.ids(office.decider), decision_no="云〔2026〕9号",
            batch_no="2026年第1批", sealed_scan_no="x",
        )  # fmt: skip
    assert refused.value.code == "E-MONITORING-BATCH-NEEDED"


def two_cases(office: Office):
    cases = [kit.to_notice(office), kit.to_notice(office, household_no=OTHER_HOUSE)]
    kit.hang(office, *cases)
    kit.to_county(office, *cases)
    return cases


def test_a_list_decides_all_its_cases_in_one_transaction(office):
    cases = two_cases(office)
    batch = kit.listed(
        office,
        batches.BatchLine(cases[0].id, category=kit.CATEGORY),
        batches.BatchLine(cases[1].id, BatchDecision.REFUSE, reason="收入高于监测范围"),
    )
    asked = {"scope": office.c, "at": noon(DECIDED, 5), "batch_id": batch.id}
    assert batches.check(**asked, ruling=kit.ruling(office)) == []
    assert again(office.c, cases[0]).state == "COUNTY", "a rehearsal changes nothing"
    made = batches.decide(**asked, ruling=kit.ruling(office))
    assert (made.stage, made.no) == (BatchStage.DECIDED, "2026年第1批")
    one, other = (again(office.c, each) for each in cases)
    assert (one.state, one.batch_id, one.facts["decision_no"]) == (
        "DECIDED",
        batch.id,
        "云溪〔2026〕9号",
    )
    assert (other.state, other.facts["refusal_reason"]) == ("REFUSED", "收入高于监测范围")
    with pytest.raises(Conflict):
        batches.decide(**asked, ruling=kit.ruling(office))


def test_a_refused_case_that_is_done_again_may_go_on_another_list(office):
    (case, _) = two_cases(office)
    refusal = batches.BatchLine(case.id, BatchDecision.REFUSE, reason="收入高于监测范围")
    batch = kit.listed(office, refusal)
    batches.decide(
        scope=office.c, at=noon(DECIDED, 5), batch_id=batch.id, ruling=kit.ruling(office)
    )
    go(office.v, case, "TELL", noon(DECIDED, 6), told_on=DECIDED, told_way="IN_PERSON")
    go(office.v, case, "ASK_RECHECK", noon(DECIDED, 7), recheck_asked_on=DECIDED,
       recheck_reason="门面已转让")  # fmt: skip
    assert again(office.c, case).batch_id == batch.id
    go(office.t, case, "REOPEN", noon(DECIDED, 8), return_reason="转让属实，重新核实")
    assert again(office.c, case).batch_id is None
    # As it is when it has come through all its steps a second time.
    with activate(office.c):
        Proceeding.objects.filter(id=case.id).update(state="COUNTY")
    second = kit.listed(office, batches.BatchLine(case.id, category=kit.CATEGORY))
    assert [one.proceeding_id for one in second.rows] == [case.id]
    assert batches_rows.get_batch(office.c, batch.id).rows[0].reason == "收入高于监测范围"


def test_one_case_that_cannot_be_decided_keeps_the_whole_list_back(office):
    cases = two_cases(office)
    lines = [batches.BatchLine(one.id, category=kit.CATEGORY) for one in cases]
    batch = kit.listed(office, *lines)
    go(office.v, cases[1], "WITHDRAW", noon(DECIDED, 3), withdrawal_reason="不再申请")
    asked = {"scope": office.c, "at": noon(DECIDED, 5), "batch_id": batch.id}
    [problem] = batches.check(**asked, ruling=kit.ruling(office))
    assert (problem.proceeding_id, problem.code) == (cases[1].id, "E-PROCEDURE-STEP-NOT-NOW")
    with pytest.raises(Refused) as refused:
        batches.decide(**asked, ruling=kit.ruling(office))
    assert (refused.value.code, refused.value.params["count"]) == ("E-MONITORING-BATCH-ROWS", 1)
    assert [again(office.c, each).state for each in cases] == ["COUNTY", "WITHDRAWN"]


def test_a_category_that_the_procedure_does_not_know_is_refused_with_the_case(office):
    cases = two_cases(office)
    lines = [
        batches.BatchLine(cases[0].id, category=kit.CATEGORY),
        batches.BatchLine(cases[1].id, category="NO_SUCH"),
    ]
    with pytest.raises(InvalidValue) as refused:
        kit.listed(office, *lines)
    assert (refused.value.code, refused.value.params) == (
        "E-MONITORING-BATCH-CATEGORY",
        {"no": cases[1].no, "category": "NO_SUCH"},
    )
    # What the notice named stands where the line names nothing.
    batch = kit.listed(office, batches.BatchLine(cases[0].id), batches.BatchLine(cases[1].id))
    with activate(office.c):
        kept = DecisionBatchRow.objects.filter(batch_id=batch.id)
        assert set(kept.values_list("category", flat=True)) == {kit.CATEGORY}


def test_dates_out_of_legal_order_are_refused_case_by_case(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    batch = kit.listed(office, batches.BatchLine(case.id, category=kit.CATEGORY))
    early = kit.ruling(office, decided_on=TOWN_DAY - timedelta(days=1))
    [problem] = batches.check(scope=office.c, at=noon(DECIDED, 5), batch_id=batch.id, ruling=early)
    assert "县级审定须在乡镇审核之后" in str(problem.params["lacks"])


def test_a_list_without_its_sealed_page_or_by_the_township_is_not_decided(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    line = batches.BatchLine(case.id, category=kit.CATEGORY)
    draft = {"at": noon(DECIDED), "procedure": "identification", "lines": [line]}
    with pytest.raises(NotAllowed):
        batches.draft(scope=office.t, **draft)
    unlisted = listing.ProceedingFilter(state="COUNTY", unlisted=True)
    assert listing.list_proceedings(office.c, unlisted, at=noon(DECIDED)).total == 1
    made = batches.draft(scope=office.c, **draft)
    assert listing.list_proceedings(office.c, unlisted, at=noon(DECIDED)).total == 0
    with pytest.raises(InvalidValue) as refused:
        batches.decide(
            scope=office.c, at=noon(DECIDED), batch_id=made.id, ruling=kit.ruling(office)
        )
    assert refused.value.code == "E-MONITORING-BATCH-PAPER"
    with pytest.raises(Conflict):
        batches.draft(scope=office.c, **draft)
    batches.drop(scope=office.c, at=noon(DECIDED), batch_id=made.id, reason="漏了一户")
    batches.draft(scope=office.c, **draft)


@pytest.mark.parametrize("decision", list(BatchDecision))
def test_nobody_from_below_the_county_or_from_elsewhere_decides_for_it(office, cast, decision):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    batch = kit.listed(office, batches.BatchLine(case.id, decision, kit.CATEGORY, "不符合条件"))
    county = office.decider.user.pk
    for stranger in (office.village, office.second, cast.neighbour, cast.public):
        ruling = kit.ruling(office, deciders=(county, stranger.user.pk))
        for act in (batches.check, batches.decide):
            with pytest.raises(InvalidValue) as refused:
                act(scope=office.c, at=noon(DECIDED, 5), batch_id=batch.id, ruling=ruling)
            assert refused.value.code == "E-MONITORING-BATCH-DECIDERS"
    asked = {"scope": office.c, "at": noon(DECIDED, 5), "batch_id": batch.id}
    assert batches.decide(**asked, ruling=kit.ruling(office)).deciders == (county,)


def test_what_was_decided_is_in_the_register_and_on_the_list_for_the_national_system(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    kit.decide(office, case)
    kit.announce(office, case)
    household = get_household(office.c, HOUSE)
    assert household.facts["monitored_category"].value == kit.CATEGORY
    assert household.facts["monitored_category"].source == "云溪〔2026〕9号"
    with activate(office.c):
        items = ReconciliationItem.objects.filter(household_no=HOUSE).values_list("column", "here")
        assert dict(items) == {
            "monitored_category": kit.CATEGORY,
            "risk_status": "ACTIVE",
            "risk_identified_month": "2026-10",
        }


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(para.text for para in document.paragraphs), *cells])


def test_the_whole_file_lists_what_is_missing_and_prints_what_is_known(office):
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    kit.decide(office, case)
    found = filing.list_case(office.t, case.id, at=noon(DECIDED, 10))
    states = {one.paper: one.state for one in found.states}
    assert (states["notice"], states["county_decision"]) == ("HELD", "HELD")
    assert states["home_check"] == "READY"
    assert "home_check" in {one.paper for one in found.missing}, "nobody has signed it"
    name, content = filing.make_case_file(
        scope=office.t, proceeding_id=case.id, at=noon(DECIDED, 10)
    )
    said = text_of(content)
    assert name == f"{case.no}.docx"
    for words in ("王大山", "上坪村", "授权001", "20票", "云溪〔2026〕9号", "突发严重困难户"):
        assert words in said, words
    # Bound the year after, the decision still bears the number and the day of the county's list.
    said = text_of(
        filing.make_case_file(scope=office.t, proceeding_id=case.id, at=noon(date(2027, 7, 23)))[1]
    )
    assert "批复\n云溪〔2026〕9号\n" in said
    assert "〔2027〕" not in said.split("监测对象的批复")[1].split("附件：审定")[0]


def test_a_paper_made_anew_keeps_its_number_and_the_next_household_gets_the_next(office):
    case, other = kit.to_notice(office), kit.to_notice(office, household_no=OTHER_HOUSE)
    made = [
        filing.make(scope=office.t, at=noon(TOWN_DAY), proceeding_id=one.id, paper=paper)
        for one, paper in ((case, "township_review"), (case, "township_review"),
                           (other, "township_review"))
    ]  # fmt: skip
    assert made[0].no == made[1].no
    assert made[0].no != made[2].no
    assert "〔2026〕1号" in made[0].no
    assert made[0].no.startswith("清溪")
    with pytest.raises(Conflict):
        filing.make(scope=office.t, at=noon(TOWN_DAY), proceeding_id=case.id, paper="notice")


def test_bing_finds_neither_papers_nor_lists_of_ours(office):
    bing = office.cast.neighbour.scope
    case = kit.to_notice(office)
    kit.hang(office, case)
    kit.to_county(office, case)
    batch = kit.listed(office, batches.BatchLine(case.id, category=kit.CATEGORY))
    with pytest.raises(NotFound):
        filing.list_case(bing, case.id, at=noon(DECIDED))
    with pytest.raises(NotFound):
        batches.drop(scope=bing, at=noon(DECIDED), batch_id=batch.id, reason="x")
    with pytest.raises(NotFound):
        batches.draft(
            scope=bing, at=noon(DECIDED), procedure="identification",
            lines=[batches.BatchLine(case.id)],
        )  # fmt: skip
    assert notices.end_due(at=noon(TOWN_DAY)) == 1
