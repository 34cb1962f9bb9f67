"""Whether the time limits of the steps fit into the limit of the whole, wherever they hold.

The law gives a number of days from the first day to the decision. If the steps on the ordinary way
there may take longer together, somebody is late who was in time at every step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bangfu.kernel.workdays import Unit
from bangfu.procedures.limits import Limit, LimitValue, chosen
from bangfu.procedures.model import ClockDef, Definition

# A weekend lies between five working days and the next.
_WEEK, _WEEKEND = 5, 2
_MONTH_LEAST, _MONTH_MOST = 28, 31


@dataclass(frozen=True, slots=True)
class Overrun:
    """A place where the steps do not fit: the limit of the whole, the days of both as they compare,
    and the limits of the steps with what they allow. Units that differ are compared as days of the
    calendar, a working day at its longest in a step and at its shortest in the whole."""

    limit: str
    region: str
    whole: int
    together: int
    steps: tuple[str, ...]


def overruns(definition: Definition, limits: Mapping[str, Limit]) -> Iterator[Overrun]:
    """Return where the clocks on the main way take longer together than the clock around them.

    For each clock around others the first day on which it is so in a place. Every limit that a
    clock names has to be known.
    """
    path = main_path(definition)
    for whole in definition.clocks.values():
        inner = [each for each in definition.clocks.values() if _is_inside(each, whole, path)]
        if len(inner) > 1:
            yield from _compared(limits[whole.limit], [limits[each.limit] for each in inner])


def main_path(definition: Definition) -> tuple[str, ...]:
    """Return the states that the main steps lead through from the opening on, in their order."""
    path: dict[str, None] = {}
    state = definition.opening.target
    while state not in path and not definition.states[state].is_end:
        path[state] = None
        onward = (definition.target_of(step, state) for step in definition.steps_from(state)
                  if step.is_main)  # fmt: skip
        state = next((target for target in onward if target != state), state)
    return tuple(path)


def _is_inside(clock: ClockDef, whole: ClockDef, path: tuple[str, ...]) -> bool:
    """Whether a clock runs on the main way and only while the other one does."""
    is_met = bool(set(clock.runs_in) & set(path))
    return is_met and not clock.until and set(clock.runs_in) < set(whole.runs_in)


def _compared(whole: Limit, steps: list[Limit]) -> Iterator[Overrun]:
    values = [value for limit in (whole, *steps) for value in limit.values]
    days = sorted({value.valid_from for value in values})
    for prefix in sorted({value.prefix for value in values}):
        for day in days:
            around = chosen(whole.values, prefix, day)
            inner = [chosen(limit.values, prefix, day) for limit in steps]
            least, most = around.count, sum(each.count for each in inner)
            if any(each.unit is not around.unit for each in inner):
                least, most = _least(around), sum(map(_most, inner))
            if most > least:
                told = tuple(
                    f"{limit.name} {each.count} {each.unit}"
                    for limit, each in zip(steps, inner, strict=True)
                )
                yield Overrun(whole.name, prefix.ljust(12, "0"), least, most, told)
                break


def _least(whole: LimitValue) -> int:
    """How many days of the calendar a limit has at least."""
    if whole.unit is Unit.WORKING_DAYS:
        return whole.count + _WEEKEND * ((whole.count - 1) // _WEEK)
    return whole.count * _MONTH_LEAST if whole.unit is Unit.MONTHS else whole.count


def _most(step: LimitValue) -> int:
    """How many days of the calendar a limit may take, days off beside weekends not counted."""
    if step.unit is Unit.WORKING_DAYS:
        return step.count + _WEEKEND * -(-step.count // _WEEK)
    return step.count * _MONTH_MOST if step.unit is Unit.MONTHS else step.count
