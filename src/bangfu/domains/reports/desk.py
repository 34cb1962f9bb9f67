"""My desk (我的工作台): what is mine by its last day, what waits for others, where it is bad."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bangfu.domains.monitoring import desking, view
from bangfu.domains.monitoring.desking import Card, Pile
from bangfu.domains.monitoring.lanes import MINE, SOON_DAYS, Lane, level_of
from bangfu.domains.reports.places import read_region
from bangfu.domains.rounds import selectors as rounds
from bangfu.domains.rounds.policy import words
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.notifications.selectors import count_unread
from bangfu.kernel.region import VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

SHOWN = 10


def get_desk(scope: Scope, *, region: str | None, at: datetime) -> dict[str, Any]:
    """Return the desk of the scope's post for a place of it.

    Raises NotAllowed without PROCEEDING_READ, NotFound for a place outside the scope.
    """
    place = read_region(scope, region)
    # One transaction for all of it: telling the database the scope costs more than most queries.
    with activate(scope):
        return _desk(scope, place, at)


def _desk(scope: Scope, place: RegionCode, at: datetime) -> dict[str, Any]:
    today = local_day(at)
    piles = desking.count_piles(scope, place, today)
    mine = [pile for pile in piles if pile.lane in MINE]
    cards = desking.list_cards(scope, place, today, at=at, each=SHOWN) if mine else []
    names = view.Places()
    return {
        "region": names.ref(str(place)),
        "level": level_of(scope),
        "today": today,
        "soon_days": SOON_DAYS,
        "mine": sum(pile.number for pile in mine),
        "overdue": sum(pile.number for pile in mine if pile.lane is Lane.OVERDUE),
        "oldest": min((pile.oldest for pile in mine if pile.oldest), default=None),
        "lanes": [_lane(lane, mine, cards, names) for lane in MINE],
        "waiting": [_waiting(pile) for pile in piles if pile.lane is Lane.WAITING],
        "places": _places(scope, place, at, names),
        "rounds": _rounds(scope, place),
        "unread": count_unread(scope),
    }


def _lane(lane: Lane, piles: list[Pile], cards: list[Card], names: view.Places) -> dict[str, Any]:
    of_lane = [pile for pile in piles if pile.lane is lane]
    return {
        "lane": str(lane),
        "number": sum(pile.number for pile in of_lane),
        "supervised": sum(pile.supervised for pile in of_lane),
        "items": [
            view.head(card.record, card.definition, card.handlers, names)
            for card in cards
            if card.lane is lane
        ],
    }


def _waiting(pile: Pile) -> dict[str, Any]:
    return {
        "waits_for": pile.waits_for,
        "number": pile.number,
        "overdue": pile.overdue,
        "oldest": pile.oldest,
    }


def _places(
    scope: Scope, place: RegionCode, at: datetime, names: view.Places
) -> list[dict[str, Any]]:
    """Return the places directly below with what is open there, the most overdue first."""
    if place.level >= VILLAGE:
        return []
    found = desking.count_places(scope, place, local_day(at))
    return [
        {
            "region": names.ref(each.region_code),
            "open": each.open,
            "overdue": each.overdue,
            "supervised": each.supervised,
        }
        for each in sorted(found, key=lambda one: (-one.overdue, -one.open, one.region_code))
    ]


def _rounds(scope: Scope, place: RegionCode) -> list[dict[str, Any]]:
    if not scope.allows(rounds.READ):
        return []
    found = []
    for left in rounds.list_left(scope, place):
        zh, en = words("seasons", left.round.season)
        found.append(
            {
                "code": left.round.code,
                "zh": zh,
                "en": en,
                "to_on": left.round.to_on,
                "to_do": left.to_do,
            }
        )
    return found
