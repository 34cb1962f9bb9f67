"""Every variable of every paper is filled by some case from what was recorded, or is declared as
one that is written by hand: none can stay empty unnoticed.

The cases are the family's own, carried to each end; what one of them fills counts as filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args, get_origin

import pytest

from bangfu.domains.monitoring import services
from bangfu.domains.monitoring.cases import notices
from bangfu.domains.monitoring.cases.services import propose_clearing
from bangfu.domains.monitoring.papers.opened import open_case
from bangfu.domains.monitoring.services import Report
from bangfu.domains.publicity.domain import NoticeWay, ObjectionWay
from bangfu.domains.publicity.objections import ObjectionForm
from bangfu.domains.publicity.services import end_due
from bangfu.domains.registry.models import Household, Person
from bangfu.foundation import papers
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.papers import paths
from bangfu.foundation.papers.block_reading import slots_of
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.definitions import Paper
from bangfu.standards.paths import packs_root
from tests.story import test_one_family as family
from tests.story_kit import COUNTY, HOUSE, Village
from tests.story_words import day, when

pytestmark = pytest.mark.django_db
# Filled from a list and not from a case (tests/unit/test_papers_monthly.py).
APART = frozenset({"monthly_list"})


def by_hand(path: str) -> bool:
    """Whether a value, or the list that it stands in, is written by hand."""
    owner: Any = CaseContext
    for name in path.split("."):
        each = next(one for one in fields(owner) if one.name == name)
        if each.metadata.get("hand"):
            return True
        kind = paths.hints(owner)[name]
        owner = get_args(kind)[0] if get_origin(kind) is tuple else kind
    return False


def papers_of_all_packs() -> list[Paper]:
    """Return every version of every paper of every pack."""
    folders = sorted(packs_root().glob("*/papers"))
    book, problems = papers.examine(folders)
    assert not problems
    return [paper for versions in book.papers.values() for paper in versions]


def used(paper: Paper) -> set[str]:
    """Return the paths that a paper prints, needs or is dated by."""
    found = {path for path, _ in slots_of(paper)} | {need.path for need in paper.needs}
    return found | ({paper.dated} if paper.dated else set())


def filled(context: CaseContext) -> Iterator[str]:
    """Yield the paths that a context fills, and the parts and lists that they stand in."""
    for path, _, value in paths.walk(context):
        if isinstance(value, bool) or paths.is_filled(value):
            parts = path.split(".")
            yield from (".".join(parts[:n]) for n in range(1, len(parts) + 1))


def of_case(village: Village, case: Any) -> set[str]:
    """Return what a case fills in the eyes of the county, its clue's own words included."""
    scope = village.people["石主任"].scope
    with activate(scope):
        return set(filled(open_case(scope, case.id, when(day("2027-10-01")), in_full=True).context))


def register_knows_everything(village: Village) -> None:
    """The register has a value in each column that a paper prints."""
    known = {
        "village_group": "三组", "natural_village": "坪上", "household_type": "ORDINARY",
        "risk_kinds": ["ILLNESS"], "business_income": 1, "property_income": 1,
        "transfer_income": 1, "operating_expense": 1,
    }  # fmt: skip
    person = {
        "health": ["HEALTHY"], "education_level": "PRIMARY", "labour_class": "ORDINARY",
        "work_place": "本县", "phone": "13900000001",
    }  # fmt: skip
    with activate(COUNTY):
        Household.objects.filter(household_no=HOUSE).update(**known)
        head = Person.objects.get()
        for name, value in person.items():
            setattr(head, name, value)
        head.save()


def is_identified_after_help(village: Village) -> Any:
    """A fire, reported by a neighbour: help first, then the procedure, with an objection."""
    on = day("2026-11-02")
    clue = services.open_proceeding(
        scope=village.people["陈文书"].scope, at=when(on), procedure="clue", household_no=HOUSE,
        region=None, report=Report(words="房屋失火", risk="OTHER"),
        facts={"clue_on": on, "source": "PROXY", "matter": "房屋失火", "proxy_name": "张邻居"},
    )  # fmt: skip
    village.do("陈文书", on, clue, "RAISE_ALARM", hour=10, danger="房屋烧毁")
    village.do("陈文书", day("2026-11-03"), clue, "HELP_FIRST", helped_on=on, help_given="3,000 元")
    village.do(
        "陈文书", day("2026-11-03"), clue, "CONFIRM", hour=11, checked_on=day("2026-11-03"),
        check_way="VISIT", checkers=village.ids("陈文书", "刘干部"), finding="住房全毁",
        assessed_level="RED", assessed_by=village.ids("陈文书"),
    )  # fmt: skip
    case = village.open_one("identification")
    family.is_checked(village, case)
    notice = village.notice(
        "陈文书", day("2026-11-08"), case, "SUDDEN_HARDSHIP", NoticeWay.BOARD_AND_WEB
    )
    on = day("2026-11-10")
    form = ObjectionForm(case.id, on, "村民甲", ObjectionWay.TELEPHONE, "他家有车")
    scope = village.people["周专干"].scope
    notices.object_to(scope=scope, at=when(on), notice_id=notice.id, form=form)
    village.do("周专干", day("2026-11-11"), case, "DISMISS_OBJECTION",
               objection_checked_on=day("2026-11-11"), objection_checkers=village.ids("周专干"),
               objection_result="车是女儿家的")  # fmt: skip
    end_due(at=when(day("2026-11-14"), 6))
    village.do("陈文书", day("2026-11-14"), case, "SUBMIT", submitted_on=day("2026-11-14"))
    family.is_decided(village, case)
    return case


