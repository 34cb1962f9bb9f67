"""A list that does not know yet what was decided: it takes nothing back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bangfu.domains.registry import selectors
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.models import Membership
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.scope import Scope
from tests.acts_kit import AT, LATER, ORIGIN, family, id_of, settle_families
from tests.cast import Cast
from tests.registry_kit import id_number, person, take_in, write_list

ON = date(2026, 10, 10)
BEFORE, AFTER = date(2026, 10, 9), date(2026, 10, 20)
STAMP = {"at": AT, "source": ORIGIN, "on": ON}
SUN = [person("3", 7, "孙七"), person("3", 8, "孙八", "之女")]


@pytest.fixture
def town(cast: Cast, tmp_path: Path) -> Scope:
    settle_families(cast.county.scope, tmp_path)
    return cast.township.scope


def import_again(town: Scope, folder: Path, rows: list[Any], as_of: date) -> Any:
    scope = command_scope(town.region, "tests")
    # Two files of equal bytes are one file (F16), and these are written within a second.
    file = write_list(folder / "again.xlsx", rows, sheet=f"{as_of}")
    return take_in(scope, file, as_of=as_of, at=LATER)


@pytest.mark.evidence("T3")
def test_the_dead_do_not_come_back_by_a_list(town: Scope, tmp_path: Path) -> None:
    acts.record_death(scope=town, household_no="3", person_id=id_of(town, "3", "孙八"), **STAMP)
    result = import_again(town, tmp_path, SUN, AFTER)
    assert result.counts["gone"] == 1
    assert family(town, "3") == {"孙七": "HEAD"}
    (row,) = [r for r in selectors.list_households(town).items if r.household_no == "3"]
    assert row.member_count == 1


def test_a_list_headed_by_somebody_dead_is_held(town: Scope, tmp_path: Path) -> None:
    acts.record_death(
        scope=town,
        household_no="3",
        person_id=id_of(town, "3", "孙七"),
        new_head=id_of(town, "3", "孙八"),
        **STAMP,
    )
    result = import_again(town, tmp_path, SUN, AFTER)
    assert [(each["household_no"], each["code"]) for each in result.held] == [
        ("3", "E-REGISTRY-HEAD-GONE")
    ]
    assert family(town, "3") == {"孙八": "HEAD"}


def test_a_closed_household_is_not_opened_by_a_list(town: Scope, tmp_path: Path) -> None:
    acts.record_departure(
        scope=town, household_no="2", person_ids=[id_of(town, "2", "钱六")], **STAMP
    )
    rows = [person("2", 6, "钱六", village="990101101202")]
    result = import_again(town, tmp_path, rows, AFTER)
    assert [each["code"] for each in result.held] == ["E-REGISTRY-HOUSEHOLD-CLOSED"]
    assert selectors.get_household(town, "2").closed_on == ON


def test_a_list_of_an_earlier_day_takes_no_member_and_no_head_back(
    town: Scope, tmp_path: Path
) -> None:
    acts.record_departure(
        scope=town, household_no="3", person_ids=[id_of(town, "3", "孙八")], **STAMP
    )
    result = import_again(town, tmp_path, SUN, BEFORE)
    assert result.older == ["3"]
    assert family(town, "3") == {"孙七": "HEAD"}
    # A list of a later day says that she is there again.
    result = import_again(town, tmp_path, SUN, AFTER)
    assert family(town, "3") == {"孙七": "HEAD", "孙八": "DAUGHTER"}
    with activate(town):
        assert Membership.objects.filter(person__name="孙八").count() == 2


def test_a_corrected_fact_is_not_overwritten_by_a_list_of_an_earlier_day(
    town: Scope, tmp_path: Path
) -> None:
    acts.correct_fact(
        scope=town, household_no="3", field="household.wage_income", value="777", **STAMP
    )
    assert import_again(town, tmp_path, SUN, BEFORE).older == ["3"]
    assert str(selectors.get_household(town, "3").facts["wage_income"].value) == "777.00"
    import_again(town, tmp_path, SUN, AFTER)
    assert str(selectors.get_household(town, "3").facts["wage_income"].value) == "1000.00"


def test_a_record_that_was_merged_away_is_not_entered_again(town: Scope, tmp_path: Path) -> None:
    acts.merge_persons(
        scope=town,
        household_no="1",
        keep=id_of(town, "1", "赵四"),
        other_id_number=id_number(8),
        **STAMP,
    )
    result = import_again(town, tmp_path, SUN, AFTER)
    assert result.counts["gone"] == 1
    assert family(town, "3") == {"孙七": "HEAD"}
