"""What a rule that reads health or income says of a household, to posts that may not see either.

A phrase is planted where a run and a check keep their sentences; then every route is asked by every
role that reads households without these classes (hostile neighbour, finding 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from bangfu.domains.quality.models import QualityItem
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access import roles
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import AS_OF, World, hint, publish
from tests.api.isolation.asked import bytes_of
from tests.api.isolation.asking import PREFIX, REFERENCE, Route, routes
from tests.api.isolation.oracle import texts
from tests.cast import YUNXI, YUNXI_VILLAGE, _player

HOME = "H9901010001"
PHRASE = "秘语一级肢残"
HINT_RULE, ITEM_RULE = "disability_heavy_new", "disability_grade_differs"
HINT_TITLE, ITEM_TITLE = "劳动年龄成员新增重度残疾", "残疾等级"
SENTENCE = "涉及健康信息，须由有权限的人员查看"
# Pages about rules themselves, which name every rule to everybody.
RULEBOOKS = {"list_rules", "get_rule", "list_quality_rules"}
PLACES = {0: "000000", 1: "990000", 2: "990100", 3: "990101", 4: "990101101", 5: "990101101201"}


def blind_roles() -> list[str]:
    """The roles that read households or hints and lack health data; one of those that are alike."""
    found = {
        (role.permissions, min(role.levels) > 2): role.code
        for role in roles.list_roles()
        if role.permissions & {"REGISTRY_READ", "HINT_READ"}
        and "HEALTH_READ" not in role.permissions
    }
    return list(found.values())


@pytest.fixture
def planted(world: World) -> World:
    """A household with an urgent hint about health and about water, and an item about health."""
    home = world.households[HOME]
    with activate(command_scope(YUNXI, "tests")):
        rules = (HINT_RULE, "water_unsafe")
        publish(YUNXI, [hint(home, str(YUNXI_VILLAGE), Severity.URGENT, PHRASE, *rules)], "2026-11")
        for number, rule in enumerate((ITEM_RULE, "road_distance")):
            QualityItem.objects.create(
                region_code=str(YUNXI_VILLAGE),
                rule_id=rule,
                household_id=home,
                household_no=HOME,
                fingerprint=f"{number}" * 32,
                message_zh=PHRASE if rule == ITEM_RULE else "路途较远",
                message_en=PHRASE if rule == ITEM_RULE else "far away",
                state="OPEN",
                first_seen_on=AS_OF,
                opened_check=uuid7(),
            )
    return world


def client_of(world: World, role: str) -> Client:
    level = max(roles.get_role(role).levels)
    region = RegionCode.parse(PLACES[level])
    return world.client(_player(f"blind-{role.lower()}", role, role, region))


def paths(route: Route, world: World) -> Iterator[str]:
    names = {
        "household": HOME,
        "region": str(YUNXI_VILLAGE),
        "quality_item": str(uuid7()),
    }
    path = route.path
    for name in route.path_names:
        kind = route.kind(name)
        value = REFERENCE[name] if kind is None else names.get(kind, str(uuid7()))
        path = path.replace(f"{{{name}}}", value)
    yield path


def queries(route: Route) -> Iterator[dict[str, str]]:
    names = {name for name, _ in route.queries}
    yield {"limit": "1"} if "limit" in names else {}
    for rule in (HINT_RULE, ITEM_RULE):
        if "rule" in names:
            yield {"rule": rule}


def answers(client: Client, world: World) -> Iterator[tuple[Route, dict[str, str], Any]]:
    for route in routes():
        if route.method == "GET":
            for path in paths(route, world):
                for query in queries(route):
                    yield route, query, client.get(PREFIX + path, query)


@pytest.mark.evidence("T1", "ASVS-8.2.3", "ASVS-14.2.4")
def test_no_route_tells_a_closed_rule_to_any_role_without_its_class(planted: World, settings):
    settings.BANGFU_RATE_LIMITS = False
    assert {"PROVINCE_OFFICER", "VILLAGE_OFFICER", "PAIRED_CADRE", "GRID_WORKER"} <= {
        *blind_roles()
    }
    wrong = []
    for role in blind_roles():
        client = client_of(planted, role)
        for route, query, response in answers(client, planted):
            said = "\n".join(texts(bytes_of(response)))
            marks = {PHRASE}
            if route.name not in RULEBOOKS:
                marks |= {HINT_RULE, ITEM_RULE, HINT_TITLE}
            told = sorted(mark for mark in marks if mark in said)
            closed_filter = query.get("rule") and response.status_code not in (403, 404, 400)
            if told or closed_filter or response.status_code >= 500:
                wrong.append((role, route.name, query, response.status_code, told))
    assert wrong == []


def test_the_search_finds_the_phrase_where_the_class_is_open(planted: World, settings):
    settings.BANGFU_RATE_LIMITS = False
    client = planted.client(planted.cast.county)
    found = {
        route.name
        for route, _, response in answers(client, planted)
        if any(PHRASE in text for text in texts(bytes_of(response)))
    }
    assert found == {
        "list_households",
        "export_households",
        "get_household",
        "list_quality_items",
        "export_quality_items",
    }


def test_what_is_open_is_still_told_beside_the_sentence(planted: World):
    client = planted.client(planted.cast.cadre)
    page = client.get(f"/api/v1/households/{HOME}").json()["hint"]
    assert (page["hint"], page["rule_ids"]) == ("urgent", ["water_unsafe"])
    # water_unsafe asks for attention, and the hint is urgent: its title does not explain it.
    assert page["reason_zh"] == SENTENCE
    (item,) = client.get("/api/v1/households").json()["items"]
    assert item["reason_en"] == "Concerns health: to be seen by somebody with the permission"


def test_the_work_list_leaves_the_closed_rule_out_and_keeps_its_totals(planted: World):
    client = planted.client(planted.cast.cadre)
    summary = client.get("/api/v1/quality/summary").json()
    assert [one["rule_id"] for one in summary["by_rule"]] == ["road_distance"]
    assert summary["totals"]["open"] == 2
    items = client.get("/api/v1/quality/items").json()["items"]
    told = {(one["rule_id"], one["title_zh"], one["withheld"]) for one in items}
    assert ("", SENTENCE, True) in told
    assert len(told) == 2


def test_a_rule_page_says_that_its_number_is_withheld(planted: World):
    cadre = planted.client(planted.cast.cadre)
    rules = {one["rule_id"]: one for one in cadre.get("/api/v1/rules").json()["rules"]}
    assert (rules[HINT_RULE]["fired"], rules[HINT_RULE]["withheld"]) == (None, True)
    assert (rules["water_unsafe"]["fired"], rules["water_unsafe"]["withheld"]) == (1, False)
    county = planted.client(planted.cast.county)
    assert county.get(f"/api/v1/rules/{HINT_RULE}").json()["fired"] == 1


def test_a_list_by_a_closed_rule_is_refused_with_its_reason(planted: World):
    cadre = planted.client(planted.cast.cadre)
    for path, rule in (("/households", HINT_RULE), ("/quality/items", ITEM_RULE)):
        answer = cadre.get(f"/api/v1{path}", {"rule": rule})
        assert (answer.status_code, answer.json()["code"]) == (403, "E-ACCESS-RULE-CLOSED")
        bing = planted.client(planted.cast.neighbour)
        assert bing.get(f"/api/v1{path}", {"rule": rule}).json()["total"] == 0
