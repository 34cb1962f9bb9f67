"""Reads of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row of the log as other code sees it."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    action: str
    region_code: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any]


def list_events(
    scope: Scope, *, subject_kind: str = "", subject_id: str = "", limit: int = 100
) -> list[AuditRecord]:
    """Return the newest rows of the scope, at most `limit`, of one subject when it is given.

    Raises NotAllowed E-ACCESS-PERMISSION without AUDIT_READ.
    """
    require(scope, "AUDIT_READ")
    with activate(scope):
        rows = in_scope(AuditEvent.objects.all(), scope).order_by("-id")
        if subject_kind:
            rows = rows.filter(subject_kind=subject_kind)
        if subject_id:
            rows = rows.filter(subject_id=subject_id)
        return [_record(row) for row in rows[:limit]]


def _record(row: AuditEvent) -> AuditRecord:
    return AuditRecord(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_label=row.actor_label,
        action=row.action,
        region_code=row.region_code,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        detail=row.detail,
    )
