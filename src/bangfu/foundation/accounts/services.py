"""Writes of users and posts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bangfu.foundation import audit
from bangfu.foundation.access.roles import get_role, require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts import passwords
from bangfu.foundation.accounts.models import Post, User
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def create_user(
    *,
    scope: Scope,
    at: datetime,
    username: str,
    password: str | None,
    display_name: str = "",
    language: str = "zh",
    must_change: bool = False,
) -> User:
    """Make an account without a post: until it has one its holder sees nothing.

    Raises NotAllowed without ACCOUNTS_MANAGE, InvalidValue E-ACCOUNT-PASSWORD for a weak password,
    Conflict E-ACCOUNT-EXISTS.
    """
    require(scope, "ACCOUNTS_MANAGE")
    if password is not None:
        _check_password(password, username, display_name)
    with activate(scope):
        try:
            with transaction.atomic():
                user = User.objects.create_user(
                    username,
                    password,
                    display_name=display_name,
                    language=language,
                    date_joined=at,
                )
        except IntegrityError as error:
            raise Conflict("E-ACCOUNT-EXISTS", username=username) from error
        passwords.remember(user, at=at, is_provisional=must_change)
        _audit(scope, "accounts.user.created", at, "accounts.user", user.pk, {"username": username})
    return user


def _check_password(password: str, username: str, display_name: str) -> None:
    try:
        validate_password(password, User(username=username, display_name=display_name))
    except ValidationError as error:
        raise InvalidValue("E-ACCOUNT-PASSWORD", reasons=" ".join(error.messages)) from error


def grant_post(
    *,
    scope: Scope,
    at: datetime,
    user: User,
    role: str,
    region: RegionCode,
    valid_from: date,
    valid_to: date | None = None,
) -> UUID:
    """Give a user a post and return its id.

    Raises NotAllowed without ACCOUNTS_GRANT or for a place outside the scope, InvalidValue
    E-ACCESS-ROLE, E-ACCESS-ROLE-LEVEL (the role is not held at that level) or E-ACCOUNT-DATES,
    Conflict E-ACCOUNT-POST-EXISTS.
    """
    require(scope, "ACCOUNTS_GRANT", region)
    if region.level not in get_role(role).levels:
        raise InvalidValue("E-ACCESS-ROLE-LEVEL", role=role, region=str(region))
    if valid_to is not None and valid_to < valid_from:
        raise InvalidValue("E-ACCOUNT-DATES")
    with activate(scope):
        try:
            with transaction.atomic():
                post = Post.objects.create(
                    user=user,
                    role=role,
                    region_code=str(region),
                    valid_from=valid_from,
                    valid_to=valid_to,
                )
        except IntegrityError as error:
            raise Conflict("E-ACCOUNT-POST-EXISTS", role=role) from error
        detail = {"user": str(user.pk), "role": role, "from": str(valid_from), "to": str(valid_to)}
        _audit(scope, "accounts.post.granted", at, "accounts.post", post.id, detail, region)
    return post.id


def end_post(*, scope: Scope, at: datetime, post_id: UUID, valid_to: date) -> None:
    """Let a post end on a day. Raises NotFound, also for a post outside the scope."""
    require(scope, "ACCOUNTS_MANAGE")
    with activate(scope):
        post = in_scope(Post.objects.select_for_update(), scope).filter(id=post_id).first()
        if post is None:
            raise NotFound("E-ACCOUNT-POST-NOT-FOUND")
        if valid_to < post.valid_from:
            raise InvalidValue("E-ACCOUNT-DATES")
        post.valid_to = valid_to
        post.save(update_fields=["valid_to"])
        region = RegionCode(post.region_code)
        detail = {"to": str(valid_to)}
        _audit(scope, "accounts.post.ended", at, "accounts.post", post.id, detail, region)


def change_language(*, user: Any, language: str, at: datetime) -> None:
    """Keep the language of a user's own screens; a taste, not an act, so it is not audited."""
    if language not in ("zh", "en"):
        raise InvalidValue("E-ACCOUNT-LANGUAGE")
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def _audit(
    scope: Scope,
    action: str,
    at: datetime,
    subject_kind: str,
    subject_id: UUID,
    detail: dict[str, Any],
    region: RegionCode | None = None,
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        region_code=str(region or scope.region),
        detail=detail,
    )