def reaches_the_county(village: Village, month: str) -> Any:
    """A clearing goes through visit, comparison, review, notice and township in a month."""
    first, fifth, tenth, over = (day(f"{month}-{n}") for n in ("01", "05", "10", "16"))
    clearing = propose_clearing(
        scope=village.people["周专干"].scope, at=when(first), household_no=HOUSE, proposed_on=first
    )
    village.visited("陈文书", fifth, clearing, "债务已还清")
    village.compared("石主任", fifth, clearing)
    village.do(
        "陈文书", fifth, clearing, "RECORD_CONDITIONS", hour=16,
        income_stable_since=day("2027-01-01"), guarantees_met=True, rigid_spending_settled=True,
        risk_gone=True, has_new_risk=False, is_all_without_labour=False, clearing_way="BY_HELP",
        measures_count=2,
    )  # fmt: skip
    village.do("陈文书", fifth, clearing, "PASS", hour=17)
    village.reviewed("陈文书", day(f"{month}-09"), clearing, present=24, agree=24)
    village.notice("陈文书", tenth, clearing, "")
    village.do("陈文书", over, clearing, "SUBMIT", submitted_on=over)
    village.agreed("李镇长", day(f"{month}-17"), clearing, quality_stops=0)
    return clearing


def is_not_cleared(village: Village) -> Any:
    """The county refuses the clearing, township and county uphold it and say what they found."""
    clearing = reaches_the_county(village, "2027-07")
    village.decide(day("2027-07-19"), clearing, "云帮办〔2027〕5号", refuse="收入尚不稳固")
    on = day("2027-07-20")
    village.do("陈文书", on, clearing, "TELL", told_on=on, told_way="IN_PERSON")
    village.do("陈文书", on, clearing, "ASK_RECHECK", hour=10, recheck_asked_on=on,
               recheck_reason="工资已连发七个月")  # fmt: skip
    village.do("周专干", on, clearing, "TOWNSHIP_UPHOLD", hour=11,
               township_recheck_finding="流水只有四个月",
               township_recheck_on=on, township_recheckers=village.ids("周专干"),
               township_recheck_told_on=on)  # fmt: skip
    village.do("陈文书", on, clearing, "ASK_COUNTY", hour=12, county_recheck_asked_on=on)
    village.do("石主任", on, clearing, "COUNTY_UPHOLD", hour=13,
               county_recheck_finding="与乡镇一致",
               county_recheck_on=on, county_recheckers=village.ids("石主任"))  # fmt: skip
    village.do("陈文书", on, clearing, "TELL_COUNTY", hour=14, county_recheck_told_on=on)
    return clearing


def is_withdrawn(village: Village) -> Any:
    """Another clearing is proposed, and taken back."""
    clearing = propose_clearing(
        scope=village.people["周专干"].scope, at=when(day("2027-07-25")), household_no=HOUSE,
        proposed_on=day("2027-07-25"),
    )  # fmt: skip
    village.do("陈文书", day("2027-07-26"), clearing, "WITHDRAW", withdrawal_reason="尚不稳固")
    return clearing


def test_every_variable_of_every_paper_is_filled_by_a_case_or_written_by_hand(
    village: Village,
) -> None:
    register_knows_everything(village)
    case = is_identified_after_help(village)
    village.measure_is_entered(day("2026-12-01"))
    found = of_case(village, case) | of_case(village, is_not_cleared(village))
    found |= of_case(village, is_withdrawn(village))
    cleared = reaches_the_county(village, "2027-09")
    village.decide(day("2027-09-20"), cleared, "云帮办〔2027〕6号")
    found |= of_case(village, cleared)
    papers_of = [one for one in papers_of_all_packs() if one.id not in APART]
    wanted = {path for paper in papers_of for path in used(paper)}
    # A paper's own number is one of those that the case holds.
    wanted = {path.replace("number.", "numbers.") for path in wanted}
    assert {path for path in wanted - found if not by_hand(path)} == set()
    # And nothing is said to be written by hand that a case fills after all.
    assert {path for path in found if by_hand(path)} == set()


def test_no_paper_needs_what_is_written_by_hand() -> None:
    for paper in papers_of_all_packs():
        needed = {need.path for need in paper.needs} | ({paper.dated} - {""})
        assert not [path for path in needed if by_hand(path)], paper.id


def test_a_field_that_nobody_fills_would_be_found() -> None:
    assert by_hand("review.chair")
    assert by_hand("comparison.hits.finding")
    assert not by_hand("refusal.agency")
