"""Columns that a province adds to the national list."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bangfu.domains.registry import extensions, selectors
from bangfu.kernel.region import RegionCode
from bangfu.standards import datasets
from bangfu.standards.datasets import Column
from tests.cast import Cast
from tests.registry_kit import FIRST, HEAD, LATER, OCTOBER, person, take_in, write_list

TEA = Column(name="tea_garden", zh="茶园面积", en="Tea garden", type="decimal", unit="mu", scale=4)
SONG = Column(name="folk_singer", zh="是否山歌手", en="Folk singer", type="boolean")


@pytest.fixture
def province(monkeypatch: pytest.MonkeyPatch) -> None:
    """Province 99 adds a column to each of the two contracts."""
    household = replace(
        datasets.get("registry/household"), id="registry/household_99", columns=(TEA,)
    )
    member = replace(datasets.get("registry/member"), id="registry/member_99", columns=(SONG,))
    monkeypatch.setattr(extensions.datasets, "list_datasets", lambda: (household, member))


def test_a_provinces_columns_are_kept_and_checked(
    cast: Cast, province: None, tmp_path: Path
) -> None:
    head = [*HEAD, "茶园面积", "是否山歌手"]
    rows = [[*person("1", 1, "赵一"), 3.5, "是"], [*person("2", 2, "钱二"), "很多", "否"]]
    result = take_in(cast.county.scope, write_list(tmp_path / "a.xlsx", rows, head), at=FIRST)
    assert [(issue["row"], issue["column"]) for issue in result.issues] == [(3, "tea_garden")]
    household = selectors.get_household(cast.county.scope, "1")
    assert Decimal(household.extensions["tea_garden"]) == Decimal("3.5")
    assert household.members[0].extensions == {"folk_singer": True}


def test_a_newer_list_changes_a_provinces_column_and_keeps_history(
    cast: Cast, province: None, tmp_path: Path
) -> None:
    head = [*HEAD, "茶园面积", "是否山歌手"]
    for name, area, at, as_of in (("a", 3, FIRST, None), ("b", 4, LATER, OCTOBER)):
        rows = [[*person("1", 1, "赵一"), area, "是"]]
        more = {"as_of": as_of} if as_of else {}
        take_in(cast.county.scope, write_list(tmp_path / f"{name}.xlsx", rows, head), at=at, **more)
    (change,) = selectors.list_changes(cast.county.scope, "1")
    (entry,) = change.changes
    assert entry["key"] == "extensions"
    assert Decimal(entry["before"]["tea_garden"]) == 3
    assert Decimal(entry["after"]["tea_garden"]) == 4


def test_another_province_does_not_have_the_column(province: None) -> None:
    national = datasets.get("registry/household")
    assert extensions.extended(national, RegionCode("520000000000")) == national
    assert extensions.extended(national, RegionCode("990101000000")).columns[-1] == TEA
