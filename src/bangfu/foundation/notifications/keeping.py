"""How long messages are kept: whoever has read one does not need it for ever (消息保留期).

Unread messages stay, and so does what has not left the house yet. A message's key goes with it;
the term is longer than the nine months for which nobody may be told of the same fact twice (F48).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.notifications.delivering import NATION, system
from bangfu.foundation.notifications.domain import OutboxState
from bangfu.foundation.notifications.models import Message, Outbox
from bangfu.kernel.workdays import local_day
from bangfu.standards import messages

KEPT_DAYS = "messages.kept_days"
# What one transaction deletes.
BATCH = 5000


def delete_read(*, at: datetime) -> int:
    """Delete the messages that were read and are older than the term in force on the day of `at`.

    With them goes what was sent of them. One transaction and one audit row a batch; returns how
    many messages there were.
    """
    deleted = 0
    while found := _delete_batch(at):
        deleted += found
        if found < BATCH:
            break
    return deleted


def _delete_batch(at: datetime) -> int:
    scope, days = system(), messages.get_count(KEPT_DAYS, local_day(at))
    before = at - timedelta(days=days)
    leaving = Outbox.objects.filter(
        message=OuterRef("pk"), state__in=[OutboxState.WAITING, OutboxState.SENDING]
    )
    with activate(scope):
        rows = Message.objects.filter(read_at__isnull=False, created_at__lt=before)
        ids = list(
            rows.exclude(Exists(leaving)).order_by("id").values_list("id", flat=True)[:BATCH]
        )
        if not ids:
            return 0
        Outbox.objects.filter(message_id__in=ids).delete()
        Message.objects.filter(id__in=ids).delete()
        audit.record(
            scope,
            "messages.read.deleted",
            at=at,
            subject_kind="messages.message",
            subject_id="",
            region_code=str(NATION),
            detail={"messages": len(ids), "days": days},
        )
    return len(ids)
