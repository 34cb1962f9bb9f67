"""What a proceeding is to other code, how it is numbered, and whose turn it is. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from bangfu.procedures import Definition, Level, Offer, StepDef, Value
from bangfu.procedures.model import ANY, STAY

CLUE, SUSPICION = "clue", "suspicion"
IDENTIFICATION, CLEARING = "identification", "clearing"
FOLLOWUP, STATUS = "followup", "status"
# What people open by telling of it; everything else begins with what went before.
OPENED_BY_PEOPLE = frozenset({CLUE, SUSPICION})
# What a household has one of at a time.
ONCE = frozenset({IDENTIFICATION, CLEARING, STATUS})
# States of a status in which a household's risk stands open.
AT_RISK = frozenset({"MONITORED", "REVERTED", "REFLAGGED"})
# No matter of its own: clues with it are never joined by themselves.
OTHER = "OTHER"

# How the numbers of a procedure begin; others get that of a 办件.
_PREFIXES = {
    CLUE: "XS",
    SUSPICION: "YD",
    IDENTIFICATION: "SB",
    CLEARING: "XC",
    FOLLOWUP: "BF",
    STATUS: "JC",
}
# From the family up to the province, as overdue proceedings climb.
_RANKS = {
    level: rank
    for rank, level in enumerate(
        (
            Level.HOUSEHOLD,
            Level.VILLAGE,
            Level.TOWNSHIP,
            Level.COUNTY,
            Level.SECTOR,
            Level.PREFECTURE,
            Level.PROVINCE,
        )
    )
}


def prefix_of(procedure: str) -> str:
    """Return how the numbers of a procedure begin, e.g. XS for a clue."""
    return _PREFIXES.get(procedure, "BJ")


def number_of(kind: str, year: int, running: int) -> str:
    """Return a number as it is written: XS2026-000123."""
    return f"{kind}{year}-{running:06d}"


def highest(levels: Iterable[str]) -> str:
    """Return the highest of some levels by name; empty for none."""
    return max(levels, key=lambda one: _RANKS.get(Level(one), -1), default="")


class Bearing(StrEnum):
    """Where a step leads: on, to the same state or back (also through a state that only leads
    back), or out from anywhere."""

    ON = "ON"
    ASIDE = "ASIDE"
    OUT = "OUT"


def bearing_of(definition: Definition, state: str, step: StepDef) -> Bearing:
    """Return where a step leads from a state."""
    if step.origins == (ANY,):
        return Bearing.OUT
    if step.target == STAY or not _is_ahead(definition, state, step.target):
        return Bearing.ASIDE
    target = definition.states[step.target]
    if target.is_end or _leads_on(definition, step.target):
        return Bearing.ON
    return Bearing.ASIDE


def _is_ahead(definition: Definition, state: str, target: str) -> bool:
    order = list(definition.states)
    return order.index(target) > order.index(state)


def _leads_on(definition: Definition, state: str) -> bool:
    """Whether a state leads anywhere but back; a side lane is open in most of them."""
    return any(
        step.origins != (ANY,)
        and step.target != STAY
        and not _is_lane(definition, step)
        and _is_ahead(definition, state, step.target)
        for step in definition.steps_from(state)
    )


def main_steps(definition: Definition, state: str) -> list[StepDef]:
    """Return the steps of a state, those that lead on first, side lanes after them.

    A side lane leads to another open state and can be entered from several (the fast track).
    """

    def rank(step: StepDef) -> int:
        bearing = bearing_of(definition, state, step)
        if bearing is not Bearing.ON:
            return 3 if bearing is Bearing.OUT else 2
        return 1 if _is_lane(definition, step) else 0

    return sorted(definition.steps_from(state), key=rank)


def _is_lane(definition: Definition, step: StepDef) -> bool:
    return len(step.origins) > 1 and not definition.states[step.target].is_end


def next_steps(definition: Definition, state: str) -> list[StepDef]:
    """Return the steps of which one comes next: those that lead on and are no side lane; where
    nothing leads on, the first that leads back (the answer of a department)."""
    steps = main_steps(definition, state)
    found = [
        step
        for step in steps
        if bearing_of(definition, state, step) is Bearing.ON and not _is_lane(definition, step)
    ]
    aside = [step for step in steps if bearing_of(definition, state, step) is Bearing.ASIDE]
    return found or aside[:1]


def next_offer(
    definition: Definition, state: str, known: Collection[str], found: Sequence[Offer]
) -> str:
    """Return which of the steps offered to somebody comes next; "" where it is another's turn.

    The main step of the state, also while it is blocked; before it the step that brings what it
    lacks and does not bring itself. Where no step is main, or it has been done, the first that
    leads on.
    """
    main = [step.name for step in definition.steps_from(state) if _is_due(step, known)]
    if main:
        mine = next((one for one in found if one.step.name in main), None)
        return (_before(mine, found) or mine.step.name) if mine else ""
    ready = {one.step.name for one in found if not one.blocked_by}
    best = (one.name for one in next_steps(definition, state) if one.name in ready)
    return next(best, "")


def _is_due(step: StepDef, known: Collection[str]) -> bool:
    """Whether a main step still has something to do; one that only notes things is done once
    they are known."""
    is_noted = step.target == STAY and not step.renews and set(step.needs) <= set(known)
    return step.is_main and not is_noted


def _before(main: Offer, found: Sequence[Offer]) -> str:
    lacking = [name for name in main.asks if name not in main.step.takes]
    bringing = (
        one.step.name
        for name in lacking
        for one in found
        if name in one.step.takes and not one.blocked_by
    )
    return next(bringing, "")


def waits_for(definition: Definition, state: str, known: Collection[str] = ()) -> str:
    """Return the level that has the next step in a state; empty at an end.

    That of the main step still to be done, given the facts that are known; where time takes it by
    itself or there is none, that of the first step that leads on.
    """
    steps = main_steps(definition, state)
    due = [step for step in steps if _is_due(step, known) and not _is_systems(step)]
    for step in (*due, *steps):
        people = [who.level for who in step.who if who.level is not Level.SYSTEM]
        if people:
            return str(people[0])
    return str(Level.SYSTEM) if not definition.states[state].is_end else ""


def _is_systems(step: StepDef) -> bool:
    """Whether the system takes a step too: then it waits for nobody in particular."""
    return any(who.level is Level.SYSTEM for who in step.who)


@dataclass(frozen=True, slots=True)
class ProceedingRecord:
    """A proceeding as other code sees it; `joined_now` when a report was joined to it."""

    id: UUID
    no: str
    procedure: str
    version: str
    state: str
    region_code: str
    household_id: UUID | None
    household_no: str
    head_name: str
    source: str
    risk: str
    title_zh: str
    title_en: str
    classes: tuple[str, ...]
    severity: int
    assessed_level: str
    period: str
    origin_id: UUID | None
    joined_to_id: UUID | None
    batch_id: UUID | None
    opened_at: datetime
    changed_at: datetime
    revision: int
    waits_for: str
    department: str
    next_clock: str
    next_due_on: date | None
    is_provisional: bool
    overdue_level: str
    is_supervised: bool
    closed_at: datetime | None
    outcome: str
    facts: Mapping[str, Value] = field(default_factory=dict)
    joined_now: bool = False


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step of a proceeding's history, with what it brought."""

    id: UUID
    at: datetime
    by: str
    by_id: str
    step: str
    from_state: str
    to_state: str
    facts: Mapping[str, Value]
    note: str


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """A time limit of a proceeding; `climbed` as {level, on, is_supervised}."""

    clock: str
    counted_from: date
    due_on: date
    is_provisional: bool
    extended: bool
    climbed: tuple[Mapping[str, object], ...]
    began_at: datetime
    ended_on: date | None
    is_late: bool | None


@dataclass(frozen=True, slots=True)
class HandlerRecord:
    """Somebody whose duty a proceeding is or was."""

    user_id: UUID
    since: datetime
    until: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class OriginRecord:
    """A report that a proceeding holds; `words` and `reporter` None where they are not open."""

    id: UUID
    at: datetime
    by: str
    by_id: str
    source: str
    words: str | None
    reporter: str | None
    run_id: UUID | None
    rule_id: str
    period: str
