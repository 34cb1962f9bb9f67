"""The whole file of a case, for each end that it may come to: which papers belong in it, in which
order, under which numbers, and what stands on those that tell of a refusal and of a clearing.

The time for a recheck is ten days from the telling (`case_recheck_asked`, rolling over days off).
"""

from __future__ import annotations

from typing import Any

import pytest

from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.papers.opened import file_kind
from bangfu.foundation import files
from bangfu.foundation.papers import PaperBook
from bangfu.foundation.papers.loader import load
from tests.story.test_other_endings import a_case
from tests.story_kit import Village
from tests.story_words import day, opened, when

pytestmark = pytest.mark.django_db
LATER = when(day("2027-08-01"))
REASON = "名下有经营性用房出租，租金收入高于监测线"


def in_file(village: Village, case: Any) -> tuple[str, list[str]]:
    """Return which kind of file a case makes and its papers in order."""
    found = filing.list_case(village.people["石主任"].scope, case.id, at=LATER)
    return found.kind, [one.paper for one in found.states]


def whole(village: Village, case: Any) -> str:
    """Return the words of the whole file, as the county takes it."""
    scope = village.people["石主任"].scope
    name, content = filing.make_case_file(scope=scope, proceeding_id=case.id, at=LATER)
    (village.folder / name).write_bytes(content)
    return opened(content)


def page(village: Village, case: Any, paper: str) -> str:
    """Return the words of one paper, made new."""
    scope = village.people["石主任"].scope
    made = filing.make(scope=scope, at=LATER, proceeding_id=case.id, paper=paper)
    assert made.file_id is not None
    with files.open_file(scope, made.file_id) as kept:
        return opened(kept.read())


def is_refused(village: Village) -> Any:
    """The comparison finds a let shop: the township refuses on the 6th, the family is told on the
    7th, a Saturday, and may ask for a recheck until Tuesday the 17th."""
    case = a_case(village)
    village.authorised("陈文书", day("2026-11-04"), case)
    village.visited("陈文书", day("2026-11-05"), case, "在县城有门面出租")
    village.compared("石主任", day("2026-11-05"), case, "UNDUE")
    village.do("周专干", day("2026-11-06"), case, "REFUSE_AFTER_CHECK", refusal_reason=REASON)
    return case


def is_told(village: Village, case: Any, on: str = "2026-11-07") -> None:
    village.do("陈文书", day(on), case, "TELL", told_on=day(on), told_way="IN_PERSON")


def asks_township(village: Village, case: Any) -> None:
    village.do("陈文书", day("2026-11-10"), case, "ASK_RECHECK",
               recheck_asked_on=day("2026-11-10"), recheck_reason="门面已于八月转让")  # fmt: skip


def township_upholds(village: Village, case: Any) -> None:
    village.do("李镇长", day("2026-11-16"), case, "TOWNSHIP_UPHOLD",
               township_recheck_on=day("2026-11-16"), township_recheckers=village.ids("李镇长"),
               township_recheck_finding="转让合同未办结，门面仍在出租",
               township_recheck_told_on=day("2026-11-16"))  # fmt: skip


def asks_county(village: Village, case: Any) -> None:
    village.do("陈文书", day("2026-11-18"), case, "ASK_COUNTY",
               county_recheck_asked_on=day("2026-11-18"))  # fmt: skip


CHECKED = ["application", "authorisation", "home_check", "comparison"]


def test_a_refusal_may_be_handed_over_when_the_family_is_told(village: Village) -> None:
    case = is_refused(village)
    assert in_file(village, case) == ("refusal", [*CHECKED, "refusal"])
    words = whole(village, case)
    assert "监测对象不予纳入卷" in words
    assert (
        "你户纳入防止返贫致贫监测一事，经入户核实和信息比对，由清溪镇人民政府于2026年11月6日"
        "决定不予纳入。" in words
    )
    assert REASON in words
    assert "自收到本告知书之日起10日内" in words


