"""F55: requests that two readers could take for different things, or that hold more than a form
offers, are refused; none has an effect."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.api.conftest import World

JSON = "application/json"
BIRTH = {"kind": "BIRTH", "household_no": "H9901010001", "happened_on": "2026-10-01"}
pytestmark = [pytest.mark.evidence("F55")]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"/api/v1{path}", text, content_type=JSON, headers=headers)


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/households",
        "/api//v1/households",
        "/api/v1//households",
        "/api/v1/./households",
        "/api/v1/x/../households",
        "/api/v1/%2e%2e/v1/households",
        "/API/v1/households",
        "/Api/V1/households",
        "/api/v1/Households",
        "/api/v1/HOUSEHOLDS/H9901010001",
        "/api/v1/households.",
        "/api/v1/households/H9901010001.",
        "/api/v1/households/H9901010001;a=1",
        "/api/v1/households/H9901010001%00",
        "/api/v1/households/H9901010001%0a",
        "/api/v1\\households",
        "/api/v1/households/",
        "/_Allauth/browser/v1/auth/session",
        "/_allauth//browser/v1/auth/session",
    ],
)
def test_f55_no_address_has_a_second_spelling(jia: Client, path: str):
    response = jia.get("/", PATH_INFO=unquote(path))
    assert response.status_code == 404, response.content[:200]
    assert response.json()["code"] == "E-API-NOT-FOUND"


@pytest.mark.parametrize(
    "header",
    ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL"],
)
def test_f55_a_method_or_address_cannot_be_overridden(jia: Client, header: str):
    path = "/api/v1/households"
    assert jia.get(path, headers={header: "DELETE"}).status_code == 400
    assert post(jia, "/session/language", {"language": "en"}, **{header: "PUT"}).status_code == 400
    assert jia.get("/api/v1/session").json()["user"]["language"] == "zh"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW"])
def test_f55_unknown_methods_are_refused(jia: Client, method: str):
    response = jia.generic(method, "/api/v1/households")
    assert (response.status_code, response.json()["code"]) == (405, "E-API-METHOD")


@pytest.mark.evidence("ASVS-13.4.4")
def test_a_method_that_an_address_does_not_have_is_refused_in_our_shape(jia: Client):
    response = jia.delete("/api/v1/households")
    assert (response.status_code, response.json()["code"]) == (405, "E-API-METHOD")
    assert response["Allow"] == "GET"


@pytest.mark.evidence("ASVS-15.3.7")
@pytest.mark.parametrize(
    "query",
    ["hint=urgent&q=a&q=b", "limit=1&limit=200", "region=990101&region=990102", "q=%00", "q=a%00b"],
)
def test_f55_a_doubled_or_unreadable_parameter_is_refused(jia: Client, query: str):
    response = jia.get(f"/api/v1/households?{query}")
    assert response.status_code == 400, response.content


@pytest.mark.evidence("ASVS-15.3.7")
def test_f55_a_doubled_key_of_a_body_is_refused(jia: Client):
    body = '{"language": "zh", "language": "en"}'
    assert post(jia, "/session/language", body).status_code == 400
    assert jia.get("/api/v1/session").json()["user"]["language"] == "zh"


@pytest.mark.evidence("ASVS-15.3.3")
@pytest.mark.parametrize(
    "extra",
    [
        {"region_code": "990102000000"},
        {"region_id": "990102"},
        {"state": "APPROVED"},
        {"id": "01a20272-76ad-7f73-a5ff-40e2aa699451"},
        {"created_by": "bing"},
        {"__proto__": {"state": "APPROVED"}},
    ],
)
def test_f55_a_field_that_the_form_does_not_offer_is_refused(jia: Client, extra: dict[str, Any]):
    response = post(jia, "/changes", {**BIRTH, **extra})
    assert (response.status_code, response.json()["code"]) == (400, "E-API-FIELD")
    assert jia.get("/api/v1/changes").json()["total"] == 0


@pytest.mark.evidence("ASVS-15.3.3", "ASVS-15.3.7")
@pytest.mark.parametrize("extra", [{"state": "LIVE"}, {"region": ["990101", "990102"]}])
def test_f55_a_form_is_held_to_its_fields_too(jia: Client, extra: dict[str, Any]):
    fields = {"dataset": "police/death", "region": "990101", "period": "2026-10", **extra}
    response = jia.post("/api/v1/imports", fields)
    assert response.status_code == 400, response.content
    assert jia.get("/api/v1/imports").json()["items"] == []


@pytest.mark.evidence("ASVS-15.3.5")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/changes", {**BIRTH, "happened_on": 0}),
        ("/changes", {**BIRTH, "happened_on": 20261001}),
        ("/changes", {**BIRTH, "kind": ["BIRTH"]}),
        ("/changes", {**BIRTH, "kind": {"$ne": ""}}),
        ("/changes", {**BIRTH, "household_no": True}),
        ("/changes", {**BIRTH, "household_no": None}),
        ("/changes", {**BIRTH, "facts": []}),
        ("/changes", [BIRTH]),
        ("/changes", "BIRTH"),
        ("/session/language", {"language": ["en"]}),
        ("/session/language", {"language": 1}),
        ("/session/post", {"post_id": {"gt": ""}}),
        ("/changes", {**BIRTH, "happened_on": "0"}),
        # All fields of these may be left out: what is no object is not an empty one.
        *(("/households/search", body) for body in ([], [None], ["sort"], "sort", 1, None)),
        ("/clues/bulk", {"act": "ASSIGN", "reason": "", "matching": [["lane", "TODAY"]]}),
    ],
)
def test_f55_a_value_of_another_json_type_is_refused(jia: Client, path: str, body: Any):
    response = post(jia, path, body)
    assert response.status_code in (400, 422), response.content
    assert jia.get("/api/v1/changes").json()["total"] == 0


@pytest.mark.evidence("ASVS-15.3.5")
@pytest.mark.parametrize("day", ["0", "1767225600", "1e9", "-1", "nan"])
def test_f55_a_number_is_no_day_of_a_query(world: World, day: str):
    client = Client()
    client.force_login(world.cast.auditor.user)
    response = client.get("/api/v1/audit/events", {"since": day})
    assert (response.status_code, response.json()["code"]) == (422, "E-API-INPUT")
    assert response.json()["fields"][0]["at"][:2] == ["query", "since"]
    assert client.get("/api/v1/audit/events", {"since": "2026-01-01T00:00:00Z"}).status_code == 200


@pytest.mark.evidence("ASVS-15.3.5")
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"language":' * 2000 + "1" + "}" * 2000,
        '{"language": NaN}',
        '{"language": 1e999}',
        '{"language": "\\ud800"}',
        '{"language": "\\u0000"}',
        b"\xff\xfe{\x00}\x00",
        b'{"language": "\xff"}',
        "",
        "null",
    ],
)
def test_f55_what_is_no_plain_json_is_refused(jia: Client, body: Any):
    assert post(jia, "/session/language", body).status_code in (400, 422)


@pytest.mark.evidence("ASVS-4.1.1")
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=gbk"],
)
def test_f55_a_body_of_another_kind_is_refused(jia: Client, kind: str):
    """A page of another site can send these without asking first; JSON it cannot."""
    response = jia.generic("POST", "/api/v1/session/language", '{"language": "en"}', kind)
    assert (response.status_code, response.json()["code"]) == (415, "E-API-TYPE")
    assert jia.get("/api/v1/session").json()["user"]["language"] == "zh"


@pytest.mark.evidence("ASVS-4.2.1")
@pytest.mark.parametrize(
    "extra",
    [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": "-1"}, {"CONTENT_LENGTH": "1e3"}],
)
def test_f55_a_length_that_can_be_read_twice_is_refused(jia: Client, extra: dict[str, str]):
    response = jia.post("/api/v1/session/language", "{}", content_type=JSON, **extra)
    assert response.status_code in (400, 411), response.content


@pytest.mark.evidence("ASVS-5.2.1")
@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/api/v1/changes", 1_048_577),
        ("/api/v1/changes/01a20272-76ad-7f73-a5ff-40e2aa699451/evidence", 21_100_001),
        ("/api/v1/imports", 210_000_001),
        ("/_allauth/browser/v1/auth/login", 1_048_577),
    ],
)
def test_a_body_that_is_too_long_is_refused_unread(jia: Client, path: str, size: int):
    response = jia.post(path, b"{}", content_type=JSON, CONTENT_LENGTH=str(size))
    assert (response.status_code, response.json()["code"]) == (413, "E-API-SIZE")


def test_too_long_an_address_is_refused(jia: Client):
    for path in ("/api/v1/households/" + "9" * 2000, "/api/v1/households?q=" + "9" * 5000):
        response = jia.get(path)
        assert (response.status_code, response.json()["code"]) == (400, "E-API-SIZE")


@pytest.mark.evidence("ASVS-3.5.1", "ASVS-3.5.2")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_f55_another_sites_page_gets_nothing(jia: Client, site: str):
    response = jia.get("/api/v1/households", headers={"Sec-Fetch-Site": site})
    assert (response.status_code, response.json()["code"]) == (403, "E-API-CSRF")
    ours = jia.get("/api/v1/households", headers={"Sec-Fetch-Site": "same-origin"})
    assert ours.status_code == 200


def test_a_wrong_host_is_refused_in_our_shape(jia: Client):
    response = jia.get("/api/v1/households", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "E-API-REQUEST")


def test_neighbours_post_in_an_address_or_header_changes_nothing(world: World, jia: Client):
    theirs = str(world.cast.neighbour.post_id)
    for name in ("X-Post-Id", "X-User", "X-Forwarded-User", "X-Scope", "X-Region"):
        found = jia.get("/api/v1/households", headers={name: theirs})
        assert found.json()["total"] == 3
