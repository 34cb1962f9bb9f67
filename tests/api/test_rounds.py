"""Rounds, the year-end window, the desk and learning over the wire, asked by the whole cast."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from bangfu.domains.changes import services as changes
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from tests.api.conftest import World
from tests.cast import YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, _player
from tests.rounds_kit import lock, on

HOUSE = "H9901010001"  # 王大山's, 上坪村 of 清溪镇
JSON = "application/json"
# Its days are wide, so that nothing depends on the day on which this runs.
ROUND = {
    "region": str(YUNXI),
    "year": 2026,
    "season": "AUTUMN",
    "document_no": "云农组〔2026〕9号",
    "from_on": "2020-01-01",
    "to_on": "2026-12-31",
}


@pytest.fixture
def people(world: World) -> dict[str, Client]:
    cast = world.cast
    players = {
        "county": cast.county,
        "town": cast.township,
        "cadre": cast.cadre,
        "neighbour": cast.neighbour,
        "auditor": cast.auditor,
    }
    return {name: world.client(player) for name, player in players.items()}


def ask(client: Client, path: str, body: Any = None, status: int = 200) -> Any:
    if body is None:
        response = client.get(f"/api/v1{path}")
    else:
        response = client.post(f"/api/v1{path}", body, content_type=JSON)
    assert response.status_code == status, response.content.decode()
    return response.json()


def test_a_round_from_opening_to_a_clue_on_the_desk(people: dict[str, Client]) -> None:
    made = ask(people["county"], "/rounds", ROUND, 201)
    assert (made["round"]["code"], made["total"]["to_do"]) == ("2026-AUTUMN", 3)
    entry = {
        "region": str(YUNXI_VILLAGE),
        "household_nos": [HOUSE],
        "result": "CHANGED",
        "visited_on": "2020-02-01",
        "matter": "ILLNESS",
        "words": "户主住院",
    }
    done = ask(people["cadre"], "/rounds/2026-AUTUMN/entries", entry)
    assert done["items"][0]["clue_no"].startswith("XS")
    progress = ask(people["cadre"], "/rounds/2026-AUTUMN")
    # A village reads its own households of its county's round, and not how many the county has.
    assert (progress["total"]["changed"], progress["round"]["households"]) == (1, None)
    desk = ask(people["town"], "/desk")
    assert desk["mine"] == 1
    assert desk["lanes"][0]["items"][0]["no"] == done["items"][0]["clue_no"]
    assert [one["code"] for one in desk["rounds"]] == ["2026-AUTUMN"]
    refused = ask(people["county"], "/rounds/2026-AUTUMN/close", {"region": str(YUNXI)}, 400)
    assert refused["code"] == "E-ROUNDS-LEFT"


def test_the_neighbour_finds_nothing_of_ours(people: dict[str, Client]) -> None:
    ask(people["county"], "/rounds", ROUND, 201)
    other = people["neighbour"]
    assert ask(other, "/rounds")["items"] == []
    for path in ("/rounds/2026-AUTUMN", "/rounds/2026-AUTUMN/entries", "/year-windows/2026"):
        ask(other, path, status=404)
        ask(other, f"{path}?region={YUNXI}", status=404)
    for path in ("/desk", "/learning/rules", "/learning/rules/water_unsafe", "/learning/signals"):
        ask(other, f"{path}?region={YUNXI}", status=404)
        ask(people["auditor"], path, status=403)
    ask(other, "/rounds", ROUND, 404)


def test_a_window_tells_each_what_he_may_do(people: dict[str, Client], world: World) -> None:
    body = {"region": str(YUNXI), "year": 2026, "document_no": "云农组〔2026〕12号"}
    made = ask(people["county"], "/year-windows", body, 201)
    assert (made["stage"]["code"], made["allowed"]) == ("TRAINING", ["days", "advance"])
    assert ask(people["town"], "/year-windows/2026")["allowed"] == []
    again = ask(people["county"], "/year-windows", body, 409)
    assert again["code"] == "E-ROUNDS-WINDOW-EXISTS"
    ask(people["town"], "/year-windows", body, 403)
    ask(people["town"], "/year-windows/2026/sign", {"region": str(YUNXI_TOWN)}, 409)
    ask(people["county"], "/year-windows/1999", status=422)


def test_a_locked_year_stops_a_request_to_change_a_figure(world: World) -> None:
    county, cadre = world.cast.county.scope, world.cast.cadre.scope
    assert county
    assert cadre
    other = _player("bai", "白石", "TOWNSHIP_OFFICER", RegionCode("990101102000"))
    assert world.cast.township.scope
    assert other.scope
    lock(county, world.cast.township.scope, other.scope)
    facts = {"field": "household.wage_income", "value": "12000"}
    form = changes.Form("CORRECTION", HOUSE, date(2026, 12, 1), facts, "看过工资单")
    made = changes.create(scope=cadre, at=on(12, 14), form=form)
    with pytest.raises(Conflict, match="E-ROUNDS-YEAR-LOCKED"):
        changes.submit(scope=cadre, at=on(12, 14), request_id=made.id)


def test_learning_and_signals_answer_and_go_out_as_a_workbook(people: dict[str, Client]) -> None:
    found = ask(people["county"], "/learning/rules")
    assert (found["rules"], found["floor"]["least_percent"]) == ([], 30)
    assert len(ask(people["town"], "/learning/signals?months=3")["months"]) == 3
    response = people["county"].get("/api/v1/learning/rules/export")
    assert response.status_code == 200
    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert ask(people["county"], "/learning/rules/water_unsafe")["by_month"] == []
    unknown = ask(people["county"], "/learning/rules/no_such_rule", status=404)
    assert unknown["code"] == "E-API-NOT-FOUND"
    assert ask(people["cadre"], "/learning/rules/disability_new", status=403)["code"] == (
        "E-ACCESS-RULE-CLOSED"
    )
