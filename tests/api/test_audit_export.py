"""An export of the audit log leaves as a second person of another duty agreed to it (ADR 0114)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit import sealer
from bangfu.foundation.audit.models import AuditEvent, PendingEvent
from bangfu.foundation.exports.models import ExportRequest
from bangfu.foundation.inspection import packing
from bangfu.foundation.inspection.schemas import AuditFilter
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode
from tests import cast
from tests.api.conftest import World
from tests.cast import SHIQIAO, YUNXI, Player

pytestmark = pytest.mark.django_db
PATH = "/api/v1/audit/events/export"
REQUESTS = "/api/v1/exports/requests"
VIEWED = "registry.household.viewed"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[None]:
    """A home of its own, for key and checkpoints."""
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=str(tmp_path / "w.jsonl")):
        yield


def player(role: str, region: RegionCode = YUNXI, name: str = "") -> Player:
    return cast._player(f"{role.lower()}{region.prefix}{name}", role, role, region)


@pytest.fixture
def keeper(world: World) -> Client:
    """The audit administrator of 云溪县."""
    return world.client(player("AUDIT_ADMINISTRATOR"))


@pytest.fixture
def guard(world: World) -> Client:
    """The security administrator of 云溪县."""
    return world.client(player("SECURITY_ADMINISTRATOR"))


def view(*numbers: str, region: RegionCode = YUNXI) -> None:
    """Write that somebody looked at households."""
    for number in numbers:
        audit.record(
            command_scope(region, "tests"),
            VIEWED,
            at=timezone.now(),
            subject_kind="registry.household",
            subject_id=number,
            region_code=str(region),
        )


def ask(client: Client, **filters: Any) -> Any:
    body = {"kind": "audit", "filters": {"action": VIEWED, **filters}, "purpose": "县纪委检查"}
    return client.post(REQUESTS, body, content_type="application/json")


def decide(client: Client, request: str, name: str = "approve") -> Any:
    body = {"reason": "范围过大"} if name == "reject" else {}
    return client.post(f"{REQUESTS}/{request}/{name}", body, content_type="application/json")


def fetch(client: Client, request: str, **filters: str) -> Any:
    return client.get(PATH, {"approval": request, "action": VIEWED, **filters})


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def subjects(response: Any) -> list[str]:
    assert response.status_code == 200, response.content.decode()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["agreed_by"] == "SECURITY_ADMINISTRATOR"
    assert manifest["purpose"] == "县纪委检查"
    lines = archive.read("events.jsonl").decode().splitlines()
    assert len(lines) == manifest["rows"]
    return sorted(
        one for one in ("H1", "H2", "H3", "H4") if any(f'"{one}"' in row for row in lines)
    )


@pytest.mark.evidence("GB22239-8.1.5.2-a")
def test_the_log_leaves_once_as_it_was_when_it_was_asked_for(keeper: Client, guard: Client) -> None:
    view("H1", "H2")
    assert code(keeper.get(PATH, {"action": VIEWED})) == (409, "E-AUDIT-NEEDS-APPROVAL")
    asked = ask(keeper)
    request = asked.json()["id"]
    assert (asked.status_code, asked.json()["rows"]) == (201, 2)
    assert asked.json()["filters"]["through"] >= 2
    assert code(fetch(keeper, request)) == (409, "E-EXPORT-APPROVAL")
    assert decide(guard, request).json()["state"] == "APPROVED"
    view("H3")
    sealer.seal_all()
    view("H4")
    assert code(fetch(keeper, request, result="OK")) == (409, "E-EXPORT-APPROVAL")
    assert subjects(fetch(keeper, request)) == ["H1", "H2"]
    assert code(fetch(keeper, request)) == (409, "E-EXPORT-APPROVAL")
    with activate(command_scope(YUNXI, "tests")):
        done = AuditEvent.objects.filter(action__startswith="exports.request").order_by("id")
        assert [one.action.split(".")[-1] for one in done] == ["made", "approved", "used"]


def test_a_row_that_commits_late_is_not_in_what_was_agreed_to(
    keeper: Client, guard: Client
) -> None:
    """Its id and instant are from before; what counts is when it was sealed."""
    view("H1", "H2")
    with activate(command_scope(YUNXI, "tests")):
        late = AuditEvent.objects.get(subject_id="H2").id
    PendingEvent.objects.filter(event_id=late).delete()
    asked = ask(keeper).json()
    PendingEvent.objects.create(event_id=late)
    decide(guard, asked["id"])
    sealer.seal_all()
    assert subjects(fetch(keeper, asked["id"])) == ["H1"]


@pytest.mark.evidence("GB22239-8.1.5.2-a")
def test_nobody_agrees_but_a_security_administrator_of_the_place_or_above(
    world: World, keeper: Client, guard: Client
) -> None:
    request = ask(keeper).json()["id"]
    assert decide(keeper, request).status_code == 403
    assert decide(world.client(player("AUDIT_ADMINISTRATOR", name="2")), request).status_code == 403
    assert decide(world.client(player("SYSTEM_ADMINISTRATOR")), request).status_code == 403
    # May decide on lists of households; of the log it hears nothing.
    officer = world.client(world.cast.county)
    assert decide(officer, request).status_code == 404
    assert officer.get(REQUESTS).json()["items"] == []
    away = world.client(player("SECURITY_ADMINISTRATOR", SHIQIAO))
    assert decide(away, request).status_code == 404
    assert away.get(REQUESTS).json()["items"] == []
    (shown,) = guard.get(REQUESTS).json()["items"]
    assert (shown["kind"], shown["purpose"], shown["is_mine"]) == ("audit", "县纪委检查", False)
    above = world.client(player("SECURITY_ADMINISTRATOR", RegionCode("990100000000")))
    assert decide(above, request).json()["state"] == "APPROVED"


def test_a_security_administrator_hears_nothing_of_lists_of_households(
    world: World, guard: Client
) -> None:
    officer = world.client(world.cast.county)
    body = {"kind": "households", "filters": {}, "purpose": "研判会"}
    request = officer.post(REQUESTS, body, content_type="application/json").json()["id"]
    assert guard.get(REQUESTS).json()["items"] == []
    assert decide(guard, request).status_code == 404
    assert guard.post(REQUESTS, body, content_type="application/json").status_code == 403


def test_officers_ask_for_no_log_and_its_administrator_for_no_list(
    world: World, keeper: Client
) -> None:
    assert ask(world.client(world.cast.county)).status_code == 403
    body = {"kind": "households", "filters": {}, "purpose": "x"}
    assert keeper.post(REQUESTS, body, content_type="application/json").status_code == 403


def test_a_refusal_a_withdrawal_and_an_old_agreement_open_nothing(
    keeper: Client, guard: Client
) -> None:
    refused, taken_back, old = (ask(keeper).json()["id"] for _ in range(3))
    assert decide(guard, refused, "reject").json()["state"] == "REJECTED"
    assert decide(keeper, taken_back, "withdraw").json()["state"] == "WITHDRAWN"
    decide(guard, old)
    with activate(command_scope(YUNXI, "tests")):
        kept = ExportRequest.objects.get(id=old)
        asked_by = player_scope(kept.requested_by)
    for request in (refused, taken_back):
        assert code(fetch(keeper, request)) == (409, "E-EXPORT-APPROVAL")
    with pytest.raises(BangfuError, match="E-EXPORT-APPROVAL"):
        packing.export_events(
            scope=asked_by,
            filters=AuditFilter.model_validate({"action": VIEWED}),
            language="zh",
            at=timezone.now() + timedelta(days=3, seconds=1),
            approval=kept.id,
        )


def player_scope(user_id: str) -> Any:
    from django.contrib.auth import get_user_model

    from bangfu.foundation.access.scopes import scope_for_post
    from bangfu.foundation.accounts import selectors

    user = get_user_model().objects.get(id=user_id)
    (post,) = selectors.active_posts(user, timezone.localdate())
    return scope_for_post(post, selectors.actor_of(user))


def test_the_request_names_no_row_that_only_the_client_says(keeper: Client) -> None:
    assert code(ask(keeper, through=9)) == (400, "E-EXPORT-FILTERS")
    assert code(keeper.get(PATH, {"through": "9"})) == (400, "E-API-FILTER")
