"""Lists, search, counts, paging and the snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from bangfu.domains.registry import selectors, sheets
from bangfu.domains.registry.models import Household
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import InvalidValue, NotAllowed
from bangfu.kernel.region import RegionCode
from tests.cast import YUNXI_TOWN, Cast
from tests.registry_kit import LOWER, STONE, UPPER, id_number, person, take_in, write_list


@pytest.fixture
def listed(cast: Cast, tmp_path: Path) -> Cast:
    rows = [
        person("101", 1, "赵德福", kind="脱贫户"),
        person("102", 2, "曾小红"),
        person("102", 3, "赵小宝", "之子"),
        person("103", 4, "钱大勇", village=LOWER),
        person("104", 5, "单于飞", village=STONE, kind="脱贫户"),
    ]
    take_in(cast.county.scope, write_list(tmp_path / "a.xlsx", rows))
    return cast


def found(cast: Cast, **filters: object) -> list[str]:
    page = selectors.list_households(cast.county.scope, HouseholdFilter(**filters))
    return [row.household_no for row in page.items]


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("赵", ["101"]),
        ("赵德福", ["101"]),
        ("zeng", ["102"]),
        ("zxh", ["102"]),
        ("ZhaoDe", ["101"]),
        ("10", ["101", "102", "103", "104"]),
        ("104", ["104"]),
        (id_number(3), ["102"]),  # of a member, not the head
        (id_number(99), []),
        ("%", []),
        ("赵' OR 1=1 --", []),
    ],
)
def test_search_finds_by_name_sound_number_and_id(listed: Cast, q: str, wanted: list[str]) -> None:
    assert found(listed, q=q) == wanted


def test_filters_narrow_by_place_and_type(listed: Cast) -> None:
    assert found(listed, region=YUNXI_TOWN) == ["101", "102", "103"]
    assert found(listed, region=RegionCode(LOWER)) == ["103"]
    assert found(listed, household_types=("LIFTED",)) == ["101", "104"]


def test_households_of_another_domains_query_are_a_subquery(listed: Cast) -> None:
    with activate(listed.county.scope):
        chosen = Household.objects.filter(household_no__in=["103", "104"]).values("id")
        assert found(listed, among=chosen) == ["103", "104"]


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("place", ["101", "102", "103", "104"]),
        ("household_no", ["101", "102", "103", "104"]),
        ("name", ["104", "103", "102", "101"]),  # chanyu, qian, zeng, zhao
    ],
)
def test_pages_follow_each_other_without_gap_or_repeat(
    listed: Cast, sort: str, wanted: list[str]
) -> None:
    seen, cursor = [], None
    while True:
        page = selectors.list_households(listed.county.scope, cursor=cursor, limit=1, sort=sort)
        seen += [row.household_no for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == wanted


def test_a_forged_cursor_is_refused(listed: Cast) -> None:
    page = selectors.list_households(listed.county.scope, limit=1)
    assert page.next_cursor is not None
    for forged in ("x", page.next_cursor[:-2] + "zz"):
        with pytest.raises(InvalidValue) as caught:
            selectors.list_households(listed.county.scope, cursor=forged)
        assert caught.value.code == "E-REGISTRY-CURSOR"


def test_counts_by_place_add_up(listed: Cast) -> None:
    scope = listed.county.scope
    by_town = {
        each.region_code: (each.households, each.persons)
        for each in selectors.count_by_child(scope)
    }
    assert by_town == {"990101101000": (3, 4), "990101102000": (1, 1)}
    by_village = [each.region_code for each in selectors.count_by_child(scope, YUNXI_TOWN)]
    assert by_village == [UPPER, LOWER]
    assert selectors.count_households(scope) == 4
    assert selectors.count_persons(scope) == 5


def test_the_snapshot_holds_the_engines_columns(listed: Cast) -> None:
    from bangfu.engine.contracts.catalog import registry_tables

    tables = registry_tables()
    households = [column.name for column in tables["household"].columns]
    persons = [column.name for column in tables["person"].columns]
    scope = listed.county.scope
    with selectors.open_snapshot(
        scope, scope.region, household_columns=households, person_columns=persons
    ) as snapshot:
        rows = [dict(zip(households, row, strict=True)) for row in snapshot.household_rows]
        people = [dict(zip(persons, row, strict=True)) for row in snapshot.person_rows]
    assert sorted(row["household_no"] for row in rows) == ["101", "102", "103", "104"]
    assert [row["household_id"] for row in rows] == sorted(row["household_id"] for row in rows)
    assert {row["household_type"] for row in rows} == {"LIFTED", "ORDINARY"}
    assert len(people) == 5
    assert {len(each["person_token"]) for each in people} == {64}
    assert sorted(each["relation"] for each in people) == ["HEAD"] * 4 + ["SON"]


def test_the_export_carries_labels_and_no_number(listed: Cast, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "export.xlsx"
    assert sheets.export_households(listed.county.scope, path) == 4
    rows = list(load_workbook(path).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("户编号", "户主姓名")
    assert rows[1] == ("101", "赵德福", "清溪镇", "上坪村", 1, "脱贫户", None, None)
    assert id_number(1) not in str(rows)


def test_known_tokens_are_those_of_the_region(listed: Cast) -> None:
    scope = listed.county.scope
    assert len(selectors.known_tokens(scope, scope.region)) == 5
    assert len(selectors.known_tokens(scope, RegionCode(STONE))) == 1


def test_a_snapshot_of_another_county_is_refused(listed: Cast) -> None:
    with (
        pytest.raises(NotAllowed),
        selectors.open_snapshot(
            listed.neighbour.scope,
            listed.county.scope.region,
            household_columns=["household_id"],
            person_columns=["person_id"],
        ),
    ):
        pass
