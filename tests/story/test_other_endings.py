"""Other endings: a false alarm, a refusal with its two rechecks, a fast track, and nobody comes.

Each begins with the same family; what differs is what is found, and who does not do their part.
"""

from __future__ import annotations

from typing import Any

import pytest

from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate
from tests.story_kit import COUNTY, HOUSE, Village
from tests.story_words import day, refused

pytestmark = pytest.mark.django_db


def a_clue(village: Village) -> Any:
    """The family's hospital bill becomes a clue that its cadre acknowledges."""
    village.hospital_bill("2026-10", "8400.00", "21300.00", day("2026-11-02"))
    village.screen("2026-10", day("2026-11-02"))
    clue = village.open_one("clue")
    village.do("刘干部", day("2026-11-03"), clue, "ACKNOWLEDGE")
    return clue


def test_a_false_alarm_is_explained_once_and_stays_silent_until_the_bill_grows(
    village: Village,
) -> None:
    clue = a_clue(village)
    explained = {
        "checked_on": day("2026-11-04"), "checkers": village.ids("刘干部"),
        "finding": "商业保险已赔付一万五千元，家庭收入稳定",
    }  # fmt: skip
    # Bills are seen at home: by the table of dispatch a call does not answer for an illness.
    with refused("须入户核实"):
        village.do("刘干部", day("2026-11-04"), clue, "EXPLAIN", check_way="TELEPHONE", **explained)
    village.do("刘干部", day("2026-11-04"), clue, "EXPLAIN", check_way="VISIT", **explained)
    assert village.again(clue).outcome == "EXPLAINED"
    # The next month's list says the same of the year: nobody is sent again.
    village.hospital_bill("2026-11", "0.00", "21300.00", day("2026-12-02"))
    quiet = village.screen("2026-11", day("2026-12-02"))
    assert (quiet.opened, quiet.silent) == (0, 1)
    # A new stay in hospital is another matter of fact, and somebody goes.
    village.hospital_bill("2026-12", "9000.00", "30300.00", day("2027-01-04"))
    again = village.screen("2026-12", day("2027-01-04"))
    assert (again.opened, again.silent) == (1, 0)
    assert village.open_one("clue").no == "XS2027-000001"
    village.tells("other-endings")


def explain(village: Village, clue: Any, on: str) -> None:
    """Whoever has a clue acknowledges it and finds an explanation on a day."""
    who = village.handlers(clue)[0]
    village.do(who, day(on), clue, "ACKNOWLEDGE", hour=14)
    village.do(
        who, day(on), clue, "EXPLAIN", hour=15, checked_on=day(on), check_way="VISIT",
        checkers=village.ids(who), finding="已说明",
    )  # fmt: skip


def test_an_answer_outlives_the_months_in_which_its_list_is_late(village: Village) -> None:
    village.hospital_bill("2026-05", "8400.00", "21300.00", day("2026-06-02"))
    village.screen("2026-05", day("2026-06-02"))
    explain(village, village.open_one("clue"), "2026-06-03")
    # The office hands in nothing for three months: what it would say is not known, and not "no".
    for month, on in (
        ("2026-06", "2026-07-02"),
        ("2026-07", "2026-08-03"),
        ("2026-08", "2026-09-02"),
    ):
        made = village.screen(month, day(on))
        assert (made.opened, made.changed) == (0, 0)
    # In October it says the same sum of the same year: nobody is sent to the family again.
    village.hospital_bill("2026-09", "0.00", "21300.00", day("2026-10-09"))
    caught_up = village.screen("2026-09", day("2026-10-09"))
    assert (caught_up.opened, caught_up.silent, caught_up.changed) == (0, 1, 0)


def test_an_answer_ends_when_the_rule_is_known_not_to_hold(village: Village) -> None:
    def water(is_safe: bool) -> None:
        with activate(COUNTY):
            Household.objects.filter(household_no=HOUSE).update(water_safe=is_safe)

    water(False)
    assert village.screen("2026-10", day("2026-11-02")).opened == 1
    explain(village, village.open_one("clue"), "2026-11-03")
    assert village.screen("2026-11", day("2026-12-02")).silent == 1
    # The register says that the water is safe: that is known, and what was answered is over.
    water(True)
    assert village.screen("2026-12", day("2027-01-05")).changed == 1
    water(False)
    assert village.screen("2027-01", day("2027-02-02")).opened == 1


