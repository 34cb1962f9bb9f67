"""Acts of an administrator on what leaves the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.notifications.domain import OutboxState
from bangfu.foundation.notifications.models import Outbox
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope

GIVEN_UP = "GIVEN_UP"


def retry(*, scope: Scope, at: datetime, outbox_id: UUID) -> None:
    """Let a message that did not get out be tried from the beginning.

    Where nobody knew whether it was sent, its person may get it twice: that is what the
    administrator decides. Raises NotAllowed without ACCOUNTS_MANAGE, NotFound E-MESSAGE-NOT-DEAD.
    """
    with _dead(scope, at, outbox_id, "messages.outbox.retried") as row:
        row.state, row.reason, row.done_at, row.claimed_at = OutboxState.WAITING, "", None, None
        row.attempts = row.unclear = 0
        row.next_at = at


def give_up(*, scope: Scope, at: datetime, outbox_id: UUID) -> None:
    """Take a message that did not get out from the list: its person is told some other way.

    It stays in the inbox. Raises NotAllowed without ACCOUNTS_MANAGE, NotFound E-MESSAGE-NOT-DEAD.
    """
    with _dead(scope, at, outbox_id, "messages.outbox.given_up") as row:
        row.state, row.reason, row.done_at = OutboxState.SKIPPED, GIVEN_UP, at


@contextmanager
def _dead(scope: Scope, at: datetime, outbox_id: UUID, action: str) -> Iterator[Outbox]:
    """Yield a dead row to change, then save it with the audit row of the act."""
    require(scope, "ACCOUNTS_MANAGE")
    with activate(scope):
        rows = in_scope(Outbox.objects.select_for_update(), scope)
        row = rows.filter(id=outbox_id, state=OutboxState.DEAD).first()
        if row is None:
            raise NotFound("E-MESSAGE-NOT-DEAD")
        reason = row.reason
        yield row
        row.save()
        audit.record(
            scope,
            action,
            at=at,
            subject_kind="messages.outbox",
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"subject": row.subject, "reason": reason},
        )
