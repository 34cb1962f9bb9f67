"""Two requests that cannot both come into force: seen on both sides, and the second refused."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bangfu.domains.changes import selectors, services, view
from bangfu.domains.changes.domain import RequestRecord, State, Touch, conflict
from bangfu.domains.changes.models import ChangeRequest
from bangfu.domains.registry.models import Act
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import BangfuError, Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7
from tests.acts_kit import AT, LAST, LATER, family
from tests.cast import Cast
from tests.changes_kit import Village, agreed, decide, draft, settle, submitted
from tests.registry_kit import STONE, id_number, person, take_in, write_list

CHILD = {"name": "赵六", "id_number": id_number(9, "20261010"), "relation": "SONS_DAUGHTER"}
ONE, TWO, HOME = uuid7(), uuid7(), uuid7()


@pytest.fixture
def village(cast: Cast, tmp_path: Path) -> Village:
    return settle(cast, tmp_path)


def whys(village: Village, request: RequestRecord) -> list[tuple[str, str]]:
    """Return (number, why) of the conflicts that 乙 sees with a request."""
    detail = view.detail(village.town, selectors.get_detail(village.town, request.id))
    return [(each["no"], each["why_zh"]) for each in detail["conflicts"]]


def counted(village: Village, request: RequestRecord) -> int:
    page = view.page(selectors.list_requests(village.town, selectors.RequestFilter()))
    return next(each["conflicts"] for each in page["items"] if each["id"] == str(request.id))


def touch(kind: str, **more: Any) -> Touch:
    sets = ("persons", "tokens", "households", "closing")
    return Touch(kind, **{k: frozenset(v) if k in sets else v for k, v in more.items()})


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (touch("DEATH", persons=[ONE]), touch("MOVE_OUT", persons=[ONE, TWO]), "SAME_PERSON"),
        (touch("DEATH", persons=[ONE]), touch("MOVE_OUT", persons=[TWO]), None),
        (touch("BIRTH", tokens=["a"]), touch("MOVE_IN", tokens=["a"]), "SAME_PERSON"),
        (
            touch("SPLIT", households=[HOME], is_structural=True),
            touch("SPLIT", households=[HOME], is_structural=True),
            "SAME_HOUSEHOLD",
        ),
        (
            touch("HEAD_CHANGE", persons=[ONE], households=[HOME], is_structural=True),
            touch("DEATH", persons=[ONE], households=[HOME]),
            "SAME_PERSON",
        ),
        (touch("BIRTH", households=[HOME]), touch("DEATH", households=[HOME]), None),
        (
            touch("BIRTH", households=[HOME]),
            touch("MERGE", households=[HOME], closing=[HOME], is_structural=True),
            "HOUSEHOLD_CLOSES",
        ),
        (
            touch("CORRECTION", persons=[ONE], field="member.phone"),
            touch("DEATH", persons=[ONE]),
            None,
        ),
        (
            touch("CORRECTION", persons=[ONE], field="member.relation"),
            touch("DEATH", persons=[ONE]),
            "SAME_PERSON",
        ),
        (
            touch("CORRECTION", persons=[ONE], households=[HOME], field="member.phone"),
            touch("CORRECTION", persons=[ONE], households=[HOME], field="member.phone"),
            "SAME_FIELD",
        ),
        (
            touch("CORRECTION", persons=[ONE], households=[HOME], field="member.phone"),
            touch("CORRECTION", persons=[ONE], households=[HOME], field="member.name"),
            None,
        ),
        (
            touch("CORRECTION", households=[HOME], field="household.phone"),
            touch("CORRECTION", households=[HOME], field="household.phone"),
            "SAME_FIELD",
        ),
    ],
)
def test_when_two_requests_conflict(one: Touch, other: Touch, why: str | None) -> None:
    assert conflict(one, other) == why
    assert conflict(other, one) == why


def test_a_death_and_a_move_of_one_person_are_shown_on_both_sides(village: Village) -> None:
    person_id = village.person("1", "赵五")
    death = agreed(village, "DEATH", "1", {"person": person_id})
    move = agreed(village, "MOVE_OUT", "1", {"persons": [person_id], "destination": "外省"})
    assert whys(village, death) == [(move.no, "涉及同一个人")]
    assert whys(village, move) == [(death.no, "涉及同一个人")]
    assert (counted(village, death), counted(village, move)) == (1, 1)
    decide(village, death.id, at=LATER)
    with pytest.raises(Conflict) as caught:
        decide(village, move.id, at=LAST)
    assert caught.value.code == "E-CHANGES-OVERTAKEN"
    assert caught.value.params["no"] == death.no
    assert whys(village, move) == []
    assert decide(village, move.id, "RETURN", at=LAST).state == State.RETURNED


def test_a_change_of_head_and_the_death_of_the_new_head(village: Village) -> None:
    son = village.person("1", "赵三")
    head = agreed(village, "HEAD_CHANGE", "1", {"person": son})
    death = agreed(village, "DEATH", "1", {"person": son})
    assert whys(village, head) == [(death.no, "涉及同一个人")]
    decide(village, death.id, at=LATER)
    with pytest.raises(Conflict):
        decide(village, head.id, at=LAST)
    assert family(village.town, "1")["赵一"] == "HEAD"


def test_two_splits_of_one_household(village: Village) -> None:
    def split(*names: str) -> RequestRecord:
        people = [village.person("1", name) for name in names]
        return agreed(village, "SPLIT", "1", {"persons": people, "head": people[0]})

    first, second = split("赵三"), split("赵四")
    assert whys(village, first) == [(second.no, "都改变同一户的户主或分合")]
    decide(village, first.id, at=LATER)
    with pytest.raises(Conflict) as caught:
        decide(village, second.id, at=LAST)
    assert caught.value.code == "E-CHANGES-OVERTAKEN"


def test_an_undone_request_stands_in_nobodys_way(village: Village) -> None:
    person_id = village.person("1", "赵五")
    death = agreed(village, "DEATH", "1", {"person": person_id})
    move = agreed(village, "MOVE_OUT", "1", {"persons": [person_id], "destination": "外省"})
    decide(village, death.id, at=LATER)
    services.undo(scope=village.town, at=LAST, request_id=death.id, reason="误登")
    assert decide(village, move.id, at=LAST).state == State.APPROVED


def test_a_request_returned_and_submitted_anew_is_judged_by_the_new_day(village: Village) -> None:
    one = agreed(village, "CORRECTION", "1", {"field": "household.wage_income", "value": "1"})
    two = agreed(village, "CORRECTION", "1", {"field": "household.wage_income", "value": "2"})
    decide(village, one.id, at=LATER)
    decide(village, two.id, "RETURN", at=LAST)
    services.submit(scope=village.cadre, at=LAST, request_id=two.id)
    assert village.officer.scope
    services.decide_village(
        scope=village.officer.scope, at=LAST, request_id=two.id, decision="AGREE"
    )
    assert decide(village, two.id, at=LAST).state == State.APPROVED


def test_of_a_request_in_another_town_only_that_there_is_one_is_told(
    village: Village, cast: Cast, tmp_path: Path
) -> None:
    rows = [person("8", 20, "李一", village=STONE)]
    take_in(cast.county.scope, write_list(tmp_path / "stone.xlsx", rows))
    there = command_scope(RegionCode("990101102000"), "tests")
    other = draft(village, "MOVE_IN", "8", {**CHILD, "relation": "OTHER"}, scope=there)
    mine = submitted(village, "BIRTH", "1", CHILD)
    assert whys(village, mine) == [("", "涉及同一个人（本县其他地方在办）")]
    detail = str(view.detail(village.town, selectors.get_detail(village.town, mine.id)))
    assert other.no not in detail
    assert str(other.id) not in detail
    seen = view.detail(there, selectors.get_detail(there, other.id))["conflicts"]
    assert [each["no"] for each in seen] == [""]
    county = view.detail(cast.county.scope, selectors.get_detail(cast.county.scope, mine.id))[
        "conflicts"
    ]
    assert [each["no"] for each in county] == [other.no]


def test_a_draft_of_another_day_does_not_stop_anybody(village: Village) -> None:
    draft(village, "DEATH", "1", {"person": village.person("1", "赵五")}, on=date(2026, 10, 1))
    made = agreed(village, "BIRTH", "1", CHILD)
    assert whys(village, made) == []


# At the same instant


class Race:
    """Runs functions at the same time, each on a connection of its own, and keeps what they say."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._gate = threading.Barrier(2, timeout=30)

    def run(self, *asked: Any) -> list[str]:
        threads = [threading.Thread(target=self._one, args=(each,)) for each in asked]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return sorted(self.said)

    def _one(self, asked: Any) -> None:
        try:
            self._gate.wait()
            asked()
            self.said.append("done")
        except BangfuError as error:
            self.said.append(error.code)
        finally:
            connection.close()


