"""Refusals: one shape, two languages, a number to quote, nothing personal."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from bangfu.domains.reports import overview
from tests.api.conftest import id_number


def test_a_refusal_has_code_message_remedy_and_number(jia):
    response = jia.get("/api/v1/households/nobody")
    body = response.json()
    assert set(body) == {"code", "message", "remedy", "request_id"}
    assert body["request_id"] == response["X-Request-ID"]
    assert "管辖" in body["message"]


def test_it_speaks_the_language_that_is_asked_for(jia):
    body = jia.get("/api/v1/households/nobody", headers={"Accept-Language": "en-GB"}).json()
    assert body["message"] == "Not found, or outside your area."


@pytest.mark.evidence("ASVS-13.4.3")
def test_an_unknown_address_is_answered_like_an_unknown_household(jia):
    unknown = jia.get("/api/v1/nothing").json()
    nobody = jia.get("/api/v1/households/nobody").json()
    assert {**unknown, "request_id": ""} == {**nobody, "request_id": ""}


@pytest.mark.evidence("ASVS-16.5.1", "ASVS-16.3.4", "ASVS-16.2.5")
def test_an_unforeseen_error_tells_its_number_and_logs_nothing_personal(
    jia, monkeypatch: pytest.MonkeyPatch, caplog
):
    secret = id_number("990101", 1)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"duplicate key value {secret}")

    monkeypatch.setattr(overview, "get_overview", fail)
    with caplog.at_level(logging.ERROR):
        response = jia.get("/api/v1/overview")
    assert response.status_code == 500
    assert response.json()["code"] == "E-API-FAULT"
    ours = [record for record in caplog.records if record.name == "bangfu.api"]
    assert response.json()["request_id"] in ours[0].getMessage()
    assert secret not in caplog.text
    assert secret not in response.content.decode()


@pytest.mark.evidence("ASVS-2.2.2", "GB22239-8.1.4.4-d")
def test_wrong_input_is_named_by_place_and_not_echoed(jia):
    secret = "77035511420"
    response = jia.get("/api/v1/households", {"limit": secret})
    assert response.status_code == 422
    assert response.json()["fields"] == [{"at": ["query", "limit"], "kind": "less_than_equal"}] or (
        response.json()["fields"][0]["at"][-1] == "limit"
    )
    assert secret not in response.content.decode()


@pytest.mark.evidence("ASVS-3.5.1", "ASVS-3.5.2")
def test_a_write_without_the_csrf_token_is_refused(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.county.user)
    response = client.post(
        "/api/v1/session/language", {"language": "en"}, content_type="application/json"
    )
    assert (response.status_code, response.json()["code"]) == (403, "E-API-CSRF")


def test_a_write_with_the_csrf_token_passes(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.county.user)
    client.get("/api/v1/session")
    token = client.cookies["csrftoken"].value
    response = client.post(
        "/api/v1/session/language",
        {"language": "en"},
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )
    assert response.status_code == 200


@pytest.mark.evidence("ASVS-14.3.2", "ASVS-14.2.2")
def test_f56_answers_are_never_cached(jia):
    assert jia.get("/api/v1/households")["Cache-Control"] == "no-store"


def test_health_needs_nobody(client, db):
    assert client.get("/api/v1/health").json()["status"] == "ok"
