"""Budgets of requests: counted for all processes together, told with a wait, logged once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.limits import counting
from bangfu.kernel.region import RegionCode
from bangfu.server.api import api
from bangfu.standards.limits import Budget, Pattern, limits
from tests.api.conftest import World
from tests.cast import YUNXI

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def budget(allowed: int, lease: int = 1, name: str = "tests") -> Budget:
    return Budget(name, "user", allowed, 60, lease, frozenset(), ())


@pytest.fixture(autouse=True)
def fresh() -> None:
    counting.forget()


def take(one: Budget, times: int, at: datetime = AT) -> int:
    """Spend so often; return how many were let through."""
    return sum(counting.spend(one, "user:1", at=at) is None for _ in range(times))


@pytest.mark.evidence("ASVS-2.4.1")
@pytest.mark.parametrize("lease", [1, 3, 10])
def test_exactly_what_is_allowed_passes(db: None, lease: int):
    assert take(budget(10, lease), 25) == 10


def test_the_wait_lasts_to_the_end_of_the_window(db: None):
    one = budget(1)
    assert take(one, 1, AT + timedelta(seconds=15)) == 1
    refusal = counting.spend(one, "user:1", at=AT + timedelta(seconds=15))
    assert refusal is not None
    assert refusal.seconds == 45
    assert take(one, 5, AT + timedelta(seconds=60)) == 1


def test_only_the_first_refusal_of_a_window_is_told(db: None):
    one = budget(1)
    take(one, 1)
    told = [counting.spend(one, "user:1", at=AT) for _ in range(3)]
    assert [refusal.is_first for refusal in told if refusal] == [True, False, False]


def test_two_spenders_and_two_budgets_do_not_meet(db: None):
    assert take(budget(2), 5) == 2
    assert take(budget(2, name="another"), 5) == 2
    assert counting.spend(budget(2), "user:2", at=AT) is None


@pytest.mark.slow
@pytest.mark.evidence("ASVS-2.4.1")
def test_processes_share_one_budget(transactional_db: None, settings):
    """Three processes that spend 90 at once: together they get the 40, never more."""
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'bangfu.server.settings'\n"
        "import django; django.setup()\n"
        "from datetime import UTC, datetime\n"
        "from bangfu.foundation.limits import counting\n"
        "from bangfu.standards.limits import Budget\n"
        "one = Budget('tests', 'user', 40, 60, 1, frozenset(), ())\n"
        "at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)\n"
        "print(sum(counting.spend(one, 'user:1', at=at) is None for _ in range(30)))\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, "BANGFU_SECRET_KEY": settings.SECRET_KEY},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    let_through = [int(one.communicate()[0]) for one in running]
    assert sum(let_through) == 40
    assert take(Budget("tests", "user", 40, 60, 1, frozenset(), ()), 5) == 0


@pytest.fixture
def limited(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits on, small enough to reach."""
    settings.BANGFU_RATE_LIMITS = True
    pattern = (Pattern.parse("GET /api/v1/households"),)
    small = Budget("tests.user", "user", 3, 3600, 1, frozenset(), pattern)
    guess = Pattern.parse("* /api/v1/households/*")
    missing = Budget("tests.missing", "user", 4, 3600, 2, frozenset({404}), (guess,))
    login = (Pattern.parse("POST /_allauth/*/v1/auth/**"),)
    address = Budget("tests.address", "address", 2, 3600, 1, frozenset(), login)
    changed = limits().__class__(
        **{
            **{name: getattr(limits(), name) for name in limits().__slots__},
            "budgets": (small, missing, address),
        }
    )
    monkeypatch.setattr("bangfu.server.budgets.limits", lambda: changed)


