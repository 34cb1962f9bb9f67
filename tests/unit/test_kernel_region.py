"""Division codes: levels, parents and the prefix range that scopes rest on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.kernel import region
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode


@st.composite
def codes(draw: st.DrawFn) -> RegionCode:
    parts = [draw(st.integers(1, 99)), draw(st.integers(1, 99)), draw(st.integers(1, 99))]
    digits = "".join(f"{part:02d}" for part in parts)
    digits += f"{draw(st.integers(1, 999)):03d}{draw(st.integers(1, 999)):03d}"
    return RegionCode.parse(digits[: draw(st.sampled_from([2, 4, 6, 9, 12]))])


@pytest.mark.parametrize(
    ("text", "value", "level"),
    [
        ("99", "990000000000", 1),
        ("9901", "990100000000", 2),
        ("990101", "990101000000", 3),
        ("990101100", "990101100000", 4),
        ("990101100201", "990101100201", 5),
        ("000000000000", "000000000000", 0),
        ("９９０１０１", "990101000000", 3),
        ("441900003", "441900003000", 4),
        ("460002", "460002000000", 3),
    ],
)
def test_a_short_code_is_filled_up_and_has_its_level(text: str, value: str, level: int) -> None:
    code = RegionCode.parse(text)
    assert (str(code), code.level) == (value, level)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("99010", "E-REGION-LENGTH"),
        ("", "E-REGION-CHARACTER"),
        ("云溪县", "E-REGION-CHARACTER"),
        ("99010110020a", "E-REGION-CHARACTER"),
        ("990101000201", "E-REGION-GAP"),
        ("990000100000", "E-REGION-GAP"),
        ("000101", "E-REGION-GAP"),
    ],
)
def test_a_malformed_code_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        RegionCode.parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("990101", "E-REGION-LENGTH"),
        ("9901011002010", "E-REGION-LENGTH"),
        ("99010110020a", "E-REGION-CHARACTER"),
        ("９９０１０１１００２０１", "E-REGION-CHARACTER"),
    ],
)
def test_what_is_no_code_of_twelve_digits_cannot_be_built(value: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        RegionCode(value)
    assert caught.value.code == code


def test_the_levels_have_their_names() -> None:
    names = (region.NATION, region.PROVINCE, region.PREFECTURE)
    below = (region.COUNTY, region.TOWN, region.VILLAGE)
    assert names + below == (0, 1, 2, 3, 4, 5)


def test_a_county_is_its_own_county() -> None:
    assert RegionCode("990101000000").county == RegionCode("990101000000")


def test_parents_and_ancestors_go_level_by_level() -> None:
    village = RegionCode("990101100201")
    assert str(village.parent) == "990101100000"
    assert [str(place) for place in village.ancestors] == [
        "000000000000",
        "990000000000",
        "990100000000",
        "990101000000",
        "990101100000",
    ]
    assert RegionCode("000000000000").parent is None


def test_a_town_of_a_prefecture_without_counties_lies_below_the_prefecture() -> None:
    town = RegionCode("441900003000")
    assert str(town.parent) == "441900000000"
    assert str(town.county) == "441900000000"
    assert RegionCode("441900000000").contains(town)


def test_a_place_above_the_county_has_no_county() -> None:
    with pytest.raises(InvalidValue) as caught:
        _ = RegionCode("990100000000").county
    assert caught.value.code == "E-REGION-ABOVE-COUNTY"


def test_neighbours_do_not_contain_each_other() -> None:
    yunxi, shiqiao = RegionCode("990101000000"), RegionCode("990102000000")
    assert not yunxi.contains(shiqiao)
    assert not yunxi.contains(RegionCode("990100000000"))
    assert yunxi.contains(yunxi)


@given(codes(), codes())
def test_bounds_hold_exactly_the_places_inside(one: RegionCode, other: RegionCode) -> None:
    lower, upper = one.bounds
    assert (lower <= other.value < upper) == one.contains(other)
    assert lower <= one.value < upper


@given(codes())
def test_every_ancestor_contains_the_place(code: RegionCode) -> None:
    levels = [place.level for place in code.ancestors]
    assert levels == list(range(code.level))
    for place in code.ancestors:
        lower, upper = place.bounds
        assert place.contains(code)
        assert lower <= code.value < upper


def test_codes_sort_a_place_before_what_lies_inside() -> None:
    village, county = RegionCode("990101100201"), RegionCode("990101000000")
    assert sorted([village, county]) == [county, village]
