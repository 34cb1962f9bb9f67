"""The gate of sign-in: which of allauth's addresses answer, and how long a session lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bangfu.foundation.accounts import second_factor, selectors, sessions
from bangfu.server.refusals import refuse

GetResponse = Callable[[HttpRequest], HttpResponse]

ROOT = "/_allauth/browser/v1/"
# Signing up, e-mail addresses, telephone numbers and resetting a password by mail are not ours.
OPEN = frozenset(
    {
        "config",
        "auth/session",
        "auth/login",
        "auth/reauthenticate",
        "auth/2fa/authenticate",
        "auth/2fa/reauthenticate",
        "auth/webauthn/authenticate",
        "auth/webauthn/reauthenticate",
        "auth/sessions",
        "account/authenticators",
        "account/authenticators/totp",
        "account/authenticators/webauthn",
        "account/authenticators/recovery-codes",
        "account/password/change",
    }
)
# The province's sign-in sends people back here; `integrations.sso` sends them there.
RETURN = "/_allauth/sso/"
# With the password alone nobody may change the factors that guard against a stolen password.
GUARDED = ("account/", "auth/sessions")


def sign_in_gate(get_response: GetResponse) -> GetResponse:
    """End sessions that are over; answer only the addresses of allauth that we use."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            sessions.keep_alive(request)
        if request.path.startswith("/_allauth/"):
            refused = _refusal(request)
            if refused is not None:
                return refused
        return get_response(request)

    return handle


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if request.path.startswith(RETURN):
        return None
    name = request.path.removeprefix(ROOT)
    if name not in OPEN:
        return refuse(request, 404, "E-API-NOT-FOUND")
    if name.startswith(GUARDED) and _owes_a_factor(request):
        return refuse(request, 401, second_factor.HOLD)
    if name == "account/password/change" and not _has_password(request):
        return refuse(request, 404, "E-API-NOT-FOUND")
    return None


def _owes_a_factor(request: HttpRequest) -> bool:
    """Whether the user has a factor and this session, begun before it, has not used it."""
    user: Any = request.user
    if not user.is_authenticated or second_factor.has_used(request):
        return False
    posts = selectors.active_posts(user, timezone.localdate())
    return second_factor.state_of(request, posts) == "REQUIRED"


def _has_password(request: HttpRequest) -> bool:
    user: Any = request.user
    return not user.is_authenticated or bool(user.has_usable_password())
