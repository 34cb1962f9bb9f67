"""The interface of change requests, asked by the whole cast."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bangfu.domains.changes.ports import Ports
from bangfu.domains.registry import selectors as registry
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.region import RegionCode
from tests.api.conftest import World, id_number
from tests.cast import YUNXI_TOWN, YUNXI_VILLAGE, _player
from tests.evidence_samples import jpeg, pdf

HOUSE = "H9901010001"  # 王大山's, 上坪村 of 清溪镇
CHILD = {"name": "王小山", "id_number": id_number("990101", 21, "20261001"), "relation": "SON"}
BODY = {"kind": "BIRTH", "household_no": HOUSE, "happened_on": "2026-10-01", "facts": CHILD}
JSON = "application/json"


@pytest.fixture
def people(world: World) -> dict[str, Client]:
    """Everybody signed in, with a village officer and an officer of the other town besides."""
    cast = world.cast
    village = _player("cun", "村干部", "VILLAGE_OFFICER", YUNXI_VILLAGE)
    other = _player("bai", "白石", "TOWNSHIP_OFFICER", RegionCode("990101102000"))
    next_village = _player("xia", "下坪", "VILLAGE_OFFICER", RegionCode("990101101202"))
    players = {
        "county": cast.county,
        "town": cast.township,
        "cadre": cast.cadre,
        "neighbour": cast.neighbour,
        "auditor": cast.auditor,
        "public": cast.public,
        "village": village,
        "other": other,
        "next": next_village,
    }
    clients = {name: world.client(player) for name, player in players.items()}
    clients["nobody"] = Client(raise_request_exception=False)
    return clients


def send(client: Client, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    response = client.post(f"/api/v1{path}", body or {}, content_type=JSON)
    assert response.status_code == status, response.content.decode()
    return response.json()


@pytest.fixture
def change(people: dict[str, Client]) -> dict[str, Any]:
    """A birth that the cadre drew up."""
    return send(people["cadre"], "/changes", {**BODY, "note": "看过出生证"}, 201)


def test_a_birth_goes_from_the_cadre_to_the_register(
    people: dict[str, Client], change: dict[str, Any], world: World
) -> None:
    path = f"/changes/{change['id']}"
    assert change["state"] == "DRAFT"
    assert change["allowed"] == ["edit", "evidence", "submit", "withdraw"]
    submitted = send(people["cadre"], f"{path}/submit")
    assert (submitted["state_zh"], submitted["allowed"]) == ("待村级确认", ["evidence", "withdraw"])
    agreed = send(people["village"], f"{path}/village", {"decision": "AGREE"})
    assert agreed["state"] == "VILLAGE_AGREED"
    done = send(
        people["town"], f"{path}/town", {"decision": "APPROVE", "revision": agreed["revision"]}
    )
    assert (done["state"], done["allowed"]) == ("APPROVED", ["undo"])
    assert [(step["step_zh"], step["decision_zh"]) for step in done["steps"]] == [
        ("填写申请", ""),
        ("提交", ""),
        ("村级确认", "同意"),
        ("乡镇审定", "同意生效"),
    ]
    found = people["county"].get(f"/api/v1/households/{HOUSE}").json()
    assert "王小山" in str(found)
    undone = send(people["town"], f"{path}/undo", {"reason": "填错户"})
    assert undone["state"] == "UNDONE"
    scope = world.cast.county.scope
    assert scope
    assert [m.name for m in registry.get_household(scope, HOUSE).members] == ["王大山"]


def test_the_second_click_gets_409(people: dict[str, Client], change: dict[str, Any]) -> None:
    path = f"/changes/{change['id']}"
    send(people["cadre"], f"{path}/submit")
    send(people["village"], f"{path}/village", {"decision": "AGREE"})
    send(people["town"], f"{path}/town", {"decision": "APPROVE"})
    again = send(people["town"], f"{path}/town", {"decision": "APPROVE"}, 409)
    assert again["code"] == "E-CHANGES-STATE"


@pytest.mark.evidence("ASVS-2.3.1")
def test_every_step_by_everybody(people: dict[str, Client], change: dict[str, Any]) -> None:
    """Status by caller: 401 nobody, 403 without the permission, 404 outside the place."""
    path = f"/changes/{change['id']}"
    asked = {
        "read": ("get", path, None),
        "list": ("get", "/changes", None),
        "kinds": ("get", "/changes/kinds", None),
        "submit": ("post", f"{path}/submit", {}),
        "withdraw": ("post", f"{path}/withdraw", {}),
        "village": ("post", f"{path}/village", {"decision": "AGREE"}),
        "town": ("post", f"{path}/town", {"decision": "APPROVE"}),
        "undo": ("post", f"{path}/undo", {"reason": "x"}),
        "edit": ("put", path, BODY),
        "create": ("post", "/changes", BODY),
    }
    outside = {
        "read": 404, "list": 200, "kinds": 200, "submit": 404, "withdraw": 404, "edit": 404,
        "create": 404,
    }  # fmt: skip
    wanted = {
        "nobody": dict.fromkeys(asked, 401),
        "public": dict.fromkeys(asked, 403),
        "auditor": dict.fromkeys(asked, 403),
        "neighbour": {**outside, "village": 403, "town": 403, "undo": 403},
        "other": {**outside, "village": 403, "town": 404, "undo": 404},
        "next": {**outside, "village": 404, "town": 403, "undo": 403},
    }
    for name, statuses in wanted.items():
        for step, status in statuses.items():
            method, where, body = asked[step]
            call = getattr(people[name], method)
            extra = {} if body is None else {"data": body, "content_type": JSON}
            response = call(f"/api/v1{where}", **extra)
            assert response.status_code == status, (name, step, response.content.decode())
            assert "王小山" not in response.content.decode()
            assert change["no"] not in response.content.decode()


@pytest.mark.evidence("ASVS-3.2.1")
def test_evidence_comes_back_as_a_download_to_those_in_scope(
    people: dict[str, Client], change: dict[str, Any]
) -> None:
    path = f"/api/v1/changes/{change['id']}/evidence"
    page = SimpleUploadedFile("户口簿.jpg", b"<script>alert(1)</script>")
    refused = people["cadre"].post(path, {"file": page})
    assert (refused.status_code, refused.json()["code"]) == (400, "E-EVIDENCE-KIND")
    content = pdf()
    file = SimpleUploadedFile("../户口簿.html", content)
    found = people["cadre"].post(path, {"file": file, "note": "第一页"}).json()
    (kept,) = found["evidence"]
    assert (kept["name"], kept["size"], kept["note"]) == ("户口簿.pdf", len(content), "第一页")
    response = people["town"].get(f"{path}/{kept['id']}")
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    for name, status in (("neighbour", 404), ("other", 404), ("auditor", 403), ("nobody", 401)):
        assert people[name].get(f"{path}/{kept['id']}").status_code == status
    empty = people["cadre"].post(path, {"file": SimpleUploadedFile("a.jpg", b"")})
    assert empty.status_code in (400, 422)


@pytest.mark.evidence("T1")
def test_t1_a_paper_is_of_the_class_of_health_data(
    people: dict[str, Client], change: dict[str, Any]
) -> None:
    """A village officer states a purpose; every opening stands under 谁看过这户."""
    path = f"/api/v1/changes/{change['id']}/evidence"
    file = SimpleUploadedFile("身份证.jpg", jpeg())
    (kept,) = people["cadre"].post(path, {"file": file}).json()["evidence"]
    address = f"{path}/{kept['id']}"
    assert people["cadre"].get(f"/api/v1/changes/{change['id']}").json()["needs_purpose"] is True
    assert people["town"].get(f"/api/v1/changes/{change['id']}").json()["needs_purpose"] is False
    refused = people["village"].get(address)
    assert (refused.status_code, refused.json()["code"]) == (400, "E-REVEAL-DOCUMENT")
    wrong = people["village"].get(address, {"purpose": "CURIOUS"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "E-REVEAL-PURPOSE")
    opened = people["village"].get(address, {"purpose": "CHANGE_CHECK"})
    sent = b"".join(opened.streaming_content)
    assert sent.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in sent
    assert people["next"].get(address, {"purpose": "CHANGE_CHECK"}).status_code == 404
    assert people["town"].get(address).status_code == 200
    looks = people["county"].get(f"/api/v1/households/{HOUSE}/access").json()["items"]
    assert [(one["by"], one["document"]) for one in looks] == [
        ("乙", change["no"]),
        ("村干部", change["no"]),
    ]
    assert looks[1]["purpose"]["code"] == "CHANGE_CHECK"


@pytest.mark.evidence("T1")
def test_t1_a_number_in_a_request_is_seen_for_a_purpose(
    people: dict[str, Client], change: dict[str, Any]
) -> None:
    assert CHILD["id_number"] not in str(change)
    path = f"/changes/{change['id']}/reveal"
    body = {"field": "id_number", "purpose": "CHANGE_CHECK"}
    assert send(people["village"], path, body)["value"] == CHILD["id_number"]
    for name, status in (("neighbour", 404), ("other", 404), ("auditor", 403), ("nobody", 401)):
        send(people[name], path, body, status)
    open_fact = send(people["village"], path, {**body, "field": "name"}, 400)
    assert open_fact["code"] == "E-REVEAL-FIELD"
    (look,) = people["county"].get(f"/api/v1/households/{HOUSE}/access").json()["items"]
    assert (look["by"], look["what"]["code"]) == ("村干部", "id_number")


@pytest.mark.evidence("ASVS-15.3.3", "ASVS-15.3.5")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**BODY, "kind": "NOTHING"}, 400, "E-CHANGES-KIND"),
        ({**BODY, "facts": {**CHILD, "region_code": "990102"}}, 400, "E-CHANGES-FACT-UNKNOWN"),
        ({**BODY, "facts": {**CHILD, "id_number": {"a": 1}}}, 400, "E-CHANGES-FACT-FORMAT"),
        ({**BODY, "facts": []}, 422, "E-API-INPUT"),
        ({**BODY, "happened_on": "2026-02-30"}, 422, "E-API-INPUT"),
        ({**BODY, "household_no": "H9901020001"}, 404, "E-API-NOT-FOUND"),
    ],
)
def test_f55_a_body_that_is_not_the_form_is_refused(
    people: dict[str, Client], body: dict[str, Any], status: int, code: str
) -> None:
    assert send(people["county"], "/changes", body, status)["code"] == code


@pytest.mark.evidence("ASVS-2.2.1")
@pytest.mark.parametrize(
    "query", [{"unknown": "1"}, {"cursor": "forged"}, {"region": "99"}, {"limit": "0"}]
)
def test_f52_f54_a_filter_that_is_not_known_is_refused(
    people: dict[str, Client], change: dict[str, Any], query: dict[str, str]
) -> None:
    response = people["town"].get("/api/v1/changes", query)
    assert response.status_code in (400, 404, 422)


def test_the_list_is_paged_and_filtered(people: dict[str, Client], change: dict[str, Any]) -> None:
    second = send(people["cadre"], "/changes", {**BODY, "kind": "HEAD_CHANGE", "facts": {}}, 201)
    first_page = people["town"].get("/api/v1/changes", {"limit": 1}).json()
    assert [each["id"] for each in first_page["items"]] == [second["id"]]
    assert first_page["total"] == 2
    rest = (
        people["town"]
        .get("/api/v1/changes", {"limit": 1, "cursor": first_page["next_cursor"]})
        .json()
    )
    assert [each["id"] for each in rest["items"]] == [change["id"]]
    assert rest["next_cursor"] is None
    for query, count in (
        ({"kind": "BIRTH"}, 1),
        ({"state": "DRAFT"}, 2),
        ({"state": "APPROVED"}, 0),
        ({"q": change["no"]}, 1),
        ({"q": "王大"}, 2),
        ({"q": "%"}, 0),
        ({"region": "990101101"}, 2),
    ):
        assert people["town"].get("/api/v1/changes", query).json()["total"] == count, query


def test_the_forms_are_complete(people: dict[str, Client]) -> None:
    kinds = people["cadre"].get("/api/v1/changes/kinds").json()
    assert [each["kind"] for each in kinds][:2] == ["BIRTH", "DEATH"]
    birth = kinds[0]
    relation = next(each for each in birth["fields"] if each["name"] == "relation")
    assert "HEAD" not in {each["code"] for each in relation["options"]}
    assert all(each["source_document"] for each in kinds)


@pytest.mark.django_db
@pytest.mark.usefixtures("people")
def test_the_server_knows_the_monitoring_line_of_the_county() -> None:
    place = RegionCode("990101101201")

    scope = command_scope(YUNXI_TOWN, "tests")
    assert Ports.income_line(scope, place, date(2026, 10, 1)) == Decimal(8800)
