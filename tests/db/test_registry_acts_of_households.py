"""Splits, divorces and merges of households, and people who change towns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.domains.registry import selectors
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.acts.records import Mover, Newcomer
from bangfu.domains.registry.acts.services import Origin
from bangfu.domains.registry.models import Membership
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.acts_kit import (
    AT,
    DAY_BEFORE,
    DAY_OF,
    LAST,
    LATER,
    ON,
    ORIGIN,
    family,
    id_of,
    settle_families,
)
from tests.cast import Cast
from tests.registry_kit import STONE, id_number, person, take_in, write_list

ZHAO = {
    "赵一": "HEAD",
    "赵二": "SPOUSE",
    "赵三": "SON",
    "赵四": "DAUGHTER_IN_LAW",
    "赵五": "SONS_SON",
}
STAMP = {"at": AT, "source": ORIGIN, "on": ON}
OTHER_TOWN = RegionCode("990101102000")


@pytest.fixture
def town(cast: Cast, tmp_path: Path) -> Scope:
    settle_families(cast.county.scope, tmp_path)
    return cast.township.scope


def movers(town: Scope, *names: str) -> list[Mover]:
    return [Mover(id_of(town, "1", name)) for name in names]


def split(town: Scope, **more: object) -> acts.ActRecord:
    return acts.split_household(
        scope=town,
        household_no="1",
        movers=movers(town, "赵三", "赵四", "赵五"),
        head=id_of(town, "1", "赵三"),
        inherited=("household_type",),
        **{**STAMP, **more},
    )


def test_the_son_splits_off_with_wife_and_child(town: Scope) -> None:
    record = split(town)
    assert record.new_household_no == "1-2"
    assert family(town, "1") == {"赵一": "HEAD", "赵二": "SPOUSE"}
    assert family(town, "1-2") == {"赵三": "HEAD", "赵四": "SPOUSE", "赵五": "SON"}
    assert record.unsure == 0
    new = selectors.get_household(town, "1-2")
    assert (new.head_name, new.region_code) == ("赵三", "990101101201")
    assert new.facts["household_type"].value == "ORDINARY"
    assert new.facts["household_type"].source == "families.xlsx", "the status keeps its source"
    assert new.facts["wage_income"].value is None, "income is not invented"
    counts = {
        each.household_no: each.member_count for each in selectors.list_households(town).items
    }
    assert counts == {"1": 2, "1-2": 3, "2": 1, "3": 2}
    assert family(town, "1", DAY_BEFORE) == ZHAO
    assert family(town, "1-2", DAY_OF) == {"赵三": "HEAD", "赵四": "SPOUSE", "赵五": "SON"}


def test_a_split_undone_closes_the_new_household_and_a_next_one_gets_another_number(
    town: Scope,
) -> None:
    record = split(town)
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误分")
    assert family(town, "1") == ZHAO
    assert selectors.get_household(town, "1-2").closed_on == date(2026, 10, 21)
    assert family(town, "1-2", DAY_OF) == {"赵三": "HEAD", "赵四": "SPOUSE", "赵五": "SON"}
    again = split(town, at=LAST)
    assert again.new_household_no == "1-3"


def test_a_split_is_not_undone_under_the_feet_of_a_newborn(town: Scope) -> None:
    record = split(town)
    acts.record_birth(
        scope=town,
        household_no="1-2",
        child=Newcomer("赵六", id_number(9, "20261010"), "DAUGHTER"),
        at=LATER,
        source=ORIGIN,
        on=ON,
    )
    with pytest.raises(Conflict) as caught:
        acts.undo(scope=town, at=LAST, source=ORIGIN, act_id=record.id, reason="误分")
    assert caught.value.code == "E-REGISTRY-UNDO-BLOCKED"
    assert caught.value.params["households"] == "1-2"
    assert "赵六" in family(town, "1-2")


def test_when_the_head_splits_off_somebody_follows(town: Scope) -> None:
    head = id_of(town, "1", "赵一")
    with pytest.raises(Conflict) as caught:
        acts.split_household(
            scope=town, household_no="1", movers=movers(town, "赵一"), head=head, **STAMP
        )
    assert caught.value.code == "E-REGISTRY-HEAD-NEEDED"
    acts.split_household(
        scope=town,
        household_no="1",
        movers=movers(town, "赵一"),
        head=head,
        new_head=id_of(town, "1", "赵二"),
        new_household_no="990101000900",
        **STAMP,
    )
    assert family(town, "990101000900") == {"赵一": "HEAD"}
    assert family(town, "1")["赵二"] == "HEAD"


def test_a_split_moves_not_everybody_and_takes_no_number_in_use(town: Scope) -> None:
    everybody = movers(town, *ZHAO)
    with pytest.raises(Conflict) as caught:
        acts.split_household(
            scope=town, household_no="1", movers=everybody, head=everybody[0].person_id, **STAMP
        )
    assert caught.value.code == "E-REGISTRY-SPLIT-ALL"
    with pytest.raises(Conflict) as caught:
        split(town, new_household_no="3")
    assert caught.value.code == "E-REGISTRY-NUMBER-TAKEN"


def test_after_a_divorce_wife_and_child_join_her_parents(town: Scope) -> None:
    who = [
        Mover(id_of(town, "1", "赵四"), "DAUGHTER"),
        Mover(id_of(town, "1", "赵五"), "DAUGHTERS_SON"),
    ]
    record = acts.join_household(
        scope=town, household_no="1", movers=who, to_household_no="2", **STAMP
    )
    assert family(town, "2") == {"钱六": "HEAD", "赵四": "DAUGHTER", "赵五": "DAUGHTERS_SON"}
    assert family(town, "1") == {"赵一": "HEAD", "赵二": "SPOUSE", "赵三": "SON"}
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="复婚")
    assert family(town, "1") == ZHAO
    assert family(town, "2") == {"钱六": "HEAD"}


def test_two_households_become_one_and_two_again(town: Scope) -> None:
    record = acts.merge_households(
        scope=town, household_no="2", other_household_no="1", relation="SON", **STAMP
    )
    assert family(town, "2") == {
        "钱六": "HEAD",
        "赵一": "SON",
        "赵二": "DAUGHTER_IN_LAW",
        "赵三": "SONS_SON",
        "赵四": "OTHER",
        "赵五": "GREAT_GRANDSON",
    }
    assert record.unsure == 1
    closed = selectors.get_household(town, "1")
    assert (closed.closed_on, closed.members) == (ON, [])
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误并")
    assert family(town, "1") == ZHAO
    assert selectors.get_household(town, "1").closed_on is None
    assert family(town, "2") == {"钱六": "HEAD"}


def test_a_household_does_not_merge_with_itself(town: Scope) -> None:
    with pytest.raises(Conflict) as caught:
        acts.merge_households(
            scope=town, household_no="1", other_household_no="1", relation="SON", **STAMP
        )
    assert caught.value.code == "E-REGISTRY-SAME-HOUSEHOLD"


# Between two towns of the county


@pytest.fixture
def other_town(town: Scope, cast: Cast, tmp_path: Path) -> Scope:
    """The other town of the county, 白石镇, with one household of its own."""
    rows = [person("8", 20, "李一", village=STONE)]
    take_in(cast.county.scope, write_list(tmp_path / "stone.xlsx", rows))
    return command_scope(OTHER_TOWN, "tests")


def test_another_town_takes_over_who_was_released_and_not_before(
    town: Scope, other_town: Scope
) -> None:
    daughter = Newcomer("孙八", id_number(8), "SPOUSE")
    arrival = {
        "scope": other_town,
        "at": LATER,
        "source": Origin("BG-9", OTHER_TOWN),
        "on": ON,
        "household_no": "8",
        "newcomer": daughter,
    }
    with pytest.raises(Conflict) as caught:
        acts.record_arrival(**arrival)
    assert caught.value.code == "E-REGISTRY-HELD-ELSEWHERE"
    assert caught.value.params == {}, "nothing is said of the household that holds her"
    who = id_of(town, "3", "孙八")
    released = acts.record_departure(scope=town, household_no="3", person_ids=[who], **STAMP)
    taken = acts.record_arrival(**arrival)
    assert family(other_town, "8") == {"李一": "HEAD", "孙八": "SPOUSE"}
    assert taken.persons == released.persons, "one person, one record"
    with pytest.raises(Conflict) as caught:
        acts.undo(scope=town, at=LAST, source=ORIGIN, act_id=released.id, reason="误")
    assert caught.value.code == "E-REGISTRY-UNDO-BLOCKED"
    assert "8" not in caught.value.params["households"], "the other town is not named"
    acts.undo(
        scope=other_town, at=LAST, source=Origin("BG-9", OTHER_TOWN), act_id=taken.id, reason="误"
    )
    assert family(other_town, "8") == {"李一": "HEAD"}
    acts.undo(scope=town, at=LAST, source=ORIGIN, act_id=released.id, reason="误")
    assert family(town, "3") == {"孙七": "HEAD", "孙八": "DAUGHTER"}


def test_nobody_of_another_county_is_found(town: Scope, cast: Cast, tmp_path: Path) -> None:
    """The same ID number is another record in another county: entered anew, nothing told."""
    rows = [person("1", 30, "王一", village="990102101201")]
    take_in(cast.neighbour.scope, write_list(tmp_path / "bridge.xlsx", rows))
    acts.record_arrival(
        scope=town, household_no="2", newcomer=Newcomer("王一", id_number(30), "OTHER"), **STAMP
    )
    assert family(town, "2")["王一"] == "OTHER"
    assert family(cast.neighbour.scope, "1") == {"王一": "HEAD"}
    with activate(cast.neighbour.scope):
        assert Membership.objects.count() == 1
