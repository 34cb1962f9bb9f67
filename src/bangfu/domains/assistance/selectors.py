"""Reads of pairings. A pairing outside the scope does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core import signing
from django.db.models import Count, Max, Q, QuerySet

from bangfu.domains.assistance import rows
from bangfu.domains.assistance.domain import CadreLoad, HandoverRecord, PairingRecord
from bangfu.domains.assistance.models import Handover, Pairing
from bangfu.domains.assistance.policy import office_kinds
from bangfu.domains.assistance.rows import count_held
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_text
from bangfu.procedures import OfficeKind

MAX_PAGE = 500
_SALT = "assistance.pairings"
READ = "REGISTRY_READ"


@dataclass(frozen=True, slots=True)
class PairingFilter:
    """Which pairings: OPEN, ORPHANED (open, with a cadre who cannot act) or ENDED; `q` a
    household's number or the name of its head or cadre, from its start. Empty means all."""

    region: RegionCode | None = None
    state: str = "OPEN"
    user_id: UUID | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class PairingPage:
    """A page of pairings."""

    items: list[PairingRecord] = field(default_factory=list)
    next_cursor: str | None = None
    total: int = 0


def paired_cadre_of(
    scope: Scope, household_ids: Collection[UUID], on: date, *, able: bool = True
) -> dict[UUID, UUID]:
    """Return household → account of the cadre who answers for it on a day; two queries.

    Households without one are left out, and so are, unless `able` is False, those whose cadre
    cannot act: the account is disabled or no post in force covers the village.
    """
    require(scope, READ)
    with activate(scope):
        found = list(
            rows.held_on(scope, on)
            .filter(household_id__in=list(household_ids))
            .values_list("household_id", "user_id", "region_code")
        )
    if not able:
        return {household: user for household, user, _ in found}
    reach = rows.reach_of(scope, {user for _, user, _ in found}, on)
    return {household: user for household, user, code in found if reach.covers(user, code)}


def households_of(scope: Scope, user_id: UUID, on: date) -> list[PairingRecord]:
    """Return the pairings that a cadre holds on a day, by place and household number."""
    require(scope, READ)
    with activate(scope):
        found = rows.held_on(scope, on).filter(user_id=user_id)
        held = list(found.order_by("region_code", "household_no"))
    reach = rows.reach_of(scope, {user_id}, on)
    return [rows.to_record(row, is_able=reach.covers(row.user_id, row.region_code)) for row in held]


def list_orphans(
    scope: Scope, on: date, *, region: RegionCode | None = None, limit: int = 1_000
) -> list[PairingRecord]:
    """Return the open pairings whose cadre can no longer act, by cadre and household number.

    A household among them has a name on paper and nobody who comes.
    """
    require(scope, READ)
    pairs = rows.unable(scope, on)
    if not pairs:
        return []
    with activate(scope):
        found = _within(rows.open_pairings(scope).filter(rows.among(pairs)), region)
        ordered = found.order_by("cadre_name", "user_id", "household_no")[:limit]
        return [rows.to_record(row, is_able=False) for row in ordered]


def count_orphans(scope: Scope, on: date, *, region: RegionCode | None = None) -> int:
    """Return how many open pairings have a cadre who can no longer act."""
    require(scope, READ)
    pairs = rows.unable(scope, on)
    if not pairs:
        return 0
    with activate(scope):
        return _within(rows.open_pairings(scope).filter(rows.among(pairs)), region).count()


