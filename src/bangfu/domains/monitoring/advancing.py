"""The one place that writes a step of the machine back: row, step, clocks, handlers, audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bangfu.domains.monitoring import duties, instances, telling
from bangfu.domains.monitoring.domain.proceedings import highest, waits_for
from bangfu.domains.monitoring.models import Proceeding, ProceedingClock, ProceedingStep
from bangfu.domains.monitoring.ports import Ports, Stepped
from bangfu.foundation import audit
from bangfu.foundation.database import kept
from bangfu.foundation.database.kept import Kept, Slot
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Deadline, Definition, Instance, Level, Taken, Value

SUBJECT = "monitoring.proceeding"
OPENED, STEPPED = "monitoring.proceeding.opened", "monitoring.proceeding.stepped"
_HANDLERS = "handlers"
# What a step changes of a row: what `put_instance` and `_turn` put there.
_WRITTEN = (
    *("revision", "state", "facts", "changed_at", "waits_for", "department", "assessed_level"),
    *("next_clock", "next_due_on", "is_provisional", "closed_at", "outcome"),
    *("overdue_level", "is_supervised", "urged"),
)


def advance(
    row: Proceeding,
    definition: Definition,
    taken: Taken,
    *,
    scope: Scope,
    at: datetime,
    note: str = "",
    facts: Mapping[str, Value] | None = None,
    by: str = "",
    by_id: str = "",
    clocks: Sequence[ProceedingClock] | None = None,
    tells: bool = True,
) -> Proceeding:
    """Store what a step made of a proceeding; inside the caller's `activate`, the row locked.

    A row that is not stored yet is added: that is the opening. `facts` are what the step brought
    (None: whatever differs from before); `by` and `by_id` default to the scope's actor; `clocks`
    are the running ones where the caller has read them under the lock. Writes
    one step row and one audit row, tells those whom it concerns (but with `tells=False`, for a
    caller that says it in other words) and calls `Ports.after`. Raises InvalidValue
    E-MONITORING-PERSON for handlers that are no accounts.
    """
    is_opening = row._state.adding
    waited_for = "" if is_opening else row.waits_for
    before = {} if is_opening else instances.unseal(row.facts)
    after = taken.instance.facts
    brought = facts if facts is not None else _changed(before, after)
    running = [] if is_opening else open_clocks(row) if clocks is None else clocks
    put_instance(row, definition, taken.instance)
    turned = _turn(row, taken, running, at)
    if is_opening:
        row.save(force_insert=True)
    else:
        kept.change(row, _WRITTEN)
    turned.store()
    _add_step(scope, row, taken, at, note, brought, by, by_id)
    _hand_over(row, definition, taken, at, brought)
    _record(scope, row, taken, at, is_opening)
    told = Stepped(scope, at, row, definition, taken, brought, waited_for)
    if tells:
        telling.tell([told])
    for follow in Ports.after:
        follow(told)
    return row


def _changed(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in after.items() if before.get(name) != value}


def put_instance(row: Proceeding, definition: Definition, instance: Instance) -> None:
    """Put what an instance is into the columns of a row; nothing is saved."""
    facts, state = instance.facts, definition.states[instance.state]
    row.revision = 1 if row._state.adding else row.revision + 1
    row.state, row.facts = instance.state, instances.seal(facts)
    row.changed_at = instance.changed_at
    row.waits_for = waits_for(definition, instance.state, facts.keys())
    with_department = row.waits_for == Level.SECTOR
    row.department = str(facts.get("department", "")) if with_department else ""
    row.assessed_level = str(facts.get("assessed_level", ""))
    due = instance.next_due()
    row.next_clock = due.clock if due else ""
    row.next_due_on = due.due.on if due else None
    row.is_provisional = any(each.is_provisional for each in instance.deadlines.values())
    if state.is_end:
        row.closed_at, row.outcome = instance.changed_at, instance.state
    else:
        row.closed_at, row.outcome = None, ""


@dataclass(frozen=True, slots=True)
class _Turned:
    """What a step does to clocks: which ended, were moved and began; nothing is stored yet."""

    ended: Sequence[ProceedingClock]
    moved: Sequence[ProceedingClock]
    begun: Sequence[ProceedingClock]

    def store(self) -> None:
        """Write them; the row that they belong to is there."""
        for clock in self.ended:
            kept.change(clock, ("ended_on", "is_late"))
        for clock in self.moved:
            clock.save()
        for clock in self.begun:
            kept.add(clock)


def _turn(
    row: Proceeding, taken: Taken, running: Iterable[ProceedingClock], at: datetime
) -> _Turned:
    """Turn the running clocks of a row as a step says, and say on the row how far they climbed."""
    by_name = {one.clock: one for one in running}
    ended, moved = [], []
    for each in taken.ended:
        clock = by_name.pop(each.deadline.clock)
        clock.ended_on, clock.is_late = each.on, each.is_late
        ended.append(clock)
    started = {deadline.clock for deadline in taken.started}
    for name, deadline in taken.instance.deadlines.items():
        if name not in started and instances.to_deadline(by_name[name].data) != deadline:
            _move(by_name[name], deadline, at)
            moved.append(by_name[name])
    begun = [new_clock(row, deadline, at) for deadline in taken.started]
    climbed = [rung for clock in (*by_name.values(), *begun) for rung in clock.climbed]
    row.overdue_level = highest(rung["level"] for rung in climbed)
    row.is_supervised = any(rung["is_supervised"] for rung in climbed)
    row.urged = row.urged if any(rung["level"] == Level.SECTOR for rung in climbed) else ""
    return _Turned(ended, moved, begun)


def open_clocks(row: Proceeding) -> list[ProceedingClock]:
    """Return the running clocks of a proceeding, by name."""
    clocks = _OPEN_CLOCKS.ask(row=row.id)
    for clock in clocks:
        clock.proceeding = row
    return clocks


_OPEN_CLOCKS = Kept(
    lambda: ProceedingClock.objects.filter(
        proceeding_id=Slot("row"), ended_on__isnull=True
    ).order_by("clock")
)


def new_clock(row: Proceeding, deadline: Deadline, at: datetime) -> ProceedingClock:
    """Return the row of a clock that begins, not yet stored."""
    clock = ProceedingClock(
        region_code=row.region_code, proceeding=row, clock=deadline.clock, began_at=at
    )
    put_deadline(clock, deadline)
    return clock


def put_deadline(clock: ProceedingClock, deadline: Deadline) -> None:
    """Put a deadline into the columns of a clock; nothing is saved."""
    clock.counted_from, clock.due_on = deadline.counted_from, deadline.due.on
    clock.is_provisional = deadline.is_provisional
    clock.extended = deadline.extended_to is not None
    clock.data = instances.from_deadline(deadline)


def _move(clock: ProceedingClock, deadline: Deadline, at: datetime) -> None:
    """Give a running clock another last day; rungs that are not reached by it fall away."""
    put_deadline(clock, deadline)
    reached = {str(rung.level) for rung in deadline.climbed(local_day(at))}
    clock.climbed = [rung for rung in clock.climbed if rung["level"] in reached]


def _add_step(
    scope: Scope,
    row: Proceeding,
    taken: Taken,
    at: datetime,
    note: str,
    brought: Mapping[str, Value],
    by: str,
    by_id: str,
) -> None:
    entry = ProceedingStep(
        region_code=row.region_code,
        proceeding=row,
        at=at,
        by=(by or scope.actor.label)[:120],
        by_id=(by_id or scope.actor.id)[:120],
        step=taken.step,
        from_state=taken.origin,
        to_state=row.state,
        facts=instances.seal(brought),
        note=note.strip()[:1000],
    )
    kept.add(entry)


def _hand_over(
    row: Proceeding,
    definition: Definition,
    taken: Taken,
    at: datetime,
    brought: Mapping[str, Value],
) -> None:
    if row.closed_at is not None:
        duties.end(row, at=at, reason=row.outcome)
        return
    step = definition.steps.get(taken.step)
    if step is not None and _HANDLERS in step.forgets:
        duties.end(row, at=at, reason=taken.step)
        return
    named = brought.get(_HANDLERS)
    if isinstance(named, tuple):
        duties.assign(row, duties.accounts(named), at=at, reason=taken.step)


def _record(scope: Scope, row: Proceeding, taken: Taken, at: datetime, is_opening: bool) -> None:
    audit.record(
        scope,
        OPENED if is_opening else STEPPED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={
            "no": row.no,
            "procedure": row.procedure,
            "step": taken.step,
            "from": taken.origin,
            "to": row.state,
        },
    )