@pytest.mark.evidence("ASVS-2.4.1", "ASVS-16.3.3")
def test_a_spent_budget_is_answered_with_429_and_a_wait(
    world: World, jia: Client, bing: Client, limited: None
):
    statuses = [jia.get("/api/v1/households").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    refused = jia.get("/api/v1/households")
    assert refused.json()["code"] == "E-API-BUDGET"
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["Retry-After"] in refused.json()["message"]
    assert bing.get("/api/v1/households").status_code == 200
    with activate(command_scope(RegionCode("000000000000"), "tests")):
        (row,) = AuditEvent.objects.filter(detail__code="E-API-BUDGET")
    assert (row.action, row.result) == ("access.request.refused", "REFUSED")
    assert (row.subject_kind, row.subject_id) == ("http.route", "api/v1/households")
    assert (row.actor_label, row.region_code) == ("甲", str(YUNXI))
    assert (row.detail["status"], row.detail["method"]) == (429, "GET")


@pytest.mark.evidence("F50", "T2", "ASVS-2.4.1")
def test_f50_guessing_numbers_ends_after_a_few(world: World, jia: Client, limited: None):
    statuses = [jia.get(f"/api/v1/households/H{number}").status_code for number in range(7)]
    assert statuses == [404, 404, 404, 404, 429, 429, 429]
    assert jia.get("/api/v1/households/H9901010001").status_code == 429


@pytest.mark.evidence("ASVS-2.4.1", "ASVS-6.3.1")
def test_attempts_to_sign_in_are_counted_by_address(world: World, limited: None):
    def attempt(address: str) -> int:
        body = {"username": "jia", "password": "wrong wrong wrong"}
        path = "/_allauth/browser/v1/auth/login"
        client = Client()
        status: int = client.post(
            path, body, content_type="application/json", REMOTE_ADDR=address
        ).status_code
        return status

    assert [attempt("10.0.0.1") for _ in range(3)] == [400, 400, 429]
    assert attempt("10.0.0.2") == 400


def test_every_budget_names_requests_that_there_are():
    """A route that moved would leave its budget behind, spending nothing."""
    paths = [
        (operation.methods[0], f"/api/v1{path}".replace("{", "").replace("}", ""))
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]
    paths.append(("POST", "/_allauth/browser/v1/auth/login"))
    for one in limits().budgets:
        for pattern in one.requests:
            keys = frozenset({pattern.key} - {""})
            assert any(pattern.fits(method, path, keys) for method, path in paths), one.name


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path (with a word for each parameter) and description of every operation."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path.replace("{", "").replace("}", ""), described


def names(method: str, path: str, *keys: str) -> set[str]:
    """Return the budgets that a request with these query keys spends."""
    return {one.name for one in limits().budgets if one.is_for(method, path, frozenset(keys))}


@pytest.mark.evidence("ASVS-2.4.1", "ASVS-5.2.1")
def test_whatever_searches_exports_or_takes_a_file_spends_its_budget():
    searching, exporting, taking = [], [], []
    for method, path, described in operations():
        asked = {one["name"] for one in described.get("parameters", ()) if one["in"] == "query"}
        if "q" in asked:
            searching.append(path)
            assert "search.user" in names(method, path, "q"), path
            assert "search.user" not in names(method, path), path
        if "approval" in asked or path.endswith(("/export", "/export.xlsx")):
            exporting.append(path)
            assert "export.user" in names(method, path), path
        if "multipart/form-data" in described.get("requestBody", {}).get("content", {}):
            taking.append(path)
            assert "upload.user" in names(method, path), path
            assert limits().body_bytes(method, path) >= 21_100_000, path
    assert (len(searching) >= 11, len(exporting) >= 6, len(taking) >= 8) == (True, True, True)


@pytest.mark.evidence("T10", "ASVS-2.4.1")
def test_copying_household_after_household_ends_within_the_hour(
    world: World, jia: Client, settings
):
    settings.BANGFU_RATE_LIMITS = True
    (one,) = (one for one in limits().budgets if one.name == "household.user")
    for _ in range(one.allowed):
        assert counting.spend(one, f"user:{world.cast.county.user.pk}", at=timezone.now()) is None
    refused = jia.get("/api/v1/households/H9901010001")
    assert (refused.status_code, refused.json()["code"]) == (429, "E-API-BUDGET")
    assert jia.get("/api/v1/households").status_code == 200


@pytest.mark.evidence("ASVS-5.2.1")
def test_a_photographed_paper_is_not_too_long_wherever_a_file_is_taken(world: World, jia: Client):
    """A telephone's photo of a sealed page has a megabyte and more; what it is for comes later."""
    for method, path, described in operations():
        if "multipart/form-data" in described.get("requestBody", {}).get("content", {}):
            photo = SimpleUploadedFile("photo.jpg", b"\xff\xd8" + b"0" * 3_000_000)
            address = "/".join(
                str(uuid4()) if part.endswith("_id") else part for part in path.split("/")
            )
            assert jia.post(address, {"file": photo}).status_code != 413, (method, path)


def test_the_sizes_are_the_right_ones_for_each_address():
    found = limits()
    assert found.body_bytes("POST", "/api/v1/imports") == 210_000_000
    assert found.body_bytes("POST", "/api/v1/changes/x/evidence") == 21_100_000
    assert found.body_bytes("POST", "/api/v1/changes") == 1_048_576
    assert found.body_bytes("PUT", "/nothing") == 1_048_576
