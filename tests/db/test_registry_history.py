"""What was known on a day, and what changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from bangfu.domains.registry import selectors
from bangfu.domains.registry.models import Household
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import NotFound
from tests.cast import Cast
from tests.registry_kit import FIRST, LATER, OCTOBER, person, take_in, write_list

# FIRST is 1 October, LATER 20 October, both in Beijing time as well.
BEFORE, BETWEEN, AFTER = date(2026, 9, 30), date(2026, 10, 19), date(2026, 10, 20)


@pytest.fixture
def changed(cast: Cast, tmp_path: Path) -> Cast:
    """A household whose wage, a member's name and the members changed on 20 October."""
    scope = cast.county.scope
    first = [person("1", 1, "赵一", wage=1000), person("1", 2, "赵二", "之子")]
    second = [
        person("1", 1, "赵一", wage=2500),
        person("1", 2, "赵贰", "之子", wage=2500),
        person("1", 3, "赵三", "之女", wage=2500),
    ]
    take_in(scope, write_list(tmp_path / "a.xlsx", first), at=FIRST)
    take_in(scope, write_list(tmp_path / "b.xlsx", second), as_of=OCTOBER, at=LATER)
    return cast


def test_a_household_is_shown_as_it_was_known_on_a_day(changed: Cast) -> None:
    then = selectors.get_household_as_known(changed.county.scope, "1", BETWEEN)
    assert then.facts["wage_income"].value == 1000
    assert then.facts["wage_income"].source == "a.xlsx"
    assert [member.name for member in then.members] == ["赵一", "赵二"]
    assert then.member_count == 2


def test_on_the_day_of_the_change_the_new_facts_are_known(changed: Cast) -> None:
    then = selectors.get_household_as_known(changed.county.scope, "1", AFTER)
    assert then.facts["wage_income"].value == 2500
    assert [member.name for member in then.members] == ["赵一", "赵贰", "赵三"]


def test_before_the_first_import_nothing_was_known(changed: Cast) -> None:
    with pytest.raises(NotFound) as caught:
        selectors.get_household_as_known(changed.county.scope, "1", BEFORE)
    assert caught.value.code == "E-REGISTRY-NOT-FOUND"


def test_changes_are_listed_with_before_after_and_source(changed: Cast) -> None:
    changes = selectors.list_changes(changed.county.scope, "1")
    told = {
        (each.subject, each.person_name, entry["key"], str(entry["before"]), str(entry["after"]))
        for each in changes
        for entry in each.changes
    }
    assert told == {
        ("household", None, "wage_income", "1000.00", "2500.00"),
        ("person", "赵贰", "name", "赵二", "赵贰"),
    }
    assert {each.source for each in changes} == {"b.xlsx"}
    assert {each.at for each in changes} == {LATER}


def test_history_sees_bulk_updates_too(changed: Cast) -> None:
    scope = changed.county.scope
    with activate(scope):
        before = Household.pgh_event_model.objects.count()
        Household.objects.update(village_group="3组")
        assert Household.pgh_event_model.objects.count() == before + 1


@pytest.mark.evidence("T11")
def test_the_application_role_can_neither_change_nor_remove_history(changed: Cast) -> None:
    with activate(changed.county.scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('registry_household_version', 'UPDATE'),"
            " has_table_privilege('registry_household_version', 'DELETE'),"
            " has_table_privilege('registry_household_version', 'INSERT')"
        )
        assert cursor.fetchone() == (False, False, True)


def test_the_neighbour_sees_no_version(changed: Cast) -> None:
    with activate(changed.neighbour.scope):
        assert Household.pgh_event_model.objects.count() == 0
    with activate(changed.county.scope):
        assert Household.pgh_event_model.objects.count() == 1
