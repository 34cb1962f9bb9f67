"""What is done for people who cannot get in, or must be kept out.

What keeps somebody out, or opens nothing, the system administrator does alone. Whatever lets
somebody in (a password, a second factor taken away, a person of the province's sign-in) two
persons do, whoever's account it is: see `guarding`, which calls the functions here without a
scope.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts import homes, lockout, passwords, second_factor, sessions
from bangfu.foundation.accounts.domain import check_ordinary
from bangfu.foundation.accounts.models import AccountHome, User
from bangfu.kernel.errors import Conflict, InvalidValue
from bangfu.kernel.scope import Scope

MANAGE = "ACCOUNTS_MANAGE"
# The name under which accounts are joined to people of the province's sign-in.
PROVINCE = "province"
# Read out over a telephone: no letters or digits that are taken for each other.
_LETTERS, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"


def unlock(*, scope: Scope, at: datetime, user_id: UUID) -> int:
    """Forget the failed attempts at an account, also at its second factor; return how many.

    Raises NotAllowed without ACCOUNTS_MANAGE, NotFound for an account of another place.
    """
    with activate(scope):
        home = _find(scope, user_id)
        failures = lockout.unlock(home.user.username)
        # allauth counts the tries of a second factor under this name.
        key = f"mfa-auth-user-{home.user_id}"
        ratelimit.clear(None, action="login_failed", key=key)
        _audit(scope, "accounts.user.unlocked", at, home, {"failures": failures})
    return failures


def end_sessions(*, scope: Scope, at: datetime, user_id: UUID) -> int:
    """End every session of an account; return how many. Raises as `unlock`."""
    with activate(scope):
        home = _find(scope, user_id)
        ended = sessions.end_all(home.user)
        _audit(scope, "accounts.sessions.ended", at, home, {"count": ended})
    return ended


def take_factors(user: User) -> dict[str, int]:
    """Take a user's factors away and end the sessions; return how many of each. The caller has
    asked whether it may, and audits it."""
    return {"factors": second_factor.reset(user), "sessions_ended": sessions.end_all(user)}


def give_password(user: User, password: str, *, at: datetime) -> int:
    """Make a password a user's provisional one; return how many sessions it ended.

    The caller has asked whether it may, and audits it. Raises InvalidValue E-ACCOUNT-PASSWORD.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidValue("E-ACCOUNT-PASSWORD", reasons=" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    passwords.remember(user, at=at, is_provisional=True)
    lockout.unlock(user.username)
    return sessions.end_all(user)


def new_password() -> str:
    """Return a password that can be read out: five groups such as `kmw-7294`."""
    groups = [
        "".join(secrets.choice(alphabet) for _ in range(length))
        for alphabet, length in ((_LETTERS, 4), (_DIGITS, 4)) * 2
    ]
    return "-".join([*groups, "".join(secrets.choice(_LETTERS) for _ in range(4))])


def join_number(user: User, number: str) -> None:
    """Let the person of that number into an account; the caller has asked whether it may, and
    audits it. Raises Conflict E-SSO-TAKEN."""
    try:
        with transaction.atomic():
            SocialAccount.objects.filter(user_id=user.pk, provider=PROVINCE).delete()
            SocialAccount.objects.create(user_id=user.pk, provider=PROVINCE, uid=number)
    except IntegrityError as error:
        raise Conflict("E-SSO-TAKEN") from error


def separate_sso(*, scope: Scope, at: datetime, user_id: UUID) -> None:
    """Let nobody of the province's sign-in into an account, and end its sessions.

    Raises as `unlock`, Conflict E-ACCOUNT-SELF for one's own account, E-ACCOUNT-GUARDED for an
    administrator's, of which two persons decide.
    """
    if scope.actor.id == str(user_id):
        raise Conflict("E-ACCOUNT-SELF")
    with activate(scope):
        home = _find(scope, user_id)
        check_ordinary(home.user.duty)
        ended = drop_numbers(home.user)
        _audit(scope, "accounts.sso.separated", at, home, {"sessions_ended": ended})


def drop_numbers(user: User) -> int:
    """Let nobody of the province's sign-in in as `user`; return how many sessions it ended. The
    caller has asked whether it may, and audits it."""
    SocialAccount.objects.filter(user_id=user.pk, provider=PROVINCE).delete()
    return sessions.end_all(user)


def _find(scope: Scope, user_id: UUID) -> AccountHome:
    require(scope, MANAGE)
    return homes.find_home(scope, user_id)


def _audit(
    scope: Scope, action: str, at: datetime, home: AccountHome, detail: dict[str, Any]
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="accounts.user",
        subject_id=str(home.pk),
        region_code=home.region_code,
        detail=detail,
    )
