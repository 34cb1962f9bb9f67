"""A bulk export needs a second person, once, for the same list; slices count together."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import services as accounts
from bangfu.foundation.exports import selectors, services
from bangfu.foundation.exports.models import ExportRequest
from bangfu.kernel.region import RegionCode
from tests.api.conftest import World
from tests.cast import YUNXI, give_post

PATH = "/api/v1/households/export"
REQUESTS = "/api/v1/exports/requests"


@pytest.fixture
def bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are many: 云溪县 has three households."""
    monkeypatch.setattr(services, "bulk_rows", lambda at: 3)


@pytest.fixture
def leader(world: World) -> Client:
    """Another officer of 云溪县, who may approve."""
    user = accounts.create_user(
        scope=command_scope(YUNXI, "tests"), at=timezone.now(), username="leader", password=None
    )
    give_post(user, "COUNTY_OFFICER", YUNXI)
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def ask(client: Client, **filters: Any) -> str:
    made = post(client, REQUESTS, kind="households", filters=filters, purpose="研判会核对")
    assert made.status_code == 201, made.content.decode()
    return str(made.json()["id"])


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.mark.evidence("T10")
def test_many_rows_need_a_second_person_and_the_approval_serves_once(
    bulk: None, jia: Client, leader: Client, bing: Client
) -> None:
    assert code(jia.get(PATH)) == (409, "E-EXPORT-NEEDS-APPROVAL")
    request = ask(jia)
    assert code(post(jia, f"{REQUESTS}/{request}/approve")) == (409, "E-EXPORT-SECOND-PERSON")
    assert code(jia.get(PATH, {"approval": request})) == (409, "E-EXPORT-APPROVAL")
    assert post(bing, f"{REQUESTS}/{request}/approve").status_code == 404
    approved = post(leader, f"{REQUESTS}/{request}/approve")
    assert (approved.status_code, approved.json()["rows"]) == (200, 3)
    # Not for another person, another list, or twice.
    assert code(leader.get(PATH, {"approval": request})) == (409, "E-EXPORT-APPROVAL")
    other = {"approval": request, "household_type": "LIFTED"}
    assert code(jia.get(PATH, other)) == (409, "E-EXPORT-APPROVAL")
    assert jia.get(PATH, {"approval": request}).status_code == 200
    assert code(jia.get(PATH, {"approval": request})) == (409, "E-EXPORT-APPROVAL")
    assert jia.get(REQUESTS).json()["items"][0]["state"] == "USED"


def test_slices_of_a_day_count_together(bulk: None, jia: Client) -> None:
    assert jia.get(PATH, {"region": "990101101201"}).status_code == 200
    assert jia.get(PATH, {"region": "990101101202"}).status_code == 200
    third = jia.get(PATH, {"region": "990101102201"})
    assert code(third) == (409, "E-EXPORT-NEEDS-APPROVAL")


@pytest.mark.evidence("T10")
def test_slices_taken_under_two_posts_count_together(bulk: None, world: World, jia: Client) -> None:
    town = RegionCode("990101102000")
    post = give_post(world.cast.county.user, "TOWNSHIP_OFFICER", town)
    assert jia.get(PATH, {"region": "990101101201"}).status_code == 200
    assert jia.get(PATH, {"region": "990101101202"}).status_code == 200
    switched = jia.post(
        "/api/v1/session/post", {"post_id": str(post)}, content_type="application/json"
    )
    assert switched.status_code == 200
    assert code(jia.get(PATH)) == (409, "E-EXPORT-NEEDS-APPROVAL")


def test_an_old_approval_and_one_for_fewer_rows_do_not_serve(
    world: World, bulk: None, jia: Client, leader: Client
) -> None:
    request = ask(jia)
    post(leader, f"{REQUESTS}/{request}/approve")
    scope, filters = world.cast.county.scope, {}
    (kept,) = selectors.list_requests(scope)
    late = kept.decided_at + timedelta(days=3, seconds=1)
    for rows, at in ((4, timezone.now()), (3, late)):
        with pytest.raises(Exception, match="E-EXPORT-APPROVAL"):
            services.allow(
                scope, kind="households", filters=filters, rows=rows, approval=kept.id, at=at
            )


