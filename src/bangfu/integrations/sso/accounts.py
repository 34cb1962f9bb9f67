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
