"""F16, F17 and F20 for lists of households."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bangfu.domains.registry import selectors, services
from bangfu.domains.registry.models import Household, Person, Source
from bangfu.foundation import files
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound
from tests.cast import YUNXI, Cast
from tests.registry_kit import (
    BRIDGE,
    FIRST,
    LATER,
    OCTOBER,
    STONE,
    UPPER,
    id_number,
    person,
    take_in,
    write_list,
)


@pytest.mark.evidence("T14")
def test_f16_the_same_list_again_is_a_no_op_with_a_link_to_the_first(
    cast: Cast, tmp_path: Path
) -> None:
    path = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")])
    first = take_in(cast.county.scope, path)
    again = take_in(cast.county.scope, path, as_of=OCTOBER, at=LATER)
    assert again.state == "CANCELLED"
    assert again.duplicate_of == first.batch_id
    with activate(cast.county.scope):
        assert Source.objects.count() == 1
        assert Household.pgh_event_model.objects.count() == 0


def test_f16_of_two_users_with_the_same_list_the_second_gets_the_link(
    cast: Cast, tmp_path: Path
) -> None:
    path = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")])
    one = take_in(cast.county.scope, path, commit=False)
    two = take_in(cast.county.scope, path, commit=False)
    services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=one.batch_id)
    second = services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=two.batch_id)
    assert second.duplicate_of == one.batch_id
    with activate(cast.county.scope):
        assert Person.objects.count() == 1


def test_f16_a_batch_is_committed_once(cast: Cast, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")])
    done = take_in(cast.county.scope, path)
    with pytest.raises(Conflict) as caught:
        services.commit_batch(scope=cast.county.scope, at=LATER, batch_id=done.batch_id)
    assert caught.value.code == "E-INTAKE-STATE"


@pytest.mark.evidence("T14", "T2")
def test_f17_rows_of_another_county_are_counted_and_never_shown(cast: Cast, tmp_path: Path) -> None:
    rows = [
        person("1", 1, "赵一"),
        person("7", 7, "邻县人", village=BRIDGE),
        person("8", 8, "邻县坏", "之子", village=BRIDGE),  # broken, and not ours to show
        person("9", 9, "本县坏", "之子"),
    ]
    result = take_in(cast.county.scope, write_list(tmp_path / "mixed.xlsx", rows))
    assert result.counts["outside"] == 2
    assert result.counts["outside_rows"] == 2
    assert [issue["row"] for issue in result.issues] == [5]
    told = json.dumps(result.as_dict(), ensure_ascii=False)
    with files.open_file(cast.county.scope, result.error_file_id) as stored:
        path = tmp_path / "errors.xlsx"
        path.write_bytes(stored.read())
    from openpyxl import load_workbook

    told += str([list(sheet.values) for sheet in load_workbook(path).worksheets])
    for secret in ("邻县人", "邻县坏", id_number(7), id_number(8)):
        assert secret not in told
    assert "本县坏" in told
    with activate(cast.county.scope):
        assert Household.objects.count() == 1


def test_f17_a_list_of_another_county_alone_is_refused_whole(cast: Cast, tmp_path: Path) -> None:
    rows = [person("7", 7, "邻县人", village=BRIDGE), person("8", 8, "邻县乙", village=BRIDGE)]
    result = take_in(cast.county.scope, write_list(tmp_path / "other.xlsx", rows))
    assert result.state == "REFUSED"
    assert result.errors == [{"code": "E-REGISTRY-ALL-OUTSIDE", "params": {"count": 2}}]
    assert result.error_file_id is None


def test_f17_a_region_outside_the_scope_is_refused(cast: Cast, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")])
    with pytest.raises(NotAllowed):
        take_in(cast.neighbour.scope, path, region=YUNXI)


def test_f17_a_number_registered_in_another_town_says_nothing_of_it(
    cast: Cast, tmp_path: Path
) -> None:
    """The township officer cannot see the other town; a unique key must not tell on it."""
    take_in(
        cast.county.scope,
        write_list(tmp_path / "a.xlsx", [person("1", 1, "石门人", village=STONE)]),
    )
    scope = _may_import(cast)
    rows = [person("2", 1, "石门人"), person("1", 2, "同号户"), person("3", 3, "赵三")]
    result = take_in(scope, write_list(tmp_path / "b.xlsx", rows), as_of=OCTOBER, at=LATER)
    held = {(each["household_no"], each["code"], str(each["params"])) for each in result.held}
    assert held == {
        ("1", "E-REGISTRY-HELD-ELSEWHERE", "{}"),
        ("2", "E-REGISTRY-HELD-ELSEWHERE", "{}"),
    }
    assert [row.household_no for row in selectors.list_households(scope).items] == ["3"]
    with activate(cast.county.scope):
        assert Person.objects.filter(region_code=STONE).count() == 1
        assert Person.objects.count() == 2


def _may_import(cast: Cast):
    """The township's scope with the permission to import, whatever its role allows."""
    from bangfu.foundation.access.scopes import command_scope

    return command_scope(cast.township.scope.region, "tests")


