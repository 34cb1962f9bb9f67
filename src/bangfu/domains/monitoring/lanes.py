"""The lanes of a desk (工作台): whose turn an open proceeding is, and until when.

The counts of the desk and the lists that they open ask by the same condition. "Mine" is what I am
the handler of, and what waits for the level of my post (in a village only while it has no handler);
the rest waits for others.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, CharField, Q, Value, When

from bangfu.domains.monitoring.doers import doer_of
from bangfu.domains.monitoring.models import ProceedingHandler
from bangfu.foundation.access.scopes import in_scope
from bangfu.kernel.region import NATION
from bangfu.kernel.scope import Scope
from bangfu.procedures import Level

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


def lane_of(scope: Scope, today: date) -> Case:
    """Return the lane of an open proceeding as an expression over its row."""
    return Case(
        When(~_mine(scope), then=Value(str(Lane.WAITING))),
        When(next_due_on__lt=today, then=Value(str(Lane.OVERDUE))),
        When(next_due_on=today, then=Value(str(Lane.TODAY))),
        When(next_due_on__lte=today + timedelta(days=SOON_DAYS), then=Value(str(Lane.SOON))),
        default=Value(str(Lane.LATER)),
        output_field=CharField(),
    )


def level_of(scope: Scope) -> str:
    """Return the level whose turn is the reader's; of the nation nothing waits."""
    if scope.region.level == NATION and scope.department is None:
        return "NATION"
    return str(doer_of(scope).level)


def me(scope: Scope) -> UUID | None:
    """Return the reader's account; None for whoever is no person."""
    return UUID(scope.actor.id) if scope.actor.kind == "USER" else None


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
