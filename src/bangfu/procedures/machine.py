"""The machine: an instance of a procedure, a step that somebody takes, and what comes of it.

Pure. Nothing here has a clock: the instant is part of what is done. A step either gives the next
instance with the deadlines that began and ended, or a `Refusal` that says everything missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from bangfu.kernel.decision import Decision
from bangfu.kernel.workdays import WorkCalendar, local_day
from bangfu.procedures import deadlines as clocks
from bangfu.procedures.deadlines import Deadline
from bangfu.procedures.facts import as_day, fits, is_future
from bangfu.procedures.guards import judge, missing
from bangfu.procedures.limits import Terms
from bangfu.procedures.model import Definition, GuardKind, Level, StepDef, Value, Who

_KNOWN = GuardKind.KNOWN


@dataclass(frozen=True, slots=True)
class Doer:
    """Who takes a step: the account, the level of the post he acts from, its permissions."""

    person: str
    level: Level
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Done:
    """A step as it is taken: its name, by whom, when, and the facts it brings."""

    step: str
    by: Doer
    at: datetime
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Instance:
    """One case: the version it runs by, its state, what is known, and its running clocks."""

    procedure: str
    version: str
    state: str
    facts: Mapping[str, Value]
    deadlines: Mapping[str, Deadline]
    changed_at: datetime

    def next_due(self) -> Deadline | None:
        """Return the running clock that ends first, or None at an end."""
        return min(self.deadlines.values(), key=lambda each: each.due.on, default=None)


class Why(StrEnum):
    """Why a step is refused."""

    NO_SUCH_STEP = "NO_SUCH_STEP"
    NOT_NOW = "NOT_NOW"
    NOT_YOURS = "NOT_YOURS"
    TOO_EARLY = "TOO_EARLY"
    LACKING = "LACKING"


class Lacks(StrEnum):
    """What is wrong with the facts of a step."""

    MISSING = "MISSING"
    UNKNOWN_FACT = "UNKNOWN_FACT"
    NOT_TAKEN = "NOT_TAKEN"
    WRONG_TYPE = "WRONG_TYPE"
    FUTURE = "FUTURE"
    ALREADY = "ALREADY"
    GUARD = "GUARD"
    EXTENSION = "EXTENSION"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing or wrong: a fact, or the guard of that name."""

    kind: Lacks
    name: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step was not taken; `lacks` lists everything, not only the first."""

    why: Why
    step: str
    state: str
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """A clock that stopped: its deadline, the day, and whether it was in time."""

    deadline: Deadline
    on: date

    @property
    def is_late(self) -> bool:
        """Whether it stopped after its last day."""
        return self.deadline.is_overdue(self.on)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: the instance after it, and the clocks that began and ended."""

    instance: Instance
    step: str
    origin: str
    started: tuple[Deadline, ...]
    ended: tuple[Ended, ...]


def open_instance(definition: Definition, done: Done, terms: Terms) -> Taken | Refusal:
    """Return a new instance by the definition's opening step, or why there is none."""
    step = definition.opening
    if done.step != step.name:
        return Refusal(Why.NO_SUCH_STEP, done.step, "")
    if not _may(step.who, done.by):
        return Refusal(Why.NOT_YOURS, step.name, "")
    empty = Instance(definition.id, definition.version, "", {}, {}, done.at)
    return _take(definition, empty, step, done, terms)


