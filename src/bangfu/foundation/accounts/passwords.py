"""Passwords (密码): what a new one must be, which ones were used before, when to change.

The numbers are dated data, `standards/passwords.yaml` (GB/T 22239-2019 8.1.4.1 a).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language

from bangfu.foundation.accounts.credentials import PasswordRecord
from bangfu.standards import errors, passwords

_KINDS = (str.isupper, str.islower, str.isdigit)
# "aaaaaaaaaaaaaaaa" and "121212121212" are long and yet nothing.
_FEWEST_DIFFERENT = 5


@dataclass(frozen=True, slots=True)
class PasswordState:
    """When a user's password must be changed; None: never, for somebody without a password."""

    due_on: date | None
    is_provisional: bool

    def must_change(self, on: date) -> bool:
        """Return whether it must be changed before anything else is done."""
        return self.is_provisional or (self.due_on is not None and on >= self.due_on)

    def is_ending(self, on: date) -> bool:
        """Return whether its holder should be reminded."""
        warning = timedelta(days=passwords.get("password.warning", on))
        return self.due_on is not None and on >= self.due_on - warning


class PasswordRules:
    """Django's hook for what a new password must be (AUTH_PASSWORD_VALIDATORS)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with every reason, in the reader's language."""
        today = timezone.localdate()
        reasons = [*_form(password, today), *_reuse(password, user, today)]
        if reasons:
            raise ValidationError(reasons)

    def get_help_text(self) -> str:
        """Return the rule on length, the one that everybody should know beforehand."""
        least = passwords.get("password.min_length", timezone.localdate())
        return str(_reason("E-PASSWORD-SHORT", least=least).message)


def _form(password: str, today: date) -> list[ValidationError]:
    found = []
    least, most = (passwords.get(f"password.{name}_length", today) for name in ("min", "max"))
    if len(password) < least:
        found.append(_reason("E-PASSWORD-SHORT", least=least))
    if len(password) > most:
        return [_reason("E-PASSWORD-LONG", most=most)]
    phrase = passwords.get("password.phrase_length", today)
    kinds = passwords.get("password.classes", today)
    if len(password) < phrase and _count_kinds(password) < kinds:
        found.append(_reason("E-PASSWORD-PLAIN", kinds=kinds, length=phrase))
    if len(set(password)) < _FEWEST_DIFFERENT or len(without_common_words(password)) < least // 2:
        found.append(_reason("E-PASSWORD-COMMON"))
    return found


def _count_kinds(password: str) -> int:
    kinds = {next((kind for kind in _KINDS if kind(one)), None) for one in password}
    return len(kinds)


def without_common_words(password: str) -> str:
    """Return what is left of a password when everything that guessers try first is taken out."""
    rest = password.lower()
    for word in passwords.common_words():
        rest = rest.replace(word, "")
    return rest


def _reuse(password: str, user: Any, today: date) -> list[ValidationError]:
    if user is None or user.pk is None:
        return []
    times = passwords.get("password.history", today)
    used = PasswordRecord.objects.filter(user_id=user.pk).order_by("-set_at")[:times]
    if any(check_password(password, record.hash) for record in used):
        return [_reason("E-PASSWORD-USED", times=times)]
    return []


def _reason(code: str, **params: int) -> ValidationError:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return ValidationError(errors.text(code, params, language).message, code=code)


def remember(user: Any, *, at: datetime, is_provisional: bool = False) -> None:
    """Note that the user's present password was set at `at`, and forget what no rule looks at."""
    if not user.has_usable_password():
        return
    PasswordRecord.objects.create(
        user_id=user.pk, hash=user.password, set_at=at, is_provisional=is_provisional
    )
    kept = PasswordRecord.objects.filter(user_id=user.pk).order_by("-set_at", "-id")
    times = passwords.get("password.history", timezone.localdate(at))
    PasswordRecord.objects.filter(
        user_id=user.pk, id__in=list(kept.values_list("id", flat=True)[times:])
    ).delete()


def has_lapsed(user: Any, *, at: datetime) -> bool:
    """Return whether the user's password was set by somebody else, too long ago to be used."""
    newest = _newest(user)
    if newest is None or not newest.is_provisional:
        return False
    days = passwords.get("password.provisional", timezone.localdate(at))
    return newest.set_at + timedelta(days=days) <= at


def _newest(user: Any) -> PasswordRecord | None:
    return PasswordRecord.objects.filter(user_id=user.pk).order_by("-set_at", "-id").first()


def state_of(user: Any) -> PasswordState:
    """Return when the user's password must be changed.

    A password of which nothing is known must be changed at once.
    """
    if not user.has_usable_password():
        return PasswordState(None, False)
    newest = _newest(user)
    if newest is None:
        return PasswordState(None, True)
    set_on = timezone.localdate(newest.set_at)
    longest = timedelta(days=passwords.get("password.max_age", set_on))
    return PasswordState(set_on + longest, newest.is_provisional)
