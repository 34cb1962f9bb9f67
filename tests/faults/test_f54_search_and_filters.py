"""F54: a search finds ID numbers whole or not at all, and a filter that nobody knows is refused.

An officer who knows part of a number learns nothing from the search box; a misspelt or made-up
filter is an error, never the whole list (OpenSPP #554).
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import World, build, id_number
from tests.api.test_route_permissions import routes
from tests.cast import Cast

NUMBER = id_number("990101", 2)


@pytest.fixture
def world(cast: Cast) -> World:
    return build(cast)


def found(world: World, q: str) -> list[str]:
    client = world.client(world.cast.county)
    answer = client.post("/api/v1/households/search", {"q": q}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return [item["household_no"] for item in answer.json()["items"]]


@pytest.mark.evidence("F54")
def test_f54_a_whole_number_finds_and_no_part_of_it_does(world: World) -> None:
    assert found(world, NUMBER) == ["H9901010002"]
    assert found(world, NUMBER.lower()) == ["H9901010002"]
    for part in (
        NUMBER[:17],
        NUMBER[:6],
        NUMBER[6:14],
        NUMBER[-4:],
        NUMBER[1:],
        NUMBER[:14] + "%",
        NUMBER[:14] + "____",
        NUMBER[:17] + "?",
        f"^{NUMBER[:6]}.*",
        "990101************",
        "%",
        "_",
        "*",
    ):
        assert found(world, part) == [], part


@pytest.mark.evidence("F54")
def test_f54_another_countys_number_finds_nothing(world: World) -> None:
    assert found(world, id_number("990102", 3)) == []


def addresses() -> list[tuple[str, str]]:
    """Return (function, address) of every GET route, with ids that belong to nobody."""
    asked = []
    for name, function, _ in routes():
        method, path = name.split(" ", 1)
        if method == "GET":
            filled = re.sub(r"\{(?:uuid:)?(\w+)\}", lambda found: _value(found.group(1)), path)
            asked.append((function, f"/api/v1{filled}"))
    return asked


def _value(name: str) -> str:
    return {"household_no": "H9901010001", "code": "990101", "rule_id": "water_unsafe"}.get(
        name, str(uuid4())
    )


@pytest.mark.evidence("ASVS-15.3.7")
def test_f54_no_list_answers_a_filter_that_it_does_not_know(world: World) -> None:
    client = world.client(world.cast.county)
    ignored: dict[str, Any] = {}
    for function, address in addresses():
        answer = client.get(address, {"no_such_filter": "x"})
        if answer.status_code != 403 and answer.json()["code"] != "E-API-FILTER":
            ignored[function] = answer.status_code
    assert not ignored, sorted(ignored.items())


def test_f54_an_unknown_filter_is_told_by_its_name(world: World) -> None:
    client = world.client(world.cast.county)
    lists = ("/households", "/changes", "/quality/items", "/feeds/feedback")
    for address, needed in [*((one, {}) for one in lists), ("/regions", {"q": "云溪"})]:
        answer = client.get(f"/api/v1{address}", {**needed, "id_number__startswith": "990101"})
        assert (answer.status_code, answer.json()["code"]) == (400, "E-API-FILTER"), address


def test_f54_a_filter_given_twice_is_refused(world: World) -> None:
    client = world.client(world.cast.county)
    answer = client.get("/api/v1/households?region=990101&region=9901")
    assert answer.status_code == 400
    assert answer.json()["code"] in ("E-API-FILTER", "E-API-REQUEST")


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/households", {"household_type": "NOBODY_HAS_THIS"}),
        ("/households", {"monitored_category": "x"}),
        ("/households", {"hint": "x"}),
        ("/households", {"period": "x"}),
        ("/households", {"region": "x"}),
        ("/households", {"sort": "id_number"}),
        ("/households/export", {"household_type": "NOBODY_HAS_THIS"}),
        ("/quality/items", {"state": "x"}),
        ("/changes", {"region": "x"}),
    ],
)
def test_f54_a_value_that_a_filter_does_not_know_is_refused(
    world: World, address: str, query: dict[str, str]
) -> None:
    answer = world.client(world.cast.county).get(f"/api/v1{address}", query)
    assert answer.status_code in (400, 422), answer.content


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/households", {"rule": "no_such_rule"}),
        ("/quality/items", {"rule": "no_such_rule"}),
        ("/changes", {"kind": "NO_SUCH_KIND"}),
        ("/changes", {"state": "NO_SUCH_STATE"}),
        ("/feeds/feedback", {"dataset": "no/such"}),
    ],
)
def test_f54_a_value_that_nothing_has_finds_nothing(
    world: World, address: str, query: dict[str, str]
) -> None:
    answer = world.client(world.cast.county).get(f"/api/v1{address}", query)
    if answer.status_code == 200:
        assert answer.json()["items"] == []
    else:
        assert answer.status_code in (400, 404, 422)
