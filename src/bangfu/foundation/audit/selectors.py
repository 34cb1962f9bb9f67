"""Reads of the audit log: the rows of a scope, and how the chain is doing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.models import F, Func, Q, QuerySet, UUIDField
from django.utils import timezone

from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.audit import canonical
from bangfu.foundation.audit.models import AuditEvent, Checkpoint, PendingEvent, Segment
from bangfu.foundation.audit.services import NATION
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import milliseconds_of

# A row that waits longer than this for its seal means that no sealer is at work.
LATE_SECONDS = 60
VERIFIED = "audit.chain.verified"


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
    result: str
    purpose: str
    post_id: UUID | None
    client: str
    is_sealed: bool = True


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which rows: a place, words of the actor, the beginning of an action, a result, a subject,
    from an instant until before another. Empty means all."""

    region: RegionCode | None = None
    actor: str = ""
    action: str = ""
    result: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the chain is doing. It counts nothing: what other places write is not told."""

    sealed_at: datetime | None
    is_late: bool
    checkpoint_at: datetime | None
    checkpoint_error: str
    is_off_box: bool
    verified_at: datetime | None
    is_sound: bool | None
    fault: str


@dataclass(frozen=True, slots=True)
class Proved:
    """A row's text with its place: which segment, and where in it (from 0)."""

    text: bytes
    segment: int
    place: int


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


def list_page(
    scope: Scope, query: EventQuery, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[AuditRecord]:
    """Return rows, newest first, after the row (its instant and id) where the last page ended.

    Raises NotAllowed E-ACCESS-PERMISSION without AUDIT_READ.
    """
    require(scope, "AUDIT_READ")
    with activate(scope):
        rows = _filtered(scope, query)
        if after is not None:
            at, event_id = after
            rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=event_id))
        found = list(rows.order_by("-at", "-id")[:limit])
        waiting = set(
            PendingEvent.objects.filter(event_id__in=[row.id for row in found]).values_list(
                "event_id", flat=True
            )
        )
        return [_record(row, is_sealed=row.id not in waiting) for row in found]


def last_row() -> int:
    """Return the number of the last sealed row in the whole chain, 0 before the first."""
    last = Segment.objects.order_by("-number").values_list("first", "rows").first()
    return last[0] + last[1] - 1 if last else 0


def list_ids(
    scope: Scope, query: EventQuery, *, limit: int, through: int | None = None
) -> list[UUID]:
    """Return the ids of at most `limit` rows in the order of their ids, for an export: with
    `through` those that were sealed up to the row of that number in the chain.

    Raises NotAllowed E-ACCESS-PERMISSION without AUDIT_EXPORT.
    """
    require(scope, "AUDIT_EXPORT")
    with activate(scope):
        rows = _filtered(scope, query)
        if through is not None:
            rows = _sealed_by(rows, through)
        return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def list_proved(scope: Scope, ids: Sequence[UUID]) -> Iterator[tuple[AuditRecord, Proved]]:
    """Yield sealed rows of the scope with their texts and places, in the order of the chain.

    The caller holds the scope open: rows outside it are not there. Unsealed ones are left out.
    """
    with connections["default"].cursor() as cursor:
        for start in range(0, len(ids), 500):
            part = list(ids[start : start + 500])
            cursor.execute(_PLACES, [part, part])
            found = cursor.fetchall()
            rows = in_scope(AuditEvent.objects.all(), scope).in_bulk([one[0] for one in found])
            for event_id, text, segment, place in found:
                if event_id in rows:
                    yield _record(rows[event_id]), Proved(bytes(text), segment, place - 1)


def list_segments(first: int, last: int) -> Iterator[Segment]:
    """Yield the segments from `first` to `last`: hashes, no row's content."""
    return Segment.objects.filter(number__gte=first, number__lte=last).order_by("number").iterator()


def next_checkpoint(number: int) -> int | None:
    """Return the first segment from `number` on of which the witness has a checkpoint."""
    sent = Checkpoint.objects.filter(number__gte=number, error="").order_by("number")
    return sent.values_list("number", flat=True).first()


