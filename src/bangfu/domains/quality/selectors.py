"""Reads of the work list. Every one takes the scope; what lies outside it does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Left
from django.utils import timezone

from bangfu.domains.quality.domain import (
    CheckRecord,
    Counts,
    ExceptionRecord,
    ItemRecord,
    ItemState,
    Shown,
)
from bangfu.domains.quality.models import (
    QualityCheck,
    QualityCount,
    QualityException,
    QualityItem,
)
from bangfu.domains.quality.rulebook import check_open, rulebook_of
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.domains.registry.selectors.lists import filtered as households
from bangfu.foundation.access.columns import closed_classes
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import COUNTY, PREFIX_LENGTHS, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope

CHECKS_SHOWN = 12
MAX_PAGE = 200
_SALT = "bangfu.quality.cursor"
_ORDER = ("region_code", "household_no", "rule_id", "id")
# A place in a list by rule, and the place in it of an item, would tell the rule.
_ORDER_WITHOUT_RULE = ("region_code", "household_no", "id")
_BLOCK = 1_000


def _within(rows: QuerySet[Any], region: RegionCode) -> QuerySet[Any]:
    lower, upper = region.bounds
    return rows.filter(region_code__gte=lower, region_code__lt=upper)


def _county(region: RegionCode) -> RegionCode:
    return region.county if region.level > COUNTY else region


def _checks(scope: Scope, region: RegionCode) -> QuerySet[QualityCheck]:
    """Return the checks of the counties in `region`, or of the county that it lies in."""
    rows = _within(QualityCheck.objects.all(), _county(region))
    if not settings.BANGFU_SCOPE_FILTER:
        return rows
    return _within(rows, _county(scope.region))


def to_check(row: QualityCheck) -> CheckRecord:
    """Return the plain record of a check."""
    return CheckRecord(
        id=row.id,
        region_code=row.region_code,
        as_of=row.as_of,
        pack=row.pack,
        pack_version=row.pack_version,
        pack_hash=row.pack_hash,
        households=row.households,
        persons=row.persons,
        rules_run=row.rules_run,
        not_asked=list(row.not_asked),
        counts=Counts(row.open, row.new, row.fixed, row.excepted),
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def find_check(scope: Scope, region: RegionCode) -> CheckRecord | None:
    """Return the newest check that covers `region`."""
    with activate(scope):
        row = _checks(scope, region).order_by("-finished_at", "-id").first()
    return to_check(row) if row else None


def list_latest(scope: Scope, region: RegionCode) -> list[CheckRecord]:
    """Return the newest check of each county that has one, in or around `region`."""
    with activate(scope):
        rows = _checks(scope, region).order_by("region_code", "-finished_at", "-id")
        return [to_check(row) for row in rows.distinct("region_code")]


@dataclass(frozen=True, slots=True)
class Course:
    """One check of the course of time, with what it left in the asked place."""

    check: CheckRecord
    counts: Counts


def list_course(scope: Scope, region: RegionCode) -> list[Course]:
    """Return the newest checks, newest first, each with the counts of `region` alone."""
    with activate(scope):
        rows = list(_checks(scope, region).order_by("-finished_at", "-id")[:CHECKS_SHOWN])
        found = (
            _within(in_scope(QualityCount.objects.all(), scope), region)
            .filter(check_id__in=[row.id for row in rows])
            .values("check_id")
            .annotate(o=Sum("open"), n=Sum("new"), f=Sum("fixed"), e=Sum("excepted"))
        )
        counts = {one["check_id"]: Counts(one["o"], one["n"], one["f"], one["e"]) for one in found}
    return [Course(to_check(row), counts.get(row.id, Counts())) for row in rows]


def _items(scope: Scope, region: RegionCode) -> QuerySet[QualityItem]:
    return _within(in_scope(QualityItem.objects.all(), scope), region)


def _counted(latest: Sequence[UUID]) -> dict[str, Count]:
    return {
        "open": Count("id", filter=Q(state=ItemState.OPEN)),
        "new": Count("id", filter=Q(state=ItemState.OPEN, opened_check__in=latest)),
        "fixed": Count("id", filter=Q(state=ItemState.FIXED, fixed_check__in=latest)),
        "excepted": Count("id", filter=Q(state=ItemState.EXCEPTED)),
    }


def _shown(rows: QuerySet[QualityItem], latest: Sequence[UUID]) -> QuerySet[QualityItem]:
    """Leave out what no count counts, so that a place without work has no row."""
    return rows.filter(
        Q(state__in=[ItemState.OPEN, ItemState.EXCEPTED])
        | Q(state=ItemState.FIXED, fixed_check__in=latest)
    )


def count_items(
    scope: Scope, region: RegionCode, latest: Sequence[UUID], by: str
) -> dict[str, Counts]:
    """Return the counts of a place by "child" (code of the place below) or by "rule" (its id)."""
    with activate(scope):
        rows = _shown(_items(scope, region), latest)
        if by == "child":
            length = PREFIX_LENGTHS[min(region.level + 1, VILLAGE)]
            rows = rows.annotate(key=Left(F("region_code"), length))
        else:
            rows = rows.annotate(key=F("rule_id"))
        found: Any = rows.values("key").annotate(**_counted(latest)).order_by("key")
        return {
            one["key"].ljust(12, "0") if by == "child" else one["key"]: Counts(
                one["open"], one["new"], one["fixed"], one["excepted"]
            )
            for one in found
        }


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items: in a place, of a rule, in a state, found by a number or a name."""

    region: RegionCode
    rule: str | None = None
    state: Shown = Shown.OPEN
    q: str = ""


