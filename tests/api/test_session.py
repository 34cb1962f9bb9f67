"""GET /session, POST /session/post, POST /session/language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bangfu.foundation.access.scopes import command_scope
from bangfu.foundation.accounts import services
from bangfu.kernel.region import RegionCode
from tests.cast import YUNXI_TOWN, give_post

NATION = RegionCode("000000000000")


def grant(world, player, role, region):
    return give_post(player.user, role, region)


def test_it_says_who_where_and_what_is_allowed(get):
    answer = get("/session")
    assert answer["user"] == {"username": "jia", "display_name": "甲", "language": "zh"}
    assert answer["posts"][0]["region"] == {"code": "990101000000", "name": "云溪县", "level": 3}
    assert answer["active_post_id"] == answer["posts"][0]["id"]
    assert "REGISTRY_READ" in answer["permissions"]
    assert answer["is_demo"] is True
    assert answer["latest_period"] == "2026-10"


def test_somebody_without_a_post_signs_in_and_sees_nothing(world):
    client = world.client(world.cast.public)
    answer = client.get("/api/v1/session").json()
    assert (answer["posts"], answer["permissions"], answer["active_post_id"]) == ([], [], None)
    refused = client.get("/api/v1/households")
    assert (refused.status_code, refused.json()["code"]) == (403, "E-API-NO-POST")


@pytest.mark.evidence("ASVS-7.2.1")
def test_nobody_signed_in_gets_401_with_a_remedy(client, db):
    response = client.get("/api/v1/session")
    assert response.status_code == 401
    assert response.json()["remedy"]


def test_switching_to_another_post_changes_the_scope(world, jia):
    post = grant(world, world.cast.county, "TOWNSHIP_OFFICER", YUNXI_TOWN)
    assert jia.get("/api/v1/households").json()["total"] == 3
    answer = jia.post(
        "/api/v1/session/post", {"post_id": str(post)}, content_type="application/json"
    ).json()
    assert answer["active_post_id"] == str(post)
    assert jia.get("/api/v1/households").json()["total"] == 2


@pytest.mark.evidence("ASVS-8.2.2")
def test_somebody_elses_post_cannot_be_taken(world, jia):
    theirs = str(world.cast.neighbour.post_id)
    response = jia.post(
        "/api/v1/session/post", {"post_id": theirs}, content_type="application/json"
    )
    assert response.status_code == 404
    assert jia.get("/api/v1/session").json()["active_post_id"] == str(world.cast.county.post_id)


@pytest.mark.evidence("ASVS-8.3.1")
def test_f55_a_post_written_into_the_session_by_hand_is_ignored(world, jia):
    session = jia.session
    session["bangfu_post_id"] = str(world.cast.neighbour.post_id)
    session.save()
    assert jia.get("/api/v1/households").json()["total"] == 3


@pytest.mark.evidence("T10", "GB22239-8.1.4.2-c")
def test_f59_a_revoked_post_ends_at_once(world, jia):
    assert jia.get("/api/v1/households").status_code == 200
    services.end_post(
        scope=command_scope(NATION, "tests"),
        at=timezone.now(),
        post_id=world.cast.county.post_id,
        valid_to=timezone.localdate() - timedelta(days=1),
    )
    assert jia.get("/api/v1/households").status_code == 403


@pytest.mark.evidence("ASVS-7.4.2", "T10", "GB22239-8.1.4.2-c")
def test_f59_a_disabled_user_is_out_at_once(world, jia):
    user = world.cast.county.user
    user.is_active = False
    user.save()
    assert jia.get("/api/v1/households").status_code == 401


def test_the_language_is_kept(jia):
    answer = jia.post(
        "/api/v1/session/language", {"language": "en"}, content_type="application/json"
    ).json()
    assert answer["user"]["language"] == "en"
    assert jia.get("/api/v1/session").json()["user"]["language"] == "en"


def test_a_language_that_there_is_not_is_refused(jia):
    response = jia.post(
        "/api/v1/session/language", {"language": "fr"}, content_type="application/json"
    )
    assert response.status_code == 422
