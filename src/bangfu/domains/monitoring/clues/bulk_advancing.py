"""What `advancing` does for one step, for the steps of many proceedings in a few statements.

The caller writes the audit row of the whole deed; every step has its step row, those whom it
concerns are told together, and what follows from a step (`Ports.after`) is called for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import duties, instances, telling
from bangfu.domains.monitoring.advancing import new_clock, put_deadline, put_instance
from bangfu.domains.monitoring.clues import bulk_loading
from bangfu.domains.monitoring.domain.proceedings import highest
from bangfu.domains.monitoring.models import (
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.monitoring.ports import Ports, Stepped
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Level, Taken, Value

_HANDLERS = "handlers"
_ROW = (
    *("state", "facts", "revision", "changed_at", "waits_for", "department", "assessed_level"),
    *("next_clock", "next_due_on", "is_provisional", "overdue_level", "is_supervised"),
    "urged",
    *("closed_at", "outcome", "joined_to_id"),
)
_CLOCK = ("counted_from", "due_on", "is_provisional", "extended", "data", "climbed")
_ENDED = ("ended_on", "is_late")


@dataclass
class Walk:
    """Steps that one proceeding takes one after the other: what the machine made of each, with
    the facts it brought. `clocks` are its running clocks, none for a new one."""

    row: Proceeding
    definition: Definition
    steps: Sequence[tuple[Taken, Mapping[str, Value]]]
    clocks: Sequence[ProceedingClock] = ()
    note: str = ""


@dataclass
class _Writing:
    """The rows that a set of walks comes to."""

    new: list[Proceeding] = field(default_factory=list)
    moved: list[Proceeding] = field(default_factory=list)
    steps: list[ProceedingStep] = field(default_factory=list)
    begun: list[ProceedingClock] = field(default_factory=list)
    shifted: list[ProceedingClock] = field(default_factory=list)
    ended: list[ProceedingClock] = field(default_factory=list)
    # Whose duty each becomes: None where it is nobody's any more.
    wanted: dict[UUID, tuple[Proceeding, list[UUID] | None, str]] = field(default_factory=dict)
    told: list[Stepped] = field(default_factory=list)


def advance_many(walks: Sequence[Walk], *, scope: Scope, at: datetime) -> None:
    """Store what steps made of many proceedings; inside the caller's `activate`, the rows locked.

    Cost: some ten statements, whatever their number. Raises InvalidValue E-MONITORING-PERSON and
    what `Ports.after` raises.
    """
    writing = _Writing()
    for walk in walks:
        _walk(writing, walk, scope, at)
    bulk_loading.insert(Proceeding, writing.new)
    bulk_loading.update(Proceeding, writing.moved, _ROW)
    bulk_loading.insert(ProceedingStep, writing.steps)
    bulk_loading.update(ProceedingClock, writing.ended, _ENDED)
    bulk_loading.update(ProceedingClock, writing.shifted, _CLOCK)
    bulk_loading.insert(ProceedingClock, writing.begun)
    _hand_over(writing, at)
    telling.tell(writing.told)
    for told in writing.told:
        for follow in Ports.after:
            follow(told)


def _walk(writing: _Writing, walk: Walk, scope: Scope, at: datetime) -> None:
    row, is_new = walk.row, walk.row._state.adding
    running = {clock.clock: clock for clock in walk.clocks}
    begun: list[ProceedingClock] = []
    for taken, brought in walk.steps:
        waited_for = "" if not taken.origin else row.waits_for
        put_instance(row, walk.definition, taken.instance)
        begun += _clocks(writing, row, taken, running, at)
        writing.steps.append(_step(row, taken, brought, scope, at, walk.note))
        _wanted(writing, row, walk.definition, taken, brought)
        writing.told.append(Stepped(scope, at, row, walk.definition, taken, brought, waited_for))
    if is_new:
        row.revision = len(walk.steps)
    climbed = [rung for clock in running.values() for rung in clock.climbed]
    row.overdue_level = highest(rung["level"] for rung in climbed)
    row.is_supervised = any(rung["is_supervised"] for rung in climbed)
    row.urged = row.urged if any(rung["level"] == Level.SECTOR for rung in climbed) else ""
    (writing.new if is_new else writing.moved).append(row)
    writing.begun += begun


def _clocks(
    writing: _Writing,
    row: Proceeding,
    taken: Taken,
    running: dict[str, ProceedingClock],
    at: datetime,
) -> list[ProceedingClock]:
    """Keep `running` as it is after a step; return the clocks that began with it."""
    for ended in taken.ended:
        clock = running.pop(ended.deadline.clock)
        clock.ended_on, clock.is_late = ended.on, ended.is_late
        # One that began in the same deed is added as it ended.
        if not clock._state.adding:
            writing.ended.append(clock)
    begun = {deadline.clock: deadline for deadline in taken.started}
    for name, deadline in taken.instance.deadlines.items():
        if name not in begun and instances.to_deadline(running[name].data) != deadline:
            put_deadline(running[name], deadline)
            reached = {str(rung.level) for rung in deadline.climbed(local_day(at))}
            clock = running[name]
            clock.climbed = [rung for rung in clock.climbed if rung["level"] in reached]
            if not clock._state.adding:
                writing.shifted.append(clock)
    made = [new_clock(row, deadline, at) for deadline in taken.started]
    running.update({clock.clock: clock for clock in made})
    return made


def _step(
    row: Proceeding,
    taken: Taken,
    brought: Mapping[str, Value],
    scope: Scope,
    at: datetime,
    note: str,
) -> ProceedingStep:
    return ProceedingStep(
        region_code=row.region_code,
        proceeding=row,
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        step=taken.step,
        from_state=taken.origin,
        to_state=row.state,
        facts=instances.seal(brought),
        note=note.strip()[:1000],
    )


def _wanted(
    writing: _Writing,
    row: Proceeding,
    definition: Definition,
    taken: Taken,
    brought: Mapping[str, Value],
) -> None:
    named = brought.get(_HANDLERS)
    step = definition.steps.get(taken.step)
    if row.closed_at is not None:
        writing.wanted[row.id] = (row, None, row.outcome)
    elif step is not None and _HANDLERS in step.forgets:
        writing.wanted[row.id] = (row, None, taken.step)
    elif isinstance(named, tuple):
        writing.wanted[row.id] = (row, duties.accounts(named), taken.step)


def _hand_over(writing: _Writing, at: datetime) -> None:
    """End the duties of those who are no longer named, begin those of who are."""
    held: dict[UUID, dict[UUID, ProceedingHandler]] = {}
    known = [row.id for row in writing.moved if row.id in writing.wanted]
    for one in ProceedingHandler.objects.filter(proceeding_id__in=known, until__isnull=True):
        held.setdefault(one.proceeding_id, {})[one.user_id] = one
    ended, begun = [], []
    for row_id, (row, wanted, reason) in writing.wanted.items():
        mine = held.get(row_id, {})
        for user, handler in mine.items():
            if wanted is None or user not in wanted:
                handler.until, handler.end_reason = at, reason[:200]
                ended.append(handler)
        begun += [
            ProceedingHandler(region_code=row.region_code, proceeding=row, user_id=user, since=at)
            for user in dict.fromkeys(wanted or ())
            if user not in mine
        ]
    bulk_loading.update(ProceedingHandler, ended, ("until", "end_reason"))
    bulk_loading.insert(ProceedingHandler, begun)
