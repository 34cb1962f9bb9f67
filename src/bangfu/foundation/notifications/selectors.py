"""Reads of messages: one's own, and what did not get out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, reading
from bangfu.foundation.http import cursors
from bangfu.foundation.notifications import wording
from bangfu.foundation.notifications.domain import MessageRecord, OutboxState
from bangfu.foundation.notifications.models import Message, Outbox
from bangfu.kernel.scope import Scope
from bangfu.standards import messages

_LIST = "messages"
# A count beyond this is said as "more than": nobody needs it exactly, and it stays cheap.
MOST_UNREAD = 999


@dataclass(frozen=True, slots=True)
class MessageList:
    """A page of one's messages, newest first, and the cursor of the next one."""

    items: tuple[MessageRecord, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DeadRecord:
    """A message that did not get out, and why; without its text or telephone."""

    id: UUID
    user_id: UUID
    region_code: str
    channel: str
    subject: str
    reason: str
    attempts: int
    created_at: datetime
    done_at: datetime | None


def list_messages(
    scope: Scope,
    *,
    language: str,
    is_unread: bool = False,
    cursor: str | None = None,
    limit: int = 20,
) -> MessageList:
    """Return a page of the scope's own person's messages in "zh" or "en", at most `limit`.

    Raises InvalidValue E-API-CURSOR.
    """
    after = cursors.unseal(_LIST, cursor)
    with activate(scope):
        rows = Message.objects.filter(user_id=scope.actor.id).order_by("-id")
        if is_unread:
            rows = rows.filter(read_at__isnull=True)
        if after:
            rows = rows.filter(id__lt=UUID(after[0]))
        found = list(rows[: limit + 1])
        items = tuple(_record(row, language) for row in found[:limit])
    more = cursors.seal(_LIST, [str(items[-1].id)]) if len(found) > limit else None
    return MessageList(items, more)


def count_unread(scope: Scope) -> int:
    """Return how many messages the scope's own person has not read, at most MOST_UNREAD."""
    with reading(scope):
        rows = Message.objects.filter(user_id=scope.actor.id, read_at__isnull=True)
        return rows[:MOST_UNREAD].count()


def list_dead(scope: Scope, *, limit: int = 100) -> list[DeadRecord]:
    """Return the newest messages of the scope that did not get out. Raises NotAllowed without
    ACCOUNTS_MANAGE."""
    require(scope, "ACCOUNTS_MANAGE")
    with activate(scope):
        rows = in_scope(Outbox.objects.filter(state=OutboxState.DEAD), scope).order_by("-id")
        return [
            DeadRecord(
                id=row.id,
                user_id=row.user_id,
                region_code=row.region_code,
                channel=row.channel,
                subject=row.subject,
                reason=row.reason,
                attempts=row.attempts,
                created_at=row.created_at,
                done_at=row.done_at,
            )
            for row in rows[: max(1, min(limit, 1000))]
        ]


def _record(row: Message, language: str) -> MessageRecord:
    subject = messages.get_subject(row.subject)
    return MessageRecord(
        id=row.id,
        subject=row.subject,
        title=subject.title[language],
        text=wording.said(subject.text[language], subject, row.params, language),
        link=row.link,
        created_at=row.created_at,
        read_at=row.read_at,
    )
