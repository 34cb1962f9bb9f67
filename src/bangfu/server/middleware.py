"""What happens to every request: it gets a number, and the scope of the user's active post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone

from bangfu.foundation.access.scopes import scope_for_post
from bangfu.foundation.accounts import selectors as accounts
from bangfu.foundation.accounts.api import POST_KEY
from bangfu.foundation.accounts.sign_in import state_of
from bangfu.kernel.scope import Scope

GetResponse = Callable[[HttpRequest], HttpResponse]

API = "/api/"
SIGN_IN = "/_allauth/"
# Element Plus sets styles on elements; scripts come from our own files only.
CONTENT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def request_identity(get_response: GetResponse) -> GetResponse:
    """Number the request, for errors to quote; forbid caching of answers that hold records."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid4().hex[:12]  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        response.setdefault("Content-Security-Policy", CONTENT_POLICY)
        if request.path.startswith((API, SIGN_IN)):
            response["Cache-Control"] = "no-store"
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
        return get_response(request)

    return handle


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
