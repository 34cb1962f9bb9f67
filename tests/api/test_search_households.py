"""POST /households/search: the household list asked for in the body, so that no address holds an
ID number."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from tests.api.conftest import World, id_number
from tests.api.isolation.asked import REQUEST_NUMBER
from tests.cast import YUNXI

PATH = "/api/v1/households/search"


def search(client: Client, **asked: Any) -> Any:
    return client.post(PATH, asked, content_type="application/json")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"q": "李"},
        {"hint": ["urgent", "attention"], "sort": "name"},
        {"region": "990101101", "household_type": ["LIFTED"]},
        {"limit": 1, "period": "2026-09"},
        {"rule": "no_such_rule"},
    ],
    ids=str,
)
def test_it_answers_as_the_list_does(jia: Client, asked: dict[str, Any]):
    listed = jia.get("/api/v1/households", asked).json()
    assert search(jia, **asked).json() == listed


@pytest.mark.evidence("F56")
def test_f56_an_id_number_finds_its_household_without_standing_in_an_address(jia: Client):
    response = search(jia, q=id_number("990101", 2))
    assert [one["household_no"] for one in response.json()["items"]] == ["H9901010002"]
    assert response.request["QUERY_STRING"] == ""
    with activate(command_scope(YUNXI, "tests")):
        (row,) = AuditEvent.objects.filter(action="registry.households.listed")
    assert row.detail == {"filters": ["q"]}
    assert id_number("990101", 2) not in str(row.__dict__)


def test_pages_go_on_in_either_way_of_asking(jia: Client):
    first = search(jia, limit=2, sort="household_no").json()
    rest = search(jia, limit=2, sort="household_no", cursor=first["next_cursor"]).json()
    numbers = [one["household_no"] for one in first["items"] + rest["items"]]
    assert numbers == ["H9901010001", "H9901010002", "H9901010003"]
    same = {"limit": 2, "sort": "household_no", "cursor": first["next_cursor"]}
    assert jia.get("/api/v1/households", same).json() == rest


@pytest.mark.evidence("T2", "F54")
def test_f54_a_search_never_reaches_the_neighbour(jia: Client):
    for q in ("卡那瑞", "kanarui", "H990102", id_number("990102", 3)):
        assert search(jia, q=q).json()["total"] == 0


def test_the_neighbours_region_is_answered_like_one_that_does_not_exist(jia: Client):
    theirs, nowhere = search(jia, region="990102"), search(jia, region="981234")
    assert theirs.status_code == nowhere.status_code == 404
    assert REQUEST_NUMBER.sub(b"", theirs.content) == REQUEST_NUMBER.sub(b"", nowhere.content)


@pytest.mark.parametrize(
    "asked", [{"nosuch": 1}, {"hint": ["red"]}, {"limit": 0}, {"cursor": "x"}, {"q": "a" * 41}]
)
def test_f54_an_unknown_or_wrong_filter_is_refused_never_ignored(jia: Client, asked: Any):
    response = search(jia, **asked)
    assert response.status_code in (400, 422)
    assert "items" not in response.json()


def test_a_filter_in_the_address_as_well_is_refused(jia: Client):
    response = jia.post(f"{PATH}?q=x", {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "E-API-FILTER")


def test_what_the_neighbour_finds_is_the_neighbours_own(bing: Client):
    numbers = [one["household_no"] for one in search(bing).json()["items"]]
    assert numbers == ["H9901020001", "H9901020002"]


def test_an_auditor_without_the_permission_is_told_so(world: World):
    response = search(world.client(world.cast.auditor))
    assert (response.status_code, response.json()["code"]) == (403, "E-API-PERMISSION")


def test_nobody_signed_in_gets_401(client: Client, db: None):
    assert search(client).status_code == 401
