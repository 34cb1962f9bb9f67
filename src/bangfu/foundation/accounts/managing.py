"""Opening, disabling and enabling accounts: the system administrator's work."""

from __future__ import annotations

import secrets
import string
from datetime import datetime
from uuid import UUID

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts import services, sessions
from bangfu.foundation.accounts.models import AccountHome
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.scope import Scope

# Letters and digits that nobody takes for one another on paper.
_PLAIN = "".join(one for one in string.ascii_letters + string.digits if one not in "Il1O0o")
_PASSWORD_LENGTH = 16


def first_password() -> str:
    """Return a random password with letters, digits and a sign, easy to read out."""
    body = [secrets.choice(_PLAIN) for _ in range(_PASSWORD_LENGTH)]
    groups = ["".join(body[start : start + 4]) for start in range(0, _PASSWORD_LENGTH, 4)]
    return "-".join(groups) + f"-{secrets.randbelow(90) + 10}"


def open_account(*, scope: Scope, at: datetime, username: str, display_name: str) -> str:
    """Open an account and return its first password, which must be changed at the first sign-in.

    Raises as `services.create_user`.
    """
    password = first_password()
    services.create_user(
        scope=scope,
        at=at,
        username=username,
        password=password,
        display_name=display_name,
        must_change=True,
    )
    return password


def set_active(*, scope: Scope, at: datetime, user_id: UUID, active: bool, reason: str) -> None:
    """Disable an account, or let it be used again.

    A disabled one is out at once: its sessions end, its jobs and exports stop within five
    seconds. Raises NotAllowed without ACCOUNTS_MANAGE, NotFound for an account of another place,
    Conflict E-ACCOUNT-SELF for one's own.
    """
    require(scope, "ACCOUNTS_MANAGE")
    if scope.actor.id == str(user_id):
        raise Conflict("E-ACCOUNT-SELF")
    with activate(scope):
        homes = in_scope(AccountHome.objects.select_related("user"), scope)
        home = homes.filter(pk=user_id).first()
        if home is None:
            raise NotFound("E-ACCOUNT-NOT-FOUND")
        home.user.is_active = active
        home.user.save(update_fields=["is_active"])
        if not active:
            sessions.end_all(home.user)
        audit.record(
            scope,
            "accounts.user.enabled" if active else "accounts.user.disabled",
            at=at,
            subject_kind="accounts.user",
            subject_id=str(user_id),
            region_code=home.region_code,
            detail={"reason": reason[:200]},
        )
