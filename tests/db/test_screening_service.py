"""Screening a county end to end: register and feeds in, hints out, all or nothing."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from bangfu.domains.registry.models import Household
from bangfu.domains.screening import explaining, packs, publishing, selectors, services
from bangfu.domains.screening.folders import results_of, runs_root
from bangfu.domains.screening.locking import one_at_a_time
from bangfu.domains.screening.models import HouseholdHint, Run
from bangfu.engine.runs import read_manifest
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, NotAllowed, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from tests.api.conftest import add_household, add_source
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, add_small_country

pytestmark = pytest.mark.django_db

OCTOBER = Period("2026-10")
AT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def scope():
    return command_scope(YUNXI, "test")


@pytest.fixture(autouse=True)
def register(db, scope):
    """One household without safe water, one with; the incomes of both far above any line."""
    add_small_country()
    with activate(scope):
        source = add_source(YUNXI, "名册.xlsx")
        facts = {
            "household_type": "LIFTED",
            "net_income": 90_000,
            "wage_income": 90_000,
            "housing_grade": "A",
        }
        add_household(source, "A1", "990101101201", "王一", "wangyi", 1, water_safe=False, **facts)
        add_household(source, "A2", "990101101202", "李二", "lier", 2, water_safe=True, **facts)


def run(scope, period=OCTOBER, **more):
    return services.screen(scope=scope, region=YUNXI, period=period, at=AT, **more)


def test_a_household_without_safe_water_gets_its_hint_with_the_reason(scope):
    result = run(scope)
    with activate(scope):
        home = Household.objects.get(household_no="A1")
    hint = selectors.find_hint(scope, home.id, "2026-10")
    assert hint is not None
    assert "water_unsafe" in hint.fired
    assert hint.severity.word == "attention"
    assert hint.reason_zh
    assert hint.reason_en
    assert result.run.households == 2
    assert result.written == 2


def test_what_no_feed_has_said_is_unknown_and_not_fine(scope):
    run(scope)
    with activate(scope):
        home = Household.objects.get(household_no="A2")
    hint = selectors.find_hint(scope, home.id, "2026-10")
    assert hint is not None
    assert hint.severity.word == "unknown"
    assert "housing_unsafe" in hint.undecided


def test_a_second_run_of_the_same_writes_nothing_and_returns_the_first(scope):
    first = run(scope)
    with activate(scope):
        before = list(HouseholdHint.objects.order_by("id").values_list())
        audited = AuditEvent.objects.count()
    second = run(scope)
    assert (second.is_repeat, second.written, second.run.id) == (True, 0, first.run.id)
    with activate(scope):
        assert list(HouseholdHint.objects.order_by("id").values_list()) == before
        assert Run.objects.count() == 1
        assert AuditEvent.objects.count() == audited
    assert results_of(first.run.folder).is_dir()


def test_a_change_in_the_register_changes_only_its_household(scope):
    run(scope)
    with activate(scope):
        Household.objects.filter(household_no="A2").update(water_safe=False)
    result = run(scope)
    assert (result.written, result.run.new, result.run.gone) == (1, 1, 0)


def test_the_result_hash_is_that_of_the_manifest_kept_with_the_run(scope):
    result = run(scope)
    assert read_manifest(results_of(result.run.folder)).result_hash == result.run.result_hash
    assert len(result.run.result_hash) == 64


def test_publishing_leaves_one_audit_row(scope):
    run(scope)
    with activate(scope):
        event = AuditEvent.objects.get(action="screening.run.published")
    assert event.region_code == str(YUNXI)
    assert event.detail["written"] == 2


def test_a_failure_while_publishing_leaves_nothing(scope, monkeypatch):
    before = set((runs_root() / "990101").rglob("*")) if runs_root().exists() else set()

    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(publishing, "_write", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        run(scope)
    with activate(scope):
        assert HouseholdHint.objects.count() == 0
        assert Run.objects.count() == 0
    left = set((runs_root() / "990101").rglob("*.parquet")) - before
    assert left == set()


def test_cancelling_between_steps_leaves_nothing(scope):
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    with pytest.raises(Stop):
        run(scope, check_cancelled=stop)
    with activate(scope):
        assert Run.objects.count() == 0


def test_a_town_is_refused_with_its_county_as_the_remedy(scope):
    with pytest.raises(Refused) as refused:
        services.screen(scope=scope, region=YUNXI_TOWN, period=OCTOBER, at=AT)
    assert refused.value.code == "E-SCREENING-COUNTY"
    assert refused.value.params["county"] == str(YUNXI)


def test_the_neighbours_county_is_not_in_the_scope(scope):
    with pytest.raises(NotAllowed):
        services.screen(scope=scope, region=SHIQIAO, period=OCTOBER, at=AT)


def test_a_county_without_households_is_refused():
    with pytest.raises(Refused) as refused:
        services.screen(scope=command_scope(SHIQIAO, "test"), region=SHIQIAO, period=OCTOBER, at=AT)
    assert refused.value.code == "E-SCREENING-EMPTY"


def test_two_screenings_of_a_county_do_not_run_at_once(scope):
    with one_at_a_time(YUNXI), pytest.raises(Conflict) as refused:
        run(scope)
    assert refused.value.code == "E-SCREENING-RUNNING"
    assert run(scope).written == 2


def test_two_counties_may_run_at_once():
    with one_at_a_time(YUNXI), one_at_a_time(SHIQIAO):
        pass


def test_the_lock_ends_with_its_holder():
    held, go = threading.Event(), threading.Event()

    def hold():
        with one_at_a_time(YUNXI):
            held.set()
            go.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with pytest.raises(Conflict), one_at_a_time(YUNXI):
        pass
    go.set()
    holder.join()
    with one_at_a_time(YUNXI):
        pass


def test_the_explanation_tells_value_source_and_day_of_each_clause(scope):
    run(scope)
    with activate(scope):
        home = Household.objects.get(household_no="A1")
    found = explaining.explain(scope, home.id, RegionCode(home.region_code), None)
    water = next(rule for rule in found["rules"] if rule["rule_id"] == "water_unsafe")
    assert water["outcome"] == "TRUE"
    assert water["source"]
    clause = water["clauses"][-1]
    assert clause["dataset"] == "registry/household"
    assert clause["as_of"] == date(2026, 10, 31)
    assert found["hint"] == "attention"


def test_an_earlier_run_is_explained_by_the_pack_it_was_made_with(scope, monkeypatch):
    result = run(scope)
    with activate(scope):
        home = Household.objects.get(household_no="A1")

    class Changed:
        hash = "f" * 64

    monkeypatch.setattr(packs, "national_pack", lambda: Changed())
    found = explaining.explain(scope, home.id, RegionCode(home.region_code), None)
    assert found["run"]["id"] == str(result.run.id)
    assert found["rules"]


def test_officers_below_the_county_see_their_countys_run_but_not_the_list_of_runs(scope):
    result = run(scope)
    township = command_scope(YUNXI_TOWN, "test")
    found = selectors.find_run(township, YUNXI_TOWN)
    assert found is not None
    assert found.id == result.run.id
    assert selectors.list_runs(township, YUNXI_TOWN) == []


def test_the_neighbour_sees_neither_run_nor_hints(scope):
    run(scope)
    neighbour = command_scope(SHIQIAO, "test")
    assert selectors.find_run(neighbour, SHIQIAO) is None
    assert selectors.count_hints(neighbour, SHIQIAO, "2026-10") == {
        "none": 0,
        "unknown": 0,
        "attention": 0,
        "urgent": 0,
    }
