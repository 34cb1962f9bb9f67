"""GET /households/{household_no}."""

from __future__ import annotations

import pytest

from tests.api.conftest import id_number


def test_the_page_joins_register_hint_and_members(get):
    answer = get("/households/H9901010001")
    assert answer["household"]["head_name"] == "王大山"
    assert [one["name"] for one in answer["household"]["path"]] == ["云溪县", "清溪镇"]
    assert answer["household"]["source"] == "云溪县名册.xlsx"
    assert answer["hint"]["hint"] == "urgent"
    assert answer["hint"]["rule_ids"] == ["a"]
    assert answer["assessed_level"] is None
    assert answer["handling_status"] is None
    member = answer["members"][0]
    assert (member["name"], member["relation"]["code"], member["age"]) == ("王大山", "HEAD", 56)


def test_every_fact_has_a_label_in_both_languages_its_source_and_day(get):
    fields = [
        field
        for section in get("/households/H9901010001")["sections"]
        for field in section["fields"]
    ]
    kind = next(field for field in fields if field["key"] == "household_type")
    assert kind["value_zh"]
    assert kind["value_en"]
    assert kind["source"] == "云溪县名册.xlsx"
    assert kind["as_of"] == "2026-10-31"


@pytest.mark.evidence("ASVS-15.3.1", "T1", "GB22239-8.1.4.11-b")
def test_numbers_are_masked_and_nowhere_in_full(jia):
    body = jia.get("/api/v1/households/H9901010001").content.decode()
    number = id_number("990101", 1)
    assert number not in body
    # Division, birth date and the last four characters would be the whole number.
    assert number[-6:] not in body
    assert "990101************" in body


@pytest.mark.evidence("ASVS-8.2.2", "T2")
def test_f50_the_neighbours_household_is_answered_like_one_that_does_not_exist(jia):
    theirs = jia.get("/api/v1/households/H9901020001")
    nobody = jia.get("/api/v1/households/H9999999999")
    assert theirs.status_code == nobody.status_code == 404
    assert {**theirs.json(), "request_id": ""} == {**nobody.json(), "request_id": ""}
    volatile = {"X-Request-ID"}
    assert {k: v for k, v in theirs.headers.items() if k not in volatile} == {
        k: v for k, v in nobody.headers.items() if k not in volatile
    }


def test_the_neighbour_sees_the_own_household_only(bing):
    assert bing.get("/api/v1/households/H9901020001").status_code == 200
    assert bing.get("/api/v1/households/H9901010001").status_code == 404


@pytest.mark.evidence("ASVS-8.2.2")
def test_a_township_officer_does_not_see_another_town(world):
    client = world.client(world.cast.township)
    assert client.get("/api/v1/households/H9901010001").status_code == 200
    assert client.get("/api/v1/households/H9901010003").status_code == 404


@pytest.mark.evidence("ASVS-1.1.1")
def test_f55_tricks_with_the_address_find_nothing(jia):
    for path in (
        "//households/H9901020001",
        "/households/h9901020001",
        "/households/H9901020001.",
        "/households/%48990102%30001",
        "/households/H990102%25",
        "/households/H9901010001/../H9901020001",
    ):
        response = jia.get(f"/api/v1{path}")
        assert response.status_code in (301, 404), path
        assert "卡那瑞" not in response.content.decode()


@pytest.mark.evidence("ASVS-3.5.3")
def test_f55_a_method_override_changes_nothing(jia):
    address = "/api/v1/households/H9901010001"
    assert jia.post(address, headers={"X-HTTP-Method-Override": "GET"}).status_code == 400
    assert jia.post(address).status_code == 405
