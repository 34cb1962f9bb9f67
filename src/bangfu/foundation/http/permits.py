"""How a route declares who may call it: `auth=Permit("REGISTRY_READ")`.

Every route carries exactly one of `Permit`, `SignedIn` and `Open`; a test walks the route table
and refuses one without. The session cookie is checked together with the CSRF token.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from bangfu.foundation.http.promises import check_keys
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.scope import Scope


class NotSignedIn(NotAllowed):
    """Nobody is signed in on this session, or not far enough (answered with 401)."""


class PermissionMissing(NotAllowed):
    """The active post lacks the permission of a route (answered with 403)."""


class SignedIn(APIKeyCookie):
    """Lets any signed-in user through, with or without a post; yields the user."""

    def __init__(self) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)

    def __call__(self, request: HttpRequest) -> Any:
        """Return what `authenticate` does; whoever passes asks with filters that there are."""
        found = super().__call__(request)
        check_keys(request)
        return found

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            raise NotSignedIn("E-API-SIGN-IN")
        return request.user


class Permit(SignedIn):
    """Lets a user through whose active post has at least one of `permissions`; yields the scope."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions
        super().__init__()

    def authenticate(self, request: HttpRequest, key: str | None) -> Scope:
        super().authenticate(request, key)
        scope: Scope | None = getattr(request, "scope", None)
        hold = getattr(request, "hold", "")
        if hold:
            raise NotSignedIn(hold)
        if scope is None:
            raise PermissionMissing("E-API-NO-POST")
        if not scope.permissions.intersection(self.permissions):
            raise PermissionMissing("E-API-PERMISSION", permission=self.permissions[0])
        return scope


class Open:
    """Lets everybody through; `reason` says why that is harmless."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __call__(self, request: HttpRequest) -> bool:
        check_keys(request)
        return True


def scope_of(request: HttpRequest) -> Scope:
    """Return the scope of a request that passed a `Permit`."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    return scope


def demand(scope: Scope, permission: str) -> None:
    """Refuse when `scope` lacks `permission`, for routes where it depends on the body."""
    if permission not in scope.permissions:
        raise PermissionMissing("E-API-PERMISSION", permission=permission)
