"""A cadre who leaves with open duties: they go on with somebody else, and nothing hangs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.models import ProceedingHandler
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import services as accounts
from bangfu.foundation.accounts.models import Post, User
from bangfu.foundation.notifications.models import Message
from bangfu.kernel.region import RegionCode
from tests.cast import YUNXI_VILLAGE, give_post
from tests.sweeping_kit import (
    COUNTY,
    audited,
    clock_of,
    morning,
    report,
    row_of,
    steps_of,
    swept,
    take,
)

pytestmark = pytest.mark.django_db
# The cast's posts count from 2026-01-01 on.
MONDAY, WEDNESDAY = date(2026, 6, 1), date(2026, 6, 3)
NATION = command_scope(RegionCode("000000000000"), "tests")


def add_village_post() -> User:
    """Another cadre of the village, an officer of it."""
    user = accounts.create_user(
        scope=NATION,
        at=morning(MONDAY),
        username="cunguan",
        password="a long enough password",
        display_name="村干部",
    )
    give_post(user, "VILLAGE_OFFICER", YUNXI_VILLAGE)
    return user


def handlers(clue):
    with activate(COUNTY):
        rows = ProceedingHandler.objects.filter(proceeding_id=clue.id, until__isnull=True)
        return set(rows.values_list("user_id", flat=True))


def given_to_the_cadre(cast, *, is_acknowledged=True):
    clue = report(COUNTY, MONDAY)
    mine = (str(cast.cadre.user.pk),)
    take(cast.county.scope, MONDAY, clue, "DISPATCH", handlers=mine)
    if is_acknowledged:
        take(cast.cadre.scope, MONDAY, clue, "ACKNOWLEDGE")
    return clue


def disable(cast):
    User.objects.filter(pk=cast.cadre.user.pk).update(is_active=False)


def test_an_open_check_goes_to_the_village_post_and_its_clock_begins_anew(cast):
    successor = add_village_post()
    clue = given_to_the_cadre(cast)
    assert clock_of(clue, "check").counted_from == MONDAY
    disable(cast)
    assert swept(WEDNESDAY).handed_over == 1
    row = row_of(clue)
    assert (row.state, handlers(clue)) == ("DISPATCHED", {successor.pk})
    # Two working days to acknowledge, counted from the day on which it was handed over.
    assert clock_of(clue, "acknowledge").counted_from == WEDNESDAY
    step = steps_of(clue)[-1]
    assert (step.step, step.by_id) == ("REASSIGN", "system:monitoring.sweep")
    assert instances.unseal(step.facts)["handover_reason"]
    assert swept(WEDNESDAY).handed_over == 0


def test_it_goes_to_the_township_where_the_village_has_nobody(cast):
    clue = given_to_the_cadre(cast)
    disable(cast)
    swept(WEDNESDAY)
    assert handlers(clue) == {cast.township.user.pk}
    with activate(cast.township.scope):
        subjects = [m.subject for m in Message.objects.filter(user_id=cast.township.user.pk)]
    assert "monitoring.handed_over" in subjects


def test_with_nobody_left_the_county_is_told_and_the_clock_runs_on(cast):
    clue = given_to_the_cadre(cast)
    User.objects.filter(pk__in=[cast.cadre.user.pk, cast.township.user.pk]).update(is_active=False)
    swept(WEDNESDAY)
    row = row_of(clue)
    assert (row.state, handlers(clue)) == ("CHECKING", set())
    assert steps_of(clue)[-1].step == "LEFT_ALONE"
    assert clock_of(clue, "check").counted_from == MONDAY
    with activate(cast.county.scope):
        mine = Message.objects.filter(user_id=cast.county.user.pk)
        assert [m.subject for m in mine] == ["monitoring.left_alone"]
    assert audited("monitoring.duties.handed_over") == 1
    # Nobody was there to take it over; it still climbs.
    assert swept(date(2026, 6, 9)).climbed == 1


def test_one_of_two_handlers_who_leaves_leaves_it_to_the_other(cast):
    clue = report(COUNTY, MONDAY)
    both = (str(cast.cadre.user.pk), str(cast.township.user.pk))
    take(cast.county.scope, MONDAY, clue, "DISPATCH", handlers=both)
    disable(cast)
    swept(WEDNESDAY)
    assert handlers(clue) == {cast.township.user.pk}
    assert row_of(clue).state == "DISPATCHED"
    assert steps_of(clue)[-1].step == "HANDED_OVER"
    assert clock_of(clue, "acknowledge").counted_from == MONDAY


def test_what_is_with_a_department_keeps_its_state_and_gets_another_handler(cast):
    clue = given_to_the_cadre(cast)
    take(
        cast.cadre.scope,
        MONDAY,
        clue,
        "TRANSFER",
        department="MEDICAL_INSURANCE",
        transfer_reason="请核",
    )
    disable(cast)
    swept(WEDNESDAY)
    assert row_of(clue).state == "WITH_DEPARTMENT"
    assert handlers(clue) == {cast.township.user.pk}
    assert clock_of(clue, "department").counted_from == MONDAY


def test_a_post_that_ends_hands_over_in_the_same_moment(cast):
    successor = add_village_post()
    clue = given_to_the_cadre(cast)
    accounts.end_post(scope=NATION, at=morning(WEDNESDAY), post_id=cast.cadre.post_id)
    assert handlers(clue) == {successor.pk}
    assert row_of(clue).state == "DISPATCHED"


def test_a_post_that_runs_out_hands_over_with_the_next_sweep(cast):
    clue = given_to_the_cadre(cast)
    with activate(NATION):
        Post.objects.filter(id=cast.cadre.post_id).update(valid_to=WEDNESDAY)
    assert swept(WEDNESDAY).handed_over == 0, "the last day is whole"
    assert swept(WEDNESDAY + timedelta(days=1)).handed_over == 1
    assert handlers(clue) == {cast.township.user.pk}


def test_closed_proceedings_and_other_counties_are_left_alone(cast):
    clue = given_to_the_cadre(cast, is_acknowledged=False)
    take(COUNTY, MONDAY, clue, "VOID", void_reason="重复登记")
    disable(cast)
    assert swept(WEDNESDAY).handed_over == 0
    assert swept(WEDNESDAY, RegionCode("990102000000")).handed_over == 0
