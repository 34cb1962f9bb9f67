"""The whole file of a clearing for each of its ends, and what it says of each condition."""

from __future__ import annotations

from typing import Any

import pytest

from bangfu.domains.monitoring.cases import services
from tests.story.test_one_family import (
    becomes_a_clue,
    is_checked,
    is_cleared,
    is_confirmed,
    is_decided,
    is_proposed_for_clearing,
    stands_on_the_board,
)
from tests.story.test_papers_of_endings import in_file, page, whole
from tests.story_kit import HOUSE, Village
from tests.story_words import day, when

pytestmark = pytest.mark.django_db
CHECKED = ["clearing_check", "comparison"]
ON_BOARD = [*CHECKED, "clearing_review", "clearing_notice", "notice_result", "clearing_township"]


@pytest.fixture
def monitored(village: Village) -> Village:
    """The village whose family is monitored since November."""
    case = is_confirmed(village, becomes_a_clue(village))
    is_checked(village, case)
    stands_on_the_board(village, case)
    is_decided(village, case)
    return village


def proposed(village: Village) -> Any:
    """A clearing proposed in July, its home check made."""
    clearing = services.propose_clearing(
        scope=village.people["周专干"].scope,
        at=when(day("2027-07-05")),
        household_no=HOUSE,
        proposed_on=day("2027-07-05"),
    )
    village.visited("陈文书", day("2027-07-06"), clearing, "收入有增加，自来水尚未通到户")
    village.compared("石主任", day("2027-07-07"), clearing)
    return clearing


def keep(village: Village, clearing: Any) -> None:
    village.do("陈文书", day("2027-07-08"), clearing, "KEEP", refusal_reason="饮水安全尚未解决")
    village.do("陈文书", day("2027-07-09"), clearing, "TELL", told_on=day("2027-07-09"),
               told_way="WRITTEN")  # fmt: skip


def test_a_clearing_that_the_village_keeps_back_says_which_condition_is_not_met(
    monitored: Village,
) -> None:
    clearing = proposed(monitored)
    monitored.do(
        "陈文书", day("2027-07-07"), clearing, "RECORD_CONDITIONS", hour=16,
        income_stable_since=day("2027-03-01"), guarantees_met=False, rigid_spending_settled=True,
        risk_gone=True, has_new_risk=False, is_all_without_labour=False, clearing_way="BY_HELP",
        measures_count=2,
    )  # fmt: skip
    keep(monitored, clearing)
    assert in_file(monitored, clearing) == ("clearing_refusal", [*CHECKED, "clearing_refusal"])
    form = page(monitored, clearing, "clearing_check")
    # March to July is not half a year; the flag says no; what nobody records in data is said.
    lines = rows(form)
    assert lines["收入稳定高于监测范围的起始日期"] == ["2027-03-01起", "以陈述为准", "不具备"]
    assert lines["三保障和饮水安全已巩固"] == ["否", "以陈述为准", "不具备"]
    assert lines["刚性支出已解决"] == ["是", "以陈述为准", "具备"]
    assert lines["有新的风险"] == ["否", "登记数据和部门清单核对一致", "具备"]
    assert "☑不符合消除条件" in form
    told = page(monitored, clearing, "clearing_refusal")
    assert (
        "经入户核查和信息比对，由上坪村村民委员会于2027年7月8日决定不予标注，继续监测和帮扶。"
        in told
    )
    assert "饮水安全尚未解决" in told
    assert "☑书面" in told
    # Told on Friday the 9th: the tenth day, the 19th, is a Monday.
    assert "（至2027年7月19日）向清溪镇人民政府申请复核" in told
    whole(monitored, clearing)


def rows(form: str) -> dict[str, list[str]]:
    """Return the three words behind the name of each condition."""
    cells = form.split("\n")
    return {
        name: cells[number + 1 : number + 4]
        for number, name in enumerate(cells)
        if number + 3 < len(cells)
    }


def test_conditions_that_nobody_recorded_are_not_known(monitored: Village) -> None:
    clearing = proposed(monitored)
    keep(monitored, clearing)
    lines = rows(page(monitored, clearing, "clearing_check"))
    for name in ("收入稳定高于监测范围的起始日期", "三保障和饮水安全已巩固", "有新的风险"):
        assert lines[name] == ["", "未登记", "资料不足"]


def test_a_cleared_household_has_the_whole_file_and_every_condition_with_what_it_rests_on(
    monitored: Village,
) -> None:
    clearing = is_proposed_for_clearing(monitored)
    is_cleared(monitored, clearing)
    kind, listed = in_file(monitored, clearing)
    assert (kind, listed) == (
        "clearing",
        [*ON_BOARD, "clearing_decision", "clearing_announcement", "clearing_entry"],
    )
    form = page(monitored, clearing, "clearing_check")
    lines = rows(form)
    assert lines["收入稳定高于监测范围的起始日期"] == [
        "2027-01-01起",
        "登记数据和部门清单核对一致",
        "具备",
    ]
    assert lines["识别时的风险已消除"] == ["是", "以陈述为准", "具备"]
    assert {each[2] for name, each in lines.items() if name in CONDITIONS} == {"具备"}
    assert "☑具备消除条件" in form
    assert "☑同意上报" in page(monitored, clearing, "clearing_township")
    assert "李镇长" in page(monitored, clearing, "clearing_township")
    whole(monitored, clearing)


CONDITIONS = (
    "收入稳定高于监测范围的起始日期",
    "三保障和饮水安全已巩固",
    "刚性支出已解决",
    "识别时的风险已消除",
    "有新的风险",
    "整户无劳动能力",
)


def test_a_clearing_that_the_county_refuses_and_a_recheck_changes(monitored: Village) -> None:
    clearing = is_proposed_for_clearing(monitored)
    monitored.reviewed("陈文书", day("2027-07-09"), clearing, present=24, agree=24)
    monitored.notice("陈文书", day("2027-07-10"), clearing, "")
    monitored.do("陈文书", day("2027-07-16"), clearing, "SUBMIT", submitted_on=day("2027-07-16"))
    monitored.measure_is_entered(day("2027-07-17"))
    monitored.agreed("李镇长", day("2027-07-17"), clearing, quality_stops=0)
    monitored.decide(day("2027-07-19"), clearing, "云帮办〔2027〕5号", refuse="收入尚不稳固")
    monitored.do("陈文书", day("2027-07-20"), clearing, "TELL", told_on=day("2027-07-20"),
                 told_way="IN_PERSON")  # fmt: skip
    refused = [*ON_BOARD, "clearing_decision", "clearing_refusal"]
    assert in_file(monitored, clearing) == ("clearing_refusal", refused)
    told = page(monitored, clearing, "clearing_refusal")
    assert "经县级审定，由云溪县委农村工作领导小组办公室于2027年7月19日决定不予标注" in told
    assert "收入尚不稳固" in told
    words = whole(monitored, clearing)
    assert "未同意消除名单" in words
    assert "审定风险消除名单" not in words
    monitored.do("陈文书", day("2027-07-21"), clearing, "ASK_RECHECK",
                 recheck_asked_on=day("2027-07-21"), recheck_reason="工资已连发七个月")  # fmt: skip
    assert in_file(monitored, clearing)[1] == [*refused, "recheck"]
    monitored.do("周专干", day("2027-07-22"), clearing, "REOPEN", return_reason="工资流水属实")
    assert in_file(monitored, clearing) == ("clearing", ["clearing_refusal", "recheck"])
    # The list of the county that refused it is on file as one of before.
    assert "云帮办〔2027〕5号" in whole(monitored, clearing)
