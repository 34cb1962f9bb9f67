"""Routes of the session: who is signed in, in which post, in which language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from bangfu.foundation.accounts import selectors, services
from bangfu.foundation.accounts.schemas import LanguageIn, PostIn, SessionOut
from bangfu.foundation.accounts.sign_in import SignInState
from bangfu.foundation.http.permits import SignedIn
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

POST_KEY = "bangfu_post_id"
# Invented places have codes that no province will ever get.
DEMO_PREFIX = "99"

router = Router(tags=["session"])


class Ports:
    """What the session shows but accounts cannot know; the server binds it."""

    latest_period: Callable[[Scope], str | None] = staticmethod(lambda scope: None)


def _posts(request: HttpRequest) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "id": str(post.id),
            "role": post.role,
            "role_zh": post.role_zh,
            "role_en": post.role_en,
            "region": {
                "code": post.region_code,
                "name": place.name if place else post.region_code,
                "level": RegionCode(post.region_code).level,
            },
        }
        for post in selectors.active_posts(request.user, today)
        for place in [regions.find_region(post.region_code)]
    ]


def _session(request: HttpRequest) -> dict[str, Any]:
    scope: Scope | None = request.scope  # type: ignore[attr-defined]
    active = request.post_id  # type: ignore[attr-defined]
    state: SignInState = request.sign_in  # type: ignore[attr-defined]
    user = request.user
    return {
        "user": {
            "username": user.get_username(),
            "display_name": getattr(user, "display_name", ""),
            "language": getattr(user, "language", "zh"),
        },
        "posts": _posts(request),
        "active_post_id": active,
        "permissions": sorted(scope.permissions) if scope else [],
        "is_demo": scope is not None and str(scope.region).startswith(DEMO_PREFIX),
        "latest_period": Ports.latest_period(scope) if scope else None,
        "second_factor": state.second_factor,
        "password": {"state": state.password, "due_on": state.password_due_on},
    }


@router.get("/session", auth=SignedIn(), response={200: SessionOut, **REFUSALS})
def get_session(request: HttpRequest) -> Any:
    """Return the signed-in user, the posts held today and what the active post may do."""
    return _session(request)


@router.post("/session/post", auth=SignedIn(), response={200: SessionOut, **REFUSALS})
def change_post(request: HttpRequest, body: PostIn) -> Any:
    """Act in another of the user's posts from now on."""
    held = {post["id"] for post in _posts(request)}
    if body.post_id not in held:
        raise NotFound("E-API-NOT-FOUND")
    request.session[POST_KEY] = body.post_id
    request.refresh_scope()  # type: ignore[attr-defined]
    return _session(request)


@router.post("/session/language", auth=SignedIn(), response={200: SessionOut, **REFUSALS})
def change_language(request: HttpRequest, body: LanguageIn) -> Any:
    """Keep the language of the user's screens."""
    services.change_language(user=request.user, language=body.language, at=timezone.now())
    return _session(request)
