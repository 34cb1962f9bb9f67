"""Pairing, ending, handing over and back: what is refused, what is told, what is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from bangfu.domains.assistance import events, handing, receivers, rows, selectors, services
from bangfu.domains.assistance.domain import EndReason, PairingRecord
from bangfu.domains.assistance.events import PairingEnded
from bangfu.domains.assistance.handing import HandoverForm
from bangfu.domains.assistance.services import PairingForm
from bangfu.domains.registry.events import HouseholdsChanged
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import granting, managing
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.api.conftest import add_household, add_source
from tests.cast import AT, YUNXI, YUNXI_VILLAGE, Cast, Player, _player, give_post

TODAY = AT.date()
SINCE = date(2026, 3, 1)
HOME, SECOND = "H001", "H002"


@pytest.fixture
def office(cast: Cast) -> Scope:
    """甲's scope over two families of 上坪村."""
    with activate(command_scope(YUNXI, "tests")):
        source = add_source(YUNXI, "名册.xlsx")
        for serial, (number, head) in enumerate([(HOME, "赵一"), (SECOND, "孙七")], start=1):
            add_household(source, number, str(YUNXI_VILLAGE), head, f"z{serial}", serial)
    assert cast.county.scope is not None
    return cast.county.scope


@pytest.fixture
def second(cast: Cast) -> Player:
    return _player("cadre2", "结对干部二", "PAIRED_CADRE", YUNXI_VILLAGE)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PairingEnded]]:
    """What a domain above hears."""
    heard: list[PairingEnded] = []
    monkeypatch.setattr(events, "_receivers", [lambda scope, at, ended: heard.extend(ended)])
    return heard  # type: ignore[return-value]


def form(number: str, player: Player, **more: Any) -> PairingForm:
    values = {"valid_from": SINCE, "office_kind": "COUNTY_OFFICE", **more}
    return PairingForm(number, player.user.pk, **values)


def pair(scope: Scope, number: str, player: Player, **more: Any) -> PairingRecord:
    return services.pair(scope=scope, at=AT, form=form(number, player, **more))


def give(scope: Scope, cast: Cast, to: Player, **more: Any) -> Any:
    values = {"on": TODAY, "reason": "调离", "office_kind": "TOWNSHIP", **more}
    asked = HandoverForm(cast.cadre.user.pk, to.user.pk, **values)
    return handing.hand_over(scope=scope, at=AT, form=asked)


def cadre_of(scope: Scope, *homes: UUID, on: date = TODAY) -> list[UUID | None]:
    found = selectors.paired_cadre_of(scope, homes, on)
    return [found.get(home) for home in homes]


def test_a_household_is_paired_once(office: Scope, cast: Cast, second: Player) -> None:
    made = pair(office, HOME, cast.cadre)
    assert (made.cadre_name, made.office, made.valid_from) == ("结对干部", "演示单位", SINCE)
    with pytest.raises(Conflict, match="E-ASSISTANCE-PAIRED"):
        pair(office, HOME, second)
    assert cadre_of(office, made.household_id) == [cast.cadre.user.pk]


def test_who_cannot_act_in_the_village_is_not_paired(office: Scope, cast: Cast) -> None:
    elsewhere = _player("cadre3", "外村干部", "PAIRED_CADRE", RegionCode("990101102201"))
    with pytest.raises(Conflict, match="E-ASSISTANCE-CADRE-ELSEWHERE"):
        pair(office, HOME, elsewhere)
    for player in (cast.public, cast.auditor, cast.county, cast.neighbour):
        with pytest.raises(InvalidValue, match="E-ASSISTANCE-CADRE"):
            pair(office, HOME, player)
    # A township's officer covers its villages.
    assert pair(office, HOME, cast.township, office_kind="TOWNSHIP").cadre_name == "乙"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"valid_from": TODAY + timedelta(days=1)}, "E-ASSISTANCE-DATE"),
        ({"office_kind": "MOON"}, "E-ASSISTANCE-OFFICE-KIND"),
    ],
)
def test_what_is_filled_in_wrongly_is_refused(
    office: Scope, cast: Cast, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidValue, match=code):
        pair(office, HOME, cast.cadre, **values)


