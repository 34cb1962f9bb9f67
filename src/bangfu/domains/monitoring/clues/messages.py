"""What people are told of clues from a screening: one message a person and run, not one a clue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.clues import HeldBatch
from bangfu.foundation.accounts.holders import list_holders
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify, notify_many
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures.dispatch import Channel

MINE = "/clues?handler=me"


def tell_handlers(
    scope: Scope,
    at: datetime,
    key: str,
    given: Iterable[tuple[Proceeding, tuple[str, ...], tuple[Channel, ...]]],
) -> None:
    """Tell those who got clues: each how many and the earliest day; an urgent one by itself.

    Somebody is told once under a `key`, however often it is tried.
    """
    mine: dict[str, list[date]] = {}
    notes: list[Note] = []
    for row, handlers, channels in given:
        due = row.next_due_on or local_day(at)
        for user in handlers:
            mine.setdefault(user, []).append(due)
        if Channel.SMS in channels:
            users = tuple(UUID(user) for user in handlers)
            params = {"number": row.no, "due_on": due}
            place = RegionCode(row.region_code)
            told = f"urgent:{row.id}"
            link = f"/clues/{row.id}"
            notes.append(Note(users, "monitoring.urgent", params, link, place, told))
    for user, days in sorted(mine.items()):
        counted = {"count": len(days), "due_on": min(days)}
        subject = "monitoring.dispatched_many"
        notes.append(Note((UUID(user),), subject, counted, MINE, None, f"{key}:{user}"))
    notify_many(scope=scope, at=at, notes=notes)


def tell_held(scope: Scope, at: datetime, batch: HeldBatch) -> None:
    """Tell the county's officers that a batch waits for them."""
    county = RegionCode(batch.region_code)
    holders = list_holders(scope, "CLUE_DISPATCH", local_day(at), levels=(COUNTY,))
    notify(
        scope=scope,
        at=at,
        users=[holder.user_id for holder in holders],
        subject="monitoring.held",
        params={"place": batch.region_code, "month": batch.period, "count": batch.clues},
        link="/clues/held",
        region=county,
        key=f"held:{batch.id}",
    )
