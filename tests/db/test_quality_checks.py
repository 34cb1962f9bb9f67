"""The work list over three checks, by hand: new, remaining, fixed; exceptions and their end.

Two households of one person. The register of the test has wage incomes, the road distance and the
floor area, so that the rules about these are asked and the ones about columns that nobody filled
are not.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from bangfu.domains.quality import rulebook, selectors, services
from bangfu.domains.quality.domain import ItemState, Shown
from bangfu.domains.quality.models import (
    QualityCheck,
    QualityCount,
    QualityException,
    QualityItem,
    QualityItemVersion,
)
from bangfu.domains.quality.selectors import ItemFilter
from bangfu.domains.registry.models import Household
from bangfu.foundation import jobs
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.jobs.domain import Cancelled, JobState
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound, Refused
from bangfu.kernel.region import RegionCode
from tests.api.conftest import add_household, add_source
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, add_small_country

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
SECOND = FIRST + timedelta(days=7)
THIRD = FIRST + timedelta(days=14)


@pytest.fixture
def scope():
    return command_scope(YUNXI, "test")


@pytest.fixture(autouse=True)
def register(db, scope):
    """王一: wage income of 299 yuan, distance 6 km. 李二: nothing wrong with either."""
    add_small_country()
    with activate(scope):
        source = add_source(YUNXI, "名册.xlsx")
        fine = {"wage_income": 30_000, "road_distance": 1, "floor_area": 90}
        add_household(
            source,
            "A1",
            "990101101201",
            "王一",
            "wangyi",
            1,
            **{**fine, "wage_income": 299, "road_distance": 6},
        )
        add_household(source, "A2", "990101102201", "李二", "lier", 2, **fine)


def check(scope, at=FIRST):
    return services.check_county(scope=scope, region=YUNXI, at=at)


def change(scope, number, **facts):
    with activate(scope):
        Household.objects.filter(household_no=number).update(**facts)


def items(scope, state=Shown.OPEN, region=YUNXI):
    page = selectors.list_items(scope, ItemFilter(region, state=state), limit=200)
    return [(item.household_no, item.rule_id) for item in page.items]


def find(scope, rule_id, number="A1"):
    with activate(scope):
        return QualityItem.objects.get(rule_id=rule_id, household_no=number)


def test_the_first_check_finds_what_is_wrong_and_all_of_it_is_new(scope):
    result = check(scope)
    assert items(scope) == [("A1", "road_distance"), ("A1", "wage_income_range")]
    assert items(scope, Shown.NEW) == items(scope)
    counts = result.check.counts
    assert (counts.open, counts.new, counts.fixed, counts.excepted) == (2, 2, 0, 0)
    assert (result.check.households, result.check.persons) == (2, 2)


def test_three_checks_tell_new_remaining_and_fixed_apart(scope):
    check(scope)
    change(scope, "A1", wage_income=30_000)
    change(scope, "A2", road_distance=7)
    second = check(scope, SECOND).check.counts
    assert items(scope) == [("A1", "road_distance"), ("A2", "road_distance")]
    assert items(scope, Shown.NEW) == [("A2", "road_distance")]
    assert items(scope, Shown.FIXED) == [("A1", "wage_income_range")]
    assert (second.open, second.new, second.fixed) == (2, 1, 1)
    change(scope, "A1", road_distance=2)
    third = check(scope, THIRD).check.counts
    assert items(scope) == [("A2", "road_distance")]
    assert items(scope, Shown.NEW) == []
    assert items(scope, Shown.FIXED) == [("A1", "road_distance")]
    assert (third.open, third.new, third.fixed) == (1, 0, 1)


def test_an_item_remembers_when_it_was_first_and_last_seen(scope):
    check(scope)
    check(scope, SECOND)
    [first, _] = selectors.list_items(scope, ItemFilter(YUNXI)).items
    assert (first.first_seen_on, first.last_seen_on) == (date(2026, 11, 1), date(2026, 11, 8))
    change(scope, "A1", road_distance=2)
    check(scope, THIRD)
    [gone] = selectors.list_items(scope, ItemFilter(YUNXI, state=Shown.FIXED)).items
    assert (gone.last_seen_on, gone.fixed_on) == (date(2026, 11, 8), date(2026, 11, 15))


def test_what_comes_back_is_new_again_and_keeps_its_first_day(scope):
    check(scope)
    change(scope, "A1", wage_income=30_000)
    check(scope, SECOND)
    change(scope, "A1", wage_income=100)
    check(scope, THIRD)
    item = find(scope, "wage_income_range")
    assert item.state == ItemState.OPEN
    assert item.first_seen_on == date(2026, 11, 1)
    assert ("A1", "wage_income_range") in items(scope, Shown.NEW)
    with activate(scope):
        moves = QualityItemVersion.objects.filter(pgh_obj_id=item.id).order_by("pgh_id")
        assert [move.state for move in moves] == ["OPEN", "FIXED"]


def test_a_second_check_of_the_same_writes_no_item(scope):
    check(scope)
    with activate(scope):
        before = list(QualityItem.objects.order_by("id").values_list())
    assert check(scope, SECOND).written == 0
    with activate(scope):
        after = list(QualityItem.objects.order_by("id").values_list())
    assert after == before


def test_a_finding_whose_values_change_remains_with_its_new_words(scope):
    check(scope)
    change(scope, "A1", wage_income=200)
    result = check(scope, SECOND)
    assert result.check.counts.new == 0
    assert "200" in find(scope, "wage_income_range").message_zh


def test_a_rule_about_a_column_that_nobody_filled_is_not_asked(scope):
    result = check(scope)
    lacking = {one["rule_no"]: one for one in result.check.not_asked}
    assert lacking["3_02_004"]["missing"] == ["耕地面积"]
    assert lacking["3_02_004"]["why"] == "COLUMNS"


def test_a_rule_that_can_no_longer_be_asked_fixes_nothing(scope):
    """If the county's column is emptied whole, nobody knows whether the finding is gone."""
    check(scope)
    for number in ("A1", "A2"):
        change(scope, number, wage_income=None)
    result = check(scope, SECOND)
    assert ("A1", "wage_income_range") in items(scope)
    assert result.check.counts.fixed == 0
    [_, kept] = selectors.list_items(scope, ItemFilter(YUNXI)).items
    assert kept.last_seen_on == date(2026, 11, 1)


