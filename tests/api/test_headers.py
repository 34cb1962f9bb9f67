"""Headers, cookies and the CSRF token: what a browser is told to do with our answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.test import Client

from tests.api.conftest import World
from tests.cast import PASSWORD

ADDRESSES = ("/", "/api/v1/health", "/api/v1/nothing", "/_allauth/browser/v1/config", "//x")


@pytest.mark.evidence("ASVS-3.4.3", "ASVS-3.4.4", "ASVS-3.4.5", "ASVS-3.4.6", "ASVS-3.2.1")
@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_says_what_a_browser_may_do(client: Client, db: None, path: str):
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy or "script-src" not in policy
    assert "unsafe-eval" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in response
    # Otherwise granian would name itself.
    assert response["Server"] == "bangfu"


@pytest.mark.evidence("ASVS-14.3.2")
@pytest.mark.parametrize("path", ADDRESSES[1:4])
def test_no_answer_about_records_is_kept(client: Client, db: None, path: str):
    assert client.get(path)["Cache-Control"] == "no-store"


@pytest.mark.evidence("ASVS-3.3.2", "ASVS-3.3.4")
def test_the_session_is_hidden_from_scripts_and_not_sent_by_other_sites(world: World):
    client = Client()
    body = {"username": world.cast.county.username, "password": PASSWORD}
    done = client.post("/_allauth/browser/v1/auth/login", body, content_type="application/json")
    assert done.status_code == 200, done.content
    cookie = done.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["domain"]


@pytest.mark.evidence("ASVS-14.3.1")
def test_signing_out_clears_the_browser(jia: Client):
    done = jia.delete("/_allauth/browser/v1/auth/session")
    assert done["Clear-Site-Data"] == '"cache", "storage"'
    assert jia.get("/api/v1/session").status_code == 401


@pytest.mark.evidence("ASVS-3.5.1")
@pytest.mark.parametrize("path", ["/_allauth/browser/v1/auth/login", "/api/v1/session/post"])
def test_a_write_without_the_token_is_refused_in_our_shape(world: World, path: str):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.county.user)
    response = client.post(path, "{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "E-API-CSRF")


def settings_with(**variables: str) -> dict[str, object]:
    """Return some settings of a process with these variables."""
    wanted = [
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_NAME",
        "CSRF_COOKIE_SECURE",
        "SECURE_PROXY_SSL_HEADER",
        "DEBUG",
        "BANGFU_RATE_LIMITS",
    ]
    program = (
        "import json, bangfu.server.settings as s;"
        f"print(json.dumps({{n: getattr(s, n, None) for n in {wanted!r}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.evidence("ASVS-3.3.1", "ASVS-3.3.3", "ASVS-13.4.2")
def test_behind_tls_cookies_are_bound_to_the_host():
    found = settings_with(BANGFU_SECURE_COOKIES="true", BANGFU_PROXIES="1")
    assert found["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["DEBUG"] is False
    assert found["BANGFU_RATE_LIMITS"] is True


@pytest.mark.evidence("ASVS-4.1.3")
def test_without_a_proxy_of_ours_nobodys_word_for_tls_is_taken():
    assert settings_with(BANGFU_SECURE_COOKIES="true")["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.evidence("ASVS-3.4.1")
def test_behind_tls_answers_carry_hsts(client: Client, db: None, settings):
    assert "Strict-Transport-Security" not in client.get("/api/v1/health")
    settings.SESSION_COOKIE_SECURE = True
    found = client.get("/api/v1/health")["Strict-Transport-Security"]
    assert int(found.partition("max-age=")[2].partition(";")[0]) >= 365 * 86400
