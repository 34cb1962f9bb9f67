"""The digest (每日汇总): once a working day, to each person for whom something waits.

It counts what the domains say (`ports.add_duties`) and what is unread. A day's digest is made
once, whoever asks and how often; a worker that was down at the hour makes up for it until evening.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts.selectors import working_places
from bangfu.foundation.notifications.delivering import system
from bangfu.foundation.notifications.domain import Counts, Note
from bangfu.foundation.notifications.hours import is_digest_time
from bangfu.foundation.notifications.models import DigestDay, Message
from bangfu.foundation.notifications.ports import Ports
from bangfu.foundation.notifications.services import notify_many
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.workdays import local_day

DESK = "/desk"
_OWN = "digest."


def make_if_due(*, at: datetime) -> int | None:
    """Make the digest of the day when it is its hour and it was not made; None otherwise."""
    return make(at=at) if is_digest_time(at) else None


def make(*, at: datetime) -> int | None:
    """Make the digest of the day of `at`; return to how many people, None if it was made before.

    One transaction; two workers at once make it once. Nobody gets one on a day on which the
    offices of the person's county are closed.
    """
    day, scope = local_day(at), system()
    with activate(scope):
        if DigestDay.objects.filter(day=day).exists():
            return None
        DigestDay.objects.bulk_create(
            [DigestDay(day=day, made_at=at, people=0)], ignore_conflicts=True
        )
        row = DigestDay.objects.select_for_update().get(day=day)
        if row.made_at != at:
            return None
        row.people = notify_many(scope=scope, at=at, notes=list(_notes(day)))
        row.save(update_fields=["people"])
        return row.people


def _notes(day: date) -> Iterator[Note]:
    waiting, unread = _waiting(day), _unread()
    places = working_places(system(), day, waiting.keys() | unread.keys())
    works: dict[str, bool] = {}
    for user in sorted(places):
        place = RegionCode(places[user])
        county = place.county if place.level >= COUNTY else place
        if str(county) not in works:
            works[str(county)] = Ports.calendar(county, day).is_working(day)
        if works[str(county)]:
            yield _note(user, place, waiting.get(user, Counts()), unread.get(user, 0), day)


def _note(user: UUID, place: RegionCode, counts: Counts, unread: int, day: date) -> Note:
    key = f"digest:{day.isoformat()}"
    if counts.oldest is None:
        params: dict[str, object] = {"unread": unread}
        return Note((user,), "digest.unread", params, region=place, key=key)
    params = {
        "today": counts.today,
        "soon": counts.soon,
        "overdue": counts.overdue,
        "unread": unread,
        "oldest": counts.oldest,
    }
    if not counts.overdue:
        return Note((user,), "digest.daily", params, DESK, place, key)
    params["age"] = (day - counts.oldest).days
    return Note((user,), "digest.overdue", params, DESK, place, key)


def _waiting(day: date) -> dict[UUID, Counts]:
    found: dict[UUID, Counts] = {}
    for source in Ports.duties:
        for user, counts in source(system(), day).items():
            if counts.total:
                number = UUID(user)
                found[number] = found.get(number, Counts()).plus(counts)
    return found


def _unread() -> dict[UUID, int]:
    rows = Message.objects.filter(read_at__isnull=True).exclude(subject__startswith=_OWN)
    return dict(rows.values_list("user_id").annotate(Count("id")))
