"""A route says how it keeps to the scope (standards/scope_rules.yaml), and does so."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
import yaml

from bangfu.kernel.region import RegionCode
from bangfu.standards.paths import standards_root
from tests.api.isolation.asked import REQUEST_NUMBER, required, send
from tests.api.isolation.asking import Route, questions, routes
from tests.api.isolation.conftest import post
from tests.api.isolation.oracle import texts
from tests.cast import add_small_country

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
RULES = ("OBJECT", "ROWS", "PLACE", "OWN", "REFERENCE")
COUNTIES = (RegionCode("990101000000"), RegionCode("990102000000"))


@lru_cache(maxsize=1)
def rules() -> dict[str, str]:
    """Return the rule of each route."""
    path = standards_root() / "scope_rules.yaml"
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(table) == set(RULES)
    found: dict[str, str] = {}
    for rule, named in table.items():
        assert not set(named) & set(found), f"declared twice: {set(named) & set(found)}"
        found |= dict.fromkeys(named, rule)
    return found


def of_rule(rule: str) -> list[Route]:
    return [route for route in routes() if rules().get(route.name) == rule]


def test_every_route_has_one_rule_and_every_rule_its_route() -> None:
    assert set(rules()) == {route.name for route in routes()}


def test_a_rule_that_needs_a_reason_gives_one() -> None:
    path = standards_root() / "scope_rules.yaml"
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    for rule in ("OWN", "REFERENCE"):
        assert [name for name, why in table[rule].items() if len(str(why)) < 10] == []


def test_the_matrix_knows_every_parameter_and_an_object_is_what_a_path_names() -> None:
    named = {route.name for route in routes() if any(map(route.kind, route.path_names))}
    assert named == {route.name for route in of_rule("OBJECT")}


def test_what_makes_or_starts_something_is_asked_with_another_place() -> None:
    asked = ("region", "household_no", "filters", "username", "cases", "ids")
    for route in of_rule("PLACE"):
        fields = (route.json_body or route.form_body or {}).get("properties", {})
        assert route.method == "POST"
        assert any(name in fields for name in asked), route.name


def test_only_reading_routes_are_said_to_answer_with_rows() -> None:
    asked_in_a_body = [route for route in of_rule("ROWS") if route.method != "GET"]
    for route in asked_in_a_body:
        # A search whose words should stand in no address: it is asked what the list is asked.
        assert {"q", "region"} <= set((route.json_body or {}).get("properties", {})), route.name
    assert {route.method for route in asked_in_a_body} <= {"POST"}


@pytest.mark.evidence("T2")
@pytest.mark.django_db
def test_a_reference_answers_two_counties_the_same() -> None:
    add_small_country()
    roles = ("COUNTY_OFFICER", "SYSTEM_ADMINISTRATOR", "AUDIT_ADMINISTRATOR")
    askers = [[post(role, place) for place in COUNTIES] for role in roles]
    compared = set()
    for route in of_rule("REFERENCE"):
        question = next(questions(route, {}))
        for here, there in askers:
            if (required()[route.name] or here.permissions) & here.permissions:
                ours, theirs = (send(one, question) for one in (here, there))
                assert ours[0] == theirs[0] == 200, route.name
                assert said(ours[1]) == said(theirs[1]), route.name
                compared.add(route.name)
    assert compared == {route.name for route in of_rule("REFERENCE")}


def said(content: bytes) -> list[str]:
    """Return what an answer says, without the number of the request and when it was made."""
    plain = [REQUEST_NUMBER.sub(b"", content).decode("utf-8", errors="ignore")]
    found = plain if not content.startswith(b"PK") else list(texts(content))
    return [MOMENT.sub("", one) for one in found]
