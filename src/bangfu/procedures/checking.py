"""What the names of a definition mean together: that every state is reached and left, every name
is known, every wait has a clock, and everything a step needs can be known by then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from bangfu.procedures.model import (
    ANY,
    STAY,
    ClockDef,
    Definition,
    FactType,
    Guard,
    GuardKind,
    StepDef,
)

_TYPES = {
    GuardKind.AT_LEAST: (FactType.COUNT, FactType.PEOPLE),
    GuardKind.NOT_ABOVE: (FactType.COUNT, FactType.PEOPLE),
    GuardKind.SHARE: (FactType.COUNT, FactType.PEOPLE),
    GuardKind.NOT_SHARE: (FactType.COUNT, FactType.PEOPLE),
    GuardKind.SUM: (FactType.COUNT, FactType.PEOPLE),
    GuardKind.ORDER: (FactType.DATE,),
    GuardKind.FULL: (FactType.DATE,),
    GuardKind.WITHIN: (FactType.DATE,),
    GuardKind.DIFFERENT: (FactType.PEOPLE,),
    GuardKind.EQUALS: (FactType.FLAG, FactType.CODE, FactType.COUNT),
    GuardKind.ONE_OF: (FactType.CODE, FactType.COUNT),
    GuardKind.KNOWN: tuple(FactType),
}
# How many facts a guard of a kind judges: at least and at most.
_NUMBERS = {
    GuardKind.KNOWN: (1, 99),
    GuardKind.EQUALS: (1, 1),
    GuardKind.ONE_OF: (1, 1),
    GuardKind.AT_LEAST: (1, 1),
    GuardKind.NOT_ABOVE: (2, 99),
    GuardKind.SHARE: (2, 2),
    GuardKind.NOT_SHARE: (2, 2),
    GuardKind.SUM: (2, 99),
    GuardKind.ORDER: (2, 99),
    GuardKind.FULL: (1, 2),
    GuardKind.WITHIN: (1, 2),
    GuardKind.DIFFERENT: (2, 99),
}


@dataclass(frozen=True)
class Found:
    """One problem: its code, the part (`steps`), the entry (`SUBMIT`), the key, and the rest."""

    code: str
    part: str
    entry: str
    key: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """The names outside a definition that it may use; no permissions: they are not checked."""

    limits: Collection[str]
    ladders: Collection[str]
    permissions: Collection[str] | None = None


def check(definition: Definition, known: Known) -> list[Found]:
    """Return everything that is wrong with a definition that could be read."""
    names = [
        *_states(definition),
        *_steps(definition, known),
        *_guards(definition, known),
        *_clocks(definition, known),
        *_unused(definition),
    ]
    if names:
        # Whether states are reached cannot be said while their names are wrong.
        return names
    return [
        *_paths(definition),
        *_waits(definition),
        *_never_known(definition),
        *_main(definition),
    ]


def _found(code: str, part: str, entry: str, key: str, **params: Any) -> Found:
    return Found(code, part, entry, key, {"name": entry, **params})


def _every_step(definition: Definition) -> Iterator[tuple[str, StepDef]]:
    yield "opening", definition.opening
    for step in definition.steps.values():
        yield "steps", step


def _unknown(
    part: str, entry: str, key: str, used: Iterable[str], known: Collection[str], code: str
) -> Iterator[Found]:
    for name in used:
        if name not in known:
            yield _found(code, part, entry, key, unknown=name)


def _states(definition: Definition) -> Iterator[Found]:
    code = "E-PROCEDURE-STATE"
    for part, step in _every_step(definition):
        targets = [*definition.states] + ([STAY] if part == "steps" else [])
        yield from _unknown(part, step.name, "to", [step.target], targets, code)
        if step.origins != (ANY,):
            yield from _unknown(part, step.name, "from", step.origins, definition.states, code)
        if part == "steps" and not step.origins:
            yield _found("E-PROCEDURE-NO-ORIGIN", part, step.name, "from")
        for origin in step.origins:
            if origin in definition.states and definition.states[origin].is_end:
                yield _found("E-PROCEDURE-END-LEFT", part, step.name, "from", state=origin)


def _steps(definition: Definition, known: Known) -> Iterator[Found]:
    for part, step in _every_step(definition):
        fact = "E-PROCEDURE-FACT"
        for key in ("takes", "needs", "renews", "forgets"):
            used = getattr(step, key)
            yield from _unknown(part, step.name, key, used, definition.facts, fact)
        guard = "E-PROCEDURE-GUARD"
        yield from _unknown(part, step.name, "guards", step.guards, definition.guards, guard)
        for name in sorted(set(step.renews) - set(step.takes)):
            yield _found("E-PROCEDURE-RENEWS", part, step.name, "renews", fact=name)
        yield from _kept(definition, part, step)
        for name in sorted(set(step.takes) & set(step.forgets)):
            yield _found("E-PROCEDURE-FORGETS", part, step.name, "forgets", fact=name)
        if known.permissions is not None:
            used = [who.permission for who in step.who if who.permission]
            code = "E-PROCEDURE-PERMISSION"
            yield from _unknown(part, step.name, "who", used, known.permissions, code)
        clocks, code = definition.clocks, "E-PROCEDURE-CLOCK"
        yield from _unknown(part, step.name, "restarts", step.restarts, clocks, code)
        yield from _extension(definition, step, known)


def _kept(definition: Definition, part: str, step: StepDef) -> Iterator[Found]:
    """What the machine keeps with a step: a day, and people; nobody brings the same by hand."""
    by_hand = {name for _, each in _every_step(definition) for name in each.takes}
    for key, kind in (("keeps_day", FactType.DATE), ("keeps_doer", FactType.PEOPLE)):
        name = getattr(step, key)
        fact = definition.facts.get(name)
        if name and (fact is None or fact.type is not kind or name in by_hand):
            yield _found("E-PROCEDURE-KEEPS", part, step.name, key, fact=name)


def _extension(definition: Definition, step: StepDef, known: Known) -> Iterator[Found]:
    more = step.extension
    if more is None:
        return
    name, clocks = step.name, definition.clocks
    yield from _unknown("steps", name, "extends", [more.clock], clocks, "E-PROCEDURE-CLOCK")
    limits = known.limits
    yield from _unknown("steps", name, "extends_limit", [more.limit], limits, "E-PROCEDURE-LIMIT")
    fact = definition.facts.get(more.fact)
    if fact is None or fact.type is not FactType.DATE or not fact.may_be_future:
        yield _found("E-PROCEDURE-EXTENSION", "steps", name, "extends_to", fact=more.fact)
    elif more.fact not in step.needs:
        yield _found("E-PROCEDURE-EXTENSION", "steps", name, "needs", fact=more.fact)


def _guards(definition: Definition, known: Known) -> Iterator[Found]:
    guards, facts = definition.guards, definition.facts
    yield from _unknown("always", "", "always", definition.always, guards, "E-PROCEDURE-GUARD")
    for guard in guards.values():
        name = guard.name
        yield from _unknown("guards", name, "facts", guard.facts, facts, "E-PROCEDURE-FACT")
        if guard.when:
            yield from _unknown("guards", name, "when", [guard.when], guards, "E-PROCEDURE-GUARD")
        if guard.limit:
            limits = known.limits
            yield from _unknown("guards", name, "limit", [guard.limit], limits, "E-PROCEDURE-LIMIT")
        yield from _judged(definition, guard)


def _judged(definition: Definition, guard: Guard) -> Iterator[Found]:
    """The number and the types of the facts of a guard, and the codes it compares with."""
    least, most = _NUMBERS[guard.kind]
    if not least <= len(guard.facts) <= most:
        yield _found("E-PROCEDURE-GUARD-FACTS", "guards", guard.name, "facts", kind=guard.kind)
    for name in guard.facts:
        fact = definition.facts.get(name)
        if fact is None:
            continue
        if fact.type not in _TYPES[guard.kind]:
            yield _found(
                "E-PROCEDURE-GUARD-TYPE", "guards", guard.name, "facts", fact=name, kind=guard.kind
            )
        if fact.type is FactType.CODE:
            for value in guard.values:
                if value not in fact.codes:
                    yield _found(
                        "E-PROCEDURE-CODE", "guards", guard.name, "values", fact=name, value=value
                    )


def _clocks(definition: Definition, known: Known) -> Iterator[Found]:
    for clock in definition.clocks.values():
        name = clock.name
        states, facts = definition.open_states, definition.facts
        yield from _unknown("clocks", name, "runs_in", clock.runs_in, states, "E-PROCEDURE-STATE")
        yield from _unknown("clocks", name, "until", clock.until, facts, "E-PROCEDURE-FACT")
        limits, ladders = known.limits, known.ladders
        yield from _unknown("clocks", name, "limit", [clock.limit], limits, "E-PROCEDURE-LIMIT")
        yield from _unknown("clocks", name, "ladder", [clock.ladder], ladders, "E-PROCEDURE-LADDER")
        yield from _counted(definition, clock)


def _counted(definition: Definition, clock: ClockDef) -> Iterator[Found]:
    """What a clock counts from is a day, known from the opening on."""
    if not clock.counts_from:
        return
    fact = definition.facts.get(clock.counts_from)
    is_known = clock.counts_from in definition.opening.needs
    if fact is None or fact.type is not FactType.DATE or not is_known:
        fact_name = clock.counts_from
        yield _found("E-PROCEDURE-COUNTS", "clocks", clock.name, "counts_from", fact=fact_name)


def _unused(definition: Definition) -> Iterator[Found]:
    """Facts that no step takes, guards that nobody asks."""
    taken = {name for _, step in _every_step(definition) for name in (*step.takes, *step.keeps)}
    for name in definition.facts:
        if name not in taken:
            yield _found("E-PROCEDURE-UNUSED", "facts", name, "name")
    asked = {name for _, step in _every_step(definition) for name in step.guards}
    asked |= set(definition.always) | {guard.when for guard in definition.guards.values()}
    for name in definition.guards:
        if name not in asked:
            yield _found("E-PROCEDURE-UNUSED", "guards", name, "name")


def _paths(definition: Definition) -> Iterator[Found]:
    """States that nothing leads to, and states from which no end can be reached."""
    edges = {
        (origin, definition.target_of(step, origin))
        for step in definition.steps.values()
        for origin in definition.origins_of(step)
    }
    reached = _closure({definition.opening.target}, edges)
    ends = {name for name, state in definition.states.items() if state.is_end}
    ending = _closure(ends, {(target, origin) for origin, target in edges})
    for name in definition.states:
        if name not in reached:
            yield _found("E-PROCEDURE-UNREACHABLE", "states", name, "name")
        if name not in ending:
            yield _found("E-PROCEDURE-DEAD-END", "states", name, "name")


def _closure(start: set[str], edges: set[tuple[str, str]]) -> set[str]:
    reached = set(start)
    while True:
        more = {target for origin, target in edges if origin in reached} - reached
        if not more:
            return reached
        reached |= more


def _waits(definition: Definition) -> Iterator[Found]:
    """Open states in which no clock runs whatever is known: nobody would ever be late."""
    covered = {state for c in definition.clocks.values() if not c.until for state in c.runs_in}
    for name in definition.open_states:
        if name not in covered:
            yield _found("E-PROCEDURE-NO-CLOCK", "states", name, "name")


def _main(definition: Definition) -> Iterator[Found]:
    """Second main steps of a state for doers of one level: only one can come next."""
    first: dict[tuple[str, str], str] = {}
    told = set()
    for step in definition.steps.values():
        levels = {str(who.level) for who in step.who} if step.is_main else set()
        for state, level in product(definition.origins_of(step), sorted(levels)):
            other = first.setdefault((state, level), step.name)
            if other != step.name and (other, step.name) not in told:
                told.add((other, step.name))
                yield _found(
                    "E-PROCEDURE-MAIN", "steps", step.name, "main", other=other, state=state
                )


def _never_known(definition: Definition) -> Iterator[Found]:
    """Facts that a step needs though neither it nor any step before it can bring them."""
    before = _possibly_known(definition)
    for part, step in _every_step(definition):
        origins = definition.origins_of(step) if part == "steps" else ()
        known = {*step.takes, *step.keeps}.union(*(before[origin] for origin in origins))
        for name in step.needs:
            if name not in known:
                yield _found("E-PROCEDURE-NEVER", part, step.name, "needs", fact=name)


def _possibly_known(definition: Definition) -> dict[str, set[str]]:
    """What may be known in each state, by any way to it."""
    known: dict[str, set[str]] = {name: set() for name in definition.states}
    known[definition.opening.target] |= {*definition.opening.takes, *definition.opening.keeps}
    is_growing = True
    while is_growing:
        is_growing = False
        for step in definition.steps.values():
            for origin in definition.origins_of(step):
                target = known[definition.target_of(step, origin)]
                brought = (known[origin] | {*step.takes, *step.keeps}) - set(step.forgets)
                is_growing |= not brought <= target
                target |= brought
    return known
