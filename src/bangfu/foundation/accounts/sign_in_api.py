"""Routes beside allauth's that the screens of signing in need."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from bangfu.foundation.http.permits import SignedIn
from bangfu.foundation.http.schemas import REFUSALS, Schema
from bangfu.kernel.errors import NotFound
from bangfu.standards import passwords

router = Router(tags=["session"])


class FactorCodeOut(Schema):
    """The picture (SVG) of the secret that this session is setting up, for a telephone to read."""

    svg: str


class PasswordRulesOut(Schema):
    """What a new password must be, for the screen to say beforehand."""

    min_length: int
    phrase_length: int
    classes: int
    history: int
    max_age_days: int


@router.get(
    "/session/second-factor/code", auth=SignedIn(), response={200: FactorCodeOut, **REFUSALS}
)
def get_factor_code(request: HttpRequest) -> Any:
    """Draw the secret that allauth has just made for this session; nothing afterwards."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise NotFound("E-API-NOT-FOUND")
    adapter = get_adapter()
    return {"svg": adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))}


@router.get(
    "/session/password-rules", auth=SignedIn(), response={200: PasswordRulesOut, **REFUSALS}
)
def get_password_rules(request: HttpRequest) -> Any:
    """Return the numbers of the password rules in force today."""
    today = timezone.localdate()
    return {
        "min_length": passwords.get("password.min_length", today),
        "phrase_length": passwords.get("password.phrase_length", today),
        "classes": passwords.get("password.classes", today),
        "history": passwords.get("password.history", today),
        "max_age_days": passwords.get("password.max_age", today),
    }
