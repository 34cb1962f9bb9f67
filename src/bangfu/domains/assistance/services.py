"""Writes of pairings: made, ended, following their households. Handovers are in `handing`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bangfu.domains.assistance import events, messages, policy, rows
from bangfu.domains.assistance.cadres import MANAGE, Cadre, list_cadres
from bangfu.domains.assistance.domain import EndReason, PairingRecord
from bangfu.domains.assistance.events import PairingEnded
from bangfu.domains.assistance.models import Pairing
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.domains.registry.selectors import filtered
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import OfficeKind

SUBJECT = "assistance.pairing"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('assistance.pairings.' || %s, 0))"


@dataclass(frozen=True, slots=True)
class Home:
    """A household as far as a pairing keeps it."""

    id: UUID
    household_no: str
    head_name: str
    region_code: str


@dataclass(frozen=True, slots=True)
class PairingForm:
    """What somebody fills in. `office` "" takes the post's; `may_exceed` says that whoever pairs
    has seen that the cadre would have more households than the document allows."""

    household_no: str
    user_id: UUID
    valid_from: date
    office_kind: str
    office: str = ""
    note: str = ""
    may_exceed: bool = False


def pair(*, scope: Scope, at: datetime, form: PairingForm) -> PairingRecord:
    """Pair a cadre with a household that has none.

    Raises NotFound E-ASSISTANCE-HOUSEHOLD, InvalidValue E-ASSISTANCE-CADRE, -OFFICE-KIND, -DATE,
    Conflict E-ASSISTANCE-CADRE-ELSEWHERE, -PAIRED, -CAPACITY, -OVERLAP.
    """
    require(scope, MANAGE)
    today = timezone.localdate(at)
    check_day(form.valid_from, today)
    with activate(scope):
        home = find_homes(scope, [form.household_no]).get(form.household_no)
        if home is None:
            raise NotFound("E-ASSISTANCE-HOUSEHOLD", household_no=form.household_no[:40])
        region = RegionCode(home.region_code)
        lock(region)
        cadres = list_cadres(scope, today)
        cadre = cadres.get(form.user_id)
        cadres.demand(cadre, [home.region_code])
        held = rows.open_pairings(scope).filter(household_id=home.id).first()
        if held is not None:
            raise Conflict(
                "E-ASSISTANCE-PAIRED", household_no=home.household_no, by=held.cadre_name
            )
        kind = policy.find_kind(policy.office_kinds(scope, region, today), form.office_kind)
        if not form.may_exceed:
            check_capacity(cadre, kind, region, today, added=1)
        row = new_row(scope, at, home, cadre, kind, form.valid_from, form.office, form.note)
        save_all(scope, at, [row])
        detail = {"user": str(cadre.user_id), "from": form.valid_from.isoformat()}
        note(scope, "assistance.pairing.made", at, SUBJECT, row.id, row.region_code, detail)
    return rows.to_record(row)


def end(
    *,
    scope: Scope,
    at: datetime,
    pairing_id: UUID,
    on: date,
    reason: EndReason,
    remark: str = "",
) -> PairingRecord:
    """End a pairing; `on` is its last day. Nobody answers for the household afterwards.

    Raises NotFound E-ASSISTANCE-NOT-FOUND, Conflict E-ASSISTANCE-ENDED, InvalidValue
    E-ASSISTANCE-DATE, E-ASSISTANCE-REASON for HANDED_OVER, which only a handover gives.
    """
    require(scope, MANAGE)
    if reason is EndReason.HANDED_OVER:
        raise InvalidValue("E-ASSISTANCE-REASON")
    with activate(scope):
        found = in_scope(Pairing.objects.select_for_update(), scope)
        row = found.filter(id=pairing_id, voided_at__isnull=True).first()
        if row is None:
            raise NotFound("E-ASSISTANCE-NOT-FOUND")
        if row.valid_to is not None:
            raise Conflict("E-ASSISTANCE-ENDED", household_no=row.household_no)
        check_day(on, timezone.localdate(at))
        if on < row.valid_from:
            raise InvalidValue("E-ASSISTANCE-DATE")
        finish(scope, at, row, on, reason)
        row.note = remark.strip()[:300] or row.note
        row.save()
        detail = {"user": str(row.user_id), "to": on.isoformat(), "reason": str(reason)}
        note(scope, "assistance.pairing.ended", at, SUBJECT, row.id, row.region_code, detail)
        events.tell(scope, at, [ended_event(row, None)])
    return rows.to_record(row)


def follow_households(*, scope: Scope, at: datetime, household_ids: Collection[UUID]) -> int:
    """Bring the open pairings of households along after they moved, split, merged or closed.

    A household's new village, number and head are taken over; of one that nobody belongs to any
    more the pairing ends. Returns how many pairings changed; one audit row if any did.
    """
    with activate(scope):
        held = list(
            rows.open_pairings(scope)
            .select_for_update()
            .filter(household_id__in=list(household_ids))
        )
        present = filtered(scope, HouseholdFilter(among=[row.household_id for row in held]))
        homes = {one.id: one for one in _homes(present)}
        changed = [row for row in held if _follow(scope, at, row, homes.get(row.household_id))]
        for row in changed:
            row.save()
        if changed:
            detail = {"pairings": len(changed)}
            region = str(scope.region)
            note(scope, "assistance.pairings.followed", at, SUBJECT, changed[0].id, region, detail)
        gone = [ended_event(row, None) for row in changed if row.valid_to is not None]
        events.tell(scope, at, gone)
    return len(changed)


def restore_households(*, scope: Scope, at: datetime, household_ids: Collection[UUID]) -> int:
    """Let the pairings go on that ended because nobody belonged to their households, after that
    was undone: the newest of each that is open again and has no other. Returns how many; one
    audit row if any did. Whoever can no longer act is listed as orphaned.
    """
    with activate(scope):
        wanted = list(household_ids)
        present = filtered(scope, HouseholdFilter(among=wanted)).values_list("id", flat=True)
        paired = rows.open_pairings(scope).filter(household_id__in=wanted)
        free = set(present) - set(paired.values_list("household_id", flat=True))
        ended = in_scope(Pairing.objects.select_for_update(), scope).filter(
            household_id__in=list(free), voided_at__isnull=True, valid_to__isnull=False
        )
        newest = {row.household_id: row for row in ended.order_by("valid_to", "id")}
        changed = [row for row in newest.values() if row.end_reason == EndReason.HOUSEHOLD_CLOSED]
        for row in changed:
            row.valid_to, row.end_reason, row.ended_at = None, "", None
            row.ended_by, row.ended_in = "", None
            row.save()
        if changed:
            detail = {"pairings": len(changed)}
            region = str(scope.region)
            note(scope, "assistance.pairings.followed", at, SUBJECT, changed[0].id, region, detail)
    return len(changed)


def _follow(scope: Scope, at: datetime, row: Pairing, home: Home | None) -> bool:
    """Change a row after its household; return whether anything is new."""
    if home is None:
        last = max(timezone.localdate(at), row.valid_from)
        finish(scope, at, row, last, EndReason.HOUSEHOLD_CLOSED)
        return True
    kept = (row.region_code, row.household_no, row.head_name)
    now = (home.region_code, home.household_no, home.head_name)
    row.region_code, row.household_no, row.head_name = now
    return kept != now


# What several writes do


def lock(region: RegionCode) -> None:
    """Let nobody else pair in the county until the transaction ends, so that counts hold."""
    place = region.county if region.level >= COUNTY else region
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(place)])


def check_day(day: date, today: date) -> None:
    """Refuse a day to come: what holds is what can be acted on. Raises E-ASSISTANCE-DATE."""
    if day > today:
        raise InvalidValue("E-ASSISTANCE-DATE")


def find_homes(scope: Scope, numbers: Collection[str]) -> dict[str, Home]:
    """Return the open households of the scope by number; inside `activate`.

    Raises Conflict E-REGISTRY-NUMBER-AMBIGUOUS where counties of the scope share a number.
    """
    found: dict[str, Home] = {}
    for home in _homes(filtered(scope, HouseholdFilter()).filter(household_no__in=list(numbers))):
        if home.household_no in found:
            raise Conflict("E-REGISTRY-NUMBER-AMBIGUOUS", household_no=home.household_no)
        found[home.household_no] = home
    return found


def _homes(found: Any) -> Iterable[Home]:
    values = found.values_list("id", "household_no", "head_name", "region_code")
    return [Home(*each) for each in values]


def check_capacity(
    cadre: Cadre, kind: OfficeKind, region: RegionCode, on: date, *, added: int
) -> None:
    """Refuse more households than a cadre of such an office may have, counted over the county.

    Raises Conflict E-ASSISTANCE-CAPACITY.
    """
    capacity = kind.capacity(str(region), on)
    if capacity is None:
        return
    held = rows.count_held([cadre.user_id], region).get(cadre.user_id, 0)
    if held + added > capacity.households:
        raise Conflict(
            "E-ASSISTANCE-CAPACITY",
            cadre=cadre.name,
            held=held,
            added=added,
            most=capacity.households,
        )


def new_row(
    scope: Scope,
    at: datetime,
    home: Home,
    cadre: Cadre,
    kind: OfficeKind,
    since: date,
    office: str = "",
    remark: str = "",
    *,
    made_in: UUID | None = None,
) -> Pairing:
    """Return a pairing that is not stored yet."""
    return Pairing(
        region_code=home.region_code,
        household_id=home.id,
        household_no=home.household_no,
        head_name=home.head_name,
        user_id=cadre.user_id,
        cadre_name=cadre.name[:60],
        office=(office.strip() or cadre.office)[:80],
        office_kind=kind.name,
        valid_from=since,
        note=remark.strip()[:300],
        created_at=at,
        created_by=scope.actor.label[:120],
        created_by_id=scope.actor.id[:120],
        made_in=made_in,
    )


def save_all(scope: Scope, at: datetime, made: Sequence[Pairing]) -> None:
    """Store new pairings and tell their cadres. Raises Conflict E-ASSISTANCE-OVERLAP where one
    begins on a day on which the household's earlier one still held."""
    try:
        with transaction.atomic():
            Pairing.objects.bulk_create(made, batch_size=500)
    except IntegrityError as error:
        raise Conflict("E-ASSISTANCE-OVERLAP", count=len(made)) from error
    messages.tell_paired(scope, at, [row.user_id for row in made])


def finish(
    scope: Scope,
    at: datetime,
    row: Pairing,
    last: date,
    reason: EndReason,
    *,
    ended_in: UUID | None = None,
) -> None:
    """Give a row its end; whoever calls stores it."""
    row.valid_to, row.end_reason, row.ended_at = last, str(reason), at
    row.ended_by, row.ended_in = scope.actor.label[:120], ended_in


def day_before(day: date) -> date:
    """Return the last day of what ends because something else begins."""
    return day - timedelta(days=1)


def ended_event(row: Pairing, successor: UUID | None) -> PairingEnded:
    """Return what the domains above are told of a row's end."""
    return PairingEnded(
        row.id,
        row.household_id,
        row.household_no,
        row.region_code,
        row.user_id,
        successor,
        row.end_reason,
    )


def note(
    scope: Scope,
    action: str,
    at: datetime,
    kind: str,
    subject_id: UUID,
    region_code: str,
    detail: dict[str, Any],
) -> None:
    """Write the act's one row of the audit log."""
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=kind,
        subject_id=str(subject_id),
        region_code=region_code,
        detail=detail,
    )
