"""Messages to those who watch over accounts, of what was done with one at the terminal."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils import timezone

from bangfu.foundation.access.scopes import system_scope
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.accounts.watching import Done
from bangfu.foundation.notifications.services import notify
from bangfu.kernel.region import RegionCode

# Security and audit administrators, and where each looks.
_WATCHERS = (("ACCOUNTS_GRANT", "/accounts"), ("AUDIT_EXPORT", "/audit"))


def on_done(done: Done) -> None:
    """Tell the security and the audit administrators of the account's place, or where it has none
    those of the nearest place above; on an installation's first day there is nobody to tell."""
    for permission, link in _WATCHERS:
        notify(
            scope=done.scope,
            at=done.at,
            users=_nearest(done, permission),
            subject="terminal.acted",
            params={"place": str(done.region), "act": done.what},
            link=link,
            region=done.region,
        )


def _nearest(done: Done, permission: str) -> list[UUID]:
    day = timezone.localdate(done.at)
    for place in (done.region, *reversed(done.region.ancestors)):
        found = _holders(place, permission, day)
        if found:
            return found
    return []


def _holders(place: RegionCode, permission: str, day: date) -> list[UUID]:
    scope = system_scope(place, "accounts")
    held = list_holders(scope, permission, day, levels=[place.level])
    return [one.user_id for one in held if one.region_code == str(place)]
