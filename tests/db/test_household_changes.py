"""A household that is merged, moved, split or closed during a case: what is open goes along."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.clocks import households
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate, command_scope, system_scope
from bangfu.foundation.notifications.models import Message
from tests.acts_kit import ON, ORIGIN, TOWN, id_of, settle_families
from tests.cast import YUNXI
from tests.registry_kit import LOWER, UPPER
from tests.sweeping_kit import COUNTY, audited, report, row_of, steps_of, swept, take

pytestmark = pytest.mark.django_db
CLERK = command_scope(TOWN, "tests")
DAY, NEXT = date(2026, 10, 19), date(2026, 10, 20)
AT = datetime(2026, 10, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def families(cast, tmp_path):
    settle_families(CLERK, tmp_path)
    return cast


def act(of, **more):
    return of(scope=CLERK, at=AT, source=ORIGIN, on=ON, **more)


def merge():
    """钱六 of household 2 in 下坪村 joins household 1 in 上坪村."""
    return act(
        acts.merge_households, household_no="1", other_household_no="2", relation="YOUNGER_BROTHER"
    )


def home(no):
    with activate(COUNTY):
        return Household.objects.get(household_no=no)


def about(no, risk="ILLNESS", day=DAY):
    return report(COUNTY, day, household_no=no, risk=risk)


def dispatch(cast, clue):
    take(cast.county.scope, DAY, clue, "DISPATCH", handlers=(str(cast.cadre.user.pk),))


def origins(clue):
    with activate(COUNTY):
        return ClueOrigin.objects.filter(proceeding_id=clue.id).count()


def test_a_merged_household_takes_its_clue_along_with_everything(families):
    clue = about("2")
    assert clue.region_code == LOWER
    merge()
    row = row_of(clue)
    assert (row.region_code, row.household_no, row.head_name) == (UPPER, "1", "赵一")
    assert row.household_id == home("1").id
    assert row.state == "RECEIVED"
    with activate(COUNTY):
        for part in (ProceedingStep, ProceedingClock, ClueOrigin):
            places = set(part.objects.filter(proceeding_id=row.id).values_list("region_code"))
            assert places == {(UPPER,)}, part
    assert steps_of(clue)[-1].step == "HOUSEHOLD_MERGED"
    assert audited("monitoring.proceeding.rehomed") == 1
    assert swept(NEXT).followed == 0


def test_two_clues_of_one_matter_become_one_when_their_households_merge(families):
    kept, gone = about("1"), about("2")
    merge()
    row = row_of(gone)
    assert (row.state, row.joined_to_id) == ("JOINED", kept.id)
    assert instances.unseal(row.facts)["joined_to"] == kept.no
    assert origins(kept) == 2
    assert row_of(kept).closed_at is None


def test_the_one_that_is_being_checked_stays_when_the_other_is_not(families):
    mine, theirs = about("1"), about("2")
    dispatch(families, theirs)
    take(COUNTY, DAY, theirs, "RAISE_ALARM", danger="房屋倒塌")
    merge()
    # An urgent clue can join nothing; the one that still waits joins it.
    assert row_of(mine).state == "JOINED"
    row = row_of(theirs)
    assert (row.state, row.household_no, row.region_code) == ("URGENT", "1", UPPER)
    assert origins(theirs) == 2


def test_where_neither_can_join_the_merged_one_is_void_with_its_reason_and_reports(families):
    mine, theirs = about("1"), about("2")
    for one in (mine, theirs):
        take(COUNTY, DAY, one, "RAISE_ALARM", danger="房屋倒塌")
    merge()
    row = row_of(theirs)
    assert row.state == "VOID"
    assert mine.no in str(instances.unseal(row.facts)["void_reason"])
    assert row_of(mine).state == "URGENT"
    assert origins(mine) == 2


def test_clues_of_other_matters_stand_side_by_side(families):
    about("1")
    other = about("2", risk="HOUSING")
    merge()
    assert (row_of(other).state, row_of(other).household_no) == ("RECEIVED", "1")


def test_a_household_that_died_out_makes_void_what_is_open_and_says_why(families):
    clue = about("2")
    dispatch(families, clue)
    person = id_of(CLERK, "2", "钱六")
    act(acts.record_death, household_no="2", person_id=person)
    row = row_of(clue)
    assert (row.state, row.outcome) == ("VOID", "VOID")
    assert instances.unseal(row.facts)["void_reason"]
    with activate(COUNTY):
        assert not ProceedingClock.objects.filter(proceeding_id=row.id, ended_on=None).exists()
        assert not ProceedingHandler.objects.filter(proceeding_id=row.id, until=None).exists()
    with activate(families.cadre.scope):
        told = Message.objects.filter(user_id=families.cadre.user.pk).order_by("id")
        assert [one.subject for one in told] == ["monitoring.dispatched", "monitoring.closed"]


def test_a_household_put_under_another_village_is_found_by_the_sweep_and_handed_over(families):
    clue = about("1")
    dispatch(families, clue)
    with activate(system_scope(YUNXI, "tests")):
        # As a list that is imported does it: nobody is told.
        Household.objects.filter(household_no="1").update(region_code=LOWER)
    assert swept(NEXT).followed == 1
    row = row_of(clue)
    assert row.region_code == LOWER
    assert "REHOMED" in [one.step for one in steps_of(clue)]
    # The cadre's post is in the former village: the township has it now.
    with activate(COUNTY):
        held = ProceedingHandler.objects.filter(proceeding_id=row.id, until=None)
        assert list(held.values_list("user_id", flat=True)) == [families.township.user.pk]
        assert Proceeding.objects.filter(id=row.id, state="DISPATCHED").exists()
    done = swept(NEXT)
    assert (done.followed, done.handed_over) == (0, 0)


def test_a_split_household_keeps_its_clue_and_the_history_names_the_new_one(families):
    clue = about("1")
    people = [id_of(CLERK, "1", name) for name in ("赵三", "赵四", "赵五")]
    done = act(
        acts.split_household,
        household_no="1",
        movers=[acts.Mover(each) for each in people],
        head=people[0],
    )
    assert row_of(clue).household_no == "1"
    step = steps_of(clue)[-1]
    assert step.step == "HOUSEHOLD_SPLIT"
    assert instances.unseal(step.facts) == {"household_no": done.new_household_no}


def test_another_head_is_taken_over_without_an_entry_in_the_history(families):
    clue = about("1")
    act(acts.change_head, household_no="1", person_id=id_of(CLERK, "1", "赵三"))
    assert row_of(clue).head_name == "赵三"
    assert len(steps_of(clue)) == 1


def test_what_cannot_follow_undoes_the_act(families, monkeypatch):
    clue = about("2")

    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(households, "mark_of", fails)
    with pytest.raises(RuntimeError):
        merge()
    assert home("2").closed_on is None
    assert row_of(clue).household_no == "2"
