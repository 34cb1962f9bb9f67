"""What happens to every request: it gets a number, and the scope of the user's active post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone

from bangfu.foundation.access.scopes import scope_for_post
from bangfu.foundation.accounts import selectors as accounts
from bangfu.foundation.accounts.api import POST_KEY
from bangfu.foundation.accounts.sign_in import state_of
from bangfu.foundation.audit.origin import Origin, coming_from
from bangfu.foundation.http.addresses import client_address
from bangfu.kernel.scope import Scope
from bangfu.server.headers import API, SIGN_IN

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_identity(get_response: GetResponse) -> GetResponse:
    """Number the request, for errors, the log and the audit log to quote."""

    def handle(request: HttpRequest) -> HttpResponse:
        number = request.request_id = uuid4().hex[:12]  # type: ignore[attr-defined]
        origin = Origin(client=client_address(request), request_id=number)
        with structlog.contextvars.bound_contextvars(request_id=number), coming_from(origin):
            response = get_response(request)
        response["X-Request-ID"] = number
        return response

    return handle


def request_scope(get_response: GetResponse) -> GetResponse:
    """Give the request the scope of the active post.

    Posts are read anew for each request, so that a post that was revoked or a user who was
    disabled is out at once, whatever the session says (F59).
    """

    def handle(request: HttpRequest) -> HttpResponse:
        request.scope, request.post_id = None, None  # type: ignore[attr-defined]
        request.hold = ""  # type: ignore[attr-defined]
        request.refresh_scope = lambda: _set_scope(request)  # type: ignore[attr-defined]
        if request.path.startswith(API):
            _set_scope(request)
        if request.method == "GET" and request.path.startswith((API, SIGN_IN)):
            # A console on another address than index.html's gets its CSRF cookie this way.
            get_token(request)
        with coming_from(_origin(request)):
            return get_response(request)

    return handle


def _origin(request: Any) -> Origin:
    """The request's post, address and number, for the rows that the audit log gets of it."""
    post = UUID(request.post_id) if request.post_id else None
    return Origin(post, client_address(request), request.request_id)


def _set_scope(request: Any) -> None:
    user = request.user
    if not user.is_authenticated:
        return
    posts = list(accounts.active_posts(user, timezone.localdate()))
    request.sign_in = state_of(request, posts, timezone.localdate())
    request.hold = request.sign_in.hold
    if request.hold:
        return
    wanted = request.session.get(POST_KEY)
    post: Any = next((one for one in posts if str(one.id) == wanted), posts[0] if posts else None)
    if post is None:
        return
    scope: Scope = scope_for_post(post, accounts.actor_of(user))
    request.scope, request.post_id = scope, str(post.id)
