"""Reads for those who manage accounts and grant posts: accounts, posts and proposals of a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts.domain import ProposalState
from bangfu.foundation.accounts.models import AccountHome, Post, PostProposal, User
from bangfu.foundation.accounts.selectors import (
    PostRecord,
    in_force_posts,
    post_record,
    require_reader,
)
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account with its posts in the scope, newest first; `home_code` is None when another
    place answers for it."""

    id: UUID
    username: str
    display_name: str
    duty: str
    is_active: bool
    last_login: datetime | None
    home_code: str | None
    posts: list[PostRecord]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Accounts by user name, the name to go on after, and how many there are in all."""

    items: list[AccountRecord]
    next_after: str | None
    total: int


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A proposal as other code sees it, with the names of its holder."""

    id: UUID
    user_id: UUID
    username: str
    display_name: str
    role: str
    region_code: str
    kind: str
    office: str
    department: str
    note: str
    valid_from: date
    valid_to: date | None
    state: ProposalState
    proposed_by: str
    proposed_by_label: str
    proposed_at: datetime
    decided_by_label: str
    decided_at: datetime | None
    reason: str


def list_accounts(
    scope: Scope,
    *,
    on: date,
    q: str = "",
    role: str = "",
    active: bool | None = None,
    after: str = "",
    limit: int = 50,
) -> AccountPage:
    """Return the accounts of the scope: whose home it is, or who hold or held a post there.

    `q` is part of the user name or the name, `role` a role held on the day `on`. Raises NotAllowed
    without a permission on accounts.
    """
    require_reader(scope)
    with activate(scope):
        users = _users(scope)
        if q.strip():
            users = users.filter(
                Q(username__icontains=q.strip()) | Q(display_name__contains=q.strip())
            )
        if role:
            held = in_scope(in_force_posts(on), scope).filter(role=role)
            users = users.filter(pk__in=held.values("user_id"))
        if active is not None:
            users = users.filter(is_active=active)
        total = users.count()
        page = list(users.filter(username__gt=after).order_by("username")[: limit + 1])
        records = _records(scope, page[:limit])
    more = page[limit - 1].username if len(page) > limit else None
    return AccountPage(records, more, total)


def get_account(scope: Scope, username: str) -> AccountRecord:
    """Return an account of the scope. Raises NotAllowed, NotFound E-ACCOUNT-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        return _records(scope, [find_user(scope, username)])[0]


def find_user(scope: Scope, username: str) -> User:
    """Return the user behind an account of the scope, inside `activate`. Raises NotFound."""
    user = _users(scope).filter(username=username).first()
    if user is None:
        raise NotFound("E-ACCOUNT-NOT-FOUND")
    return user


def list_proposals(
    scope: Scope, *, state: ProposalState | None = None, limit: int = 100
) -> list[ProposalRecord]:
    """Return the newest proposals of the scope. Raises NotAllowed without a permission on
    accounts."""
    require_reader(scope)
    with activate(scope):
        rows = in_scope(PostProposal.objects.select_related("user"), scope)
        if state is not None:
            rows = rows.filter(state=state)
        return [_proposal(row) for row in rows.order_by("-id")[:limit]]


def get_proposal(scope: Scope, proposal_id: UUID) -> ProposalRecord:
    """Return a proposal of the scope. Raises NotFound E-ACCOUNT-PROPOSAL-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        rows = in_scope(PostProposal.objects.select_related("user"), scope)
        row = rows.filter(id=proposal_id).first()
        if row is None:
            raise NotFound("E-ACCOUNT-PROPOSAL-NOT-FOUND")
        return _proposal(row)


def _users(scope: Scope) -> QuerySet[User]:
    homes = in_scope(AccountHome.objects.all(), scope).values("user_id")
    posts = in_scope(Post.objects.all(), scope).values("user_id")
    return User.objects.filter(Q(pk__in=homes) | Q(pk__in=posts))


def _records(scope: Scope, users: list[User]) -> list[AccountRecord]:
    ids = [user.pk for user in users]
    homes = in_scope(AccountHome.objects.filter(pk__in=ids), scope)
    home_of = dict(homes.values_list("user_id", "region_code"))
    posts: dict[Any, list[PostRecord]] = {pk: [] for pk in ids}
    for post in in_scope(Post.objects.filter(user_id__in=ids), scope).order_by(
        "-valid_from", "-id"
    ):
        posts[post.user_id].append(post_record(post))
    return [
        AccountRecord(
            id=user.pk,
            username=user.username,
            display_name=user.display_name,
            duty=user.duty,
            is_active=user.is_active,
            last_login=user.last_login,
            home_code=home_of.get(user.pk),
            posts=posts[user.pk],
        )
        for user in users
    ]


def _proposal(row: PostProposal) -> ProposalRecord:
    return ProposalRecord(
        id=row.id,
        user_id=row.user_id,
        username=row.user.username,
        display_name=row.user.display_name,
        role=row.role,
        region_code=row.region_code,
        kind=row.kind,
        office=row.office,
        department=row.department,
        note=row.note,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=ProposalState(row.state),
        proposed_by=row.proposed_by,
        proposed_by_label=row.proposed_by_label,
        proposed_at=row.proposed_at,
        decided_by_label=row.decided_by_label,
        decided_at=row.decided_at,
        reason=row.reason,
    )
