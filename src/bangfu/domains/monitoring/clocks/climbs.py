"""Overdue clocks climb their ladders (逐级提醒、督办): dated, visible, told; the state stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.clocks.locks import lock_rows
from bangfu.domains.monitoring.clocks.marking import mark_of
from bangfu.domains.monitoring.clocks.messages import Climb, tell_climbs
from bangfu.domains.monitoring.clues import bulk_loading
from bangfu.domains.monitoring.dispatching import department_of
from bangfu.domains.monitoring.domain.proceedings import highest
from bangfu.domains.monitoring.instances import has_reached
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Deadline, Level, Rung
from bangfu.standards.marks import Mark

CLIMBED = "monitoring.clocks.climbed"
BATCH = 500
# Overdue clocks are found by their index; of these, the day of the first rung not yet climbed is
# compared as text, since days in this form sort as they follow.
_DUE = """
SELECT DISTINCT proceeding_id FROM monitoring_clock
WHERE ended_on IS NULL AND due_on < %s AND proceeding_id > %s
  AND (data #>> ARRAY['rungs', jsonb_array_length(climbed)::text, 'on']) COLLATE "C" <= %s
  AND region_code >= %s AND region_code < %s
ORDER BY proceeding_id LIMIT %s
"""


def climb(scope: Scope, at: datetime) -> int:
    """Let every clock of the scope climb what it has reached by an instant; return how many rungs.

    A batch is one transaction; who is locked by somebody else is left for the next sweep. Doing
    it again at the same instant changes nothing.
    """
    count, last = 0, UUID(int=0)
    while True:
        with activate(scope):
            wanted = _due(scope, local_day(at), last)
            count += _climb(scope, at, lock_rows(scope, wanted)) if wanted else 0
        if len(wanted) < BATCH:
            return count
        last = wanted[-1]


def _due(scope: Scope, today: date, after: UUID) -> list[UUID]:
    lower, upper = scope.region.bounds
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [today, after, today.isoformat(), lower, upper, BATCH])
        return [row[0] for row in cursor.fetchall()]


def _climb(scope: Scope, at: datetime, rows: Sequence[Proceeding]) -> int:
    """Climb for locked rows; their clocks are read anew, under the lock."""
    known = {row.id: row for row in rows}
    open_now: dict[UUID, list[ProceedingClock]] = {}
    for clock in ProceedingClock.objects.filter(
        proceeding_id__in=list(known), ended_on__isnull=True
    ).order_by("id"):
        open_now.setdefault(clock.proceeding_id, []).append(clock)
    moved, steps, climbs = [], [], []
    wording = Wording(at)
    for row_id, clocks in open_now.items():
        row = known[row_id]
        for clock in clocks:
            reached = _reached(clock, local_day(at))
            if not reached.rungs:
                continue
            moved.append(clock)
            for rung in reached.rungs:
                clock.climbed = [*clock.climbed, entry(rung)]
                steps.append(_entry(scope, at, row, reached.deadline, rung))
                climbs.append(Climb(row, clock, reached.deadline, rung))
        stand(row, clocks)
        if row.overdue_level and not row.urged and has_reached(clocks, Level.SECTOR):
            row.urged = department_of(wording.book(row.region_code).book, row, local_day(at))
    if not moved:
        return 0
    changed = [known[each] for each in {clock.proceeding_id: None for clock in moved}]
    bulk_loading.update(ProceedingClock, moved, ["climbed"])
    bulk_loading.insert(ProceedingStep, steps)
    bulk_loading.update(Proceeding, changed, ["overdue_level", "is_supervised", "urged"])
    _record(scope, at, climbs)
    tell_climbs(scope, at, climbs)
    return len(climbs)


@dataclass(frozen=True, slots=True)
class _Reached:
    deadline: Deadline
    rungs: tuple[Rung, ...]


def _reached(clock: ProceedingClock, today: date) -> _Reached:
    deadline = instances.to_deadline(clock.data)
    return _Reached(deadline, deadline.climbed(today)[len(clock.climbed) :])


def entry(rung: Rung) -> dict[str, object]:
    """Return a rung as a clock keeps it once it is climbed."""
    return {
        "level": str(rung.level),
        "on": rung.on.isoformat(),
        "is_supervised": rung.is_supervised,
    }


def stand(row: Proceeding, clocks: Collection[ProceedingClock]) -> None:
    """Say on a row how far its running clocks have climbed; nothing is saved."""
    climbed = [rung for clock in clocks for rung in clock.climbed]
    row.overdue_level = highest(rung["level"] for rung in climbed)
    row.is_supervised = any(rung["is_supervised"] for rung in climbed)
    row.urged = row.urged if has_reached(clocks, Level.SECTOR) else ""


def _entry(
    scope: Scope, at: datetime, row: Proceeding, deadline: Deadline, rung: Rung
) -> ProceedingStep:
    return mark_of(
        row,
        Mark.SUPERVISED if rung.is_supervised else Mark.OVERDUE,
        scope=scope,
        at=at,
        facts={
            "clock": deadline.clock,
            "due_on": deadline.due.on,
            "level": str(rung.level),
            "on": rung.on,
        },
    )


def _record(scope: Scope, at: datetime, climbs: Sequence[Climb]) -> None:
    """One row of the log for each county of the batch."""
    counties: dict[str, list[Climb]] = {}
    for one in climbs:
        counties.setdefault(one.row.region_code[:6] + "000000", []).append(one)
    for county, mine in sorted(counties.items()):
        audit.record(
            scope,
            CLIMBED,
            at=at,
            subject_kind="monitoring.county",
            subject_id=county,
            region_code=county,
            detail={
                "clocks": len({one.clock.id for one in mine}),
                "rungs": len(mine),
                "supervised": sum(one.rung.is_supervised for one in mine),
            },
        )
