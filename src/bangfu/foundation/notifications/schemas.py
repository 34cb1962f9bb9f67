"""Wire shapes of messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field

from bangfu.foundation.http.schemas import Body, Schema


class MessageFilter(Schema):
    """Which of one's messages; `cursor` is an earlier page's `next_cursor`."""

    unread: bool = False
    cursor: str | None = None
    limit: int = Field(20, ge=1, le=100)


class MessageOut(Schema):
    """A message in the reader's language; `link` is an address within the console, or empty."""

    id: UUID
    subject: str
    title: str
    text: str
    link: str
    created_at: datetime
    read_at: datetime | None


class MessagePage(Schema):
    """Messages, newest first, and how many are unread (999 for that many and more)."""

    items: list[MessageOut]
    next_cursor: str | None
    unread: int


class UnreadOut(Schema):
    """How many messages are unread (999 for that many and more)."""

    unread: int


class MessagesReadIn(Body):
    """Which messages were read."""

    ids: list[UUID] = Field(max_length=200)


class MessageSettingsOut(Schema):
    """How the reader is reached by SMS: telephones masked, empty where there is none.

    `is_available`: the platform has a gateway. `is_bounced`: the last SMS did not arrive.
    `is_stopped`: the telephone's owner asked for none.
    """

    is_available: bool
    is_sms_on: bool
    phone: str
    is_bounced: bool
    is_stopped: bool
    pending_phone: str


class MessageSettingsIn(Body):
    """SMS on or off."""

    is_sms_on: bool


class MessagePhoneIn(Body):
    """A mobile telephone of eleven digits."""

    phone: str = Field(min_length=11, max_length=11)


class MessageCodeIn(Body):
    """The code that came by SMS."""

    code: str = Field(min_length=6, max_length=6)
