"""The names of accounts that records point to; they outlive the posts."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bangfu.foundation.accounts.models import User


def names_of(users: Collection[UUID]) -> dict[UUID, str]:
    """Return the display names of accounts by id, the user name where there is none; one query."""
    if not users:
        return {}
    rows = User.objects.filter(id__in=list(users)).values_list("id", "display_name", "username")
    return {user: shown or name for user, shown, name in rows}
