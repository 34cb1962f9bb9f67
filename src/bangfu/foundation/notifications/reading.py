"""Marking one's own messages as read. Not an act that the audit log keeps: nothing changes but
what the bell shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.notifications.models import Message
from bangfu.kernel.scope import Scope


def mark_read(*, scope: Scope, at: datetime, message_ids: Iterable[UUID]) -> int:
    """Mark these messages of the scope's own person as read; others' are as if they were not
    there. Returns how many were unread until now."""
    with activate(scope):
        rows = Message.objects.filter(user_id=scope.actor.id, read_at__isnull=True)
        return rows.filter(id__in=list(message_ids)).update(read_at=at)


def mark_all_read(*, scope: Scope, at: datetime) -> int:
    """Mark all messages of the scope's own person as read; returns how many there were."""
    with activate(scope):
        rows = Message.objects.filter(user_id=scope.actor.id, read_at__isnull=True)
        return rows.update(read_at=at)
