"""The register against the departments' lists and its own past, from imported files to items."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bangfu.domains.feeds import selectors as feeds
from bangfu.domains.quality import selectors, services
from bangfu.domains.quality.domain import Shown
from bangfu.domains.quality.selectors import ItemFilter
from bangfu.domains.registry.models import Household, Membership, Person
from bangfu.domains.screening.models import HouseholdHint
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.period import Period
from tests.api.conftest import add_household, add_source, id_number
from tests.cast import YUNXI, add_small_country
from tests.feeds_kit import take_in, write_csv

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 1, 20, 2, 0, tzinfo=UTC)
DIBAO = ["身份证号", "姓名", "低保类别", "月低保金", "认定日期", "救助状态", "终止日期"]


@pytest.fixture
def scope():
    return command_scope(YUNXI, "test")


@pytest.fixture(autouse=True)
def register(db, scope):
    """王一 is registered under dibao, 李二 is not."""
    add_small_country()
    with activate(scope):
        source = add_source(YUNXI, "名册.xlsx")
        add_household(
            source, "A1", "990101101201", "王一", "wangyi", 1, net_income=20_000, dibao_income=0
        )
        add_household(
            source, "A2", "990101101202", "李二", "lier", 2, net_income=40_000, dibao_income=3_600
        )
        for number, dibao in (("A1", True), ("A2", False)):
            person = Membership.objects.get(household__household_no=number).person_id
            Person.objects.filter(id=person).update(dibao=dibao)


def deliver(folder: Path, serial: int, name: str, period: str = "2026-11", status: str = "享受中"):
    ended = "2026-10-31" if status == "终止" else ""
    row = [id_number("990101", serial), name, "农村低保", "300", "2025-01-01", status, ended]
    path = write_csv(folder / f"{period}-{serial}.csv", DIBAO, [row])
    result = take_in(path, "civil/dibao", period=period, at=NOVEMBER)
    assert result.state == "COMMITTED", result


def check(scope, at=NOVEMBER):
    return services.check_county(scope=scope, region=YUNXI, at=at)


def items(scope, state=Shown.OPEN, group="dibao"):
    page = selectors.list_items(scope, ItemFilter(YUNXI, state=state), limit=200)
    return [(one.household_no, one.rule_id) for one in page.items if group in one.rule_id]


def why_not(result, rule_no):
    return next((one["why"] for one in result.check.not_asked if one["rule_no"] == rule_no), None)


def test_a_rule_about_a_list_that_never_came_is_not_asked(scope):
    result = check(scope)
    assert why_not(result, "D-01") == "FEEDS"
    assert items(scope) == []


def test_the_register_and_the_list_are_held_against_each_other_both_ways(scope, tmp_path):
    deliver(tmp_path, 2, "李二")
    result = check(scope)
    assert why_not(result, "D-01") is None
    assert items(scope) == [("A1", "dibao_not_in_list"), ("A2", "dibao_not_registered")]


def test_a_household_rule_reads_the_lists_of_its_members(scope, tmp_path):
    """王一 has received dibao since 2025-01-01, and the household's dibao income is nought."""
    deliver(tmp_path, 1, "王一")
    check(scope)
    assert items(scope) == [("A1", "dibao_without_income")]


def test_a_list_that_has_grown_old_neither_finds_nor_fixes(scope, tmp_path):
    """The list of November is valid for two months; on 20 January it says nothing any more."""
    deliver(tmp_path, 2, "李二")
    check(scope)
    before = items(scope)
    result = check(scope, NEXT_YEAR)
    assert why_not(result, "D-01") == "FEEDS"
    assert items(scope) == before
    assert result.check.counts.fixed == 0
    [first, *_] = selectors.list_items(scope, ItemFilter(YUNXI, rule="dibao_not_in_list")).items
    assert first.last_seen_on == NOVEMBER.date()


def test_a_corrected_list_fixes_its_findings(scope, tmp_path):
    deliver(tmp_path, 1, "王一", period="2026-10", status="终止")
    check(scope)
    assert items(scope) == [("A1", "dibao_not_in_list")]
    deliver(tmp_path, 1, "王一", period="2026-11")
    check(scope)
    assert items(scope, Shown.FIXED) == [("A1", "dibao_not_in_list")]


def test_a_check_is_listed_among_what_used_a_batch(scope, tmp_path):
    deliver(tmp_path, 2, "李二")
    result = check(scope)
    [(landing, _)] = feeds.lake_files(scope, "civil/dibao", YUNXI, Period("2026-11"))
    uses = feeds.list_uses(scope, landing.batch_id)
    assert [(one["kind"], one["id"]) for one in uses] == [("quality.check", str(result.check.id))]


def test_findings_are_never_a_hint_about_the_family(scope, tmp_path):
    deliver(tmp_path, 2, "李二")
    check(scope)
    with activate(scope):
        assert HouseholdHint.objects.count() == 0


def test_a_sudden_change_against_the_first_entry_is_found(scope):
    """20,000 → 31,000 yuan is up by more than half; 40,000 → 59,000 is not."""
    with activate(scope):
        Household.objects.filter(household_no="A1").update(net_income=31_000)
        Household.objects.filter(household_no="A2").update(net_income=59_000)
    # The versions are of today, and the check of today looks back to the end of last year.
    check(scope, datetime.now(tz=UTC))
    page = selectors.list_items(scope, ItemFilter(YUNXI, rule="income_jump"))
    assert [one.household_no for one in page.items] == ["A1"]
    assert "20,000" in page.items[0].message_zh
    assert "31,000" in page.items[0].message_zh


def test_a_change_back_is_no_change(scope):
    with activate(scope):
        Household.objects.filter(household_no="A1").update(net_income=31_000)
        Household.objects.filter(household_no="A1").update(net_income=20_000)
    check(scope, datetime.now(tz=UTC))
    assert selectors.list_items(scope, ItemFilter(YUNXI, rule="income_jump")).total == 0
