"""Whom an overdue clock is told to: its handlers, and from rung to rung one level more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring.links import link_of
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingHandler
from bangfu.domains.monitoring.posts import posts_around
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify_many
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Deadline, Level, Rung

# Whoever gets more than this at once gets one message with their number.
SINGLY = 3
LIST = "/clues?overdue=true"


@dataclass(frozen=True, slots=True)
class Climb:
    """A rung that a clock of a proceeding has reached."""

    row: Proceeding
    clock: ProceedingClock
    deadline: Deadline
    rung: Rung


def tell_climbs(scope: Scope, at: datetime, climbs: Sequence[Climb]) -> int:
    """Tell those of each rung's level, and the handlers; return how many messages were written.

    In the sweep's transaction. Three queries and a look-up a rung, whatever the number of posts.
    Who holds a post above the swept place is told too. A matter that is no department's is told
    to the county again at the sector's rung: it reaches somebody.
    """
    handlers = handlers_of({one.row.id for one in climbs})
    places = {one.row.region_code for one in climbs}
    posts = posts_around(places, local_day(at), readers=True)
    told: dict[UUID, list[tuple[Climb, str]]] = {}
    for one in climbs:
        mine = handlers.get(one.row.id, ())
        level, row = str(one.rung.level), one.row
        above = posts.of(level, row.region_code, row.department or row.urged)
        if level == Level.SECTOR and not above:
            above = posts.of(Level.COUNTY, row.region_code, "")
        above -= set(mine)
        for user in mine:
            subject = "monitoring.supervised" if one.rung.is_supervised else "monitoring.overdue"
            told.setdefault(user, []).append((one, subject))
        for user in sorted(above, key=str):
            subject = "monitoring.supervised" if one.rung.is_supervised else "monitoring.escalated"
            told.setdefault(user, []).append((one, subject))
    notes = [note for user, mine in sorted(told.items(), key=str) for note in _notes(user, mine)]
    return notify_many(scope=scope, at=at, notes=notes)


def handlers_of(rows: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return whose duty proceedings are now, by proceeding."""
    found: dict[UUID, list[UUID]] = {}
    held = ProceedingHandler.objects.filter(proceeding_id__in=list(rows), until__isnull=True)
    for row_id, user in held.order_by("id").values_list("proceeding_id", "user_id"):
        found.setdefault(row_id, []).append(user)
    return found


def _notes(user: UUID, mine: Sequence[tuple[Climb, str]]) -> list[Note]:
    if len(mine) > SINGLY:
        return [Note((user,), "monitoring.escalated_many", {"count": len(mine)}, LIST)]
    return [_note(user, one, subject) for one, subject in mine]


def _note(user: UUID, one: Climb, subject: str) -> Note:
    params: dict[str, object] = {"number": one.row.no, "due_on": one.deadline.due.on}
    if subject == "monitoring.escalated":
        params["level"] = one.row.waits_for or str(Level.SYSTEM)
    place = RegionCode(one.row.region_code)
    key = f"climb:{one.clock.id}:{one.rung.level}:{one.rung.on}"
    return Note((user,), subject, params, link_of(one.row), place, key)
