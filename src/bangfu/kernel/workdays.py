"""Working days (工作日): weekdays that are no public holiday, and weekend days that are worked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off beside the weekends, and weekend days worked in exchange (调休).

    A year of which neither is known has its weekends off and nothing else.
    """

    off: Collection[date] = field(default_factory=frozenset)
    worked: Collection[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        """Whether offices are open on `day`."""
        if day in self.worked:
            return True
        return day.weekday() < _SATURDAY and day not in self.off

    def add(self, start: date, days: int) -> date:
        """Return the day on which the `days`-th working day after `start` falls (not counted)."""
        day, left = start, days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working(day)
        return day
