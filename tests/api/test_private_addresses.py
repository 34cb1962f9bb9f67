"""No address of the interface holds an ID number, a telephone number or a bank card."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from bangfu.server.api import api
from bangfu.server.private import NAMES_OF_THINGS, holds_number
from tests.api.conftest import World

ID_NUMBER, OLD_NUMBER = "99010119700102003X", "990101700102030"
MOBILE, LANDLINE, CARD = "13900007777", "010-62345678", "6222021234567890128"


def texts() -> list[tuple[str, str, str]]:
    """Every filter of the route table that takes a text: method, address, name."""
    found = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            for one in operation.get("parameters", ()):
                schema = one["schema"]
                forms = schema.get("anyOf", [schema])
                if one["in"] == "query" and any(
                    form.get("type") in ("string", "array") and "format" not in form
                    for form in forms
                ):
                    address = path.replace("{", "").replace("}", "")
                    found.append((method, address, one["name"]))
    return found


@pytest.mark.evidence("ASVS-14.2.1")
def test_every_filter_of_every_route_refuses_somebodys_number() -> None:
    asked = [one for one in texts() if one[2] not in NAMES_OF_THINGS]
    assert {"/api/v1/households", "/api/v1/households/export", "/api/v1/accounts"} <= {
        path for _, path, name in asked if name == "q"
    }
    client = Client(raise_request_exception=False)
    for method, path, name in asked:
        answer = client.generic(method.upper(), path, QUERY_STRING=f"{name}={ID_NUMBER}")
        told = (answer.status_code, answer.json()["code"])
        assert told == (400, "E-API-PRIVATE-ADDRESS"), (method, path, name)
        assert ID_NUMBER not in answer.content.decode()


@pytest.mark.evidence("ASVS-14.2.1")
@pytest.mark.parametrize("number", [ID_NUMBER, OLD_NUMBER, MOBILE, LANDLINE, CARD])
def test_the_refusal_names_the_search_and_leaves_no_row_and_no_line(
    world: World, caplog: pytest.LogCaptureFixture, number: str
) -> None:
    client = world.client(world.cast.county)
    for language in ("zh-CN", "en"):
        answer = client.get(
            "/api/v1/households", {"q": number}, headers={"accept-language": language}
        )
        assert answer.json()["code"] == "E-API-PRIVATE-ADDRESS"
        assert "/api/v1/households/search" in answer.json()["remedy"]
        assert number not in answer.content.decode()
    with activate(command_scope(RegionCode("000000000000"), "tests")):
        assert not AuditEvent.objects.filter(action="registry.households.listed").exists()
        assert not AuditEvent.objects.filter(action="access.request.refused").exists()
    assert number not in caplog.text


@pytest.mark.evidence("ASVS-14.2.1")
def test_a_number_in_a_path_names_nothing_and_is_not_written_down(world: World) -> None:
    client = world.client(world.cast.county)
    assert client.get(f"/api/v1/households/{ID_NUMBER}").status_code == 404
    with activate(command_scope(RegionCode("000000000000"), "tests")):
        (row,) = AuditEvent.objects.filter(action="access.request.refused")
    assert row.detail["subject"] == "*"
    assert ID_NUMBER not in str(row.__dict__)


@pytest.mark.parametrize(
    "text",
    [
        ID_NUMBER,
        ID_NUMBER.lower(),
        "990101197001020030",
        "9901 0119 7001 0200 3X",
        "９９０１０１１９７００１０２００３Ｘ",
        OLD_NUMBER,
        MOBILE,
        "+86 139-0000-7777",
        "王大山 13900007777",
        LANDLINE,
        CARD,
        "6222 0212 3456 7890 128",
    ],
)
def test_what_looks_like_somebodys_number_is_taken_for_one(text: str) -> None:
    assert holds_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "王大山",
        "990101101201",  # a village
        "9901010002002026001",  # a paper
        "H9901010001",
        "13010210020",  # the start of a household's number in 石家庄长安区, not a telephone's
        "130102100201",
        "621226100200100001",  # a household's number in 陇南礼县, not a card's
        "6222021234567890127",  # not a card's sum
        "990101197013020030",  # no such day
        "018f3c1e-7b2a-7c3d-8e4f-123456789012",
        "018f3c1e-7b2a-7c3d-8e4f-057162345678",  # ends like a telephone number of 杭州
        "2026-10-01",
        "",
    ],
)
def test_names_of_places_and_things_are_not(text: str) -> None:
    assert not holds_number(text)


def test_a_household_is_named_by_its_number_whatever_its_form(world: World) -> None:
    client = world.client(world.cast.county)
    asked: dict[str, Any] = {"household_no": OLD_NUMBER}
    assert client.get("/api/v1/proceedings", asked).status_code == 200


def test_a_key_that_is_a_number_is_not_echoed(world: World) -> None:
    answer = world.client(world.cast.county).get("/api/v1/households", {ID_NUMBER: "1"})
    assert answer.json()["code"] == "E-API-PRIVATE-ADDRESS"
    assert ID_NUMBER not in answer.content.decode()
