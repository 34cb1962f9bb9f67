"""Handovers (交接): some or all households of a cadre go to another at once, and back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from bangfu.domains.assistance import events, policy, rows, services
from bangfu.domains.assistance.cadres import MANAGE, Cadre, list_cadres
from bangfu.domains.assistance.domain import EndReason, HandoverRecord, smallest_place
from bangfu.domains.assistance.models import Handover, Pairing
from bangfu.domains.assistance.services import Home
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

SUBJECT = "assistance.handover"
MOST = 10_000


@dataclass(frozen=True, slots=True)
class HandoverForm:
    """Which households go to whom from which day; no `pairing_ids` means all that the cadre has
    in the scope. `office` "" takes the successor's post's."""

    from_user_id: UUID
    to_user_id: UUID
    on: date
    reason: str
    office_kind: str
    office: str = ""
    pairing_ids: Collection[UUID] | None = None
    may_exceed: bool = False


def hand_over(*, scope: Scope, at: datetime, form: HandoverForm) -> HandoverRecord:
    """Let a successor answer for a cadre's households from a day on, all or none.

    The domains above are told in the same transaction, so that what waits goes along. Raises
    InvalidValue E-ASSISTANCE-REASON, -DATE, -CADRE, -OFFICE-KIND, NotFound
    E-ASSISTANCE-NOT-FOUND, Conflict E-ASSISTANCE-SAME-CADRE, -CADRE-ELSEWHERE, -CAPACITY.
    """
    require(scope, MANAGE)
    today = timezone.localdate(at)
    if not form.reason.strip():
        raise InvalidValue("E-ASSISTANCE-REASON")
    if form.from_user_id == form.to_user_id:
        raise Conflict("E-ASSISTANCE-SAME-CADRE")
    services.check_day(form.on, today)
    with activate(scope):
        services.lock(scope.region)
        held = _held(scope, form)
        cadres = list_cadres(scope, today)
        successor = cadres.get(form.to_user_id)
        cadres.demand(successor, [row.region_code for row in held])
        row = _hand(scope, at, form, held, successor)
        services.note(
            scope,
            "assistance.handover.made",
            at,
            SUBJECT,
            row.id,
            row.region_code,
            {"from": str(row.from_user_id), "to": str(row.to_user_id), "households": row.count},
        )
        events.tell(scope, at, [services.ended_event(each, successor.user_id) for each in held])
    return rows.to_handover(row)


def _held(scope: Scope, form: HandoverForm) -> list[Pairing]:
    """Return the pairings that go, locked, in the order of their numbers."""
    found = rows.open_pairings(scope).filter(user_id=form.from_user_id)
    if form.pairing_ids is not None:
        found = found.filter(id__in=list(form.pairing_ids))
    held = list(found.select_for_update().order_by("region_code", "household_no")[: MOST + 1])
    wanted = None if form.pairing_ids is None else len(set(form.pairing_ids))
    if not held or len(held) > MOST or wanted not in (None, len(held)):
        raise NotFound("E-ASSISTANCE-NOT-FOUND")
    if any(row.valid_from > form.on for row in held):
        raise InvalidValue("E-ASSISTANCE-DATE")
    return held


def _hand(
    scope: Scope, at: datetime, form: HandoverForm, held: list[Pairing], successor: Cadre
) -> Handover:
    """End the old pairings, make the new ones and the record of both."""
    place = rows.place_of(smallest_place(row.region_code for row in held))
    today = timezone.localdate(at)
    kind = policy.find_kind(policy.office_kinds(scope, place, today), form.office_kind)
    if not form.may_exceed:
        services.check_capacity(successor, kind, place, today, added=len(held))
    row = Handover(
        id=uuid7(),
        region_code=str(place),
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        on=form.on,
        from_user_id=form.from_user_id,
        from_name=held[0].cadre_name,
        to_user_id=successor.user_id,
        to_name=successor.name[:60],
        reason=form.reason.strip()[:300],
        count=len(held),
    )
    row.save(force_insert=True)
    last = services.day_before(form.on)
    for each in held:
        services.finish(scope, at, each, last, EndReason.HANDED_OVER, ended_in=row.id)
    _store(held)
    services.save_all(
        scope,
        at,
        [
            services.new_row(
                scope,
                at,
                Home(each.household_id, each.household_no, each.head_name, each.region_code),
                successor,
                kind,
                form.on,
                form.office,
                made_in=row.id,
            )
            for each in held
        ],
    )
    return row


_ENDING = ["valid_to", "end_reason", "ended_at", "ended_by", "ended_in"]


def _store(held: list[Pairing]) -> None:
    Pairing.objects.bulk_update(held, _ENDING, batch_size=500)


def undo(*, scope: Scope, at: datetime, handover_id: UUID) -> HandoverRecord:
    """Take a handover back: the first cadre answers again as if nothing had been.

    Possible while every pairing that it made stands as it was made. Raises NotFound
    E-ASSISTANCE-NOT-FOUND, Conflict E-ASSISTANCE-UNDONE, E-ASSISTANCE-UNDO-BLOCKED.
    """
    require(scope, MANAGE)
    with activate(scope):
        services.lock(scope.region)
        found = in_scope(Handover.objects.select_for_update(), scope)
        row = found.filter(id=handover_id).first()
        if row is None:
            raise NotFound("E-ASSISTANCE-NOT-FOUND")
        if row.undone_at is not None:
            raise Conflict("E-ASSISTANCE-UNDONE")
        standing = rows.open_pairings(scope).select_for_update()
        made = list(standing.filter(made_in=row.id))
        before = list(in_scope(Pairing.objects.select_for_update(), scope).filter(ended_in=row.id))
        if len(made) != row.count or len(before) != row.count:
            left = row.count - len(made)
            raise Conflict("E-ASSISTANCE-UNDO-BLOCKED", count=left or row.count)
        Pairing.objects.filter(id__in=[each.id for each in made]).update(voided_at=at)
        for each in before:
            each.valid_to, each.end_reason, each.ended_at = None, "", None
            each.ended_by, each.ended_in = "", None
        _store(before)
        row.undone_at, row.undone_by = at, scope.actor.label[:120]
        row.save(update_fields=["undone_at", "undone_by"])
        detail = {"households": row.count}
        services.note(
            scope, "assistance.handover.undone", at, SUBJECT, row.id, row.region_code, detail
        )
        events.tell(scope, at, [services.ended_event(each, row.from_user_id) for each in made])
    return rows.to_handover(row)
