"""Lists and counts of households: keyset paging, so that page 400 costs what page 1 does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Left

from bangfu.domains.registry.models import Household
from bangfu.domains.registry.records import (
    HouseholdFilter,
    HouseholdPage,
    HouseholdRow,
    RegionCount,
)
from bangfu.domains.registry.selectors.search import condition
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import PREFIX_LENGTHS, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope

MAX_PAGE = 500
# Sort orders: columns that, with the id, make each row's place unique.
SORTS: dict[str, tuple[str, ...]] = {
    "place": ("region_code", "household_no", "id"),
    "household_no": ("household_no", "id"),
    "name": ("head_pinyin", "id"),
}
_SALT = "registry.households"
_ROW = (
    "id",
    "household_no",
    "head_name",
    "head_pinyin",
    "region_code",
    "member_count",
    "household_type",
    "monitored_category",
    "risk_status",
    "as_of",
)


def filtered(scope: Scope, filters: HouseholdFilter) -> QuerySet[Household]:
    """Return the open households of the scope within the filters; use inside `activate(scope)`."""
    found = in_scope(Household.objects.filter(closed_on__isnull=True), scope)
    if filters.region is not None:
        lower, upper = filters.region.bounds
        found = found.filter(region_code__gte=lower, region_code__lt=upper)
    if filters.household_types:
        found = found.filter(household_type__in=filters.household_types)
    if filters.monitored_categories:
        found = found.filter(monitored_category__in=filters.monitored_categories)
    if filters.risk_statuses:
        found = found.filter(risk_status__in=filters.risk_statuses)
    if filters.q.strip():
        found = found.filter(condition(filters.q))
    if filters.among is not None:
        found = found.filter(id__in=filters.among)
    return found


def list_households(
    scope: Scope,
    filters: HouseholdFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
    sort: str = "place",
) -> HouseholdPage:
    """Return a page of households, 1–500 rows.

    `sort`: place (region, number), household_no or name (pinyin of the head). The cursor is
    signed and holds the last row's place in the order. Raises InvalidValue E-REGISTRY-CURSOR.
    """
    require(scope, "REGISTRY_READ")
    limit = max(1, min(limit, MAX_PAGE))
    keys = SORTS[sort]
    with activate(scope):
        found = filtered(scope, filters or HouseholdFilter()).order_by(*keys)
        if cursor:
            found = found.filter(_after(keys, _open_cursor(cursor, sort)))
        rows = [_row(values) for values in found.values_list(*_ROW)[: limit + 1]]
    if len(rows) <= limit:
        return HouseholdPage(rows)
    last = rows[limit - 1]
    place = [str(getattr(last, key)) for key in keys]
    return HouseholdPage(rows[:limit], signing.dumps([sort, *place], salt=_SALT, compress=True))


def _row(values: tuple[Any, ...]) -> HouseholdRow:
    return HouseholdRow(*values)


def _open_cursor(cursor: str, sort: str) -> list[str]:
    try:
        made_for, *place = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise InvalidValue("E-REGISTRY-CURSOR") from error
    if made_for != sort or len(place) != len(SORTS[sort]):
        raise InvalidValue("E-REGISTRY-CURSOR")
    return place


def _after(keys: Sequence[str], place: Sequence[str]) -> Q:
    """Return the condition "after this place": (a, b, c) > (x, y, z), written for the index."""
    condition_after = Q()
    equal: dict[str, str] = {}
    for key, value in zip(keys, place, strict=True):
        condition_after |= Q(**equal, **{f"{key}__gt": value})
        equal[key] = value
    return Q(**{f"{keys[0]}__gte": place[0]}) & condition_after


def iter_households(
    scope: Scope, filters: HouseholdFilter | None = None, *, sort: str = "place", block: int = 500
) -> Iterator[HouseholdRow]:
    """Yield all households within the filters, page by page, each page in its own transaction."""
    cursor: str | None = None
    while True:
        page = list_households(scope, filters, cursor=cursor, limit=block, sort=sort)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def list_by_ids(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, HouseholdRow]:
    """Return the rows of these households, those of the scope only."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        found = in_scope(Household.objects.all(), scope).filter(id__in=list(ids))
        rows = [_row(values) for values in found.values_list(*_ROW)]
    return {row.id: row for row in rows}


def count_households(scope: Scope, filters: HouseholdFilter | None = None) -> int:
    """Return how many households lie within the filters."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        return filtered(scope, filters or HouseholdFilter()).count()


def count_persons(scope: Scope, region: RegionCode | None = None) -> int:
    """Return how many people live in a region of the scope, by current membership."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        found = filtered(scope, HouseholdFilter(region=region))
        return int(found.aggregate(people=Sum("member_count"))["people"] or 0)


def count_by_child(scope: Scope, region: RegionCode | None = None) -> list[RegionCount]:
    """Return households and people per place one level below `region` (or the scope's region).

    Households that wait at the place itself for a village count under its own code.
    """
    place = region or scope.region
    return count_by_level(scope, place, min(place.level + 1, VILLAGE))


def count_by_town(scope: Scope, region: RegionCode | None = None) -> list[RegionCount]:
    """Return households and people per town of `region` (or the scope's region)."""
    return count_by_level(scope, region or scope.region, 4)


def count_by_level(scope: Scope, region: RegionCode, level: int) -> list[RegionCount]:
    """Return households and people of `region` per place of `level` (1 province … 5 village)."""
    require(scope, "REGISTRY_READ")
    length = PREFIX_LENGTHS[level]
    with activate(scope):
        rows = (
            filtered(scope, HouseholdFilter(region=region))
            .annotate(place=Left(F("region_code"), length))
            .values("place")
            .annotate(households=Count("id"), people=Sum("member_count"))
            .order_by("place")
            .values_list("place", "households", "people")
        )
        return [
            RegionCount(place.ljust(12, "0"), households, int(people or 0))
            for place, households, people in rows
        ]