@pytest.mark.evidence("T2")
def test_f17_the_neighbour_cannot_see_count_search_or_commit(cast: Cast, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")])
    staged = take_in(cast.county.scope, path, commit=False)
    other = cast.neighbour.scope
    with pytest.raises(NotFound):
        services.commit_batch(scope=other, at=FIRST, batch_id=staged.batch_id)
    services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=staged.batch_id)
    assert selectors.list_households(other).items == []
    assert selectors.count_households(other) == 0
    assert selectors.count_persons(other) == 0
    assert selectors.known_tokens(other, other.region) == set()
    with pytest.raises(NotFound):
        selectors.get_household(other, "1")
    with pytest.raises(NotFound):
        selectors.list_changes(other, "1")


def test_f17_row_security_alone_hides_households(
    cast: Cast, tmp_path: Path, without_filter: None
) -> None:
    take_in(cast.county.scope, write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一")]))
    assert selectors.list_households(cast.neighbour.scope).items == []
    assert selectors.count_persons(cast.neighbour.scope) == 0
    with pytest.raises(NotFound):
        selectors.get_household(cast.neighbour.scope, "1")


def test_f20_one_bad_row_keeps_one_household_back_and_the_others_wait_for_commit(
    cast: Cast, tmp_path: Path
) -> None:
    rows = [person(str(n), n, f"户{n}") for n in range(1, 31)]
    rows[16][3] = rows[16][3][:-1] + ("1" if rows[16][3][-1] != "1" else "2")
    path = write_list(tmp_path / "a.xlsx", rows)
    staged = take_in(cast.county.scope, path, commit=False)
    assert (staged.counts["good_households"], staged.counts["bad_households"]) == (29, 1)
    assert [(each["row"], each["code"]) for each in staged.issues] == [(18, "E-ID-CHECKSUM")]
    assert staged.error_file_id is not None
    assert selectors.count_households(cast.county.scope) == 0, "nothing is live before 生效"
    services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=staged.batch_id)
    assert selectors.count_households(cast.county.scope) == 29


@pytest.mark.evidence("ASVS-2.3.3")
def test_f20_a_commit_that_breaks_half_way_leaves_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bangfu.domains.registry.importing import sql

    path = write_list(tmp_path / "a.xlsx", [person("1", 1, "赵一", village=UPPER)])
    staged = take_in(cast.county.scope, path, commit=False)
    monkeypatch.setattr(sql, "INSERT_MEMBERSHIPS", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"):
        services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=staged.batch_id)
    assert selectors.count_households(cast.county.scope) == 0
    monkeypatch.undo()
    done = services.commit_batch(scope=cast.county.scope, at=FIRST, batch_id=staged.batch_id)
    assert done.is_committed
