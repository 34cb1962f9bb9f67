"""An act of the register that is undone gives clues, cases and pairings back what it took."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bangfu.domains.assistance.models import Pairing
from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingHandler
from bangfu.domains.registry.acts import services as acts
from bangfu.foundation.access.scopes import activate
from tests.acts_kit import ORIGIN, id_of
from tests.db.test_household_changes import (
    AT,
    CLERK,
    DAY,
    NEXT,
    about,
    act,
    dispatch,
    families,  # noqa: F401 -- the fixture
    home,
    merge,
    origins,
)
from tests.registry_kit import LOWER
from tests.sweeping_kit import COUNTY, row_of, steps_of, swept, take

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=3)
AFTER = NEXT + timedelta(days=1)


def undo(record):
    acts.undo(scope=CLERK, at=LATER, source=ORIGIN, act_id=record.id, reason="误登")


def dies():
    return act(acts.record_death, household_no="2", person_id=id_of(CLERK, "2", "钱六"))


def open_clocks(clue):
    with activate(COUNTY):
        found = ProceedingClock.objects.filter(proceeding_id=clue.id, ended_on=None)
        return sorted(found.values_list("clock", "due_on"))


def test_a_clue_that_a_death_ended_goes_on_with_its_clocks_and_handlers(families):  # noqa: F811
    clue = about("2")
    dispatch(families, clue)
    before = open_clocks(clue)
    record = dies()
    assert (row_of(clue).state, open_clocks(clue)) == ("VOID", [])
    undo(record)
    row = row_of(clue)
    assert (row.state, row.outcome, row.closed_at) == ("DISPATCHED", "", None)
    assert open_clocks(clue) == before
    assert "void_reason" not in instances.unseal(row.facts)
    assert steps_of(clue)[-1].step == "RESTORED"
    with activate(COUNTY):
        assert ProceedingHandler.objects.get(proceeding_id=row.id).until is None
    take(families.township.scope, AFTER, clue, "ACKNOWLEDGE")
    assert swept(AFTER).followed == 0


def test_a_clue_goes_back_to_its_household_when_the_merger_is_undone(families):  # noqa: F811
    clue, kept = about("2"), about("1", risk="HOUSING")
    undo(merge())
    row = row_of(clue)
    assert (row.household_id, row.household_no, row.region_code) == (home("2").id, "2", LOWER)
    assert row_of(kept).household_no == "1"
    assert row.state == "RECEIVED"


def test_clues_that_a_merger_joined_are_two_again_and_keep_their_reports(families):  # noqa: F811
    kept, gone = about("1"), about("2")
    undo(merge())
    row = row_of(gone)
    assert (row.state, row.joined_to_id, row.household_no) == ("RECEIVED", None, "2")
    assert (origins(kept), origins(gone)) == (2, 1)
    assert row_of(kept).state == "RECEIVED"


def test_what_people_ended_stays_ended_and_what_cannot_go_on_says_so(families):  # noqa: F811
    mine, lost = about("2"), about("2", risk="HOUSING")
    take(families.county.scope, DAY, mine, "VOID", void_reason="重复")
    record = dies()
    with activate(COUNTY):
        Proceeding.objects.filter(id=lost.id).update(digest="0" * 64)
    undo(record)
    assert [row_of(one).state for one in (mine, lost)] == ["VOID", "VOID"]
    assert steps_of(mine)[-1].step == "VOID"
    assert steps_of(lost)[-1].step == "NOT_RESTORED"


def test_the_pairing_of_the_household_goes_on(families):  # noqa: F811
    with activate(COUNTY):
        pairing = Pairing.objects.create(
            region_code=LOWER,
            household_id=home("2").id,
            household_no="2",
            head_name="钱六",
            user_id=families.cadre.user.pk,
            cadre_name="结对干部",
            office_kind="COUNTY_OFFICE",
            valid_from=DAY,
            created_at=AT,
            created_by="tests",
            created_by_id="tests",
        )
    record = dies()
    with activate(COUNTY):
        pairing.refresh_from_db()
        assert pairing.end_reason == "HOUSEHOLD_CLOSED"
    undo(record)
    with activate(COUNTY):
        pairing.refresh_from_db()
        assert (pairing.valid_to, pairing.end_reason, pairing.ended_at) == (None, "", None)
