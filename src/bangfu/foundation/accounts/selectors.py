"""Reads of users and posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from bangfu.foundation.access.roles import get_role
from bangfu.foundation.access.scopes import activate, activate_user, in_scope, reading_user
from bangfu.foundation.accounts.models import Post, User
from bangfu.foundation.database.kept import Kept, Slot
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
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
    kind: str
    office: str
    department: str
    ended_at: datetime | None
    proposed_by: str
    approved_by: str


def post_record(post: Post) -> PostRecord:
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
        kind=post.kind,
        office=post.office,
        department=post.department,
        ended_at=post.ended_at,
        proposed_by=post.proposed_by,
        approved_by=post.approved_by,
    )


def in_force_posts(on: date | Slot) -> QuerySet[Post]:
    """Return the posts that count on a day, before any filter of place; only accounts may ask."""
    return Post.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on, ended_at__isnull=True
    )


def active_posts(user: Any, on: date) -> list[PostRecord]:
    """Return the posts that a signed-in user holds on a day, widest place first.

    Needs no scope: the database shows users their own posts and no one else's.
    """
    with activate_user(str(user.pk)):
        held = in_force_posts(on).filter(user_id=user.pk).order_by("region_code", "role", "id")
        return [post_record(post) for post in held]


def is_in_force(
    user_id: str | UUID,
    post_id: str | UUID | None,
    permissions: Collection[str],
    at: datetime,
    *,
    region: RegionCode | None = None,
) -> bool:
    """Return whether what a user began in a post may still go on.

    The account must be active and the post held at `at` (an instant), with at least
    `permissions`; without a post, any post of the user that has them, in `region` or around it.
    Anything unclear counts as no. Asks the database anew each time.
    """
    with reading_user(str(user_id)):
        held = _HELD.ask(on=timezone.localdate(at), user=user_id)
        return any(
            set(permissions) <= get_role(role).permissions
            and (region is None or RegionCode(place).contains(region))
            for held_id, role, place in held
            if post_id is None or held_id == UUID(str(post_id))
        )


_HELD = Kept(
    lambda: (
        in_force_posts(Slot("on"))
        .filter(user_id=Slot("user"), user__is_active=True)
        .values_list("id", "role", "region_code")
    )
)


def working_places(scope: Scope, on: date, users: Iterable[UUID]) -> dict[UUID, str]:
    """Return, of these users, those who are active and hold a post of the scope on a day, with
    the widest place of their posts (12 digits)."""
    with activate(scope):
        held = in_scope(in_force_posts(on), scope).filter(
            user_id__in=list(users), user__is_active=True
        )
        pairs = held.order_by("-region_code").values_list("user_id", "region_code")
        return dict(pairs)


def list_posts(scope: Scope) -> list[PostRecord]:
    """Return all posts in the scope. Raises NotAllowed without a permission on accounts."""
    require_reader(scope)
    with activate(scope):
        posts = in_scope(Post.objects.all(), scope).order_by("region_code", "role", "id")
        return [post_record(post) for post in posts]


def require_reader(scope: Scope) -> None:
    """Refuse whoever neither manages accounts nor grants posts."""
    if not scope.permissions & {"ACCOUNTS_MANAGE", "ACCOUNTS_GRANT"}:
        raise NotAllowed("E-ACCESS-PERMISSION", permission="ACCOUNTS_MANAGE")


def get_user(username: str) -> User:
    """Return an account by its name. Raises NotFound E-ACCOUNT-NOT-FOUND."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound("E-ACCOUNT-NOT-FOUND")
    return found


def actor_of(user: Any) -> Actor:
    """Return the actor that a signed-in user is in the audit log and in the database's context."""
    return Actor("USER", str(user.pk), user.get_full_name())
