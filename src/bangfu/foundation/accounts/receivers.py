"""What happens when somebody signs in or out, or changes a password or a factor."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factor_signals
from django.contrib.auth import signals as auth_signals
from django.http import HttpRequest

from bangfu.foundation.accounts import records, second_factor, sessions


def connect() -> None:
    """Listen; called once, when Django has loaded the apps."""
    auth_signals.user_logged_in.connect(_on_session_begun)
    auth_signals.user_logged_out.connect(_on_signed_out)
    account_signals.user_logged_in.connect(_on_signed_in)
    account_signals.password_changed.connect(_on_password_changed)
    account_signals.password_set.connect(_on_password_changed)
    factor_signals.authenticator_added.connect(_on_factor_added)
    factor_signals.authenticator_removed.connect(_on_factor_removed)
    factor_signals.authenticator_reset.connect(_on_codes_renewed)
    factor_signals.authenticator_used.connect(_on_factor_used)
    factor_signals.authentication_failed.connect(_on_factor_failed)


def _on_session_begun(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    sessions.begin(request, user)


def _on_signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    shown = get_authentication_records(request, user)
    methods = sorted({str(one["method"]) for one in shown})
    records.note(user, "accounts.sign_in.succeeded", {"methods": methods})


def _on_signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        records.note(user, "accounts.session.signed_out")


def _on_password_changed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    sessions.note_password(request, user)
    ended = sessions.end_others(request)
    records.note(user, "accounts.password.changed", {"sessions_ended": ended})


def _on_factor_added(
    sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any
) -> None:
    second_factor.note_enrolled(request, authenticator)
    _note_factor(request, user, "accounts.factor.added", authenticator)


def _on_factor_removed(
    sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any
) -> None:
    second_factor.note_removed(request)
    _note_factor(request, user, "accounts.factor.removed", authenticator)


def _on_codes_renewed(
    sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any
) -> None:
    _note_factor(request, user, "accounts.recovery_codes.renewed", authenticator)


def _note_factor(request: HttpRequest, user: Any, action: str, authenticator: Any) -> None:
    ended = sessions.end_others(request)
    records.note(user, action, {"kind": str(authenticator.type), "sessions_ended": ended})


def _on_factor_used(
    sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any
) -> None:
    if authenticator.type == authenticator.Type.RECOVERY_CODES:
        left = len(authenticator.wrap().get_unused_codes())
        records.note(user, "accounts.recovery_code.used", {"left": left})


def _on_factor_failed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    records.note_refusal(request, "E-SIGN-IN-CODE", user)
