"""Reads of rounds. A round is its county's; its entries are seen place by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from bangfu.domains.rounds import rows
from bangfu.domains.rounds.domain import EntryRecord, Result, RoundRecord, RoundState, Tally
from bangfu.domains.rounds.models import Round, RoundEntry
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, reading
from bangfu.foundation.http.cursors import seal, unseal
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import COUNTY, LENGTH, PREFIX_LENGTHS, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_text

READ = "REGISTRY_READ"
SHOWN = 50
_LIST = "rounds.entries"
_ORDER = ("region_code", "household_no", "id")


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries of a round; `result` None means all. `q`: a number or the head's name."""

    region: RegionCode
    result: Result | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of entries by place and number, the next cursor, the number within the filters."""

    items: list[EntryRecord]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A round with the tally of a place and of each place directly below it."""

    round: RoundRecord
    total: Tally
    children: list[Tally]


def list_rounds(scope: Scope, region: RegionCode | None = None) -> list[RoundRecord]:
    """Return the newest 50 rounds of the counties in a place, or of the county around it."""
    require(scope, READ)
    if region is not None and not scope.covers(region):
        raise NotFound("E-API-NOT-FOUND")
    with activate(scope):
        found = rows.of_counties(Round.objects.all(), scope)
        if region is not None:
            found = _of_place(found, region)
        return [rows.to_round(row) for row in found.order_by("-from_on", "region_code")[:SHOWN]]


@dataclass(frozen=True, slots=True)
class Left:
    """An open round with how many households of a place are left in it."""

    round: RoundRecord
    to_do: int


def list_left(scope: Scope, region: RegionCode) -> list[Left]:
    """Return the open rounds of the county of a place with what is left there; none above one."""
    require(scope, READ)
    if region.level < COUNTY or not scope.covers(region):
        return []
    with reading(scope):
        found = rows.of_counties(Round.objects.filter(state=RoundState.OPEN), scope)
        opened = list(found.filter(region_code=str(region.county)).order_by("from_on"))
        return [
            Left(rows.to_round(row), _entries(scope, row, region).filter(result="").count())
            for row in opened
        ]


def _of_place(found: QuerySet[Any], region: RegionCode) -> QuerySet[Any]:
    place = region.county if region.level > 3 else region
    lower, upper = place.bounds
    return found.filter(region_code__gte=lower, region_code__lt=upper)


def get_progress(scope: Scope, code: str, region: RegionCode | None = None) -> Progress:
    """Return how far a round has come in a place. Raises NotFound, InvalidValue E-ROUNDS-COUNTY."""
    require(scope, READ)
    place = rows.place_of(scope, region)
    with activate(scope):
        row = rows.find_round(scope, place.county, code)
        length = PREFIX_LENGTHS[min(place.level + 1, VILLAGE)]
        counted = (
            _entries(scope, row, place)
            .exclude(result=Result.GONE)
            .annotate(place=Substr("region_code", 1, length))
            .values_list("place", "result")
            .annotate(households=Count("id"))
            .order_by("place")
        )
        by_place: dict[str, dict[str, int]] = {}
        for child, result, households in counted:
            by_place.setdefault(child.ljust(LENGTH, "0"), {})[result] = households
    children = [_tally(child, words) for child, words in by_place.items()]
    total = _tally(
        str(place),
        {
            str(result): sum(words.get(str(result), 0) for words in by_place.values())
            for result in Result
        },
    )
    return Progress(rows.to_round(row), total, children if place.level < VILLAGE else [])


def _tally(region_code: str, words: dict[str, int]) -> Tally:
    return Tally(
        region_code=region_code,
        to_do=words.get(str(Result.TO_DO), 0),
        unchanged=words.get(str(Result.UNCHANGED), 0),
        changed=words.get(str(Result.CHANGED), 0),
        urgent=words.get(str(Result.URGENT), 0),
    )


def _entries(scope: Scope, row: Round, place: RegionCode) -> QuerySet[RoundEntry]:
    lower, upper = place.bounds
    found = in_scope(RoundEntry.objects.filter(round_id=row.id), scope)
    return found.filter(region_code__gte=lower, region_code__lt=upper)


def list_entries(
    scope: Scope, code: str, filters: EntryFilter, *, cursor: str | None = None, limit: int = 50
) -> EntryPage:
    """Return a page of a round's entries in a place, 1–200 rows.

    Raises NotFound, InvalidValue E-ROUNDS-COUNTY, E-API-CURSOR.
    """
    require(scope, READ)
    place = rows.place_of(scope, filters.region)
    limit = max(1, min(limit, 200))
    after = unseal(_LIST, cursor)
    with activate(scope):
        row = rows.find_round(scope, place.county, code)
        found = _entries(scope, row, place).filter(_condition(filters))
        total = found.count()
        if after is not None:
            found = found.filter(_after(after))
        page = list(found.order_by(*_ORDER)[: limit + 1])
    shown = page[:limit]
    more = len(page) > limit
    last = [str(getattr(shown[-1], name)) for name in _ORDER] if more else []
    return EntryPage(
        items=[rows.to_entry(each) for each in shown],
        next_cursor=seal(_LIST, last) if more else None,
        total=total,
    )


def _condition(filters: EntryFilter) -> Q:
    found = Q()
    if filters.result is not None:
        found &= Q(result=filters.result)
    text = normalise_text(filters.q)
    if text:
        found &= Q(household_no__startswith=text) | Q(head_name__startswith=text)
    return found


def _after(values: list[Any]) -> Q:
    place, number, row_id = values
    return Q(region_code__gt=place) | Q(
        Q(household_no__gt=number) | Q(household_no=number, id__gt=row_id), region_code=place
    )
