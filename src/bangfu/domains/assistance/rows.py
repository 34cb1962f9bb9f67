"""Rows of pairings as plain records, and who of their cadres can act."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bangfu.domains.assistance.domain import HandoverRecord, PairingRecord, Reach
from bangfu.domains.assistance.models import Handover, Pairing
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.accounts.holders import list_holders
from bangfu.kernel.region import COUNTY, TOWN, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope

# Whoever answers for a household has to be able to check what comes in about it, from the
# village or the township: a county's own post decides and does not answer for a family.
ACTS_BY, LEVELS = "CLUE_CHECK", (TOWN, VILLAGE)


def open_pairings(scope: Scope) -> QuerySet[Pairing]:
    """Return the pairings of the scope without an end; use inside `activate`."""
    return in_scope(Pairing.objects.all(), scope).filter(
        valid_to__isnull=True, voided_at__isnull=True
    )


def held_on(scope: Scope, on: date) -> QuerySet[Pairing]:
    """Return the pairings of the scope that hold on a day; use inside `activate`."""
    return in_scope(Pairing.objects.all(), scope).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on, voided_at__isnull=True
    )


def reach_of(scope: Scope, users: Collection[UUID], on: date) -> Reach:
    """Return where these accounts can act for households on a day.

    Posts of the whole county of the scope are looked at: a township's post covers its villages,
    and somebody of a village sees no post above it.
    """
    region = scope.region
    wider = system_scope(region.county, "assistance.reach") if region.level > COUNTY else scope
    places: dict[UUID, set[str]] = {}
    if users:
        for one in list_holders(wider, ACTS_BY, on, levels=LEVELS, users=users):
            places.setdefault(one.user_id, set()).add(one.place)
    return Reach({user: tuple(sorted(found)) for user, found in places.items()})


def count_held(users: Collection[UUID], region: RegionCode) -> Mapping[UUID, int]:
    """Return how many households each of these cadres has in the county of a place, also those
    that the reader does not see."""
    place = region.county if region.level >= COUNTY else region
    wider = system_scope(place, "assistance.capacity")
    with activate(wider):
        found = open_pairings(wider).filter(user_id__in=list(users)).values("user_id")
        return {row["user_id"]: row["many"] for row in found.annotate(many=Count("id"))}


def unable(scope: Scope, on: date) -> list[tuple[UUID, str]]:
    """Return the (account, village) of open pairings whose cadre can no longer act there."""
    with activate(scope):
        pairs = list(open_pairings(scope).values_list("user_id", "region_code").distinct())
    reach = reach_of(scope, {user for user, _ in pairs}, on)
    return sorted((user, code) for user, code in pairs if not reach.covers(user, code))


def among(pairs: Iterable[tuple[UUID, str]]) -> Q:
    """Return the condition that a pairing is of one of these (account, village)."""
    found = Q(pk__in=[])
    villages: dict[UUID, list[str]] = {}
    for user, code in pairs:
        villages.setdefault(user, []).append(code)
    for user, codes in villages.items():
        found |= Q(user_id=user, region_code__in=codes)
    return found


def to_record(row: Pairing, *, is_able: bool = True) -> PairingRecord:
    """Return the plain record of a row."""
    return PairingRecord(
        id=row.id,
        region_code=row.region_code,
        household_id=row.household_id,
        household_no=row.household_no,
        head_name=row.head_name,
        user_id=row.user_id,
        cadre_name=row.cadre_name,
        office=row.office,
        office_kind=row.office_kind,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        end_reason=row.end_reason,
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        is_able=is_able,
    )


def to_handover(row: Handover) -> HandoverRecord:
    """Return the plain record of a handover."""
    return HandoverRecord(
        id=row.id,
        region_code=row.region_code,
        at=row.at,
        by=row.by,
        on=row.on,
        from_user_id=row.from_user_id,
        from_name=row.from_name,
        to_user_id=row.to_user_id,
        to_name=row.to_name,
        reason=row.reason,
        count=row.count,
        undone_at=row.undone_at,
    )


def place_of(code: str) -> RegionCode:
    """Return the place whose leading digits are given, the nation for none."""
    return RegionCode(code.ljust(12, "0"))
