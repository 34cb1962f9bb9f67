"""Routes of one's own messages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import NotSignedIn, PermissionMissing, SignedIn
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.notifications import contacts, reading, selectors
from bangfu.foundation.notifications.schemas import (
    MessageCodeIn,
    MessageFilter,
    MessagePage,
    MessagePhoneIn,
    MessageSettingsIn,
    MessageSettingsOut,
    MessagesReadIn,
    UnreadOut,
)
from bangfu.kernel.scope import Scope

router = Router(tags=["messages"])


def _own_scope(request: HttpRequest) -> Scope:
    """Return the scope of whoever acts in any post; messages take no permission of their own.

    Raises NotSignedIn on a session that is held (a second factor is missing), PermissionMissing
    without a post in force.
    """
    hold: str = request.hold  # type: ignore[attr-defined]
    if hold:
        raise NotSignedIn(hold)
    scope: Scope | None = request.scope  # type: ignore[attr-defined]
    if scope is None:
        raise PermissionMissing("E-API-NO-POST")
    return scope


@router.get("/messages", auth=SignedIn(), response={200: MessagePage, **REFUSALS})
def list_messages(request: HttpRequest, filters: Query[MessageFilter]) -> Any:
    """Return a page of one's own messages."""
    scope = _own_scope(request)
    page = selectors.list_messages(
        scope,
        language=language_of(request),
        is_unread=filters.unread,
        cursor=filters.cursor,
        limit=filters.limit,
    )
    return {
        "items": page.items,
        "next_cursor": page.next_cursor,
        "unread": selectors.count_unread(scope),
    }


@router.get("/messages/unread", auth=SignedIn(), response={200: UnreadOut, **REFUSALS})
def count_unread_messages(request: HttpRequest) -> Any:
    """Return how many of one's own messages are unread."""
    return {"unread": selectors.count_unread(_own_scope(request))}


@router.post("/messages/read", auth=SignedIn(), response={200: UnreadOut, **REFUSALS})
def mark_messages_read(request: HttpRequest, body: MessagesReadIn) -> Any:
    """Mark some of one's own messages as read."""
    scope = _own_scope(request)
    reading.mark_read(scope=scope, at=timezone.now(), message_ids=body.ids)
    return {"unread": selectors.count_unread(scope)}


@router.post("/messages/read-all", auth=SignedIn(), response={200: UnreadOut, **REFUSALS})
def mark_all_messages_read(request: HttpRequest) -> Any:
    """Mark all of one's own messages as read."""
    scope = _own_scope(request)
    reading.mark_all_read(scope=scope, at=timezone.now())
    return {"unread": selectors.count_unread(scope)}


@router.get("/messages/settings", auth=SignedIn(), response={200: MessageSettingsOut, **REFUSALS})
def get_message_settings(request: HttpRequest) -> Any:
    """Return how one is reached by SMS."""
    return contacts.get_settings(_own_scope(request))


@router.post("/messages/settings", auth=SignedIn(), response={200: MessageSettingsOut, **REFUSALS})
def change_message_settings(request: HttpRequest, body: MessageSettingsIn) -> Any:
    """Turn SMS on or off for oneself."""
    scope = _own_scope(request)
    return contacts.change_settings(scope=scope, at=timezone.now(), is_sms_on=body.is_sms_on)


@router.post(
    "/messages/settings/phone", auth=SignedIn(), response={200: MessageSettingsOut, **REFUSALS}
)
def ask_phone_code(request: HttpRequest, body: MessagePhoneIn) -> Any:
    """Send a code to the telephone that is to be one's own."""
    return contacts.ask_code(
        scope=_own_scope(request),
        at=timezone.now(),
        phone=body.phone,
        language=language_of(request),
    )


@router.post(
    "/messages/settings/phone/confirm",
    auth=SignedIn(),
    response={200: MessageSettingsOut, **REFUSALS},
)
def confirm_phone(request: HttpRequest, body: MessageCodeIn) -> Any:
    """Prove with the code that the telephone is one's own; SMS are on from then on."""
    return contacts.confirm(
        scope=_own_scope(request),
        at=timezone.now(),
        code=body.code,
        language=language_of(request),
    )
