"""Who holds a permission where: what a domain asks when it looks for somebody to do a task.

An account's name and the place, role, office and department of the post are given, nothing else of
either.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bangfu.foundation.access.roles import list_roles
from bangfu.foundation.access.scopes import bounds, in_some_scope, reading
from bangfu.foundation.accounts.selectors import in_force_posts
from bangfu.foundation.database.kept import Kept, Slot, is_any_of
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Holder:
    """An account in use with one of its posts in force."""

    user_id: UUID
    username: str
    name: str
    role: str
    region_code: str
    office: str
    # The department whose matters the post is for; empty for a post of a place.
    department: str = ""

    @property
    def place(self) -> str:
        """The leading digits of everything inside the post's place."""
        return RegionCode(self.region_code).prefix


def list_holders(
    scope: Scope,
    permission: str,
    on: date,
    *,
    levels: Collection[int] = (),
    users: Collection[UUID] | None = None,
    places: Collection[str] | None = None,
) -> list[Holder]:
    """Return the posts of the scope in force on a day whose role has `permission` and whose
    account is in use, by place, role and name; of places of `levels`, of `users` and of the very
    `places` only, if given. One query, whatever the number of posts."""
    roles = [role.code for role in list_roles() if permission in role.permissions]
    asked = {"on": on, "roles": roles, "users": list(users or ()), "places": list(places or ())}
    with reading(scope):
        rows = _posts(users is not None, places is not None).ask(**asked, **bounds(scope.region))
    found = [Holder(u, name, shown or name, *rest) for u, name, shown, *rest in rows]
    return [one for one in found if not levels or RegionCode(one.region_code).level in levels]


@cache
def _posts(is_of_users: bool, is_of_places: bool) -> Kept[tuple[Any, ...]]:
    """The query of `list_holders`: the columns of a Holder, of all posts, of some users' or of
    some places'."""

    def make() -> QuerySet[Any, tuple[Any, ...]]:
        posts = in_some_scope(in_force_posts(Slot("on"))).filter(
            is_any_of("role", "roles"), user__is_active=True
        )
        if is_of_users:
            posts = posts.filter(is_any_of("user_id", "users"))
        if is_of_places:
            posts = posts.filter(is_any_of("region_code", "places"))
        return posts.values_list(
            "user_id",
            "user__username",
            "user__display_name",
            "role",
            "region_code",
            "office",
            "department",
        ).order_by("region_code", "role", "user__username", "id")

    return Kept(make)
