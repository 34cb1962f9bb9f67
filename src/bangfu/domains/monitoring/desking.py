"""What lies on somebody's desk (工作台): open proceedings by whose turn it is and until when.

Each answer is one query over the open proceedings of a place. "Mine" is what I am the handler of,
and what waits for the level of my post (in a village only while it has no handler); the rest waits
for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber, Substr

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.doers import doer_of, require_reader
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.listing import me
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.showing import cover, sight_of
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts.naming import names_of
from bangfu.kernel.region import LENGTH, NATION, PREFIX_LENGTHS, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import Definition, Level

SOON_DAYS = 3
# While one of these has the next step, its handler waits too.
_ELSEWHERE = (Level.HOUSEHOLD, Level.SECTOR, Level.SYSTEM)


class Lane(StrEnum):
    """Where an open proceeding lies: mine by its last day, or with somebody else."""

    OVERDUE = "OVERDUE"
    TODAY = "TODAY"
    SOON = "SOON"
    LATER = "LATER"
    WAITING = "WAITING"


MINE = (Lane.OVERDUE, Lane.TODAY, Lane.SOON, Lane.LATER)


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
    with activate(scope):
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
    with activate(scope):
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
    with activate(scope):
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
    soon = today + timedelta(days=SOON_DAYS)
    lane = Case(
        When(~_mine(scope), then=Value(str(Lane.WAITING))),
        When(next_due_on__lt=today, then=Value(str(Lane.OVERDUE))),
        When(next_due_on=today, then=Value(str(Lane.TODAY))),
        When(next_due_on__lte=soon, then=Value(str(Lane.SOON))),
        default=Value(str(Lane.LATER)),
        output_field=CharField(),
    )
    return _open(scope, region).annotate(lane=lane)


def _mine(scope: Scope) -> Q:
    """Return the condition of being mine. Sub-selects without a reference to the row are read
    once a query; a lookup of the handlers row by row would be ten thousand of them."""
    held = in_scope(ProceedingHandler.objects.filter(until__isnull=True), scope)
    level = level_of(scope)
    found = Q(waits_for=level)
    if level == Level.VILLAGE:
        # In a village the handlers are named; above it, it is the office's turn.
        found &= ~Q(id__in=held.values("proceeding_id"))
    asking = me(scope)
    if asking is not None:
        with_me = Q(id__in=held.filter(user_id=asking).values("proceeding_id"))
        found |= with_me & ~Q(waits_for__in=_ELSEWHERE)
    return found


def level_of(scope: Scope) -> str:
    """Return the level whose turn is the reader's; of the nation nothing waits."""
    if scope.region.level == NATION and scope.department is None:
        return "NATION"
    return str(doer_of(scope).level)


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
