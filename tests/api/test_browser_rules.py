"""What every answer tells a browser, and what cookies, addresses and sessions promise."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import identify_hasher
from django.test import Client, RequestFactory

from bangfu.foundation.http.addresses import client_address
from bangfu.foundation.logs import line_formatter
from tests.cast import PASSWORD, Cast
from tests.sign_in_kit import call, sign_in

EVERYWHERE = ("/api/v1/health", "/api/v1/nothing", "/_allauth/browser/v1/config", "/nowhere")
FORGED = {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7"}


@pytest.mark.evidence(
    "ASVS-3.4.2", "ASVS-3.4.3", "ASVS-3.4.4", "ASVS-3.4.5", "ASVS-3.4.6", "ASVS-4.1.1"
)
@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_says_what_a_browser_may_do(db: None, path: str) -> None:
    answer = Client().get(path, headers={"Origin": "https://evil.example"})
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    scripts = [part for part in policy.split(";") if "script-src" in part]
    assert not any("unsafe" in part for part in scripts)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer
    kind = answer["Content-Type"]
    assert "charset=utf-8" in kind or kind == "application/json"  # JSON is UTF-8 by RFC 8259


@pytest.mark.evidence("ASVS-3.3.1", "ASVS-3.3.3", "ASVS-13.4.2")
def test_behind_tls_cookies_are_for_this_host_and_for_tls_alone() -> None:
    ask = (
        "from bangfu.server import settings as s; import json; "
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.DEBUG]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "BANGFU_SECURE_COOKIES": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == ["__Host-sessionid", "__Host-csrftoken", True, True, False]


@pytest.mark.evidence("ASVS-3.4.1")
def test_behind_tls_browsers_are_told_to_stay_with_it(db: None, settings: Any) -> None:
    assert "Strict-Transport-Security" not in Client().get("/api/v1/health")
    settings.SESSION_COOKIE_SECURE = True
    told = Client().get("/api/v1/health")["Strict-Transport-Security"]
    assert told == "max-age=63072000; includeSubDomains"


@pytest.mark.evidence("ASVS-3.3.2", "ASVS-3.3.4")
def test_the_sessions_cookie_is_hidden_from_scripts_and_other_sites(cast: Cast) -> None:
    client = Client()
    assert sign_in(client, cast.county.username).status_code == 200
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.cookies["csrftoken"]["samesite"] == "Lax"
    assert cookie.value not in sign_in(Client(), cast.county.username).content.decode()


@pytest.mark.evidence("ASVS-7.4.1", "ASVS-7.2.1")
def test_signing_out_ends_the_session_at_the_server(cast: Cast) -> None:
    client, thief = Client(), Client()
    sign_in(client, cast.county.username)
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/api/v1/session").status_code == 200
    call(client, "delete", "auth/session")
    assert thief.get("/api/v1/session").status_code == 401


@pytest.mark.evidence("ASVS-7.5.2")
def test_everybody_sees_and_ends_their_own_sessions_and_nobody_elses(cast: Cast) -> None:
    first, second, neighbour = Client(), Client(), Client()
    sign_in(first, cast.county.username)
    sign_in(second, cast.county.username)
    sign_in(neighbour, cast.neighbour.username)
    mine = call(first, "get", "auth/sessions").json()["data"]
    theirs = call(neighbour, "get", "auth/sessions").json()["data"]
    assert (len(mine), len(theirs)) == (2, 1)
    other = next(one["id"] for one in mine if not one["is_current"])
    refused = call(neighbour, "delete", "auth/sessions", {"sessions": [other]})
    assert refused.status_code == 400
    assert second.get("/api/v1/session").status_code == 200
    call(first, "delete", "auth/sessions", {"sessions": [other]})
    assert second.get("/api/v1/session").status_code == 401


@pytest.mark.evidence("ASVS-6.2.8")
@pytest.mark.parametrize("wrong", [PASSWORD.upper(), PASSWORD + "x", "x" + PASSWORD, PASSWORD[:-1]])
def test_a_password_is_checked_as_it_was_typed(cast: Cast, wrong: str) -> None:
    assert sign_in(Client(), cast.county.username, wrong).status_code == 400


@pytest.mark.evidence("ASVS-6.3.2", "GB22239-8.1.4.2-b")
def test_a_new_installation_has_no_account(db: None) -> None:
    assert get_user_model().objects.count() == 0


@pytest.mark.evidence("ASVS-11.4.2")
def test_passwords_are_kept_by_a_slow_hash(cast: Cast, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    cast.county.user.set_password(PASSWORD)
    hasher = identify_hasher(cast.county.user.password)
    summary = hasher.decode(cast.county.user.password)
    assert (hasher.algorithm, summary["iterations"] >= 600_000) == ("pbkdf2_sha256", True)


@pytest.mark.evidence("ASVS-13.4.4")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_methods_that_nobody_needs_are_refused(db: None, method: str) -> None:
    assert Client().generic(method, "/api/v1/health").status_code == 405


@pytest.mark.evidence("ASVS-5.2.1", "ASVS-2.4.1")
def test_a_body_beyond_its_limit_is_refused_unread(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.county.username)
    answer = client.post(
        "/api/v1/session/language", b"x" * 1_100_000, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "E-API-SIZE")


@pytest.mark.evidence("ASVS-4.2.1")
def test_a_request_with_two_ideas_of_its_length_is_refused(db: None) -> None:
    answer = Client().post(
        "/api/v1/session/language",
        b"{}",
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
    )
    assert answer.status_code == 411


@pytest.mark.evidence("ASVS-4.1.3", "ASVS-15.3.4")
@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "192.0.2.1"), (1, "198.51.100.7"), (2, "203.0.113.9"), (3, "")]
)
def test_a_user_cannot_write_the_own_address(settings: Any, proxies: int, seen: str) -> None:
    """Counted from the right: what our own proxies wrote, and never what stands left of it."""
    settings.BANGFU_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **FORGED)
    assert client_address(request) == seen


@pytest.mark.evidence("ASVS-16.2.2", "ASVS-16.2.4", "ASVS-16.4.1")
def test_a_line_of_the_log_is_one_object_with_its_time_in_utc() -> None:
    record = logging.LogRecord("bangfu.x", logging.ERROR, "", 1, "two\nlines {}", None, None)
    line = line_formatter().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert found["event"] == "two\nlines {}"
    assert found["timestamp"].endswith("Z")
