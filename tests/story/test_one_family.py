"""The story of one family: from a hospital bill in the list of the 医保 office to cleared risk.

Told by what people do, day by day; every office, limit and paper is the real one.
"""

from __future__ import annotations

from typing import Any

import pytest

from bangfu.domains.monitoring.cases import services
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.reconciliation.models import ReconciliationItem
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate
from tests.story_kit import COUNTY, HOUSE, Village
from tests.story_words import day, opened, refused, when

pytestmark = pytest.mark.django_db


def test_from_a_hospital_bill_to_cleared_risk(village: Village) -> None:
    clue = becomes_a_clue(village)
    case = is_confirmed(village, clue)
    is_checked(village, case)
    stands_on_the_board(village, case)
    is_decided(village, case)
    is_helped(village)
    clearing = is_proposed_for_clearing(village)
    is_cleared(village, clearing)
    leaves_its_papers(village, case)
    village.tells("one-family")


def becomes_a_clue(village: Village) -> Any:
    """On the 2nd of November the list of October comes in, and the county screens the month."""
    village.hospital_bill("2026-10", "8400.00", "21300.00", day("2026-11-02"))
    made = village.screen("2026-10", day("2026-11-02"))
    assert (made.opened, made.dispatched) == (1, 1)
    clue = village.open_one("clue")
    assert clue.no == "XS2026-000001"
    assert clue.title_zh == "有成员本年住院累计自付 21,300 元，达到 20,000 元"
    assert (clue.state, clue.waits_for) == ("DISPATCHED", "VILLAGE")
    # It is the paired cadre's, who is told so without a word about the family.
    assert village.handlers(clue) == ["刘干部"]
    told = village.told_of("刘干部")
    assert told
    assert "王大山" not in told
    assert "21,300" not in told
    return clue


def is_confirmed(village: Village, clue: Any) -> Any:
    """The paired cadre acknowledges, visits with the village's clerk, and confirms the risk."""
    village.do("刘干部", day("2026-11-02"), clue, "ACKNOWLEDGE", hour=14)
    village.do(
        "刘干部", day("2026-11-04"), clue, "CONFIRM",
        checked_on=day("2026-11-04"), check_way="VISIT",
        checkers=village.ids("刘干部", "陈文书"), finding="住院两次，自付两万余元，向亲戚借款",
        assessed_level="YELLOW", assessed_by=village.ids("刘干部"),
    )  # fmt: skip
    assert village.again(clue).outcome == "CONFIRMED"
    case = village.open_one("identification")
    assert (case.no, case.origin_id, case.state) == ("SB2026-000001", clue.id, "OPENED")
    return case


def is_checked(village: Village, case: Any) -> None:
    """The family authorises, two people visit, the county compares, the village reviews."""
    village.authorised("陈文书", day("2026-11-04"), case)
    village.visited("陈文书", day("2026-11-05"), case, "医疗支出大，收入低于支出；住房、饮水安全")
    village.compared("石主任", day("2026-11-05"), case)
    village.do(
        "陈文书", day("2026-11-06"), case, "PASS",
        assessed_level="YELLOW", assessed_by=village.ids("陈文书"),
    )  # fmt: skip
    village.reviewed("陈文书", day("2026-11-07"), case, present=26, agree=25)
    assert village.again(case).state == "NOTICING"


def stands_on_the_board(village: Village, case: Any) -> None:
    """Five full days on the village's board; the township cannot have it a day earlier."""
    notice = village.notice("陈文书", day("2026-11-08"), case, "SUDDEN_HARDSHIP")
    assert notice.until_on == day("2026-11-13")
    with refused("公示未满规定的足日"):
        village.do("陈文书", day("2026-11-13"), case, "SUBMIT", submitted_on=day("2026-11-13"))
    village.do("陈文书", day("2026-11-14"), case, "SUBMIT", submitted_on=day("2026-11-14"))


def is_decided(village: Village, case: Any) -> None:
    """The township agrees, the county decides by a list, on the fifteenth day after the clue."""
    village.agreed("李镇长", day("2026-11-15"), case)
    village.decide(day("2026-11-17"), case, "云帮办〔2026〕8号", category="SUDDEN_HARDSHIP")
    assert village.late(case) == []
    village.announced("周专干", day("2026-11-18"), case)
    village.do("周专干", day("2026-11-20"), case, "REGISTER", registered_on=day("2026-11-20"))
    assert village.again(case).outcome == "REGISTERED"
    # The register knows it, and the national system is still to be told, field by field.
    with activate(COUNTY):
        home = Household.objects.get(household_no=HOUSE)
        listed = ReconciliationItem.objects.filter(household_no=HOUSE, state="OPEN")
        assert home.monitored_category == "SUDDEN_HARDSHIP"
        assert "monitored_category" in {item.column for item in listed}