def get_state(scope: Scope, *, at: datetime | None = None) -> ChainState:
    """Return how the chain is doing. Raises NotAllowed E-ACCESS-PERMISSION without AUDIT_READ."""
    require(scope, "AUDIT_READ")
    now = at or timezone.now()
    oldest = PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True).first()
    late = oldest is not None and milliseconds_of(oldest) < (now.timestamp() - LATE_SECONDS) * 1000
    last = Checkpoint.objects.order_by("-made_at", "-id").first()
    taken = Checkpoint.objects.filter(error="").order_by("-made_at").first()
    with activate(system_scope(NATION, "audit")):
        verified = _verifications().order_by("-id").first()
    return ChainState(
        sealed_at=Segment.objects.order_by("-number").values_list("sealed_at", flat=True).first(),
        is_late=late,
        checkpoint_at=taken.made_at if taken else None,
        checkpoint_error=last.error if last else "",
        is_off_box=bool(settings.BANGFU_AUDIT_WITNESS)
        and (verified is None or bool(verified.detail.get("off_box", True))),
        verified_at=verified.at if verified else None,
        is_sound=verified.detail["sound"] if verified else None,
        fault=str(verified.detail.get("fault", "")) if verified else "",
    )


def _verifications() -> QuerySet[AuditEvent]:
    """Verifications against the witness that is set; one by hand against less says less."""
    return AuditEvent.objects.filter(action=VERIFIED).exclude(
        detail__against__in=["other", "nothing"]
    )


def is_verification_due(at: datetime) -> bool:
    """Return whether the chain was not verified for a day (BANGFU_AUDIT_VERIFY_HOURS)."""
    since = at - timedelta(hours=settings.BANGFU_AUDIT_VERIFY_HOURS)
    with activate(system_scope(NATION, "audit")):
        done = _verifications().filter(at__gt=since).exists()
    return not done and Segment.objects.exists()


# Joined by id alone: a row's segment is found by the index on the ids that segments hold.
_PLACES = f"""
SELECT e.id, convert_to({canonical.ROW_TEXT}, 'UTF8'), s.number, u.place
  FROM audit_segment s
 CROSS JOIN unnest(s.event_ids) WITH ORDINALITY AS u(id, place)
  JOIN audit_event e ON e.id = u.id
 WHERE s.event_ids && %s::uuid[] AND u.id = ANY(%s::uuid[])
 ORDER BY s.number, u.place
"""  # noqa: S608


def _sealed_by(rows: QuerySet[AuditEvent], through: int) -> QuerySet[AuditEvent]:
    """Leave out what was not sealed yet when the row of the number `through` was the last.

    A row that committed late is sealed late: neither its id nor its instant tells what was there.
    """
    later = Segment.objects.filter(first__gt=through).values_list(
        Func(F("event_ids"), function="unnest", output_field=UUIDField(), set_returning=True)
    )
    waiting = PendingEvent.objects.values_list("event_id")
    return rows.exclude(id__in=waiting).exclude(id__in=later)


def _filtered(scope: Scope, query: EventQuery) -> QuerySet[AuditEvent]:
    rows = in_scope(AuditEvent.objects.all(), scope)
    if query.region is not None:
        lower, upper = query.region.bounds
        rows = rows.filter(region_code__gte=lower, region_code__lt=upper)
    if query.actor:
        rows = rows.filter(Q(actor_label__icontains=query.actor) | Q(actor_id=query.actor))
    if query.action:
        rows = rows.filter(action__startswith=query.action)
    exact = {
        "result": query.result,
        "subject_kind": query.subject_kind,
        "subject_id": query.subject_id,
        "at__gte": query.since,
        "at__lt": query.until,
    }
    return rows.filter(**{name: value for name, value in exact.items() if value})


def _record(row: AuditEvent, *, is_sealed: bool = True) -> AuditRecord:
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
        result=row.result,
        purpose=row.purpose,
        post_id=row.post_id,
        client=row.client,
        is_sealed=is_sealed,
    )