def test_bing_pairs_and_ends_nothing_of_the_county(office: Scope, cast: Cast) -> None:
    made = pair(office, HOME, cast.cadre)
    bing = cast.neighbour.scope
    assert bing is not None
    with pytest.raises(NotFound, match="E-ASSISTANCE-HOUSEHOLD"):
        pair(bing, SECOND, cast.cadre)
    with pytest.raises(NotFound, match="E-ASSISTANCE-NOT-FOUND"):
        services.end(scope=bing, at=AT, pairing_id=made.id, on=TODAY, reason=EndReason.LEFT)
    with pytest.raises(NotFound, match="E-ASSISTANCE-NOT-FOUND"):
        give(bing, cast, cast.neighbour)
    assert cast.cadre.scope is not None
    with pytest.raises(NotAllowed):
        pair(cast.cadre.scope, SECOND, cast.cadre)


def test_more_households_than_the_document_allows_are_asked_about(
    office: Scope, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of the nation's five, four are held elsewhere in the county.
    monkeypatch.setattr(rows, "count_held", lambda users, region: dict.fromkeys(users, 5))
    with pytest.raises(Conflict, match="E-ASSISTANCE-CAPACITY") as refused:
        pair(office, HOME, cast.cadre)
    assert refused.value.params == {"cadre": "结对干部", "held": 5, "added": 1, "most": 5}
    assert pair(office, HOME, cast.cadre, may_exceed=True).household_no == HOME


def test_an_ended_pairing_leaves_the_household_to_the_next(
    office: Scope, cast: Cast, second: Player, told: list[PairingEnded]
) -> None:
    made = pair(office, HOME, cast.cadre)
    services.end(scope=office, at=AT, pairing_id=made.id, on=TODAY, reason=EndReason.LEFT)
    assert [(one.user_id, one.successor_id, one.reason) for one in told] == [
        (cast.cadre.user.pk, None, "LEFT")
    ]
    with pytest.raises(Conflict, match="E-ASSISTANCE-ENDED"):
        services.end(scope=office, at=AT, pairing_id=made.id, on=TODAY, reason=EndReason.LEFT)
    # The last day is the first one's still.
    with pytest.raises(Conflict, match="E-ASSISTANCE-OVERLAP"):
        pair(office, HOME, second, valid_from=TODAY)
    assert cadre_of(office, made.household_id) == [cast.cadre.user.pk]


def test_all_households_go_to_a_successor_and_back(
    office: Scope, cast: Cast, second: Player, told: list[PairingEnded]
) -> None:
    homes = [pair(office, number, cast.cadre).household_id for number in (HOME, SECOND)]
    done = give(office, cast, second)
    assert (done.count, done.region_code) == (2, str(YUNXI_VILLAGE))
    assert cadre_of(office, *homes) == [second.user.pk] * 2
    assert cadre_of(office, *homes, on=TODAY - timedelta(days=1)) == [cast.cadre.user.pk] * 2
    assert {(one.household_id, one.successor_id) for one in told} == {
        (home, second.user.pk) for home in homes
    }
    told.clear()
    handing.undo(scope=office, at=AT, handover_id=done.id)
    assert cadre_of(office, *homes) == [cast.cadre.user.pk] * 2
    assert {(one.user_id, one.successor_id) for one in told} == {
        (second.user.pk, cast.cadre.user.pk)
    }
    with pytest.raises(Conflict, match="E-ASSISTANCE-UNDONE"):
        handing.undo(scope=office, at=AT, handover_id=done.id)
    # It can be handed over anew, on the day on which it began as well.
    assert give(office, cast, second, on=SINCE).count == 2


def test_a_handover_is_not_undone_once_something_else_happened(
    office: Scope, cast: Cast, second: Player
) -> None:
    pair(office, HOME, cast.cadre)
    pair(office, SECOND, cast.cadre)
    done = give(office, cast, second)
    [first, *_] = selectors.households_of(office, second.user.pk, TODAY)
    services.end(scope=office, at=AT, pairing_id=first.id, on=TODAY, reason=EndReason.OTHER)
    with pytest.raises(Conflict, match="E-ASSISTANCE-UNDO-BLOCKED") as refused:
        handing.undo(scope=office, at=AT, handover_id=done.id)
    assert refused.value.params == {"count": 1}


def test_some_households_are_handed_over_all_or_none(
    office: Scope, cast: Cast, second: Player
) -> None:
    first, other = (pair(office, number, cast.cadre) for number in (HOME, SECOND))
    with pytest.raises(NotFound, match="E-ASSISTANCE-NOT-FOUND"):
        give(office, cast, second, pairing_ids=[first.id, UUID(int=1)])
    assert give(office, cast, second, pairing_ids=[first.id]).count == 1
    assert cadre_of(office, first.household_id, other.household_id) == [
        second.user.pk,
        cast.cadre.user.pk,
    ]
    with pytest.raises(Conflict, match="E-ASSISTANCE-SAME-CADRE"):
        give(office, cast, cast.cadre)
    with pytest.raises(InvalidValue, match="E-ASSISTANCE-REASON"):
        give(office, cast, second, reason=" ")


def test_whoever_loses_the_post_or_the_account_leaves_orphans(
    office: Scope, cast: Cast, second: Player, told: list[PairingEnded]
) -> None:
    by_post, by_account = pair(office, HOME, cast.cadre), pair(office, SECOND, second)
    boss = command_scope(YUNXI, "tests")
    assert cast.cadre.post_id is not None
    granting.end_post(scope=boss, at=AT, post_id=cast.cadre.post_id)
    assert [(one.household_no, one.reason) for one in told] == [(HOME, "LEFT")]
    account = {"user_id": second.user.pk, "reason": "离职"}
    managing.set_active(
        scope=command_scope(RegionCode("0" * 12), "t"), at=AT, active=False, **account
    )
    assert [one.household_no for one in told] == [HOME, SECOND]
    assert cadre_of(office, by_post.household_id, by_account.household_id) == [None, None]
    orphans = selectors.list_orphans(office, TODAY)
    assert [(one.household_no, one.is_able) for one in orphans] == [(HOME, False), (SECOND, False)]


def test_a_post_that_is_not_the_only_one_leaves_none(
    office: Scope, cast: Cast, told: list[PairingEnded]
) -> None:
    pair(office, HOME, cast.township, office_kind="TOWNSHIP")
    also = give_post(cast.township.user, "VILLAGE_OFFICER", YUNXI_VILLAGE)
    granting.end_post(scope=command_scope(YUNXI, "tests"), at=AT, post_id=also)
    assert told == []
    assert selectors.list_orphans(office, TODAY) == []


def test_a_pairing_follows_its_household_and_ends_with_it(
    office: Scope, cast: Cast, told: list[PairingEnded]
) -> None:
    made = pair(office, HOME, cast.cadre)
    event = HouseholdsChanged(YUNXI, AT, (made.household_id,), "MOVED")
    lower = "990101101202"
    with activate(command_scope(YUNXI, "tests")):
        home = Household.objects.filter(id=made.household_id)
        home.update(region_code=lower, head_name="赵二")
    receivers.on_households_changed(event)
    [orphan] = selectors.list_orphans(office, TODAY)
    assert (orphan.region_code, orphan.head_name) == (lower, "赵二")
    assert told == []
    with activate(command_scope(YUNXI, "tests")):
        home.update(member_count=0, closed_on=TODAY)
    receivers.on_households_changed(event)
    receivers.on_households_changed(event)
    assert [(one.household_no, one.reason) for one in told] == [(HOME, "HOUSEHOLD_CLOSED")]
    assert selectors.list_orphans(office, TODAY) == []