def _filtered(scope: Scope, filters: ItemFilter, latest: Sequence[UUID]) -> QuerySet[QualityItem]:
    if filters.rule:
        book = rulebook_of(scope, filters.region, timezone.localdate())
        check_open(book, scope, filters.rule)
    rows = _items(scope, filters.region)
    match filters.state:
        case Shown.OPEN:
            rows = rows.filter(state=ItemState.OPEN)
        case Shown.NEW:
            rows = rows.filter(state=ItemState.OPEN, opened_check__in=latest)
        case Shown.FIXED:
            rows = rows.filter(state=ItemState.FIXED, fixed_check__in=latest)
        case Shown.EXCEPTED:
            rows = rows.filter(state=ItemState.EXCEPTED)
    if filters.rule:
        rows = rows.filter(rule_id=filters.rule)
    if filters.q.strip():
        wanted = households(scope, HouseholdFilter(region=filters.region, q=filters.q))
        rows = rows.filter(household_id__in=wanted.order_by().values("id"))
    return rows


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a page, the cursor of the next, and the number of all within the filters."""

    items: list[ItemRecord]
    next_cursor: str | None
    total: int


def list_items(
    scope: Scope, filters: ItemFilter, *, cursor: str | None = None, limit: int = 50
) -> Page:
    """Return a page of items by place, household and rule.

    Raises InvalidValue E-QUALITY-CURSOR, NotAllowed E-ACCESS-RULE-CLOSED.
    """
    require(scope, "REGISTRY_READ")
    limit = max(1, min(limit, MAX_PAGE))
    order = _order(scope)
    latest = list_latest(scope, filters.region)
    with activate(scope):
        rows = _filtered(scope, filters, [one.id for one in latest])
        total = rows.count()
        if cursor:
            rows = rows.filter(_after(order, _open_cursor(cursor, order)))
        found = list(rows.order_by(*order)[: limit + 1])
        items = _records(scope, found[:limit], latest)
    end = found[limit - 1] if len(found) > limit else None
    sealed = [str(getattr(end, key)) for key in order] if end else None
    return Page(items, signing.dumps(sealed, salt=_SALT, compress=True) if sealed else None, total)


def iter_items(scope: Scope, filters: ItemFilter) -> Iterator[ItemRecord]:
    """Yield all items within the filters in the list's order; consume it inside `activate`."""
    require(scope, "REGISTRY_READ")
    latest = list_latest(scope, filters.region)
    rows = _filtered(scope, filters, [one.id for one in latest]).order_by(*_order(scope))
    listed = list(rows)
    for start in range(0, len(listed), _BLOCK):
        yield from _records(scope, listed[start : start + _BLOCK], latest)


def _order(scope: Scope) -> tuple[str, ...]:
    return _ORDER_WITHOUT_RULE if closed_classes(scope) else _ORDER


def _open_cursor(cursor: str, order: Sequence[str]) -> list[str]:
    try:
        place = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidValue("E-QUALITY-CURSOR") from error
    if not isinstance(place, list) or len(place) != len(order):
        raise InvalidValue("E-QUALITY-CURSOR")
    return place


def _after(order: Sequence[str], place: Sequence[str]) -> Q:
    """Return the condition "after this place" in the order, written for the index."""
    after = Q()
    equal: dict[str, str] = {}
    for key, value in zip(order, place, strict=True):
        after |= Q(**equal, **{f"{key}__gt": value})
        equal[key] = value
    return Q(**{f"{order[0]}__gte": place[0]}) & after


def _records(
    scope: Scope, rows: Sequence[QualityItem], latest: Sequence[CheckRecord]
) -> list[ItemRecord]:
    excepted = [row.id for row in rows if row.state == ItemState.EXCEPTED]
    holding = in_scope(QualityException.objects.filter(ended_at__isnull=True), scope)
    exceptions = {
        one.item_id: ExceptionRecord(one.reason, one.created_by, one.created_at, one.until)
        for one in holding.filter(item_id__in=excepted)
    }
    last = _LastSeen(scope, latest)
    newest = {one.id for one in latest}
    return [
        ItemRecord(
            id=row.id,
            rule_id=row.rule_id,
            region_code=row.region_code,
            household_id=row.household_id,
            household_no=row.household_no,
            person_id=row.person_id,
            message_zh=row.message_zh,
            message_en=row.message_en,
            state=ItemState(row.state),
            is_new=row.state == ItemState.OPEN and row.opened_check in newest,
            first_seen_on=row.first_seen_on,
            last_seen_on=row.last_seen_on or last.day(row),
            fixed_on=row.fixed_on,
            exception=exceptions.get(row.id),
        )
        for row in rows
    ]


class _LastSeen:
    """When an open item was last seen: at the newest check of its county that asked its rule."""

    def __init__(self, scope: Scope, latest: Sequence[CheckRecord]) -> None:
        self.by_county: dict[str, list[CheckRecord]] = {}
        for newest in latest:
            county = RegionCode(newest.region_code)
            rows = _checks(scope, county).order_by("-finished_at", "-id")[:CHECKS_SHOWN]
            self.by_county[newest.region_code[:6]] = [to_check(row) for row in rows]
        self.known: dict[tuple[str, str], date | None] = {}

    def day(self, row: QualityItem) -> date:
        """Return the day, the first one where no kept check asked the rule."""
        key = (row.region_code[:6], row.rule_id)
        if key not in self.known:
            asked = (
                check.as_of
                for check in self.by_county.get(key[0], ())
                if all(one["rule_id"] != row.rule_id for one in check.not_asked)
            )
            self.known[key] = next(asked, None)
        found = self.known[key]
        return max(found, row.first_seen_on) if found else row.first_seen_on
