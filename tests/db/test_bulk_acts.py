"""Acts on many clues: all or nothing, refusals by clue, undone while nothing else has happened."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from bangfu.domains.monitoring.clues import bulk
from bangfu.domains.monitoring.clues.bulk import Act, Wish
from bangfu.domains.monitoring.clues.bulk_taking import Refused, group_refusals
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.services import take
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7
from tests.cast import YUNXI_VILLAGE, Cast, give_post
from tests.clues_kit import MONDAY, SCOPE, add_homes, clues, hit, make, run_of

pytestmark = pytest.mark.django_db
VILLAGE = str(YUNXI_VILLAGE)
HOUR = timedelta(hours=1)


@pytest.fixture
def waiting(cast: Cast) -> list[Proceeding]:
    """Three clues of two households that found nobody: there is no village post and no pair."""
    one, two = add_homes("990101102201", "990101102201")
    make(run_of(), hit(one), hit(one, "water_unsafe", risk="WATER"), hit(two))
    return clues()


def act(cast: Cast, rows: list[Proceeding], wish: Wish, **more: object) -> bulk.BulkResult:
    return bulk.act_on_many(
        scope=cast.county.scope,  # type: ignore[arg-type]
        at=MONDAY + HOUR,
        ids=[row.id for row in rows],
        wish=wish,
        **more,  # type: ignore[arg-type]
    )


def handlers() -> set[tuple[UUID, UUID]]:
    with activate(SCOPE):
        rows = ProceedingHandler.objects.filter(until__isnull=True)
        return set(rows.values_list("proceeding_id", "user_id"))


def test_many_clues_are_handed_on_and_called_back(cast: Cast, waiting: list[Proceeding]) -> None:
    me = cast.cadre.user.pk
    done = act(cast, waiting, Wish(Act.DISPATCH, (str(me),)))
    assert (done.done, done.refusals) == (3, ())
    assert {row.state for row in clues()} == {"DISPATCHED"}
    assert handlers() == {(row.id, me) for row in waiting}
    assert done.act_id is not None
    undone = bulk.undo(scope=cast.county.scope, at=MONDAY + 2 * HOUR, act_id=done.act_id)
    assert (undone.done, {row.state for row in clues()}, handlers()) == (3, {"RECEIVED"}, set())
    with activate(SCOPE):
        steps = ProceedingStep.objects.filter(proceeding=waiting[0]).order_by("at", "id")
        assert [one.step for one in steps] == ["REPORT", "DISPATCH", "RECALL"]
        running = ProceedingClock.objects.filter(proceeding=waiting[0], ended_on__isnull=True)
        assert sorted(running.values_list("clock", flat=True)) == ["accept", "whole"]
        told = AuditEvent.objects.filter(action__in=(bulk.DONE, bulk.UNDONE))
        assert [one.detail["count"] for one in told] == [3, 3]
    with pytest.raises(Conflict, match="E-CLUES-BULK-UNDONE"):
        bulk.undo(scope=cast.county.scope, at=MONDAY + 3 * HOUR, act_id=done.act_id)


def test_without_names_the_table_of_dispatch_decides(cast: Cast, waiting: list[Proceeding]) -> None:
    refused = act(cast, waiting, Wish(Act.DISPATCH))
    assert {one.code for one in refused.refusals} == {"E-CLUES-NOBODY"}
    first = refused.refusals[0].no
    [same] = group_refusals(refused.refusals)
    assert (same.code, same.count, len(same.nos)) == ("E-CLUES-NOBODY", 3, 3)
    assert same.message_zh == f"{first}按派发表找不到可以承办的人（同样情况共 3 条）"
    assert same.message_en.startswith(f"The table of dispatch finds nobody for {first} (the same")
    give_post(cast.public.user, "VILLAGE_OFFICER", RegionCode("990101102201"))
    assert act(cast, waiting, Wish(Act.DISPATCH)).done == 3
    assert {user for _, user in handlers()} == {cast.public.user.pk}


def test_equal_refusals_are_one_sentence_and_others_their_own() -> None:
    def refused(no: str, code: str, message: str) -> Refused:
        return Refused(UUID(int=0), no, code, f"{no}{message}", f"{no} {message}")

    found = group_refusals(
        [
            refused("XS2026-000009", "E-A", "已办结"),
            *(refused(f"XS2026-{n:06d}", "E-B", "无人") for n in range(1, 8)),
            refused("XS2026-000010", "E-A", "已作废"),
        ]
    )
    assert [(one.code, one.count, one.nos[0]) for one in found] == [
        ("E-B", 7, "XS2026-000001"),
        ("E-A", 1, "XS2026-000009"),
        ("E-A", 1, "XS2026-000010"),
    ]
    assert len(found[0].nos) == 5
    assert found[1].message_zh == "XS2026-000009已办结", "one alone says what it says"
    assert group_refusals([]) == []


def test_one_refused_clue_keeps_all_as_they_are(cast: Cast, waiting: list[Proceeding]) -> None:
    me = str(cast.cadre.user.pk)
    void = {"void_reason": "重复"}
    take(
        scope=cast.county.scope,
        at=MONDAY,
        proceeding_id=waiting[0].id,
        step="VOID",
        facts=void,
    )
    stranger = uuid7()
    with activate(SCOPE):
        before = ProceedingStep.objects.count()
    found = bulk.act_on_many(
        scope=cast.county.scope,
        at=MONDAY + HOUR,
        ids=[*(row.id for row in waiting), stranger],
        wish=Wish(Act.DISPATCH, (me,)),
    )
    assert (found.done, found.act_id) == (0, None)
    codes = {one.id: one.code for one in found.refusals}
    assert codes == {
        waiting[0].id: "E-PROCEDURE-STEP-NOT-NOW",
        stranger: "E-MONITORING-NOT-FOUND",
    }
    assert all(one.message_zh and one.message_en for one in found.refusals)
    with activate(SCOPE):
        assert ProceedingStep.objects.count() == before
    assert handlers() == set()


def test_a_dry_run_says_how_many_and_writes_nothing(cast: Cast, waiting: list[Proceeding]) -> None:
    found = act(cast, waiting, Wish(Act.DISPATCH, (str(cast.cadre.user.pk),)), dry_run=True)
    assert (found.done, found.act_id, handlers()) == (3, None, set())


def test_a_reassignment_goes_back_to_who_had_it(cast: Cast, waiting: list[Proceeding]) -> None:
    first, second = cast.cadre.user.pk, cast.township.user.pk
    act(cast, waiting, Wish(Act.DISPATCH, (str(first),)))
    without = act(cast, waiting, Wish(Act.REASSIGN, (str(second),)))
    assert {one.code for one in without.refusals} == {"E-PROCEDURE-STEP-LACKS"}
    moved = act(cast, waiting, Wish(Act.REASSIGN, (str(second),), reason="出差"))
    assert {user for _, user in handlers()} == {second}
    assert moved.act_id is not None
    bulk.undo(scope=cast.county.scope, at=MONDAY + 2 * HOUR, act_id=moved.act_id)
    assert {user for _, user in handlers()} == {first}


def test_nothing_is_undone_once_somebody_has_gone_on(cast: Cast, waiting: list[Proceeding]) -> None:
    done = act(cast, waiting, Wish(Act.DISPATCH, (str(cast.cadre.user.pk),)))
    take(
        scope=cast.township.scope
        if waiting[0].region_code.startswith("990101101")
        else cast.county.scope,
        at=MONDAY + 2 * HOUR,
        proceeding_id=waiting[0].id,
        step="RECALL",
        facts={"handover_reason": "派错"},
    )
    assert done.act_id is not None
    found = bulk.undo(scope=cast.county.scope, at=MONDAY + 3 * HOUR, act_id=done.act_id)
    assert (found.done, [one.code for one in found.refusals]) == (0, ["E-CLUES-BULK-MOVED"])
    assert len(handlers()) == 2


def test_clues_of_one_household_are_joined_and_asked_about_once(
    cast: Cast, waiting: list[Proceeding]
) -> None:
    illness, water, other = sorted(waiting, key=lambda row: (row.household_no, row.risk))
    found = act(cast, [water, other], Wish(Act.JOIN, joined_to=illness.no))
    assert [(one.no, one.code) for one in found.refusals] == [(other.no, "E-CLUES-JOIN-OTHER")]
    joined = act(cast, [water], Wish(Act.JOIN, joined_to=illness.no))
    assert joined.done == 1
    now = {row.no: row for row in clues()}
    assert (now[water.no].state, now[water.no].joined_to_id) == ("JOINED", illness.id)
    with activate(SCOPE):
        rules = ClueOrigin.objects.filter(proceeding=illness).values_list("rule_id", flat=True)
        assert sorted(rules) == ["medical_ordinary", "water_unsafe"]
    # The next run finds both hits in the one that is open.
    assert water.household_id is not None
    again = make(
        run_of("2026-10"),
        hit(water.household_id),
        hit(water.household_id, "water_unsafe", risk="WATER"),
        at=MONDAY + timedelta(days=30),
    )
    assert (again.opened, again.joined) == (0, 0)
    assert joined.act_id is not None
    with pytest.raises(Conflict, match="E-CLUES-BULK-NO-UNDO"):
        bulk.undo(scope=cast.county.scope, at=MONDAY + 2 * HOUR, act_id=joined.act_id)


def test_others_have_no_such_clues_and_no_such_act(cast: Cast, waiting: list[Proceeding]) -> None:
    wish = Wish(Act.DISPATCH, (str(cast.cadre.user.pk),))
    ids = [row.id for row in waiting]
    with pytest.raises(NotFound, match="E-MONITORING-NOT-FOUND"):
        bulk.act_on_many(scope=cast.neighbour.scope, at=MONDAY, ids=ids, wish=wish)
    with pytest.raises(NotAllowed):
        bulk.act_on_many(scope=cast.cadre.scope, at=MONDAY, ids=ids, wish=wish)
    done = act(cast, waiting, wish)
    assert done.act_id is not None
    with pytest.raises(NotFound):
        bulk.undo(scope=cast.neighbour.scope, at=MONDAY, act_id=done.act_id)


@pytest.mark.parametrize(
    ("wish", "count", "code"),
    [
        (Wish(Act.DISPATCH), 0, "E-CLUES-BULK-SIZE"),
        (Wish(Act.DISPATCH), bulk.MOST + 1, "E-CLUES-BULK-SIZE"),
        (Wish(Act.DISPATCH, ("nobody",)), 1, "E-MONITORING-PERSON"),
        (Wish(Act.JOIN, joined_to="XS2026-000999"), 1, "E-CLUES-JOIN-TARGET"),
    ],
)
def test_what_cannot_be_meant_is_refused_whole(
    cast: Cast, waiting: list[Proceeding], wish: Wish, count: int, code: str
) -> None:
    ids = [waiting[0].id] if count == 1 else [uuid7() for _ in range(count)]
    with pytest.raises(InvalidValue, match=code):
        bulk.act_on_many(scope=cast.county.scope, at=MONDAY, ids=ids, wish=wish)