def list_pairings(
    scope: Scope,
    filters: PairingFilter,
    on: date,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> PairingPage:
    """Return a page of pairings, by place and household number, the newest of a household first.

    Raises InvalidValue E-ASSISTANCE-CURSOR.
    """
    require(scope, READ)
    limit = max(1, min(limit, MAX_PAGE))
    pairs = rows.unable(scope, on)
    with activate(scope):
        found = _filtered(scope, filters, pairs)
        total = found.count()
        if cursor:
            found = found.filter(_after(cursor))
        page = list(found.order_by("region_code", "household_no", "id")[: limit + 1])
    unable = set(pairs)
    shown = page[:limit]
    return PairingPage(
        items=[
            rows.to_record(row, is_able=(row.user_id, row.region_code) not in unable)
            for row in shown
        ],
        next_cursor=_cursor(shown[-1]) if len(page) > limit else None,
        total=total,
    )


def iter_pairings(scope: Scope, filters: PairingFilter, on: date) -> Iterator[PairingRecord]:
    """Yield all pairings within the filters, page by page."""
    cursor: str | None = None
    while True:
        page = list_pairings(scope, filters, on, cursor=cursor, limit=MAX_PAGE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def list_loads(scope: Scope, on: date, *, region: RegionCode | None = None) -> list[CadreLoad]:
    """Return who has households in a place, those with orphans first, then the fullest.

    Cost: four queries, whatever the number of pairings; the capacities are read from the pack.
    """
    require(scope, READ)
    pairs = rows.unable(scope, on)
    place = region or scope.region
    with activate(scope):
        here = _within(rows.open_pairings(scope), region)
        counted = here.values("user_id").annotate(
            many=Count("id"),
            lost=Count("id", filter=rows.among(pairs)),
            name=Max("cadre_name"),
            at=Max("office"),
            kind=Max("office_kind"),
        )
        found = list(counted)
    totals = count_held([row["user_id"] for row in found], place) if found else {}
    kinds = office_kinds(scope, place, on)
    loads = [
        CadreLoad(
            user_id=row["user_id"],
            cadre_name=row["name"],
            office=row["at"],
            office_kind=row["kind"],
            households=row["many"],
            total=max(totals.get(row["user_id"], 0), row["many"]),
            orphaned=row["lost"],
            capacity=_most(kinds, row["kind"], place, on),
        )
        for row in found
    ]
    return sorted(loads, key=lambda one: (-one.orphaned, -one.total, one.cadre_name))


def _most(kinds: Mapping[str, OfficeKind], kind: str, place: RegionCode, on: date) -> int | None:
    found = kinds.get(kind)
    capacity = found.capacity(str(place), on) if found else None
    return capacity.households if capacity else None


def list_handovers(scope: Scope, *, limit: int = 50) -> list[HandoverRecord]:
    """Return the newest handovers of the scope."""
    require(scope, READ)
    with activate(scope):
        found = in_scope(Handover.objects.all(), scope).order_by("-id")[:limit]
        return [rows.to_handover(row) for row in found]


def _within(found: QuerySet[Pairing], region: RegionCode | None) -> QuerySet[Pairing]:
    if region is None:
        return found
    lower, upper = region.bounds
    return found.filter(region_code__gte=lower, region_code__lt=upper)


def _filtered(
    scope: Scope, filters: PairingFilter, pairs: list[tuple[UUID, str]]
) -> QuerySet[Pairing]:
    if filters.state == "ENDED":
        found = in_scope(Pairing.objects.all(), scope)
        found = found.filter(valid_to__isnull=False, voided_at__isnull=True)
    else:
        found = rows.open_pairings(scope)
    if filters.state == "ORPHANED":
        found = found.filter(rows.among(pairs))
    if filters.user_id is not None:
        found = found.filter(user_id=filters.user_id)
    text = normalise_text(filters.q)
    if text:
        found = found.filter(
            Q(household_no__startswith=text)
            | Q(head_name__startswith=text)
            | Q(cadre_name__startswith=text)
        )
    return _within(found, filters.region)


def _cursor(row: Pairing) -> str:
    place = [row.region_code, row.household_no, str(row.id)]
    return signing.dumps(place, salt=_SALT, compress=True)


def _after(cursor: str) -> Q:
    try:
        code, number, last = signing.loads(cursor, salt=_SALT)
        row_id = UUID(last)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidValue("E-ASSISTANCE-CURSOR") from error
    return Q(region_code__gte=code) & (
        Q(region_code__gt=code)
        | Q(region_code=code, household_no__gt=number)
        | Q(region_code=code, household_no=number, id__gt=row_id)
    )
