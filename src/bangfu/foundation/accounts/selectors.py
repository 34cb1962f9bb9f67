"""Reads of users and posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from bangfu.foundation.access.roles import get_role, require
from bangfu.foundation.access.scopes import activate, activate_user, in_scope
from bangfu.foundation.accounts.models import Post, User
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A post as other code sees it, with the names of its role."""

    id: UUID
    user_id: UUID
    role: str
    role_zh: str
    role_en: str
    region_code: str
    valid_from: date
    valid_to: date | None


def _record(post: Post) -> PostRecord:
    role = get_role(post.role)
    return PostRecord(
        id=post.id,
        user_id=post.user_id,
        role=post.role,
        role_zh=role.zh,
        role_en=role.en,
        region_code=post.region_code,
        valid_from=post.valid_from,
        valid_to=post.valid_to,
    )


def active_posts(user: Any, on: date) -> list[PostRecord]:
    """Return the posts that a signed-in user holds on a day, widest place first.

    Needs no scope: the database shows users their own posts and no one else's.
    """
    with activate_user(str(user.pk)):
        held = Post.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on), user_id=user.pk, valid_from__lte=on
        ).order_by("region_code", "role", "id")
        return [_record(post) for post in held]


def list_posts(scope: Scope) -> list[PostRecord]:
    """Return all posts in the scope. Raises NotAllowed without ACCOUNTS_MANAGE."""
    require(scope, "ACCOUNTS_MANAGE")
    with activate(scope):
        posts = in_scope(Post.objects.all(), scope).order_by("region_code", "role", "id")
        return [_record(post) for post in posts]


def get_user(username: str) -> User:
    """Return an account by its name. Raises NotFound E-ACCOUNT-NOT-FOUND."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound("E-ACCOUNT-NOT-FOUND")
    return found


def actor_of(user: Any) -> Actor:
    """Return the actor that a signed-in user is in the audit log and in the database's context."""
    return Actor("USER", str(user.pk), user.get_full_name())
