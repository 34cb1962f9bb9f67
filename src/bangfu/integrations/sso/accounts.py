"""Whom the province's sign-in lets in: people whom an administrator has joined to an account."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from bangfu.foundation.accounts import records


class JoinedAccounts(DefaultSocialAccountAdapter):
    """Nobody signs up, and nobody joins an account by himself."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise PermissionDenied
        if not sociallogin.is_existing:
            records.note_refusal(request, "E-SSO-UNKNOWN", None)

    def get_requests_session(self) -> Any:
        """Return a session that follows nobody to another address: an answer that sends us on
        would take the code, the secret or the token along (RequestException)."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session
