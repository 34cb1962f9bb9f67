"""What waits for each person on a day, for the morning's digest: as the desk counts it.

One read of what is due within three days, one of its handlers and one of the posts, whatever the
number of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.lanes import SOON_DAYS
from bangfu.domains.monitoring.models import Proceeding, ProceedingHandler
from bangfu.domains.monitoring.posts import acting, whose_turn
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.notifications import ports
from bangfu.foundation.notifications.domain import Counts
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import BEIJING, WorkCalendar

_READS = "PROCEEDING_READ"
_FIELDS = ("id", "region_code", "waits_for", "department", "next_due_on")


def connect() -> None:
    """Let the digest count proceedings, on the working days of each county."""
    ports.add_duties(duties)
    ports.Ports.calendar = staticmethod(calendar)


def calendar(county: RegionCode, on: date) -> WorkCalendar:
    """Return the working days of a county, its own days off included."""
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=BEIJING)
    return book_for(county, noon).terms(str(county)).calendar


def duties(scope: Scope, on: date) -> Mapping[str, Counts]:
    """Return what is overdue, due on a day or within three days of it, by whose turn it is."""
    with activate(scope):
        soon = on + timedelta(days=SOON_DAYS)
        open_rows = in_scope(Proceeding.objects.filter(closed_at__isnull=True), scope)
        due = list(open_rows.filter(next_due_on__lte=soon).values_list(*_FIELDS))
        handlers = _handlers(scope, soon)
        posts = acting(list_holders(scope, _READS, on))
    found: dict[UUID, Counts] = defaultdict(Counts)
    for row, region_code, waits_for, department, day in due:
        mine = handlers.get(row, set())
        for user in whose_turn(posts, waits_for, region_code, department, mine):
            found[user] = found[user].plus(_one(day, on))
    return {str(user): counts for user, counts in found.items()}


def _one(day: date, on: date) -> Counts:
    return Counts(int(day == on), int(day > on), int(day < on), day)


def _handlers(scope: Scope, soon: date) -> dict[UUID, set[UUID]]:
    held = in_scope(ProceedingHandler.objects.filter(until__isnull=True), scope)
    held = held.filter(proceeding__closed_at__isnull=True, proceeding__next_due_on__lte=soon)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row, user in held.values_list("proceeding_id", "user_id"):
        found[row].add(user)
    return found
