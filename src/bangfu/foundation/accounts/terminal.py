"""Acts on accounts for commands at the terminal, where one or two persons are named.

What takes two persons on the screens takes two here, who stand in the same table of guarded acts.
Nobody proves here who he is, so security and audit administrators get a message of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from bangfu.foundation.access.roles import get_role
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts import granting, guarding, managing, recovery, register, watching
from bangfu.foundation.accounts.domain import GUARDED_DUTIES, Act, Asked, Terms
from bangfu.foundation.accounts.register import AccountRecord
from bangfu.foundation.accounts.selectors import list_posts
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

# What the log gives as the reason where the command asks for none.
_AT_THE_TERMINAL = "at the terminal"


@dataclass(frozen=True, slots=True)
class Persons:
    """Who asks, and the second person where one is named."""

    scope: Scope
    second: Scope | None = None


def open_account(persons: Persons, username: str, display_name: str) -> str:
    """Open an account and return its first password. Raises as `guarding.open_account` and
    `guarding.agree_to_act`, Conflict E-ACCOUNT-GUARDED without a second person."""
    if persons.second is None:
        raise Conflict("E-ACCOUNT-GUARDED")
    at = timezone.now()
    with activate(persons.scope):
        first = guarding.open_account(
            scope=persons.scope, at=at, username=username, display_name=display_name
        )
        second = guarding.agree_to_act(scope=persons.second, at=at, act_id=first.id)
        place = persons.scope.region
        watching.tell(watching.Done(persons.scope, at, place, Act.FIRST_PASSWORD))
    return f"{first.half}-{second.half}"


def grant_post(
    persons: Persons, username: str, role: str, region: RegionCode, terms: Terms, at: datetime
) -> UUID:
    """Let the one propose and the other approve a post; return its id. Raises as
    `granting.grant_post`, Conflict E-ACCOUNT-GUARDED without a second person."""
    if persons.second is None:
        raise Conflict("E-ACCOUNT-GUARDED")
    with activate(persons.scope):
        post = granting.grant_post(
            scope=persons.scope,
            approver=persons.second,
            at=at,
            user=register.find_user(persons.scope, username),
            role=role,
            region=region,
            **asdict(terms),
        )
        watching.tell(watching.Done(persons.scope, at, region, watching.GRANT_POST))
    return post


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
    """Take the second factors of an account away. Raises as `guarding.do_at_terminal`."""
    account = register.get_account(persons.scope, username)
    _with_two(persons, account.id, Asked(Act.RESET_FACTORS, _AT_THE_TERMINAL))


def reset_password(persons: Persons, username: str) -> str:
    """Give an account a new provisional password and return it. Raises as `reset_factors`."""
    account = register.get_account(persons.scope, username)
    return _with_two(persons, account.id, Asked(Act.RESET_PASSWORD, _AT_THE_TERMINAL))


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
    """Let a person of the province's sign-in into an account. Raises as `reset_factors`, and
    Conflict E-SSO-TAKEN when the number belongs to another account."""
    account = register.get_account(persons.scope, username)
    _with_two(persons, account.id, Asked(Act.JOIN_SSO, _AT_THE_TERMINAL), number)


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
