"""What happens to people and households, entered by decision, and put back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.domains.registry import selectors
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.acts.records import ActKind, Newcomer
from bangfu.domains.registry.models import Act, Membership, Person
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.scope import Scope
from tests.acts_kit import (
    AT,
    DAY_BEFORE,
    DAY_OF,
    LATER,
    ON,
    ORIGIN,
    family,
    id_of,
    settle_families,
)
from tests.cast import Cast
from tests.registry_kit import id_number

ZHAO = {
    "赵一": "HEAD",
    "赵二": "SPOUSE",
    "赵三": "SON",
    "赵四": "DAUGHTER_IN_LAW",
    "赵五": "SONS_SON",
}
STAMP = {"at": AT, "source": ORIGIN, "on": ON}


@pytest.fixture
def town(cast: Cast, tmp_path: Path) -> Scope:
    """乙, township officer of 清溪镇, with three families entered by the county."""
    settle_families(cast.county.scope, tmp_path)
    return cast.township.scope


def counted(town: Scope, household_no: str) -> int:
    (row,) = [
        each for each in selectors.list_households(town).items if each.household_no == household_no
    ]
    return row.member_count


def test_a_newborn_is_a_member_from_that_day_and_the_list_counts_one_more(town: Scope) -> None:
    child = Newcomer("赵六", id_number(9, "20261010"), "SONS_DAUGHTER")
    record = acts.record_birth(scope=town, household_no="1", child=child, **STAMP)
    assert family(town, "1") == {**ZHAO, "赵六": "SONS_DAUGHTER"}
    assert counted(town, "1") == 6
    assert family(town, "1", DAY_BEFORE) == ZHAO
    assert family(town, "1", DAY_OF) == {**ZHAO, "赵六": "SONS_DAUGHTER"}
    baby = next(m for m in selectors.get_household(town, "1").members if m.name == "赵六")
    assert baby.facts["birth_on"].value == date(2026, 10, 10)
    assert baby.facts["birth_on"].source == "BG-1"
    assert record.kind == ActKind.BIRTH
    with activate(town):
        assert AuditEvent.objects.filter(action="registry.act.recorded").count() == 1


def test_a_birth_undone_leaves_the_household_as_it_was_and_the_history_knows_both(
    town: Scope,
) -> None:
    before = selectors.get_household(town, "1")
    child = Newcomer("赵六", id_number(9, "20261010"), "SONS_DAUGHTER")
    record = acts.record_birth(scope=town, household_no="1", child=child, **STAMP)
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="填错户")
    after = selectors.get_household(town, "1")
    assert (after.members, after.facts) == (before.members, before.facts)
    assert counted(town, "1") == 5
    assert "赵六" in family(town, "1", DAY_OF)
    assert family(town, "1", date(2026, 10, 21)) == ZHAO
    with pytest.raises(Conflict) as caught:
        acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="再来")
    assert caught.value.code == "E-REGISTRY-ACT-UNDONE"
    again = acts.record_birth(
        scope=town, household_no="3", child=child, at=LATER, source=ORIGIN, on=ON
    )
    assert again.persons == record.persons, "the person entered before is found again"


def test_an_id_number_that_is_a_member_elsewhere_is_not_born_again(town: Scope) -> None:
    child = Newcomer("赵六", id_number(7), "SON")
    with pytest.raises(Conflict) as caught:
        acts.record_birth(scope=town, household_no="1", child=child, **STAMP)
    assert caught.value.code == "E-REGISTRY-PERSON-REGISTERED"


def test_the_dead_leave_the_household_and_stay_known(town: Scope) -> None:
    child = id_of(town, "1", "赵五")
    acts.record_death(scope=town, household_no="1", person_id=child, **STAMP)
    assert "赵五" not in family(town, "1")
    assert family(town, "1", DAY_BEFORE) == ZHAO
    with activate(town):
        dead = Person.objects.get(id=child)
        assert dead.died_on == ON
        membership = Membership.objects.get(person_id=child)
        assert (membership.to_on, membership.end_reason) == (ON, "DEATH")


def test_a_head_who_dies_needs_a_successor_and_the_family_is_related_to_her(town: Scope) -> None:
    head, wife = id_of(town, "1", "赵一"), id_of(town, "1", "赵二")
    with pytest.raises(Conflict) as caught:
        acts.record_death(scope=town, household_no="1", person_id=head, **STAMP)
    assert caught.value.code == "E-REGISTRY-HEAD-NEEDED"
    record = acts.record_death(scope=town, household_no="1", person_id=head, new_head=wife, **STAMP)
    assert family(town, "1") == {
        "赵二": "HEAD",
        "赵三": "SON",
        "赵四": "DAUGHTER_IN_LAW",
        "赵五": "SONS_SON",
    }
    found = selectors.get_household(town, "1")
    assert found.head_name == "赵二"
    with activate(town):
        assert Membership.objects.get(person_id=head).relation == "HEAD", "he died as head"
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误登")
    assert family(town, "1") == ZHAO
    assert selectors.get_household(town, "1").head_name == "赵一"


def test_the_last_to_die_closes_the_household_which_is_kept(town: Scope) -> None:
    record = acts.record_death(
        scope=town, household_no="2", person_id=id_of(town, "2", "钱六"), **STAMP
    )
    closed = selectors.get_household(town, "2")
    assert (closed.closed_on, closed.members) == (ON, [])
    listed = [each.household_no for each in selectors.list_households(town).items]
    assert listed == ["1", "3"]
    assert family(town, "2", DAY_BEFORE) == {"钱六": "HEAD"}
    with pytest.raises(Conflict) as caught:
        acts.record_birth(
            scope=town,
            household_no="2",
            child=Newcomer("钱九", id_number(9, "20261010"), "SON"),
            **STAMP,
        )
    assert caught.value.code == "E-REGISTRY-HOUSEHOLD-CLOSED"
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误登")
    assert family(town, "2") == {"钱六": "HEAD"}
    assert selectors.get_household(town, "2").closed_on is None


def test_another_head_is_named_and_everybody_is_related_anew(town: Scope) -> None:
    record = acts.change_head(
        scope=town, household_no="1", person_id=id_of(town, "1", "赵三"), **STAMP
    )
    assert family(town, "1") == {
        "赵三": "HEAD",
        "赵一": "FATHER",
        "赵二": "MOTHER",
        "赵四": "SPOUSE",
        "赵五": "SON",
    }
    assert record.unsure == 0
    assert family(town, "1", DAY_BEFORE) == ZHAO


def test_somebody_marries_in_from_another_household_of_the_town(town: Scope) -> None:
    bride = Newcomer("孙八", id_number(8), "SPOUSE")
    record = acts.record_arrival(
        scope=town, household_no="2", newcomer=bride, kind=ActKind.MARRIAGE, **STAMP
    )
    assert family(town, "2") == {"钱六": "HEAD", "孙八": "SPOUSE"}
    assert family(town, "3") == {"孙七": "HEAD"}
    assert family(town, "3", DAY_BEFORE) == {"孙七": "HEAD", "孙八": "DAUGHTER"}
    with activate(town):
        assert Person.objects.get(name="孙八").region_code == "990101101202"
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="未成")
    assert family(town, "3") == {"孙七": "HEAD", "孙八": "DAUGHTER"}
    assert family(town, "2") == {"钱六": "HEAD"}
    with activate(town):
        assert Person.objects.get(name="孙八").region_code == "990101101201"


def test_who_moves_out_belongs_to_no_household_and_can_come_back(town: Scope) -> None:
    daughter = id_of(town, "3", "孙八")
    acts.record_departure(scope=town, household_no="3", person_ids=[daughter], **STAMP)
    assert family(town, "3") == {"孙七": "HEAD"}
    acts.record_arrival(
        scope=town,
        household_no="3",
        newcomer=Newcomer("孙八", id_number(8), "DAUGHTER"),
        at=LATER,
        source=ORIGIN,
        on=date(2026, 10, 21),
    )
    assert family(town, "3") == {"孙七": "HEAD", "孙八": "DAUGHTER"}
    with activate(town):
        assert Membership.objects.filter(person_id=daughter).count() == 2


def test_a_corrected_fact_has_its_own_source_and_the_others_keep_theirs(town: Scope) -> None:
    record = acts.correct_fact(
        scope=town, household_no="1", field="household.wage_income", value="1,200.50", **STAMP
    )
    found = selectors.get_household(town, "1")
    assert str(found.facts["wage_income"].value) == "1200.50"
    assert found.facts["wage_income"].source == "BG-1"
    assert found.facts["household_type"].source == "families.xlsx"
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误改")
    back = selectors.get_household(town, "1")
    assert str(back.facts["wage_income"].value) == "1000.00"
    assert back.facts["wage_income"].source == "families.xlsx"


def test_facts_of_one_decision_are_one_act_and_what_stands_already_keeps_its_source(
    town: Scope,
) -> None:
    stood = selectors.get_household(town, "1").facts["household_type"]
    values = {
        "household_type": str(stood.value),
        "risk_status": "ACTIVE",
        "risk_identified_month": "2026-10",
    }
    record = acts.correct_facts(scope=town, household_no="1", values=values, **STAMP)
    facts = selectors.get_household(town, "1").facts
    assert {name: (str(facts[name].value), facts[name].source) for name in values} == {
        "household_type": (str(stood.value), "families.xlsx"),
        "risk_status": ("ACTIVE", "BG-1"),
        "risk_identified_month": ("2026-10", "BG-1"),
    }
    with pytest.raises(Conflict) as caught:
        acts.correct_facts(scope=town, household_no="1", values=values, **STAMP)
    assert caught.value.code == "E-REGISTRY-NOTHING-CHANGES"
    wrong = {**values, "risk_status": "CLEARED", "risk_identified_month": "2026-13"}
    with pytest.raises(InvalidValue):
        acts.correct_facts(scope=town, household_no="1", values=wrong, **STAMP)
    assert str(selectors.get_household(town, "1").facts["risk_status"].value) == "ACTIVE"
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误改")
    back = selectors.get_household(town, "1").facts
    assert {name: back[name].value for name in list(values)[1:]} == {
        "risk_status": None,
        "risk_identified_month": None,
    }


def test_a_corrected_id_number_changes_token_birthday_and_sex_and_comes_back(town: Scope) -> None:
    child = id_of(town, "1", "赵五")
    right = id_number(33, "20190301")
    record = acts.correct_fact(
        scope=town,
        household_no="1",
        field="member.id_number",
        value=right,
        person_id=child,
        **STAMP,
    )
    with activate(town):
        now = Person.objects.get(id=child)
        assert (now.id_number, now.birth_on) == (right, date(2019, 3, 1))
    acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=record.id, reason="误改")
    with activate(town):
        back = Person.objects.get(id=child)
        assert back.id_number == id_number(5)
        stored = Act.objects.get(id=record.id)
        assert right not in str(stored.changes), "no ID number stands in clear in the record"
    with pytest.raises(Conflict) as caught:
        acts.correct_fact(
            scope=town,
            household_no="1",
            field="member.id_number",
            value=id_number(7),
            person_id=child,
            **STAMP,
        )
    assert caught.value.code == "E-REGISTRY-PERSON-REGISTERED"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("household.wage_income", "-", "E-MONEY-FORMAT"),
        ("household.wage_income", "nan", "E-MONEY-FORMAT"),
        ("household.nothing", "1", "E-REGISTRY-FIELD-UNKNOWN"),
        ("household.household_no", " ", "E-REGISTRY-FIELD-NEEDED"),
        ("household.first_identified_month", "2026-13", "E-MONTH-FORMAT"),
    ],
)
def test_a_value_that_the_column_does_not_take_is_refused(
    town: Scope, field: str, value: str, code: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        acts.correct_fact(scope=town, household_no="1", field=field, value=value, **STAMP)
    assert caught.value.code == code


def test_a_change_that_later_ones_rest_on_is_not_undone(town: Scope) -> None:
    first = acts.change_head(
        scope=town, household_no="1", person_id=id_of(town, "1", "赵二"), **STAMP
    )
    acts.record_birth(
        scope=town,
        household_no="1",
        child=Newcomer("赵六", id_number(9, "20261010"), "SONS_DAUGHTER"),
        at=LATER,
        source=ORIGIN,
        on=ON,
    )
    with pytest.raises(Conflict) as caught:
        acts.undo(scope=town, at=LATER, source=ORIGIN, act_id=first.id, reason="误")
    assert caught.value.code == "E-REGISTRY-UNDO-BLOCKED"
    assert caught.value.params["households"] == "1"


def test_a_member_whose_record_lies_elsewhere_is_told_of_and_nothing_changes(
    town: Scope, cast: Cast
) -> None:
    # As a list leaves it that moved the household and forgot one of its people.
    with activate(cast.county.scope):
        people = Membership.objects.filter(household__household_no="1").values("person_id")
        Person.objects.filter(id__in=people, name="赵一").update(region_code="990101102201")
    with pytest.raises(Conflict) as refused:
        acts.correct_fact(
            scope=town, household_no="1", field="household.wage_income", value="1,200.50", **STAMP
        )
    assert refused.value.code == "E-REGISTRY-MEMBER-ELSEWHERE"
    with activate(town):
        assert not Act.objects.exists()


def test_a_day_to_come_is_refused(town: Scope) -> None:
    with pytest.raises(Conflict) as caught:
        acts.change_head(
            scope=town,
            at=AT,
            source=ORIGIN,
            on=date(2026, 10, 21),
            household_no="1",
            person_id=id_of(town, "1", "赵二"),
        )
    assert caught.value.code == "E-REGISTRY-ACT-FUTURE"


def test_the_neighbour_the_cadre_and_the_auditor_do_nothing(town: Scope, cast: Cast) -> None:
    child = id_of(town, "1", "赵五")
    neighbour = cast.neighbour.scope
    with pytest.raises(NotAllowed):
        acts.record_death(scope=neighbour, household_no="1", person_id=child, **STAMP)
    for player in (cast.cadre, cast.auditor):
        with pytest.raises(NotAllowed):
            acts.record_death(scope=player.scope, household_no="1", person_id=child, **STAMP)
    assert family(town, "1") == ZHAO


def test_a_household_of_another_town_does_not_exist(town: Scope) -> None:
    with pytest.raises(NotFound):
        acts.change_head(scope=town, household_no="9", person_id=id_of(town, "1", "赵二"), **STAMP)
