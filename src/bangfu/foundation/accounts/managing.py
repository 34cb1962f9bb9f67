"""Disabling and enabling accounts: the system administrator's work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts import homes, leaving, sessions
from bangfu.foundation.accounts.domain import check_ordinary
from bangfu.foundation.accounts.models import User
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def set_active(*, scope: Scope, at: datetime, user_id: UUID, active: bool, reason: str) -> None:
    """Disable an account, or let it be used again.

    A disabled one is out at once: its sessions end, its jobs and exports stop within five
    seconds. Raises NotAllowed without ACCOUNTS_MANAGE, NotFound for an account of another place,
    Conflict E-ACCOUNT-SELF for one's own, E-ACCOUNT-GUARDED for an administrator's, of which two
    persons decide (`guarding`).
    """
    require(scope, "ACCOUNTS_MANAGE")
    if scope.actor.id == str(user_id):
        raise Conflict("E-ACCOUNT-SELF")
    with activate(scope):
        home = homes.find_home(scope, user_id)
        check_ordinary(home.user.duty)
        switch(home.user, active=active)
        if not active:
            leaving.tell(leaving.Left(user_id, RegionCode(home.region_code), at))
        audit.record(
            scope,
            action_of(active=active),
            at=at,
            subject_kind="accounts.user",
            subject_id=str(user_id),
            region_code=home.region_code,
            detail={"reason": reason[:200]},
        )


def action_of(*, active: bool) -> str:
    """Return how the audit log calls it."""
    return "accounts.user.enabled" if active else "accounts.user.disabled"


def switch(user: User, *, active: bool) -> None:
    """Let an account be used, or end all its sessions; whoever calls has asked whether it may."""
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        sessions.end_all(user)
