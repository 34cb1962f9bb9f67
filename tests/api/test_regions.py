"""GET /regions/{code}, GET /regions?q=."""

from __future__ import annotations

import pytest


def test_a_place_has_its_path_and_what_lies_below(get):
    answer = get("/regions/990101")
    assert (answer["name"], answer["level"], answer["parent"]) == ("云溪县", 3, None)
    assert [one["name"] for one in answer["children"]] == ["清溪镇", "白石镇"]
    town = get("/regions/990101101000")
    assert town["parent"] == {"code": "990101000000", "name": "云溪县"}
    assert [one["name"] for one in town["children"]] == ["上坪村", "下坪村"]


def test_search_finds_by_name_and_code_within_ones_own_place(get):
    assert [one["name"] for one in get("/regions", q="坪村")] == ["上坪村", "下坪村"]
    assert [one["name"] for one in get("/regions", q="990101102")] == ["白石镇", "石门村", "石背村"]
    assert get("/regions", q="上坪")[0]["path"][-1]["name"] == "清溪镇"


def test_f54_the_neighbours_places_are_not_found(jia, get):
    assert [one["name"] for one in get("/regions", q="石桥")] == []
    assert jia.get("/api/v1/regions/990102").status_code == 404
    assert jia.get("/api/v1/regions/990100").status_code == 404


def test_a_code_of_a_wrong_length_is_refused(jia):
    response = jia.get("/api/v1/regions/99010")
    assert (response.status_code, response.json()["code"]) == (400, "E-REGION-LENGTH")


@pytest.mark.evidence("ASVS-1.2.9")
def test_percent_means_itself(get):
    assert get("/regions", q="%") == []
