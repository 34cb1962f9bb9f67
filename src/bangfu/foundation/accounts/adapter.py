"""What allauth asks us: who may sign up, how passwords are tried and kept, where secrets lie."""

from __future__ import annotations

import base64
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from bangfu.foundation.accounts import lockout, passwords, records, second_factor
from bangfu.foundation.crypto.cipher import decrypt, encrypt
from bangfu.foundation.http.language import language_of
from bangfu.standards import errors


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are made by an administrator; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is looked at, in place of allauth's own counter."""
        name = str(credentials.get("username", ""))
        try:
            self._attempt = lockout.begin(
                username=name, address=self.get_client_ip(request), at=timezone.now()
            )
        except lockout.TooManyAttempts as error:
            records.note_refused_sign_in(request, error.code, username=name)
            raise self.validation_error("too_many_login_attempts") from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            lockout.succeed(self._attempt, at=timezone.now())
            self._refuse_lapsed(request, user)
        return user

    def _refuse_lapsed(self, request: HttpRequest, user: Any) -> None:
        if not passwords.has_lapsed(user, at=timezone.now()):
            return
        code = "E-SIGN-IN-LAPSED"
        records.note_refusal(request, code, user)
        text = errors.text(code, {}, language_of(request))
        raise ValidationError(f"{text.message} {text.remedy}", code=code)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        name = str(credentials.get("username", ""))
        records.note_refused_sign_in(request, "E-SIGN-IN-MISMATCH", username=name)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Take a sign-in of the last minutes for the proof that allauth wants anew.

        It must have been whole: of somebody who has a second factor, with that factor.
        """
        wanted = super().is_reauthentication_required(app=app, **kwargs)
        return bool(wanted) and not self._signed_in_just_now()

    def _signed_in_just_now(self) -> bool:
        user: Any = self.request.user
        shown = get_authentication_records(self.request, user)
        fresh = [one for one in shown if time.time() - one["at"] < REAUTHENTICATION_TIMEOUT]
        if second_factor.has_any(user):
            fresh = [one for one in fresh if one["method"] == "mfa"]
        return bool(fresh)

    @transaction.atomic
    def set_password(self, user: Any, password: str) -> None:
        """Keep a password that its holder chose."""
        super().set_password(user, password)
        passwords.remember(user, at=timezone.now())


class Factors(DefaultMFAAdapter):
    """Keeps secrets encrypted under the installation's keys."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt(text)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(base64.b64decode(encrypted_text))

    def get_totp_issuer(self) -> str:
        return "Bangfu 帮扶"

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())


class Sessions(DefaultUserSessionsAdapter):
    """Writes down which sessions were ended."""

    def end_sessions(self, sessions: Any) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            records.note(ended[0].user, "accounts.sessions.ended", {"count": len(ended)})