def test_a_rule_that_left_the_pack_leaves_the_list_without_being_fixed(scope, monkeypatch):
    check(scope)
    pack = rulebook.national().pack
    kept = tuple(rule for rule in pack.rules if rule.id != "road_distance")
    book = rulebook.Rulebook(services_replace(pack, kept))
    monkeypatch.setattr(services, "rulebook_of", lambda scope, region, on: book)
    result = check(scope, SECOND)
    assert items(scope) == [("A1", "wage_income_range")]
    assert result.check.counts.fixed == 0
    assert find(scope, "road_distance").state == ItemState.DROPPED


def services_replace(pack, rules):
    from dataclasses import replace

    return replace(pack, rules=rules, cases=())


def test_a_household_that_moves_takes_its_items_and_exceptions_along(scope):
    check(scope)
    item = find(scope, "road_distance")
    services.add_exception(scope=scope, item_id=item.id, reason="住在山上", until=None, at=FIRST)
    change(scope, "A1", region_code="990101101202")
    check(scope, SECOND)
    assert find(scope, "road_distance").region_code == "990101101202"
    with activate(scope):
        assert QualityException.objects.get().region_code == "990101101202"
        places = QualityCount.objects.filter(check_id=selectors.find_check(scope, YUNXI).id)
        assert [one.region_code for one in places] == ["990101101202"]


def except_road(scope, until=None, at=FIRST):
    item = find(scope, "road_distance")
    services.add_exception(scope=scope, item_id=item.id, reason="住在山上", until=until, at=at)
    return item.id


def test_an_exception_holds_while_the_values_stay_the_same(scope):
    check(scope)
    except_road(scope)
    result = check(scope, SECOND)
    assert items(scope) == [("A1", "wage_income_range")]
    assert items(scope, Shown.EXCEPTED) == [("A1", "road_distance")]
    assert result.check.counts.excepted == 1
    [item] = selectors.list_items(scope, ItemFilter(YUNXI, state=Shown.EXCEPTED)).items
    assert item.exception is not None
    assert (item.exception.reason, item.exception.by) == ("住在山上", "test")


def test_an_exception_ends_when_the_values_change_and_the_item_is_new(scope):
    check(scope)
    except_road(scope)
    change(scope, "A1", road_distance=9)
    check(scope, SECOND)
    assert ("A1", "road_distance") in items(scope, Shown.NEW)
    with activate(scope):
        assert QualityException.objects.get().end_reason == "CHANGED"


@pytest.mark.parametrize(
    ("until", "holds"), [(date(2026, 11, 8), True), (date(2026, 11, 7), False)]
)
def test_an_exception_holds_until_its_day_and_no_longer(scope, until, holds):
    """The second check is on 2026-11-08."""
    check(scope)
    except_road(scope, until)
    check(scope, SECOND)
    assert (("A1", "road_distance") in items(scope, Shown.EXCEPTED)) is holds
    assert (("A1", "road_distance") in items(scope, Shown.NEW)) is not holds


