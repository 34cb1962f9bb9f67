"""Writes of users and posts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts import passwords
from bangfu.foundation.accounts.granting import end_post as end_post
from bangfu.foundation.accounts.granting import grant_post as grant_post
from bangfu.foundation.accounts.models import AccountHome, User
from bangfu.kernel.errors import Conflict, InvalidValue
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
        AccountHome.objects.create(user=user, region_code=str(scope.region))
        passwords.remember(user, at=at, is_provisional=must_change)
        _audit(scope, "accounts.user.created", at, "accounts.user", user.pk, {"username": username})
    return user


def _check_password(password: str, username: str, display_name: str) -> None:
    try:
        validate_password(password, User(username=username, display_name=display_name))
    except ValidationError as error:
        raise InvalidValue("E-ACCOUNT-PASSWORD", reasons=" ".join(error.messages)) from error


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
