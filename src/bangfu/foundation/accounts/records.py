"""What the audit log says of sign-in: done by users to their own accounts, or refused."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, scope_for_post, system_scope
from bangfu.foundation.accounts import selectors
from bangfu.foundation.accounts.models import User
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

NATION = RegionCode("000000000000")


def note(user: Any, action: str, detail: dict[str, Any] | None = None) -> None:
    """Add an audit row about what a user did to their own account, in the place of their post."""
    scope = _scope_of(user)
    with activate(scope):
        audit.record(
            scope,
            action,
            at=timezone.now(),
            subject_kind="accounts.user",
            subject_id=str(user.pk),
            region_code=str(scope.region),
            detail={"by": str(user.pk), **(detail or {})},
        )


def note_refused_sign_in(request: HttpRequest, code: str, *, username: str) -> None:
    """Add an audit row about a refused attempt, under the account's id if there is such one.

    What was typed is not kept: it may be a password or somebody's number.
    """
    user = User.objects.filter(username__iexact=username.strip()).first() if username else None
    note_refusal(request, code, user)


def note_refusal(request: HttpRequest, code: str, user: Any) -> None:
    """Add an audit row about a refused step of signing in; `user` is None for no such account."""
    audit.record_refusal(
        at=timezone.now(),
        code=code,
        status=400,
        method=str(request.method),
        route=_route(request),
        request_id=getattr(request, "request_id", ""),
        region_code=str(_scope_of(user).region) if user is not None else None,
        subject=str(user.pk) if user is not None else "",
    )


def _route(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return str(match.route) if match is not None else request.path


def _scope_of(user: Any) -> Scope:
    """Return the scope of the user's widest post, or the system's for somebody without one."""
    posts = selectors.active_posts(user, timezone.localdate())
    if not posts:
        return system_scope(NATION, "sign-in")
    return scope_for_post(posts[0], selectors.actor_of(user))