def test_a_rejected_one_says_why_and_opens_nothing(bulk: None, jia: Client, leader: Client) -> None:
    request = ask(jia, q="王")
    shown = leader.get(REQUESTS).json()["items"][0]
    assert (shown["is_searched"], shown["filters"], shown["is_mine"]) == (True, {}, False)
    rejected = post(leader, f"{REQUESTS}/{request}/reject", reason="范围过大")
    assert rejected.json()["state"] == "REJECTED"
    assert code(jia.get(PATH, {"approval": request})) == (409, "E-EXPORT-APPROVAL")
    assert code(post(leader, f"{REQUESTS}/{request}/approve")) == (409, "E-EXPORT-DECIDED")


def test_who_may_not_approve_sees_only_their_own(world: World, bulk: None, jia: Client) -> None:
    ask(jia)
    township = world.client(world.cast.township)
    assert township.get(REQUESTS).json()["items"] == []
    assert world.client(world.cast.cadre).get(REQUESTS).status_code == 403


def test_unknown_lists_and_filters_are_refused(bulk: None, jia: Client) -> None:
    body = {"filters": {}, "purpose": "x"}
    assert post(jia, REQUESTS, kind="everything", **body).status_code == 422
    wrong = {"kind": "households", "purpose": "x", "filters": {"region_id": "990102"}}
    assert code(post(jia, REQUESTS, **wrong)) == (400, "E-EXPORT-FILTERS")


@pytest.mark.parametrize("kind", ["pairings", "proceedings"])
def test_lists_of_matters_and_pairings_can_be_asked_for_too(jia: Client, kind: str) -> None:
    made = post(jia, REQUESTS, kind=kind, filters={"region": str(YUNXI)}, purpose="研判会核对")
    assert (made.status_code, made.json()["rows"]) == (201, 0)


@pytest.mark.parametrize(
    ("kind", "path", "filters"),
    [
        ("proceedings", "/api/v1/proceedings/export.xlsx", {"overdue": True, "open": False}),
        ("proceedings", "/api/v1/proceedings/export.xlsx", {"due_before": "2026-12-01"}),
        ("pairings", "/api/v1/pairings/export.xlsx", {"state": "ENDED", "cadre": str(UUID(int=7))}),
    ],
)
def test_what_is_kept_are_the_lists_own_filters_and_serves_on_another_day(
    jia: Client,
    leader: Client,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    path: str,
    filters: dict[str, Any],
) -> None:
    made = post(jia, REQUESTS, kind=kind, filters=filters, purpose="研判会核对").json()
    assert made["filters"] == {**filters, "region": str(YUNXI)}
    post(leader, f"{REQUESTS}/{made['id']}/approve")
    tomorrow = timezone.now() + timedelta(days=1)
    clock = SimpleNamespace(now=lambda: tomorrow, localdate=timezone.localdate)
    monkeypatch.setattr("bangfu.domains.monitoring.api.timezone", clock)
    monkeypatch.setattr("bangfu.domains.assistance.api.timezone", clock)
    # As the page of requests asks: by what the request keeps.
    again = {name: str(value) for name, value in made["filters"].items()}
    answer = jia.get(path, {**again, "approval": made["id"]})
    assert answer.status_code == 200, answer.content.decode()
    answer.close()


@pytest.mark.evidence("T10")
def test_the_database_refuses_an_approval_by_the_person_who_asked(world: World) -> None:
    scope, at = world.cast.county.scope, timezone.now()
    made = services.ask(scope=scope, at=at, kind="households", filters={}, purpose="x")
    for values in (
        {"state": "APPROVED", "decided_by": scope.actor.id, "decided_at": at},
        {"state": "USED", "decided_by": "somebody", "decided_at": at},
        {"rows": 9},
    ):
        with pytest.raises(IntegrityError), activate(scope), transaction.atomic():
            ExportRequest.objects.filter(id=made.id).update(**values)