def test_a_refusal_is_told_and_rechecked_by_the_township_and_by_the_county(
    village: Village,
) -> None:
    case = a_case(village)
    village.authorised("陈文书", day("2026-11-04"), case)
    village.visited("陈文书", day("2026-11-05"), case, "在县城有门面出租")
    village.compared("石主任", day("2026-11-05"), case, "UNDUE")
    with refused("比对"):
        village.do("陈文书", day("2026-11-06"), case, "PASS", assessed_level="YELLOW",
                   assessed_by=village.ids("陈文书"))  # fmt: skip
    village.do("周专干", day("2026-11-06"), case, "REFUSE_AFTER_CHECK",
               refusal_reason="名下有经营性用房出租，租金收入高于监测线")  # fmt: skip
    village.do("陈文书", day("2026-11-07"), case, "TELL", told_on=day("2026-11-07"),
               told_way="IN_PERSON")  # fmt: skip
    # The family disagrees: the township looks again, by somebody who did not visit.
    village.do("陈文书", day("2026-11-10"), case, "ASK_RECHECK",
               recheck_asked_on=day("2026-11-10"), recheck_reason="门面已于八月转让")  # fmt: skip
    village.do("李镇长", day("2026-11-16"), case, "TOWNSHIP_UPHOLD",
               township_recheck_on=day("2026-11-16"), township_recheckers=village.ids("李镇长"),
               township_recheck_finding="转让合同未办结",
               township_recheck_told_on=day("2026-11-16"))  # fmt: skip
    # And the county, which finds the deed of the transfer and has the case taken up again.
    village.do("陈文书", day("2026-11-18"), case, "ASK_COUNTY",
               county_recheck_asked_on=day("2026-11-18"))  # fmt: skip
    village.do("石主任", day("2026-11-20"), case, "COUNTY_REOPEN",
               return_reason="转让合同属实，请重新核实")  # fmt: skip
    assert village.again(case).state == "CHECKING"
    assert "refusal_reason" not in village.known(case)
    # Its fifteen days begin again: they are not over because the clue is of the 2nd.
    whole = village.clock(case, "whole")
    assert (whole.counted_from, whole.due_on) == (day("2026-11-20"), day("2026-12-05"))
    village.tells("other-endings")


def test_a_refusal_that_nobody_contests_ends_by_itself_when_its_days_are_over(
    village: Village,
) -> None:
    case = a_case(village)
    village.authorised("陈文书", day("2026-11-04"), case)
    village.visited("陈文书", day("2026-11-05"), case, "收入稳定")
    village.do("周专干", day("2026-11-06"), case, "REFUSE_AFTER_CHECK", refusal_reason="无风险")
    village.do("陈文书", day("2026-11-07"), case, "TELL", told_on=day("2026-11-07"),
               told_way="TELEPHONE")  # fmt: skip
    village.night(day("2026-11-17"))
    assert village.again(case).state == "TOLD"
    village.night(day("2026-11-18"))
    assert village.again(case).outcome == "NOT_GRANTED"
    village.tells("other-endings")


def test_in_danger_help_comes_first_and_the_procedure_after(village: Village) -> None:
    clue = village.report("陈文书", day("2026-11-02"), "CADRE", "房屋失火，一家人无处居住")
    village.do("陈文书", day("2026-11-02"), clue, "RAISE_ALARM", hour=10, danger="房屋烧毁")
    urgent = village.again(clue)
    assert (urgent.state, urgent.next_due_on) == ("URGENT", day("2026-11-03"))
    # Village, township and county know the same hour, without a word of the family or the fire.
    for name in ("赵支书", "周专干", "李镇长", "石主任"):
        assert f"紧急任务 办件 {clue.no} 须立即办理，11月3日前上报结果。" in village.told_of(name)
    confirmed = {
        "checked_on": day("2026-11-03"), "check_way": "VISIT",
        "checkers": village.ids("陈文书", "刘干部"), "finding": "住房全毁",
        "assessed_level": "RED", "assessed_by": village.ids("陈文书"),
    }  # fmt: skip
    with refused("先行救助"):
        village.do("陈文书", day("2026-11-03"), clue, "CONFIRM", **confirmed)
    village.do("陈文书", day("2026-11-03"), clue, "HELP_FIRST", hour=10,
               helped_on=day("2026-11-02"), help_given="临时救助 3,000 元")  # fmt: skip
    village.do("陈文书", day("2026-11-03"), clue, "CONFIRM", hour=11, **confirmed)
    case = village.open_one("identification")
    assert village.known(case)["is_fast_track"] is True
    assert village.known(case)["helped_on"] == day("2026-11-02")
    village.tells("other-endings")