def is_helped(village: Village) -> None:
    """The second clock: a plan within ten days, and the first help that arrives."""
    following = village.open_one("followup")
    assert following.next_due_on == day("2026-11-27")
    village.do(
        "陈文书", day("2026-11-24"), following, "PLAN", planned_on=day("2026-11-24"),
        planners=village.ids("陈文书", "刘干部"), plan="医疗救助；公益岗位一个", measures_planned=2,
    )  # fmt: skip
    village.do(
        "刘干部", day("2026-12-01"), following, "HELP", first_helped_on=day("2026-12-01"),
        first_help="医疗救助 9,000 元到账", helpers=village.ids("刘干部"),
    )  # fmt: skip
    assert village.again(following).outcome == "HELPED"


def is_proposed_for_clearing(village: Village) -> Any:
    """Seven months later the township proposes to clear the risk."""
    clearing = services.propose_clearing(
        scope=village.people["周专干"].scope,
        at=when(day("2027-07-05")),
        household_no=HOUSE,
        proposed_on=day("2027-07-05"),
    )
    village.visited("陈文书", day("2027-07-06"), clearing, "债务已还清，公益岗位工资按月到账")
    village.compared("石主任", day("2027-07-07"), clearing)
    conditions = {
        "guarantees_met": True, "rigid_spending_settled": True, "risk_gone": True,
        "has_new_risk": False, "is_all_without_labour": False, "clearing_way": "BY_HELP",
        "measures_count": 2,
    }  # fmt: skip
    # Not yet half a year: the machine says so, and nothing is changed.
    village.do("陈文书", day("2027-07-07"), clearing, "RECORD_CONDITIONS", hour=16,
               income_stable_since=day("2027-03-01"), **conditions)  # fmt: skip
    with refused("收入须持续稳定半年以上"):
        village.do("陈文书", day("2027-07-07"), clearing, "PASS", hour=17)
    village.do("陈文书", day("2027-07-08"), clearing, "RECORD_CONDITIONS",
               income_stable_since=day("2027-01-01"), **conditions)  # fmt: skip
    village.do("陈文书", day("2027-07-08"), clearing, "PASS", hour=11)
    return clearing


def is_cleared(village: Village, clearing: Any) -> None:
    """Review, notice, township and county once more; then the risk is cleared by help."""
    village.reviewed("陈文书", day("2027-07-09"), clearing, present=24, agree=24)
    village.notice("陈文书", day("2027-07-10"), clearing, "")
    village.do("陈文书", day("2027-07-16"), clearing, "SUBMIT", submitted_on=day("2027-07-16"))
    # What the quality rules say of the household is worked out: cleared by help without a measure.
    with refused("数据核查"):
        village.agreed("李镇长", day("2027-07-17"), clearing, quality_stops=0)
    village.measure_is_entered(day("2027-07-17"))
    village.agreed("李镇长", day("2027-07-17"), clearing, quality_stops=0)
    village.decide(day("2027-07-19"), clearing, "云帮办〔2027〕5号")
    village.announced("周专干", day("2027-07-20"), clearing, "clearing_announcement")
    village.do("周专干", day("2027-07-22"), clearing, "REGISTER", registered_on=day("2027-07-22"))
    assert village.again(clearing).outcome == "REGISTERED"
    status = village.open_one("status")
    assert (status.state, village.known(status)["clearing_way"]) == ("CLEARED", "BY_HELP")
    with activate(COUNTY):
        home = Household.objects.get(household_no=HOUSE)
        assert home.risk_status == "CLEARED"


def leaves_its_papers(village: Village, case: Any) -> None:
    """One click makes the whole file, and it says what is missing."""
    scope = village.people["周专干"].scope
    at = when(day("2027-07-23"))
    listed = filing.list_case(scope, case.id, at=at)
    name, content = filing.make_case_file(scope=scope, proceeding_id=case.id, at=at)
    words = opened(content)
    (village.folder / name).write_bytes(content)
    assert name == "SB2026-000001.docx"
    assert "王大山" in words
    assert "云帮办〔2026〕8号" in words
    # The register names no risk before the case; its papers tick what it was opened for.
    assert "☑因病" in words
    assert "register_entry" in {state.paper for state in listed.missing}
