"""Places: loading, loading again, finding, and old codes."""

from __future__ import annotations

import pytest
from django.test import Client

from bangfu.domains.reports import places
from bangfu.foundation.regions import selectors, services
from bangfu.foundation.regions.models import Region, RegionChange
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.standards import divisions
from bangfu.standards.divisions import Division
from tests.cast import YUNXI, Cast


def _division(code: str, name: str) -> Division:
    place = RegionCode(code)
    return Division(code, name, place.level, str(place.parent), "DEMO")


@pytest.mark.django_db
def test_loading_again_writes_only_what_differs() -> None:
    places = [_division("990101000000", "云溪县"), _division("990101101000", "清溪镇")]
    first = services.load_divisions(regions=places, changes=[])
    assert (first.regions, first.regions_written) == (2, 2)
    again = services.load_divisions(regions=places, changes=[])
    assert (again.regions, again.regions_written) == (2, 0)
    renamed = [
        places[0],
        _division("990101101000", "清溪街道"),
        _division("990101102000", "白石镇"),
    ]
    third = services.load_divisions(regions=renamed, changes=[])
    assert (third.regions, third.regions_written) == (3, 2)
    assert [one.name for one in selectors.children(YUNXI)] == ["清溪街道", "白石镇"]


@pytest.mark.django_db
def test_names_with_tabs_and_backslashes_survive_copy() -> None:
    services.add_regions([_division("990101000000", "云\\溪\t县\n")])
    assert selectors.get_region("990101000000").name == "云\\溪\t县\n"


@pytest.mark.django_db
def test_changes_of_codes_are_loaded_once() -> None:
    changes = [one for one in divisions.iter_changes() if one.old_code == "422301000000"]
    first = services.load_divisions(regions=[], changes=changes)
    assert (first.changes, first.changes_written) == (1, 1)
    assert services.load_divisions(regions=[], changes=changes).changes_written == 0
    assert [(one.new_code, one.changed_in) for one in selectors.list_changes("422301000000")] == [
        ("421202000000", 1998)
    ]
    assert RegionChange.objects.get().old_name == "咸宁市"


@pytest.mark.django_db
def test_a_retired_code_is_found_under_its_successor(cast: Cast) -> None:
    """咸宁市 422301 became 咸安区 421202 in 1998."""
    services.add_regions([_division("421202000000", "咸安区")])
    found = selectors.resolve("422301000000")
    assert (found.code, found.candidates) == (RegionCode("421202000000"), ())
    assert selectors.find_successors("422301000000") == [RegionCode("421202000000")]
    assert selectors.resolve(YUNXI).code == YUNXI
    unknown = selectors.resolve("980101000000")
    assert (unknown.code, unknown.candidates) == (None, ())


@pytest.mark.django_db
def test_search_goes_by_name_and_code_and_keeps_within_a_place(cast: Cast) -> None:
    def names(text: str, **options: object) -> list[str]:
        return [one.name for one in selectors.search(text, **options)]

    assert names("石") == ["石桥县", "白石镇", "石桥镇", "石门村", "石背村"]
    assert names("石", within=YUNXI) == ["白石镇", "石门村", "石背村"]
    assert names("990102") == ["石桥县", "石桥镇", "桥头村"]
    assert names("石", limit=1) == ["石桥县"]
    assert names("%") == []
    assert names("_") == []
    assert names("  ") == []


@pytest.mark.django_db
def test_an_unknown_place_is_said_to_be_unknown(cast: Cast) -> None:
    assert selectors.find_region("990103000000") is None
    with pytest.raises(NotFound, match="E-REGION-NOT-FOUND"):
        selectors.get_region("990103000000")


def test_names_come_by_the_county_and_above_it_one_by_one(cast: Cast) -> None:
    found = selectors.names_around("990101101201")
    assert (found["990101000000"], found["990101102202"]) == ("云溪县", "石背村")
    assert "990102000000" not in found
    assert len(found) == 7
    assert selectors.names_around("990100000000") == {"990100000000": "演示市"}
    assert selectors.names_around("000000000000") == {"000000000000": "全国"}
    assert selectors.names_around("990103000000") == {}


def test_a_new_name_is_shown_by_the_next_request(cast: Cast) -> None:
    places.forget_names()
    assert places.name_of(str(YUNXI)) == "云溪县"
    Region.objects.filter(code=str(YUNXI)).update(name="云泽县")
    assert places.name_of(str(YUNXI)) == "云溪县"
    Client().get("/api/v1/session")
    assert places.name_of(str(YUNXI)) == "云泽县"
    places.forget_names()