def test_both_rechecks_that_uphold_a_refusal_lie_in_its_file(village: Village) -> None:
    case = is_refused(village)
    is_told(village, case)
    asks_township(village, case)
    assert in_file(village, case) == ("refusal", [*CHECKED, "refusal", "recheck"])
    township_upholds(village, case)
    asks_county(village, case)
    village.do("石主任", day("2026-11-20"), case, "COUNTY_UPHOLD",
               county_recheck_on=day("2026-11-20"),
               county_recheckers=village.ids("石主任"),
               county_recheck_finding="不动产登记未变更")  # fmt: skip
    village.do("陈文书", day("2026-11-23"), case, "TELL_COUNTY",
               county_recheck_told_on=day("2026-11-23"))  # fmt: skip
    assert village.again(case).outcome == "NOT_GRANTED"
    assert in_file(village, case) == ("refusal", [*CHECKED, "refusal", "recheck", "county_recheck"])
    told = page(village, case, "refusal")
    assert "（至2026年11月17日）向清溪镇人民政府申请复核" in told
    assert "☑当面" in told
    assert "陈文书" in told
    township, county = page(village, case, "recheck"), page(village, case, "county_recheck")
    assert ("☑乡镇复核" in township, "□县级复核" in township) == (True, True)
    assert "☑维持　□重新核查" in township
    for words in (
        "2026年11月10日",
        "门面已于八月转让",
        "2026年11月16日",
        "李镇长",
        "转让合同未办结",
    ):
        assert words in township
    # Told and recorded on the 16th: ten days more to ask the county.
    assert "内（至2026年11月26日）向云溪县农村工作领导小组办公室申请县级复核" in township
    assert ("□乡镇复核" in county, "☑县级复核" in county) == (True, True)
    assert "☑维持　□重新核查" in county
    for words in (
        "2026年11月18日",
        "2026年11月20日",
        "2026年11月23日",
        "石主任",
        "不动产登记未变更",
    ):
        assert words in county
    whole(village, case)


def test_what_a_recheck_changed_stays_before_what_is_done_anew(village: Village) -> None:
    case = is_refused(village)
    first = village.paper("陈文书", day("2026-11-06"), case, "home_check")
    is_told(village, case)
    asks_township(village, case)
    village.do("李镇长", day("2026-11-12"), case, "REOPEN", return_reason="转让合同属实")
    again = ["application", "authorisation", "refusal", "recheck"]
    assert in_file(village, case) == ("identification", again)
    changed = page(village, case, "recheck")
    assert "□维持　☑重新核查" in changed
    for words in ("转让合同属实", "李镇长", "2026年11月12日", REASON):
        assert words in changed
    # The home check of before does not stand for the one to come; it is named as the earlier.
    assert "前次" in whole(village, case)
    assert first in whole(village, case)
    village.visited("陈文书", day("2026-11-13"), case, "门面已转让，无其他收入")
    assert in_file(village, case) == ("identification", [*again, "home_check"])
    states = filing.list_case(village.people["石主任"].scope, case.id, at=LATER).states
    assert states[-1].state != "HELD"
    village.compared("石主任", day("2026-11-13"), case, "EXPLAINED")
    village.do("陈文书", day("2026-11-13"), case, "PASS", hour=16, assessed_level="YELLOW",
               assessed_by=village.ids("陈文书"))  # fmt: skip
    village.reviewed("陈文书", day("2026-11-14"), case, present=26, agree=25)
    village.notice("陈文书", day("2026-11-15"), case, "SUDDEN_HARDSHIP")
    village.do("陈文书", day("2026-11-21"), case, "SUBMIT", submitted_on=day("2026-11-21"))
    village.agreed("李镇长", day("2026-11-22"), case)
    village.decide(day("2026-11-24"), case, "云帮办〔2026〕9号", category="SUDDEN_HARDSHIP")
    village.announced("周专干", day("2026-11-25"), case)
    village.do("周专干", day("2026-11-26"), case, "REGISTER", registered_on=day("2026-11-26"))
    assert in_file(village, case) == (
        "identification",
        [
            *again, "home_check", "comparison", "village_review", "notice", "notice_result",
            "township_review", "county_decision", "announcement", "register_entry",
        ],
    )  # fmt: skip


def test_a_second_refusal_is_not_told_by_the_paper_of_the_first(village: Village) -> None:
    case = is_refused(village)
    is_told(village, case)
    signed = village.paper("陈文书", day("2026-11-07"), case, "refusal")
    asks_township(village, case)
    village.do("李镇长", day("2026-11-12"), case, "REOPEN", return_reason="转让合同属实")
    village.visited("陈文书", day("2026-11-13"), case, "另有货车两辆")
    village.compared("石主任", day("2026-11-13"), case, "UNDUE")
    village.do("周专干", day("2026-11-14"), case, "REFUSE_AFTER_CHECK", refusal_reason="货车营运")
    found = filing.list_case(village.people["石主任"].scope, case.id, at=LATER)
    assert [one.paper for one in found.states] == [*CHECKED, "refusal"]
    assert found.states[-1].state == "READY"
    words = whole(village, case)
    assert "货车营运" in words
    assert signed in words


