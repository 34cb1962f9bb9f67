"""The second factor (双因素): who needs one, and whether this session has used it.

GB/T 22239-2019 8.1.4.1 d asks for two factors, one of them cryptographic; OWASP ASVS 5.0 6.3.3.
The factors themselves (codes of an authenticator, security keys, recovery codes) are allauth's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from bangfu.foundation.access import roles
from bangfu.kernel.region import VILLAGE, RegionCode

State = Literal["NOT_NEEDED", "DONE", "REQUIRED", "ENROL"]
HOLD = "E-API-SECOND-FACTOR"
# Whoever holds one of these administers the system or reads over the shoulders of others.
_ADMINISTRATION = frozenset({"ACCOUNTS_MANAGE", "ACCOUNTS_GRANT", "AUDIT_READ", "AUDIT_EXPORT"})
POLICIES = ("required", "administrators", "off")


class HeldPost(Protocol):
    """What the policy looks at: a role in a place."""

    @property
    def role(self) -> str:
        """The role's name."""

    @property
    def region_code(self) -> str:
        """The place, 12 digits."""


def is_demanded(posts: Sequence[HeldPost]) -> bool:
    """Return whether somebody with these posts needs a second factor.

    `BANGFU_SECOND_FACTOR`: `required` asks it of administrators and of every official above the
    village, `administrators` of those alone, `off` of nobody.
    """
    policy = settings.BANGFU_SECOND_FACTOR
    return policy != "off" and any(_demands(post, policy) for post in posts)


def _demands(post: HeldPost, policy: str) -> bool:
    role = roles.get_role(post.role)
    if role.permissions & _ADMINISTRATION:
        return True
    is_official = role.duty != roles.PUBLIC and RegionCode(post.region_code).level < VILLAGE
    return policy == "required" and is_official


def state_of(request: HttpRequest, posts: Sequence[HeldPost]) -> State:
    """Return where this session stands.

    DONE when it has used a factor; NOT_NEEDED when the policy asks none; REQUIRED when the user
    has a factor that this session has not used; ENROL when there is none yet.
    """
    if has_used(request):
        return "DONE"
    if not is_demanded(posts):
        return "NOT_NEEDED"
    return "REQUIRED" if has_any(request.user) else "ENROL"


def has_used(request: HttpRequest) -> bool:
    """Return whether this session has proved a second factor."""
    user: Any = request.user
    return any(one.get("method") == "mfa" for one in get_authentication_records(request, user))


def has_any(user: Any) -> bool:
    """Return whether the user has a factor other than recovery codes."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def note_enrolled(request: HttpRequest, authenticator: Authenticator) -> None:
    """Count the proof that enrolling took as the use of the factor in this session."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    user: Any = request.user
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def note_removed(request: HttpRequest) -> None:
    """Forget that this session used a factor when its user has none left."""
    if has_any(request.user):
        return
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        one for one in records if one.get("method") != "mfa"
    ]


def reset(user: Any) -> int:
    """Take all factors away from a user who lost them; return how many. The caller audits it."""
    return Authenticator.objects.filter(user_id=user.pk).delete()[0]
