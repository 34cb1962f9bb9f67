"""GET /overview."""

from __future__ import annotations

import pytest

from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import activate, command_scope
from tests.api.conftest import CANARIES, hint, publish
from tests.cast import YUNXI


def test_it_counts_households_people_and_hints_of_ones_own_county(get):
    answer = get("/overview")
    assert answer["region"] == {"code": "990101000000", "name": "云溪县", "level": 3}
    assert answer["period"] == "2026-10"
    assert answer["totals"] == {
        "households": 3,
        "persons": 3,
        "urgent": 1,
        "attention": 1,
        "unknown": 0,
        "none": 1,
    }
    assert answer["changes"] == {"new": 2, "changed": 0, "gone": 0}
    assert answer["previous"] is None
    assert answer["periods"] == ["2026-10"]


def test_it_counts_by_town_the_worst_first_and_by_rule(get):
    answer = get("/overview")
    towns = [
        (one["region"]["name"], one["households"], one["urgent"]) for one in answer["by_child"]
    ]
    assert towns == [("清溪镇", 2, 1), ("白石镇", 1, 0)]
    assert [(one["rule_id"], one["count"]) for one in answer["by_rule"]] == [("a", 1), ("b", 1)]


def test_it_compares_with_the_month_before(world, get):
    ids = world.households
    with activate(command_scope(YUNXI, "tests")):
        publish(
            YUNXI,
            [
                hint(ids["H9901010001"], "990101101201", Severity.URGENT, "自付 21,300 元", "a"),
                hint(ids["H9901010002"], "990101101202", Severity.ATTENTION, "饮水", "c"),
                hint(ids["H9901010003"], "990101102201", Severity.NONE),
            ],
            period="2026-11",
        )
    answer = get("/overview")
    assert answer["period"] == "2026-11"
    assert answer["changes"] == {"new": 1, "changed": 0, "gone": 1}
    assert answer["previous"] == {"period": "2026-10", "urgent": 1, "attention": 1, "unknown": 0}
    earlier = get("/overview", period="2026-10")
    assert (earlier["period"], earlier["totals"]["attention"]) == ("2026-10", 1)


def test_a_town_has_its_own_counts_and_its_countys_run(world):
    client = world.client(world.cast.township)
    answer = client.get("/api/v1/overview").json()
    assert answer["region"]["name"] == "清溪镇"
    assert answer["totals"]["households"] == 2
    assert answer["totals"]["attention"] == 0
    assert answer["run"]["period"] == "2026-10"
    assert [one["region"]["name"] for one in answer["by_child"]] == ["上坪村", "下坪村"]


def test_before_any_run_it_still_counts_the_register(get):
    answer = get("/overview", period="2026-01")
    assert answer["run"] is None
    assert answer["totals"]["households"] == 3
    assert answer["totals"]["urgent"] == 0


@pytest.mark.evidence("ASVS-8.4.1", "T2")
def test_f52_the_neighbours_counts_are_not_in_any_number(jia, bing):
    assert bing.get("/api/v1/overview").json()["totals"]["households"] == 2
    body = jia.get("/api/v1/overview").content.decode()
    assert not [canary for canary in CANARIES if canary in body]


def test_the_neighbours_region_does_not_exist(jia):
    assert jia.get("/api/v1/overview", {"region": "990102"}).status_code == 404


def test_the_prefecture_above_does_not_exist_either(jia):
    assert jia.get("/api/v1/overview", {"region": "9901"}).status_code == 404