def to_notice(village: Village) -> Any:
    """A case whose home check and comparison speak for it, up to its review."""
    case = a_case(village)
    village.authorised("陈文书", day("2026-11-04"), case)
    village.visited("陈文书", day("2026-11-05"), case, "医疗支出大")
    village.compared("石主任", day("2026-11-05"), case)
    village.do("陈文书", day("2026-11-06"), case, "PASS", assessed_level="YELLOW",
               assessed_by=village.ids("陈文书"))  # fmt: skip
    return case


def to_township(village: Village) -> Any:
    case = to_notice(village)
    village.reviewed("陈文书", day("2026-11-07"), case, present=26, agree=25)
    village.notice("陈文书", day("2026-11-08"), case, "SUDDEN_HARDSHIP")
    village.do("陈文书", day("2026-11-14"), case, "SUBMIT", submitted_on=day("2026-11-14"))
    return case


ON_BOARD = [*CHECKED, "village_review", "notice", "notice_result"]


def test_the_minutes_of_a_review_that_said_no_lie_in_the_file(village: Village) -> None:
    case = to_notice(village)
    village.do(
        "陈文书", day("2026-11-07"), case, "REJECT_AT_REVIEW", reviewed_on=day("2026-11-07"),
        votes_due=30, votes_present=26, votes_agree=10, votes_against=16,
        minutes_no=village.paper("陈文书", day("2026-11-07"), case, "village_review"),
        refusal_reason="评议认为家庭收入稳定",
    )  # fmt: skip
    assert in_file(village, case) == ("refusal", [*CHECKED, "village_review", "refusal"])
    told = page(village, case, "refusal")
    assert "经民主评议，由上坪村村民委员会于2026年11月7日决定不予纳入" in told


def test_the_township_that_refuses_says_so_in_its_review(village: Village) -> None:
    case = to_township(village)
    village.do(
        "李镇长", day("2026-11-15"), case, "TOWNSHIP_REFUSE", refusal_reason="子女有赡养能力"
    )
    is_told(village, case, "2026-11-16")
    kind, listed = in_file(village, case)
    assert (kind, listed) == ("refusal", [*ON_BOARD, "township_review", "refusal"])
    review = page(village, case, "township_review")
    assert "□同意上报　□退回补充　☑不同意纳入" in review
    assert "子女有赡养能力（审核人：李镇长）" in review
    assert "经乡镇审核，由清溪镇人民政府于2026年11月15日决定不予纳入" in page(
        village, case, "refusal"
    )


def test_the_county_that_refuses_by_its_list_has_the_list_in_the_file(village: Village) -> None:
    case = to_township(village)
    village.agreed("李镇长", day("2026-11-15"), case)
    village.decide(day("2026-11-17"), case, "云帮办〔2026〕8号", refuse="人均收入高于监测范围")
    is_told(village, case, "2026-11-18")
    kind, listed = in_file(village, case)
    assert (kind, listed) == (
        "refusal",
        [*ON_BOARD, "township_review", "county_decision", "refusal"],
    )
    words = whole(village, case)
    assert "经县级审定，由云溪县委农村工作领导小组办公室于2026年11月17日决定不予纳入" in words
    # The list agrees to nobody: it says so to nobody, and leaves no row to write a name into.
    assert "未同意纳入名单" in words
    assert "审定纳入监测对象名单" not in words
    assert "云帮办〔2026〕8号" in words
    assert "register_entry" not in listed


def test_a_request_taken_back_ends_with_the_record_of_it(village: Village) -> None:
    case = to_notice(village)
    village.do(
        "陈文书", day("2026-11-07"), case, "WITHDRAW", withdrawal_reason="子女已返乡，困难解决"
    )
    assert in_file(village, case) == ("withdrawal", [*CHECKED, "withdrawal"])
    words = whole(village, case)
    assert "监测对象申请撤回卷" in words
    assert "子女已返乡，困难解决" in words
    assert "2026年11月7日" in page(village, case, "withdrawal")


def test_a_county_with_a_pack_of_before_there_was_a_file_for_each_end_has_the_old_ones() -> None:
    book = load()
    old = PaperBook(
        book.papers, {name: book.files[name] for name in ("identification", "refusal", "clearing")}
    )
    row = Proceeding(procedure="clearing", state="TOLD")
    assert (file_kind(row, book), file_kind(row, old)) == ("clearing_refusal", "clearing")
    row = Proceeding(procedure="identification", state="WITHDRAWN")
    assert (file_kind(row, book), file_kind(row, old)) == ("withdrawal", "identification")
    row = Proceeding(procedure="identification", state="NOT_GRANTED")
    assert file_kind(row, old) == "refusal"
