"""F24: two people were taken for one and merged; undone, each has back what was theirs.

What must come back: memberships and relations, facts and their sources, the ID number and with it
the departmental rows, the histories, and the households' heads and counts.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bangfu.domains.registry import selectors
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.models import Membership, Person
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import Conflict
from bangfu.kernel.scope import Scope
from tests.acts_kit import AT, LAST, LATER, ON, ORIGIN, family, id_of, settle_families
from tests.cast import YUNXI_TOWN, Cast
from tests.registry_kit import id_number

STAMP = {"at": AT, "source": ORIGIN, "on": ON}
ENGINE = ("person_token", "household_id", "relation", "remark")


@pytest.fixture
def town(cast: Cast, tmp_path: Path) -> Scope:
    """Families; 孙八 alone has a remark and a telephone, which 赵四 lacks."""
    settle_families(cast.county.scope, tmp_path)
    scope = cast.township.scope
    for field, value in (("member.remark", "在外务工"), ("member.phone", "13900001234")):
        acts.correct_fact(
            scope=scope,
            household_no="3",
            field=field,
            value=value,
            person_id=id_of(scope, "3", "孙八"),
            **STAMP,
        )
    return scope


def everything(town: Scope) -> dict[str, Any]:
    """What an officer and the engine can see of all families."""
    with selectors.open_snapshot(
        town, YUNXI_TOWN, household_columns=("household_id",), person_columns=ENGINE
    ) as snapshot:
        households = sorted(snapshot.household_rows)
        people = sorted(snapshot.person_rows, key=str)
    pages = {no: selectors.get_household(town, no) for no in ("1", "2", "3")}
    return {
        "engine": (households, people),
        "members": {no: page.members for no, page in pages.items()},
        "facts": {no: page.facts for no, page in pages.items()},
        "heads": {no: (page.head_name, page.closed_on) for no, page in pages.items()},
        "list": [
            (row.household_no, row.head_name, row.member_count)
            for row in selectors.list_households(town).items
        ],
        "tokens": selectors.known_tokens(command_scope(YUNXI_TOWN, "tests"), YUNXI_TOWN),
    }


def merge(town: Scope, **more: Any) -> acts.ActRecord:
    return acts.merge_persons(
        scope=town,
        household_no="1",
        keep=id_of(town, "1", "赵四"),
        other_id_number=id_number(8),
        **{**STAMP, **more},
    )


def test_f24_merged_records_count_once_and_facts_are_put_together(town: Scope) -> None:
    other = id_of(town, "3", "孙八")
    merge(town)
    assert family(town, "3") == {"孙七": "HEAD"}
    kept = next(m for m in selectors.get_household(town, "1").members if m.name == "赵四")
    assert kept.facts["remark"].value == "在外务工"
    assert kept.facts["remark"].source == "BG-1"
    assert kept.phone_masked == "139****1234"
    with activate(town):
        gone = Person.objects.get(id=other)
        assert gone.merged_into_id == kept.id
        assert gone.id_number == id_number(8), "the other record is kept as it was"
        assert gone.remark == "在外务工"


@pytest.mark.evidence("T6")
def test_f24_a_wrong_merge_undone_gives_everything_back(town: Scope) -> None:
    before = everything(town)
    record = merge(town)
    assert everything(town)["engine"] != before["engine"]
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="不是同一人")
    assert everything(town) == before


def test_f24_the_history_keeps_the_merge_and_its_undoing(town: Scope) -> None:
    record = merge(town)
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="不是同一人")
    sun, known = {"孙七": "HEAD", "孙八": "DAUGHTER"}, selectors.get_household_as_known
    assert family(town, "3", date(2026, 10, 19)) == sun
    assert family(town, "3", date(2026, 10, 20)) == {"孙七": "HEAD"}
    assert family(town, "3", date(2026, 10, 21)) == sun
    merged = next(m for m in known(town, "1", date(2026, 10, 20)).members if m.name == "赵四")
    apart = next(m for m in known(town, "1", date(2026, 10, 21)).members if m.name == "赵四")
    assert (merged.facts["remark"].value, apart.facts["remark"].value) == ("在外务工", None)


def test_f24_a_double_entry_within_one_household_hands_on_the_head(town: Scope) -> None:
    before = everything(town)
    record = acts.merge_persons(
        scope=town,
        household_no="1",
        keep=id_of(town, "1", "赵三"),
        other_id_number=id_number(1),
        **STAMP,
    )
    assert family(town, "1") == {
        "赵三": "HEAD",
        "赵二": "SPOUSE",
        "赵四": "DAUGHTER_IN_LAW",
        "赵五": "SONS_SON",
    }
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="不是同一人")
    assert everything(town) == before


def test_f24_the_head_of_another_household_leaves_it_to_a_named_one(town: Scope) -> None:
    before = everything(town)
    wrong = {"household_no": "1", "keep": id_of(town, "1", "赵四")}
    with pytest.raises(Conflict) as caught:
        acts.merge_persons(scope=town, other_id_number=id_number(7), **wrong, **STAMP)
    assert caught.value.code == "E-REGISTRY-HEAD-NEEDED"
    record = acts.merge_persons(
        scope=town,
        other_id_number=id_number(7),
        new_head=id_of(town, "3", "孙八"),
        **wrong,
        **STAMP,
    )
    assert family(town, "3") == {"孙八": "HEAD"}
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="不是同一人")
    assert everything(town) == before


@pytest.mark.parametrize("later", ["correct", "marry"])
def test_f24_what_came_to_rest_on_the_merge_is_named_and_nothing_is_half_undone(
    town: Scope, later: str
) -> None:
    record = merge(town)
    kept: UUID = id_of(town, "1", "赵四")
    if later == "correct":
        acts.correct_fact(
            scope=town,
            household_no="1",
            field="member.remark",
            value="已返乡",
            person_id=kept,
            at=LATER,
            source=ORIGIN,
            on=ON,
        )
    else:
        acts.record_departure(
            scope=town,
            household_no="3",
            person_ids=[id_of(town, "3", "孙七")],
            at=LATER,
            source=ORIGIN,
            on=ON,
        )
    between = [family(town, no) for no in ("1", "2", "3")]
    with pytest.raises(Conflict) as caught:
        acts.undo(scope=town, at=LAST, source=ORIGIN, act_id=record.id, reason="不是同一人")
    assert caught.value.code == "E-REGISTRY-UNDO-BLOCKED"
    assert caught.value.params["households"] == ("1" if later == "correct" else "3")
    assert [family(town, no) for no in ("1", "2", "3")] == between


def test_f24_merged_away_the_record_joins_nothing(town: Scope) -> None:
    merge(town)
    with pytest.raises(Conflict) as caught:
        acts.record_arrival(
            scope=town,
            household_no="2",
            newcomer=acts.Newcomer("孙八", id_number(8), "SPOUSE"),
            **STAMP,
        )
    assert caught.value.code == "E-REGISTRY-PERSON-MERGED"
    with activate(town):
        assert Membership.objects.filter(to_on__isnull=True).count() == 7
