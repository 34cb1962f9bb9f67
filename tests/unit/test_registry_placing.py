"""Where a household is placed by what its rows state."""

from __future__ import annotations

import pytest

from bangfu.domains.registry.importing.placing import (
    Atlas,
    Place,
    Placement,
    Placer,
    PlacingOutcome,
    Stated,
)
from bangfu.kernel.region import RegionCode

COUNTY = RegionCode("990101000000")
PLACES = {
    "990000000000": "演示省",
    "990100000000": "演示市",
    "990101000000": "云溪县",
    "990101101000": "清溪镇",
    "990101101201": "上坪村",
    "990101101202": "下坪村村委会",
    "990101102000": "白石乡",
    "990101102201": "石门村",
    "990102000000": "石桥县",
    "990102101201": "桥头村",
}
# 老村 went into one village, 大村 was divided, 远村 was divided between two counties.
SUCCESSORS = {
    "990101101900": ["990101101201"],
    "990101101901": ["990101101201", "990101101202"],
    "990101101902": ["990101101201", "990102101201"],
    "990101101903": ["990101101201", "990101102201"],
}
NOWHERE = ("", "", "", "", "")


def _resolve(code: RegionCode, name: str) -> tuple[RegionCode | None, list[RegionCode]]:
    if str(code) in PLACES:
        return code, []
    found = [RegionCode(each) for each in SUCCESSORS.get(str(code), [])]
    return (found[0], []) if len(found) == 1 else (None, found)


def _children(code: RegionCode) -> list[Place]:
    found = [RegionCode(each) for each in PLACES]
    return [Place(each, PLACES[str(each)]) for each in found if each.parent == code]


def _find(code: RegionCode) -> Place | None:
    return Place(code, PLACES[str(code)]) if str(code) in PLACES else None


def place(
    code: str = "", names: tuple[str, ...] = NOWHERE, region: RegionCode = COUNTY
) -> Placement:
    province, prefecture, county, town, village = names
    stated = Stated(code, (province, prefecture, county, town, village))
    return Placer(region, Atlas(find=_find, children=_children, resolve=_resolve)).place(stated)


def test_a_village_code_places_a_household() -> None:
    assert place("990101101201") == Placement(PlacingOutcome.PLACED, "990101101201")


def test_a_retired_code_with_one_successor_leads_to_it() -> None:
    assert place("990101101900").region_code == "990101101201"


def test_a_retired_code_with_two_successors_waits_at_the_place_that_holds_both() -> None:
    found = place("990101101901")
    assert found.outcome is PlacingOutcome.REVIEW
    assert found.region_code == "990101101000"
    assert found.candidates == ("990101101201", "990101101202")


def test_successors_in_two_towns_wait_at_the_county() -> None:
    assert place("990101101903").region_code == "990101000000"


def test_only_successors_inside_the_region_are_offered() -> None:
    found = place("990101101902")
    assert found.candidates == ("990101101201",)


@pytest.mark.parametrize("code", ["990102101201", "110101001001"])
def test_a_code_of_another_place_lies_outside(code: str) -> None:
    assert place(code) == Placement(PlacingOutcome.OUTSIDE)


def test_an_unknown_code_inside_is_refused_and_named() -> None:
    found = place("990101101777")
    assert (found.error, found.stated) == ("E-REGISTRY-PLACE-UNKNOWN", "990101101777")


def test_a_towns_code_is_not_enough() -> None:
    assert place("990101101000").error == "E-REGISTRY-PLACE-NOT-A-VILLAGE"


@pytest.mark.parametrize(
    ("town", "village", "wanted"),
    [
        ("清溪镇", "上坪村", "990101101201"),
        ("清溪", "上坪村委会", "990101101201"),  # endings differ between sources
        ("清溪镇", "下坪村", "990101101202"),
        ("白石镇", "石门", "990101102201"),  # 白石乡 became 白石镇 in the file
    ],
)
def test_names_place_a_household(town: str, village: str, wanted: str) -> None:
    assert place(names=("演示省", "演示市", "云溪县", town, village)).region_code == wanted


def test_names_of_another_county_lie_outside() -> None:
    found = place(names=("演示省", "演示市", "石桥县", "清溪镇", "上坪村"))
    assert found.outcome is PlacingOutcome.OUTSIDE


def test_an_unknown_village_is_refused_at_its_column() -> None:
    found = place(names=("", "", "", "清溪镇", "没有村"))
    assert (found.column, found.error) == ("village_name", "E-REGISTRY-PLACE-UNKNOWN")


def test_without_a_place_only_a_villages_own_list_can_be_taken() -> None:
    assert place().error == "E-REGISTRY-PLACE-MISSING"
    village = RegionCode("990101101201")
    assert place(region=village).region_code == "990101101201"
