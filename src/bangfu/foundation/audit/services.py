"""Writing the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.scope import Scope


def record(
    scope: Scope,
    action: str,
    *,
    at: datetime,
    subject_kind: str,
    subject_id: str,
    region_code: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row in the caller's transaction, so that write and row stand or fall together.

    `action` is dotted past tense (`intake.batch.committed`); `region_code` the place of the
    subject, which must lie in the scope; `detail` holds ids, counts and codes and never personal
    data. Raises RuntimeError outside a transaction: an audit row of its own proves nothing.
    """
    if not connections["default"].in_atomic_block:
        raise RuntimeError(f"{action}: record() belongs inside the transaction of its write")
    with activate(scope):
        AuditEvent.objects.create(
            at=at,
            actor_kind=scope.actor.kind,
            actor_id=scope.actor.id[:120],
            actor_label=scope.actor.label[:120],
            action=action,
            region_code=region_code,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail=detail or {},
        )
