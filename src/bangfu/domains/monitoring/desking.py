"""What lies on somebody's desk (工作台): open proceedings by whose turn it is and until when.

Each answer is one query over the open proceedings of a place, by the lanes of `lanes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber, Substr

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.doers import require_reader
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.lanes import MINE, Lane, lane_of, me
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.showing import cover, sight_of
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation.access.scopes import reading
from bangfu.foundation.accounts.naming import names_of
from bangfu.kernel.region import LENGTH, PREFIX_LENGTHS, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import Definition


@dataclass(frozen=True, slots=True)
class Pile:
    """Open proceedings of a lane that wait for one level: how many, how many of them past their
    last day and supervised, and the earliest last day."""

    lane: Lane
    waits_for: str
    number: int
    overdue: int
    supervised: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Card:
    """A proceeding on the desk, as the reader may see it."""

    lane: Lane
    record: ProceedingRecord
    definition: Definition | None
    handlers: list[str]


@dataclass(frozen=True, slots=True)
class PlaceLoad:
    """Open proceedings of a place: all, past their last day, supervised."""

    region_code: str
    open: int
    overdue: int
    supervised: int


def count_piles(scope: Scope, region: RegionCode, today: date) -> list[Pile]:
    """Return what is open in a place by lane and level; empty piles are left out."""
    require_reader(scope)
    with reading(scope):
        found = (
            _laned(scope, region, today)
            .values("lane", "waits_for")
            .annotate(
                number=Count("id"),
                overdue=Count("id", filter=Q(next_due_on__lt=today)),
                supervised=Count("id", filter=Q(is_supervised=True)),
                oldest=Min("next_due_on"),
            )
            .order_by("lane", "waits_for")
        )
        return [
            Pile(
                Lane(row["lane"]),
                row["waits_for"],
                row["number"],
                row["overdue"],
                row["supervised"],
                row["oldest"],
            )
            for row in found
        ]


def list_cards(
    scope: Scope, region: RegionCode, today: date, *, at: datetime, each: int = 10
) -> list[Card]:
    """Return the first `each` of my proceedings of every lane, the earliest last day first, the
    gravest of a day before the others."""
    require_reader(scope)
    with reading(scope):
        order = [F("next_due_on").asc(nulls_last=True), F("severity").desc(), F("id").asc()]
        numbered = _laned(scope, region, today).filter(lane__in=MINE)
        numbered = numbered.annotate(
            place=Window(RowNumber(), partition_by=[F("lane")], order_by=order)
        )
        keys = numbered.filter(place__lte=each).values_list("lane", "place", "id")
        lanes = {row_id: (MINE.index(Lane(lane)), place) for lane, place, row_id in keys}
        shown = sorted(Proceeding.objects.filter(id__in=list(lanes)), key=lambda row: lanes[row.id])
        holders = _holders(list(lanes))
    people = names_of({user for users in holders.values() for user in users})
    words, asking = Wording(at), me(scope)
    return [
        _card(scope, MINE[lanes[row.id][0]], row, holders.get(row.id, []), people, words, asking)
        for row in shown
    ]


def count_places(scope: Scope, region: RegionCode, today: date) -> list[PlaceLoad]:
    """Return what is open in each place directly below a place, by code; of a village itself."""
    require_reader(scope)
    length = PREFIX_LENGTHS[min(region.level + 1, VILLAGE)]
    with reading(scope):
        found = (
            _open(scope, region)
            .annotate(place=Substr("region_code", 1, length))
            .values_list("place")
            .annotate(
                number=Count("id"),
                overdue=Count("id", filter=Q(next_due_on__lt=today)),
                supervised=Count("id", filter=Q(is_supervised=True)),
            )
            .order_by("place")
        )
        return [PlaceLoad(place.ljust(LENGTH, "0"), *counts) for place, *counts in found]


# Parts


def _open(scope: Scope, region: RegionCode) -> QuerySet[Proceeding, Any]:
    lower, upper = region.bounds
    return rows.visible(scope).filter(
        closed_at__isnull=True, region_code__gte=lower, region_code__lt=upper
    )


def _laned(scope: Scope, region: RegionCode, today: date) -> QuerySet[Any, Any]:
    return _open(scope, region).annotate(lane=lane_of(scope, today))


def _holders(ids: list[UUID]) -> dict[UUID, list[UUID]]:
    held = ProceedingHandler.objects.filter(proceeding_id__in=ids, until__isnull=True)
    found: dict[UUID, list[UUID]] = {}
    for row, user in held.order_by("since", "id").values_list("proceeding_id", "user_id"):
        found.setdefault(row, []).append(user)
    return found


def _card(
    scope: Scope,
    lane: Lane,
    row: Proceeding,
    holders: list[UUID],
    people: dict[UUID, str],
    words: Wording,
    asking: UUID | None,
) -> Card:
    record = rows.to_record(row)
    definition = words.definition(row.region_code, row.procedure, row.version)
    sight = sight_of(scope, record, mine=asking in holders)
    names = [people.get(user, "") for user in holders]
    return Card(lane, cover(sight, record, definition), definition, names)