def take(definition: Definition, instance: Instance, done: Done, terms: Terms) -> Taken | Refusal:
    """Return what a step makes of an instance, or why it is refused.

    `definition` is the version that the instance runs by; ValueError for another one.
    """
    _check_version(definition, instance)
    step = definition.steps.get(done.step)
    if step is None:
        return Refusal(Why.NO_SUCH_STEP, done.step, instance.state)
    if instance.state not in definition.origins_of(step):
        return Refusal(Why.NOT_NOW, step.name, instance.state)
    if not _may(step.who, done.by):
        return Refusal(Why.NOT_YOURS, step.name, instance.state)
    if done.at < instance.changed_at:
        return Refusal(Why.TOO_EARLY, step.name, instance.state)
    return _take(definition, instance, step, done, terms)


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that somebody could take now, the facts it still asks for, and what blocks it."""

    step: StepDef
    asks: tuple[str, ...]
    blocked_by: tuple[str, ...]


def offers(
    definition: Definition, instance: Instance, doer: Doer, today: date, terms: Terms
) -> tuple[Offer, ...]:
    """Return the steps that the doer may take in this state, as written in the definition.

    `asks` are the facts that it has to bring; `blocked_by` the guards that what is known already
    contradicts (a notice that has not stood its days, for one).
    """
    _check_version(definition, instance)
    found = []
    for step in definition.steps_from(instance.state):
        if not _may(step.who, doer):
            continue
        asks = demanded(definition, instance, step)
        blocked = _contradicted(definition, step, instance.facts, terms, today)
        found.append(Offer(step, asks, blocked))
    return tuple(found)


def demanded(definition: Definition, instance: Instance, step: StepDef) -> tuple[str, ...]:
    """Return what a step has to bring: what it needs and nobody knows, and where it leaves the
    state as it is also what it needs and may say anew, since it is there for nothing else."""
    stays = definition.target_of(step, instance.state) == instance.state
    return tuple(
        name for name in step.needs if name not in instance.facts or (stays and name in step.renews)
    )


def recompute(instance: Instance, calendar: WorkCalendar) -> Instance:
    """Return the instance with its provisional deadlines by another calendar; others stay."""
    changed = {
        name: clocks.recomputed(each, calendar) if each.is_provisional else each
        for name, each in instance.deadlines.items()
    }
    return replace(instance, deadlines=MappingProxyType(changed))


def _check_version(definition: Definition, instance: Instance) -> None:
    if (definition.id, definition.version) != (instance.procedure, instance.version):
        raise ValueError("an instance goes on by the version it began with")


def _may(who: tuple[Who, ...], doer: Doer) -> bool:
    return any(
        each.level is doer.level
        and (each.level is Level.SYSTEM or each.permission in doer.permissions)
        for each in who
    )


def _take(
    definition: Definition, instance: Instance, step: StepDef, done: Done, terms: Terms
) -> Taken | Refusal:
    today = local_day(done.at)
    lacks = _wrong_facts(definition, instance, step, done.facts, today)
    known = {**instance.facts, **done.facts, **_kept(step, done.by, today)}
    if not lacks:
        asked = demanded(definition, instance, step)
        lacks = [Lack(Lacks.MISSING, name) for name in asked if name not in done.facts]
        lacks += _failing(definition, step, known, terms, today)
        lacks = list(dict.fromkeys(lacks))
    if not lacks:
        lacks = _wrong_extension(instance, step, known, terms)
    if lacks:
        return Refusal(Why.LACKING, step.name, instance.state, tuple(lacks))
    state = definition.target_of(step, instance.state)
    kept = {name: value for name, value in known.items() if name not in step.forgets}
    running, started, ended = _clocks(definition, instance, step, state, kept, terms, today)
    after = replace(
        instance,
        state=state,
        facts=MappingProxyType(kept),
        deadlines=MappingProxyType(running),
        changed_at=done.at,
    )
    return Taken(after, step.name, instance.state, started, ended)


def _kept(step: StepDef, by: Doer, today: date) -> dict[str, Value]:
    """What is kept with a step and typed by nobody: its day, and who took it."""
    kept: dict[str, Value] = {}
    if step.keeps_day:
        kept[step.keeps_day] = today
    if step.keeps_doer:
        kept[step.keeps_doer] = (by.person,)
    return kept


def _wrong_facts(
    definition: Definition,
    instance: Instance,
    step: StepDef,
    brought: Mapping[str, Value],
    today: date,
) -> list[Lack]:
    """Facts that the step does not take, that are no such value, or that are known otherwise."""
    found = []
    for name, value in brought.items():
        fact = definition.facts.get(name)
        if fact is None:
            found.append(Lack(Lacks.UNKNOWN_FACT, name))
        elif name not in step.takes:
            found.append(Lack(Lacks.NOT_TAKEN, name))
        elif not fits(fact, value):
            found.append(Lack(Lacks.WRONG_TYPE, name))
        elif is_future(fact, value, today):
            found.append(Lack(Lacks.FUTURE, name))
        elif instance.facts.get(name, value) != value and name not in step.renews:
            found.append(Lack(Lacks.ALREADY, name))
    return found


def _failing(
    definition: Definition,
    step: StepDef,
    known: Mapping[str, Value],
    terms: Terms,
    today: date,
) -> list[Lack]:
    """The guards that do not hold, and the facts that they wait for."""
    found: dict[Lack, None] = {}
    for name in step.guards:
        for lack in _unmet(definition, name, known, terms, today):
            found[lack] = None
    for name in definition.always:
        if judge(definition.guards[name], known, terms, today) is Decision.FALSE:
            found[Lack(Lacks.GUARD, name)] = None
    return list(found)


def _unmet(
    definition: Definition, name: str, known: Mapping[str, Value], terms: Terms, today: date
) -> list[Lack]:
    """What keeps one guard from holding; a condition that nobody can decide asks for its facts."""
    guard = definition.guards[name]
    if guard.when:
        condition = definition.guards[guard.when]
        asked = judge(condition, known, terms, today)
        if asked is Decision.UNKNOWN:
            return [Lack(Lacks.MISSING, fact) for fact in missing(condition, known)]
        if asked is Decision.FALSE:
            return []
    decision = judge(guard, known, terms, today)
    if decision is Decision.UNKNOWN or (decision is Decision.FALSE and guard.kind is _KNOWN):
        return [Lack(Lacks.MISSING, fact) for fact in missing(guard, known)]
    return [] if decision is Decision.TRUE else [Lack(Lacks.GUARD, name)]


def _contradicted(
    definition: Definition,
    step: StepDef,
    known: Mapping[str, Value],
    terms: Terms,
    today: date,
) -> tuple[str, ...]:
    """The guards that are false whatever else becomes known, as what is known stays."""
    found = []
    for lack in _failing(definition, step, known, terms, today):
        renewed = lack.kind is Lacks.GUARD and {*step.renews, *step.keeps} & set(
            definition.guards[lack.name].facts
        )
        if lack.kind is Lacks.GUARD and not renewed:
            found.append(lack.name)
    return tuple(found)


def _wrong_extension(
    instance: Instance, step: StepDef, known: Mapping[str, Value], terms: Terms
) -> list[Lack]:
    """More time is asked for a running clock, after its last day and within the limit."""
    if step.extension is None:
        return []
    deadline = instance.deadlines.get(step.extension.clock)
    if deadline is None:
        return [Lack(Lacks.EXTENSION, step.extension.clock)]
    limit = terms.limit(step.extension.limit, deadline.counted_from)
    latest = clocks.latest_extension(deadline, limit, terms.calendar)
    to = as_day(known[step.extension.fact])
    return [] if deadline.due.on < to <= latest else [Lack(Lacks.EXTENSION, step.extension.clock)]


def _clocks(
    definition: Definition,
    instance: Instance,
    step: StepDef,
    state: str,
    facts: Mapping[str, Value],
    terms: Terms,
    today: date,
) -> tuple[dict[str, Deadline], tuple[Deadline, ...], tuple[Ended, ...]]:
    """The clocks that run after a step, those that began with it and those that ended by it; one
    that the step restarts did both, and counts from today."""
    running: dict[str, Deadline] = {}
    started = []
    for clock in definition.clocks.values():
        met = bool(clock.until) and all(name in facts for name in clock.until)
        if state not in clock.runs_in or met:
            continue
        before = instance.deadlines.get(clock.name)
        anew = clock.name in step.restarts
        if before is None or anew:
            since = facts.get(clock.counts_from, today) if clock.counts_from and not anew else today
            before = clocks.start(clock, as_day(since), terms, today)
            started.append(before)
        running[clock.name] = before
    if step.extension is not None and step.extension.clock in running:
        to = as_day(facts[step.extension.fact])
        moved = clocks.extended(running[step.extension.clock], to, terms.calendar)
        running[step.extension.clock] = moved
    gone = [
        each
        for name, each in instance.deadlines.items()
        if name not in running or name in step.restarts
    ]
    return running, tuple(started), tuple(Ended(each, today) for each in gone)
