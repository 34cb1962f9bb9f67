"""Deadlines that rested on days off nobody knew, computed again by the calendar that stands now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.advancing import put_deadline
from bangfu.domains.monitoring.clocks.climbs import stand
from bangfu.domains.monitoring.clocks.locks import lock_rows
from bangfu.domains.monitoring.clocks.marking import mark_of
from bangfu.domains.monitoring.clocks.messages import handlers_of
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify_many
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import WorkCalendar, local_day
from bangfu.procedures import recompute
from bangfu.procedures.deadlines import recomputed
from bangfu.standards.marks import Mark

RECOMPUTED = "monitoring.clocks.recomputed"
BATCH = 500
_CLOCK = ["due_on", "is_provisional", "extended", "data", "climbed"]
_ROW = ["next_clock", "next_due_on", "is_provisional", "overdue_level", "is_supervised", "urged"]


def recompute_all(scope: Scope, at: datetime) -> int:
    """Compute the provisional deadlines of the scope's open clocks again; return how many days
    changed.

    The calendar is that of each place today: what is published, a county's own days. Where the
    last day moves the history says from which day to which, and the handlers are told. A batch is
    one transaction; doing it again changes nothing.
    """
    count, last = 0, UUID(int=0)
    while True:
        with activate(scope):
            clocks = in_scope(ProceedingClock.objects.all(), scope).filter(
                ended_on__isnull=True, is_provisional=True, proceeding_id__gt=last
            )
            found = clocks.order_by("proceeding_id").values_list("proceeding_id", flat=True)
            wanted = list(found.distinct()[:BATCH])
            moved = _moved(clocks.filter(proceeding_id__in=wanted), Wording(at))
            count += _recompute(scope, at, lock_rows(scope, moved)) if moved else 0
        if len(wanted) < BATCH:
            return count
        last = wanted[-1]


def _moved(clocks: QuerySet[ProceedingClock], wording: Wording) -> list[UUID]:
    """Return the proceedings of clocks that another calendar gives other days: most days none, and
    then nothing is locked."""
    found: dict[UUID, None] = {}
    for proceeding, region_code, data in clocks.order_by("proceeding_id").values_list(
        "proceeding_id", "proceeding__region_code", "data"
    ):
        deadline = instances.to_deadline(data)
        calendar = wording.book(region_code).terms(region_code).calendar
        if proceeding not in found and recomputed(deadline, calendar) != deadline:
            found[proceeding] = None
    return list(found)


def _recompute(scope: Scope, at: datetime, rows: Sequence[Proceeding]) -> int:
    moved: list[ProceedingClock] = []
    steps: list[ProceedingStep] = []
    changed: list[Proceeding] = []
    running: dict[UUID, list[ProceedingClock]] = {}
    ids = [row.id for row in rows]
    for clock in ProceedingClock.objects.filter(proceeding_id__in=ids, ended_on__isnull=True):
        running.setdefault(clock.proceeding_id, []).append(clock)
    wording = Wording(at)
    for row in rows:
        clocks = running.get(row.id, [])
        calendar = wording.book(row.region_code).terms(row.region_code).calendar
        days = {clock.clock: clock.due_on for clock in clocks}
        mine = _put(row, clocks, calendar, at)
        if not mine:
            continue
        moved += mine
        changed.append(row)
        steps += [
            mark_of(
                row,
                Mark.RECOMPUTED,
                scope=scope,
                at=at,
                facts={"clock": one.clock, "from": days[one.clock], "to": one.due_on},
            )
            for one in mine
            if one.due_on != days[one.clock]
        ]
    ProceedingClock.objects.bulk_update(moved, _CLOCK, batch_size=BATCH)
    Proceeding.objects.bulk_update(changed, _ROW, batch_size=BATCH)
    ProceedingStep.objects.bulk_create(steps)
    if moved:
        _record(scope, at, moved, len(steps))
        _tell(scope, at, steps)
    return len(steps)


def _put(
    row: Proceeding, clocks: Sequence[ProceedingClock], calendar: WorkCalendar, at: datetime
) -> list[ProceedingClock]:
    """Put what the machine makes of a proceeding's deadlines into its rows; return the clocks
    that differ, if only in that they are certain now."""
    before = instances.to_instance(row, clocks)
    after = recompute(before, calendar)
    found = []
    for clock in clocks:
        deadline = after.deadlines[clock.clock]
        if deadline == before.deadlines[clock.clock]:
            continue
        put_deadline(clock, deadline)
        reached = {str(rung.level) for rung in deadline.climbed(local_day(at))}
        clock.climbed = [rung for rung in clock.climbed if rung["level"] in reached]
        found.append(clock)
    due = after.next_due()
    row.next_clock = due.clock if due else ""
    row.next_due_on = due.due.on if due else None
    row.is_provisional = any(each.is_provisional for each in after.deadlines.values())
    stand(row, clocks)
    return found


def _record(scope: Scope, at: datetime, moved: Sequence[ProceedingClock], days: int) -> None:
    audit.record(
        scope,
        RECOMPUTED,
        at=at,
        subject_kind="monitoring.county",
        subject_id=str(scope.region),
        region_code=str(scope.region),
        detail={"clocks": len(moved), "days_changed": days},
    )


def _tell(scope: Scope, at: datetime, steps: Sequence[ProceedingStep]) -> None:
    touched = {step.proceeding_id for step in steps}
    counted: dict[UUID, int] = {}
    for users in handlers_of(touched).values():
        for user in users:
            counted[user] = counted.get(user, 0) + 1
    notes = [
        Note((user,), "monitoring.recomputed", {"count": count}, "/clues?handler=me")
        for user, count in sorted(counted.items(), key=str)
    ]
    notify_many(scope=scope, at=at, notes=notes)