@pytest.mark.evidence("ASVS-2.3.4")
@pytest.mark.django_db(transaction=True)
def test_f45_of_two_approvers_at_the_same_instant_one_wins(village: Village) -> None:
    made = agreed(village, "BIRTH", "1", CHILD)
    second = village.second.scope
    said = Race().run(
        lambda: decide(village, made.id),
        lambda: services.decide_town(scope=second, at=AT, request_id=made.id, decision="APPROVE"),
    )
    assert said == ["E-CHANGES-STATE", "done"]
    assert family(village.town, "1")["赵六"] == "SONS_DAUGHTER"
    with activate(village.town):
        assert Act.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_f45_of_two_conflicting_requests_approved_at_the_same_instant_one_wins(
    village: Village,
) -> None:
    person_id = village.person("1", "赵五")
    death = agreed(village, "DEATH", "1", {"person": person_id})
    move = agreed(village, "MOVE_OUT", "1", {"persons": [person_id], "destination": "外省"})
    second = village.second.scope
    said = Race().run(
        lambda: decide(village, death.id, at=LATER),
        lambda: services.decide_town(
            scope=second, at=LATER, request_id=move.id, decision="APPROVE"
        ),
    )
    assert said == ["E-CHANGES-OVERTAKEN", "done"]
    with activate(village.town):
        states = sorted(ChangeRequest.objects.values_list("state", flat=True))
        assert states == ["APPROVED", "VILLAGE_AGREED"]
        assert Act.objects.count() == 1


@pytest.mark.evidence("ASVS-2.3.4")
@pytest.mark.django_db(transaction=True)
def test_f45_approve_against_withdraw_leaves_one_of_the_two(village: Village) -> None:
    made = agreed(village, "BIRTH", "1", CHILD)
    said = Race().run(
        lambda: decide(village, made.id),
        lambda: services.withdraw(scope=village.cadre, at=AT, request_id=made.id),
    )
    assert said == ["E-CHANGES-STATE", "done"]
    with activate(village.town):
        is_approved = ChangeRequest.objects.get().state == State.APPROVED
    assert ("赵六" in family(village.town, "1")) == is_approved


@pytest.mark.django_db(transaction=True)
def test_two_requests_drawn_up_at_the_same_instant_get_two_numbers(village: Village) -> None:
    said = Race().run(
        lambda: draft(village, "BIRTH", "1", CHILD),
        lambda: draft(village, "BIRTH", "3", CHILD),
    )
    assert said == ["done", "done"]
    with activate(village.town):
        assert sorted(ChangeRequest.objects.values_list("no", flat=True)) == [
            "BG-101201-2610-001",
            "BG-101201-2610-002",
        ]