def test_an_alarm_is_raised_while_a_department_has_it_and_ends_not_by_one_on_the_telephone(
    village: Village,
) -> None:
    clue = a_clue(village)
    village.do("刘干部", day("2026-11-03"), clue, "TRANSFER", hour=10,
               department="MEDICAL_INSURANCE", transfer_reason="核对报销")  # fmt: skip
    village.do("刘干部", day("2026-11-03"), clue, "RAISE_ALARM", hour=11, danger="断粮")
    assert village.again(clue).state == "URGENT"
    # The office had it until now: it is told that it need do no more.
    assert f"已改由他人办理 办件 {clue.no}" in village.told_of("医保局")
    assert f"紧急任务 办件 {clue.no}" in village.told_of("石主任")
    on = day("2026-11-04")
    alone = {"checked_on": on, "checkers": village.ids("陈文书"), "finding": "误报"}
    both = {**alone, "checkers": village.ids("陈文书", "刘干部")}
    with refused("两人以上"):
        village.do("陈文书", on, clue, "FIND_NO_RISK", check_way="VISIT", **alone)
    with refused("须入户核实"):
        village.do("陈文书", on, clue, "EXPLAIN", check_way="TELEPHONE", **both)
    village.do("陈文书", on, clue, "FIND_NO_RISK", check_way="VISIT", **both)
    assert village.again(clue).outcome == "NO_RISK"


def test_a_step_that_nobody_takes_climbs_all_levels_on_its_days(village: Village) -> None:
    clue = a_clue(village)
    # Acknowledged on Tuesday the 3rd, to be checked within five working days: until the 10th.
    assert village.again(clue).next_due_on == day("2026-11-10")
    reached: dict[str, int] = {}
    chain = ("刘干部", "周专干", "石主任", "医保局", "市干部")
    village.listens(*chain)
    for number in range(11, 27):
        village.night(day(f"2026-11-{number}"))
        level = village.again(clue).overdue_level
        reached.setdefault(level, number)
        village.hears(day(f"2026-11-{number}"), *chain)
    # The day after the last one the village; 1, 3, 5 and 10 working days later the others.
    assert reached == {"VILLAGE": 11, "TOWNSHIP": 12, "COUNTY": 14, "SECTOR": 18, "PREFECTURE": 25}
    overdue = village.again(clue)
    assert overdue.is_supervised
    assert overdue.state == "CHECKING"
    # Each rung reaches its people, though the county alone is swept: the handler in the village,
    # the township, the county, the office whose matter a hospital bill is, the city.
    late = f"办件 {overdue.no} 应在11月10日前由村级办理，逾期未办，请督促。"
    assert f"已逾期 办件 {overdue.no} 应在11月10日前办理，现已逾期。" in village.told_of("刘干部")
    for name in ("周专干", "石主任", "医保局"):
        assert f"逾期上报 {late}" in village.told_of(name)
    supervised = (
        f"督办 办件 {overdue.no} 应在11月10日前办理，逾期未办，已列入督办，请立即办理并说明原因。"
    )
    assert supervised in village.told_of("市干部")
    for name in ("邻县干部", "住建局"):
        assert village.told_of(name) == ""
    village.shows("other-endings", "\n".join(village.heard))
    # The office can look at what it is told of, as long as it is late, and another office cannot.
    assert [one.no for one in village.sees("医保局")] == [overdue.no]
    assert village.sees("住建局") == []
    village.do(
        "刘干部", day("2026-11-26"), clue, "FIND_NO_RISK", checked_on=day("2026-11-26"),
        check_way="VISIT", checkers=village.ids("刘干部"), finding="报销后负担不重",
    )  # fmt: skip
    assert village.sees("医保局") == []


def a_case(village: Village) -> Any:
    """A clue that the cadre confirmed, and the case that it opened."""
    clue = a_clue(village)
    village.do(
        "刘干部", day("2026-11-04"), clue, "CONFIRM", checked_on=day("2026-11-04"),
        check_way="VISIT", checkers=village.ids("刘干部", "陈文书"), finding="自付医疗费高",
        assessed_level="YELLOW", assessed_by=village.ids("刘干部"),
    )  # fmt: skip
    return village.open_one("identification")
