"""Time limits (时限) and ladders of escalation (逐级提醒): dated values by region, and as `Terms`
what holds in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar

from bangfu.kernel.workdays import Unit, WorkCalendar
from bangfu.procedures.model import Level, Source, Text


@dataclass(frozen=True, slots=True)
class LimitValue:
    """How much, in which unit, where and since when; the prefix "" is the whole country."""

    prefix: str
    valid_from: date
    count: int
    unit: Unit
    rolls: bool
    source: Source


@dataclass(frozen=True, slots=True)
class RungDef:
    """Who is told how long after the last day; `is_supervised` puts it under 督办."""

    level: Level
    after: int
    is_supervised: bool = False


@dataclass(frozen=True, slots=True)
class LadderValue:
    """The rungs of a ladder, lowest first, where and since when."""

    prefix: str
    valid_from: date
    unit: Unit
    rungs: tuple[RungDef, ...]
    source: Source


class DatedValue(Protocol):
    """What holds in a place, the prefix of its code, from a day on."""

    @property
    def prefix(self) -> str:
        """The leading digits of the places; "" is the whole country."""

    @property
    def valid_from(self) -> date:
        """The first day."""


Dated = TypeVar("Dated", LimitValue, LadderValue)
Chosen = TypeVar("Chosen", bound=DatedValue)


@dataclass(frozen=True, slots=True)
class Limit:
    """A named time limit with its values."""

    name: str
    title: Text
    values: tuple[LimitValue, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A named ladder with its values."""

    name: str
    title: Text
    values: tuple[LadderValue, ...]
    file: str = ""


@dataclass(frozen=True)
class Terms:
    """What holds in one place: its time limits, ladders and working calendar.

    `instead` names, by clock, the limit that rules it in the place of the one of its definition.
    """

    region_code: str
    limits: Mapping[str, Limit]
    ladders: Mapping[str, Ladder]
    calendar: WorkCalendar
    instead: Mapping[str, str] = field(default_factory=dict)

    def ruling(self, clock: str, limit: str) -> Terms:
        """Return the same with a clock ruled by another limit; a limit that is not known here
        rules nothing."""
        if limit not in self.limits:
            return self
        return replace(self, instead={**self.instead, clock: limit})

    def limit(self, name: str, on: date) -> LimitValue:
        """Return the value in force on a day: of the smallest place that has one, the newest
        that had begun; the oldest one before any had. KeyError for an unknown limit."""
        return chosen(self.limits[name].values, self.region_code, on)

    def ladder(self, name: str, on: date) -> LadderValue:
        """Return the ladder in force on a day, chosen alike. KeyError for an unknown ladder."""
        return chosen(self.ladders[name].values, self.region_code, on)


def chosen(values: tuple[Chosen, ...], region_code: str, on: date) -> Chosen:
    """Return the value in force in a place on a day: of the smallest place, then the newest that
    had begun; the oldest one before any had."""
    here = [value for value in values if region_code.startswith(value.prefix)]
    begun = [value for value in here if value.valid_from <= on]
    if begun:
        return max(begun, key=lambda value: (len(value.prefix), value.valid_from))
    return min(here or values, key=lambda value: (-len(value.prefix), value.valid_from))