def test_an_excepted_finding_that_goes_is_fixed_and_must_be_excepted_anew(scope):
    check(scope)
    except_road(scope)
    change(scope, "A1", road_distance=1)
    check(scope, SECOND)
    assert items(scope, Shown.FIXED) == [("A1", "road_distance")]
    change(scope, "A1", road_distance=6)
    check(scope, THIRD)
    assert ("A1", "road_distance") in items(scope, Shown.NEW)


def test_an_exception_can_be_undone_and_the_item_is_open_as_before(scope):
    check(scope)
    check(scope, SECOND)
    item_id = except_road(scope, at=SECOND)
    services.end_exception(scope=scope, item_id=item_id, at=THIRD)
    assert ("A1", "road_distance") in items(scope)
    assert ("A1", "road_distance") not in items(scope, Shown.NEW)
    with activate(scope):
        row = QualityException.objects.get()
        assert (row.end_reason, row.ended_by, row.ended_at) == ("UNDONE", "test", THIRD)
        actions = AuditEvent.objects.filter(subject_id=str(item_id)).order_by("at")
        assert [event.action for event in actions] == [
            "quality.exception.added",
            "quality.exception.undone",
        ]
    with pytest.raises(Conflict, match="E-QUALITY-NOT-EXCEPTED"):
        services.end_exception(scope=scope, item_id=item_id, at=THIRD)


def test_an_exception_needs_a_reason_an_open_item_and_a_day_to_come(scope):
    check(scope)
    item = find(scope, "road_distance")

    def add(reason="住在山上", until=None, item_id=item.id):
        services.add_exception(scope=scope, item_id=item_id, reason=reason, until=until, at=FIRST)

    with pytest.raises(InvalidValue, match="E-QUALITY-REASON"):
        add(reason=" ")
    with pytest.raises(InvalidValue, match="E-QUALITY-UNTIL"):
        add(until=date(2026, 10, 31))
    with pytest.raises(NotFound, match="E-QUALITY-ITEM"):
        add(item_id=UUID(int=1))
    add()
    with pytest.raises(Conflict, match="E-QUALITY-NOT-OPEN"):
        add()


def test_a_check_is_of_a_county_with_households_and_of_ones_own(scope):
    with pytest.raises(Refused, match="E-QUALITY-COUNTY"):
        services.check_county(scope=scope, region=YUNXI_TOWN, at=FIRST)
    with pytest.raises(NotAllowed, match="E-ACCESS-REGION"):
        services.check_county(scope=scope, region=SHIQIAO, at=FIRST)
    with pytest.raises(Refused, match="E-QUALITY-EMPTY"):
        services.check_county(scope=command_scope(SHIQIAO, "test"), region=SHIQIAO, at=FIRST)


def test_a_cancelled_check_leaves_nothing(scope):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        services.check_county(scope=scope, region=YUNXI, at=FIRST, check_cancelled=stop)
    with activate(scope):
        assert QualityItem.objects.count() == 0
        assert QualityCheck.objects.count() == 0


def test_the_job_checks_tells_its_steps_and_leaves_one_audit_row(scope):
    steps = []
    job = jobs.run_now(
        scope,
        services.JOB_KIND,
        {"region": str(YUNXI)},
        progress=lambda done, total, message: steps.append((done, total)),
    )
    assert job.state == JobState.DONE
    assert job.result is not None
    assert job.result["open"] == 2
    assert steps[-1] == (4, 4)
    with activate(scope):
        event = AuditEvent.objects.get(action="quality.check.finished")
    assert event.detail["open"] == 2


def test_every_place_has_its_own_counts_and_course(scope):
    check(scope)
    change(scope, "A2", road_distance=7)
    check(scope, SECOND)
    latest = [one.id for one in selectors.list_latest(scope, YUNXI)]
    by_child = selectors.count_items(scope, YUNXI, latest, "child")
    assert {code: (one.open, one.new) for code, one in by_child.items()} == {
        "990101101000": (2, 0),
        "990101102000": (1, 1),
    }
    by_rule = selectors.count_items(scope, YUNXI, latest, "rule")
    assert {rule: one.open for rule, one in by_rule.items()} == {
        "road_distance": 2,
        "wage_income_range": 1,
    }
    stone = RegionCode("990101102000")
    assert [one.counts.open for one in selectors.list_course(scope, stone)] == [1, 0]
    assert [one.counts.open for one in selectors.list_course(scope, YUNXI)] == [3, 2]


def test_pages_follow_each_other_without_loss(scope):
    check(scope)
    seen, cursor = [], None
    while True:
        page = selectors.list_items(scope, ItemFilter(YUNXI), cursor=cursor, limit=1)
        assert page.total == 2
        seen += [item.rule_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["road_distance", "wage_income_range"]
    with pytest.raises(InvalidValue, match="E-QUALITY-CURSOR"):
        selectors.list_items(scope, ItemFilter(YUNXI), cursor="forged")
