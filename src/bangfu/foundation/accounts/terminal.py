"""Acts on accounts for commands at the terminal, where one or two persons are named.

An ordinary account takes one person; that of an administrator or auditor two, who stand in the
table of guarded acts as on the screens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from bangfu.foundation.access.roles import get_role
from bangfu.foundation.accounts import granting, guarding, managing, recovery, register
from bangfu.foundation.accounts.domain import GUARDED_DUTIES, Act, Asked
from bangfu.foundation.accounts.register import AccountRecord
from bangfu.foundation.accounts.selectors import list_posts
from bangfu.kernel.scope import Scope

# What the log gives as the reason where the command asks for none.
_AT_THE_TERMINAL = "at the terminal"


@dataclass(frozen=True, slots=True)
class Persons:
    """Who asks, and the second person where one is named."""

    scope: Scope
    second: Scope | None = None


def set_active(persons: Persons, username: str, *, active: bool, reason: str) -> None:
    """Disable an account or let it be used again. Raises as `managing.set_active`, Conflict
    E-ACCOUNT-GUARDED, E-ACCOUNT-SECOND-PERSON."""
    account, at = register.get_account(persons.scope, username), timezone.now()
    if _is_guarded(account):
        act = Act.ENABLE if active else Act.DISABLE
        _with_two(persons, account.id, Asked(act, reason))
    else:
        managing.set_active(
            scope=persons.scope, at=at, user_id=account.id, active=active, reason=reason
        )


def reset_factors(persons: Persons, username: str) -> None:
    """Take the second factors of an account away. Raises as `set_active`."""
    account = register.get_account(persons.scope, username)
    if _is_guarded(account):
        _with_two(persons, account.id, Asked(Act.RESET_FACTORS, _AT_THE_TERMINAL))
    else:
        recovery.reset_factors(scope=persons.scope, at=timezone.now(), user_id=account.id)


def reset_password(persons: Persons, username: str) -> str:
    """Give an account a new provisional password and return it. Raises as `set_active`."""
    account = register.get_account(persons.scope, username)
    if _is_guarded(account):
        return _with_two(persons, account.id, Asked(Act.RESET_PASSWORD, _AT_THE_TERMINAL))
    password = recovery.new_password()
    recovery.set_password(
        scope=persons.scope, at=timezone.now(), user_id=account.id, password=password
    )
    return password


def end_post(persons: Persons, post_id: UUID, *, reason: str, valid_to: date | None) -> None:
    """End a post at once or on a day. Raises as `granting.end_post`, and `set_active`."""
    held = next((one for one in list_posts(persons.scope) if one.id == post_id), None)
    if held is not None and get_role(held.role).duty in GUARDED_DUTIES:
        _with_two(persons, held.user_id, Asked(Act.END_POST, reason, post_id, valid_to))
        return
    granting.end_post(
        scope=persons.scope, at=timezone.now(), post_id=post_id, valid_to=valid_to, reason=reason
    )


def join_sso(persons: Persons, username: str, number: str) -> None:
    """Let a person of the province's sign-in into an account. Raises as `recovery.join_sso`."""
    account = register.get_account(persons.scope, username)
    if _is_guarded(account):
        _with_two(persons, account.id, Asked(Act.JOIN_SSO, _AT_THE_TERMINAL), number)
    else:
        recovery.join_sso(scope=persons.scope, at=timezone.now(), user_id=account.id, number=number)


def separate_sso(persons: Persons, username: str) -> None:
    """Let nobody of the province's sign-in into an account. Raises as `set_active`."""
    account = register.get_account(persons.scope, username)
    if _is_guarded(account):
        _with_two(persons, account.id, Asked(Act.SEPARATE_SSO, _AT_THE_TERMINAL))
    else:
        recovery.separate_sso(scope=persons.scope, at=timezone.now(), user_id=account.id)


def _is_guarded(account: AccountRecord) -> bool:
    return account.duty in GUARDED_DUTIES


def _with_two(persons: Persons, user_id: UUID, asked: Asked, number: str = "") -> str:
    return guarding.do_at_terminal(
        scope=persons.scope,
        approver=persons.second,
        at=timezone.now(),
        user_id=user_id,
        asked=asked,
        number=number,
    )
