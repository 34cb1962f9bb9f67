"""Deadlines: the last day of a running clock, the days on which it climbs, and both again when a
calendar arrives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bangfu.kernel.workdays import Due, Unit, WorkCalendar
from bangfu.procedures.limits import LimitValue, RungDef, Terms
from bangfu.procedures.model import ClockDef, Level


@dataclass(frozen=True, slots=True)
class Rung:
    """The day from which somebody above is told of what is overdue (逐级提醒、督办)."""

    level: Level
    on: date
    is_provisional: bool
    is_supervised: bool
    after: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running clock: what it counts from, by how much, its last day, and its ladder.

    `first_due` is the last day before any extension; `extended_to` the day given instead.
    """

    clock: str
    counted_from: date
    count: int
    unit: Unit
    rolls: bool
    first_due: Due
    ladder_unit: Unit
    rungs: tuple[Rung, ...]
    extended_to: date | None = None

    @property
    def due(self) -> Due:
        """The last day in force."""
        return self.first_due if self.extended_to is None else Due(self.extended_to)

    @property
    def is_provisional(self) -> bool:
        """Whether its last day or a rung rests on days off that are not published."""
        return self.due.is_provisional or any(rung.is_provisional for rung in self.rungs)

    def is_overdue(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.due.on

    def climbed(self, today: date) -> tuple[Rung, ...]:
        """Return the rungs that an overdue clock has reached, lowest first."""
        return tuple(rung for rung in self.rungs if rung.on <= today)


def start(clock: ClockDef, counted_from: date, terms: Terms, today: date) -> Deadline:
    """Return the deadline of a clock that begins to run today, by the values of today."""
    limit = terms.limit(terms.instead.get(clock.name, clock.limit), today)
    due = terms.calendar.due(counted_from, limit.count, limit.unit, rolls=limit.rolls)
    ladder = terms.ladder(clock.ladder, today)
    rungs = _rungs(ladder.rungs, due, ladder.unit, terms.calendar)
    return Deadline(
        clock.name, counted_from, limit.count, limit.unit, limit.rolls, due, ladder.unit, rungs
    )


def recomputed(deadline: Deadline, calendar: WorkCalendar) -> Deadline:
    """Return a deadline by another calendar; count and unit are those it began with."""
    due = calendar.due(deadline.counted_from, deadline.count, deadline.unit, rolls=deadline.rolls)
    return _with_rungs(replace(deadline, first_due=due), calendar)


def extended(deadline: Deadline, to: date, calendar: WorkCalendar) -> Deadline:
    """Return a deadline with another last day; the ladder begins after it."""
    return _with_rungs(replace(deadline, extended_to=to), calendar)


def latest_extension(deadline: Deadline, limit: LimitValue, calendar: WorkCalendar) -> date:
    """Return the last day to which a deadline can be moved: counted from its first last day."""
    return calendar.due(deadline.first_due.on, limit.count, limit.unit, rolls=limit.rolls).on


def _with_rungs(deadline: Deadline, calendar: WorkCalendar) -> Deadline:
    written = tuple(RungDef(rung.level, rung.after, rung.is_supervised) for rung in deadline.rungs)
    return replace(deadline, rungs=_rungs(written, deadline.due, deadline.ladder_unit, calendar))


def _rungs(
    written: tuple[RungDef, ...], due: Due, unit: Unit, calendar: WorkCalendar
) -> tuple[Rung, ...]:
    """A rung of 0 is reached on the day after the last one: until its end nothing is late."""
    found = []
    for rung in written:
        reached = calendar.free_after(due.on, rung.after, unit)
        unsure = due.is_provisional or reached.is_provisional
        found.append(Rung(rung.level, reached.on, unsure, rung.is_supervised, rung.after))
    return tuple(found)
