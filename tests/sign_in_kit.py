"""What tests of signing in share: the calls a browser makes, and an authenticator of their own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD

ALLAUTH = "/_allauth/browser/v1/"


def call(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Send JSON to an address of allauth's."""
    send = getattr(client, method)
    if body is None:
        return send(f"{ALLAUTH}{path}")
    return send(f"{ALLAUTH}{path}", json.dumps(body), content_type="application/json")


def sign_in(client: Client, username: str, password: str = PASSWORD, **headers: Any) -> Any:
    """Send user name and password."""
    return client.post(
        f"{ALLAUTH}auth/login",
        json.dumps({"username": username, "password": password}),
        content_type="application/json",
        **headers,
    )


def change_password(client: Client, old: str, new: str) -> Any:
    """Send a change of the password."""
    body = {"current_password": old, "new_password": new}
    return call(client, "post", "account/password/change", body)


def totp(secret: str, at: float | None = None) -> str:
    """Return the six digits of RFC 6238 (SHA-1, 30 s) worked out by hand."""
    counter = int((time.time() if at is None else at) // 30)
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def enrol_totp(client: Client) -> str:
    """Set up an authenticator for a session that has just signed in; return its secret."""
    asked = call(client, "get", "account/authenticators/totp")
    assert asked.status_code == 404, asked.content
    secret: str = asked.json()["meta"]["secret"]
    # A test's transaction never commits, and what happens then belongs to the request.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda do, **_: do())
        done = call(client, "post", "account/authenticators/totp", {"code": totp(secret)})
    assert done.status_code == 200, done.content
    return secret


def stop_clock(patch: pytest.MonkeyPatch) -> float:
    """Stop `time.time` in the middle of a half minute, so that a code counts until it is given."""
    middle = (time.time() // 30) * 30 + 15.0
    patch.setattr("time.time", lambda: middle)
    return middle


@pytest.fixture
def steady_clock(monkeypatch: pytest.MonkeyPatch) -> float:
    """Stop the clock for the whole test."""
    return stop_clock(monkeypatch)
