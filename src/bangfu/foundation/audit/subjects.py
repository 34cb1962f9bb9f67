"""Who did or saw what about one subject, for those who may see the subject itself.

The whole log is read with AUDIT_READ (`selectors`). These rows are the part of it that stands on
the page of a household: everybody who sees a family sees who else has looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.audit.services import NATION
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class SubjectEvent:
    """One row about a subject."""

    id: UUID
    subject_id: str
    at: datetime
    actor_kind: str
    actor_label: str
    action: str
    result: str
    purpose: str
    post_id: UUID | None
    detail: dict[str, Any]


def list_of_subject(
    scope: Scope,
    *,
    subject_kind: str,
    subject_id: str,
    actions: Sequence[str],
    before: UUID | None = None,
    limit: int = 50,
) -> list[SubjectEvent]:
    """Return the newest rows about one subject with these actions, older than the row `before`.

    The caller has found the subject in the scope; rows written while it lay elsewhere stay there.
    """
    return list_of_subjects(
        scope,
        subject_kinds=[subject_kind],
        subject_ids=[subject_id],
        actions=actions,
        before=before,
        limit=limit,
    )


def list_of_subjects(
    scope: Scope,
    *,
    subject_kinds: Sequence[str],
    subject_ids: Sequence[str],
    actions: Sequence[str],
    before: UUID | None = None,
    limit: int = 50,
) -> list[SubjectEvent]:
    """The same of several subjects that the caller has found, of some kinds."""
    with activate(scope):
        rows = in_scope(AuditEvent.objects.all(), scope).filter(
            subject_kind__in=subject_kinds, subject_id__in=subject_ids, action__in=actions
        )
        return _newest(rows, before, limit)


def list_of_lists(
    region: RegionCode,
    *,
    subject_kind: str,
    actions: Sequence[str],
    after: UUID,
    before: UUID | None = None,
    limit: int = 50,
) -> list[SubjectEvent]:
    """Return the newest rows with these actions about lists of a place or of one around it, newer
    than the row `after` and older than `before`.

    For a subject in `region` that the caller has found in its scope: whoever took a list along in
    which it may stand is told of, also where the list is of a wider place than the reader's.
    """
    around = [str(region.at_level(level)) for level in range(region.level + 1)]
    with activate(system_scope(NATION, "audit.lists")):
        rows = AuditEvent.objects.filter(
            subject_kind=subject_kind, action__in=actions, region_code__in=around, id__gt=after
        )
        return _newest(rows, before, limit)


def _newest(rows: QuerySet[AuditEvent], before: UUID | None, limit: int) -> list[SubjectEvent]:
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [
        SubjectEvent(
            id=row.id,
            subject_id=row.subject_id,
            at=row.at,
            actor_kind=row.actor_kind,
            actor_label=row.actor_label,
            action=row.action,
            result=row.result,
            purpose=row.purpose,
            post_id=row.post_id,
            detail=row.detail,
        )
        for row in rows.order_by("-id")[:limit]
    ]
