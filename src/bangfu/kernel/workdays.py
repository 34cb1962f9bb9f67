"""Working days (工作日) and the deadlines counted in them, in calendar days or in months.

A period counted in days begins on the day after the one it counts from and ends with the whole of
its last day, in the time of Beijing (民法典第二百零一条、第二百零二条).

Pure: the days off come from `standards.holidays`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

from bangfu.kernel.errors import InvalidValue

_SATURDAY = 5
_DAY = timedelta(days=1)
# The time of Beijing, without summer time since 1991.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
# Ten years: a longer time limit is a slip of the pen.
MAX_COUNT = 3660


class Unit(StrEnum):
    """In what a time limit is counted."""

    DAYS = "DAYS"
    WORKING_DAYS = "WORKING_DAYS"
    MONTHS = "MONTHS"


@dataclass(frozen=True, slots=True)
class Due:
    """A day that was computed, and whether it rests on days off that are not yet published."""

    on: date
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off beside the weekends, and weekend days worked in exchange (调休).

    `settled` are the first and the last day for which they are published; None says that this
    calendar promises nothing to be left out. Outside, the days off are those computed, and a year
    of which none is known has its weekends off and nothing else.
    """

    off: Collection[date] = field(default_factory=frozenset)
    worked: Collection[date] = field(default_factory=frozenset)
    settled: tuple[date, date] | None = None

    def is_working(self, day: date) -> bool:
        """Whether offices are open on `day`."""
        if day in self.worked:
            return True
        return day.weekday() < _SATURDAY and day not in self.off

    def is_settled(self, start: date, end: date) -> bool:
        """Whether the days off from `start` to `end`, both included, are the published ones."""
        if self.settled is None:
            return True
        return self.settled[0] <= start and end <= self.settled[1]

    def add(self, start: date, days: int) -> date:
        """Return the day on which the `days`-th working day after `start` falls (not counted).

        Raises InvalidValue E-WORKDAYS-COUNT below 0 and above 3,660.
        """
        day, left = start, _checked(days)
        while left > 0:
            day += _DAY
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to `end`; negative where `end` lies
        before `start`. `between(day, add(day, n)) == n`."""
        if end < start:
            return -self.between(end, start)
        return sum(
            self.is_working(start + _DAY * step) for step in range(1, (end - start).days + 1)
        )

    def next_working(self, day: date) -> date:
        """Return `day`, or the first working day after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def due(self, start: date, count: int, unit: Unit, *, rolls: bool = False) -> Due:
        """Return the last day of a period of `count` units that counts from `start`.

        With `rolls` a last day on which offices are closed moves to the next working day
        (民法典第二百零三条). It is provisional where it depends on days off that are not published.
        Raises InvalidValue E-WORKDAYS-COUNT.
        """
        if unit is Unit.WORKING_DAYS:
            end = self.add(start, count)
            return Due(end, count > 0 and not self.is_settled(start + _DAY, end))
        last = _after(start, count, unit)
        if not rolls:
            return Due(last)
        end = self.next_working(last)
        return Due(end, not self.is_settled(last, end))

    def free_after(self, posted: date, count: int, unit: Unit) -> Due:
        """Return the first day after `count` full units have passed since the day of a posting.

        The day of posting is not a full day and the last full day has to end: a notice posted on
        the 1st for five full days lets the next step be taken on the 7th.
        """
        last = self.due(posted, count, unit)
        return Due(last.on + _DAY, last.is_provisional)


def local_day(at: datetime) -> date:
    """Return the day in Beijing of an instant; ValueError for one without a time zone."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(BEIJING).date()


def end_of_day(day: date) -> datetime:
    """Return the first instant after a day in Beijing: what is due on `day` is late from then."""
    return datetime.combine(day + _DAY, time(), BEIJING)


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later; the last of the month where it has no such day.

    Raises InvalidValue E-WORKDAYS-COUNT.
    """
    total = day.year * 12 + day.month - 1 + _checked(months)
    year, month = divmod(total, 12)
    if year > date.max.year:
        raise InvalidValue("E-WORKDAYS-COUNT", count=months, most=MAX_COUNT)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _after(start: date, count: int, unit: Unit) -> date:
    if unit is Unit.MONTHS:
        return add_months(start, count)
    return start + _DAY * _checked(count)


def _checked(count: int) -> int:
    if not 0 <= count <= MAX_COUNT:
        raise InvalidValue("E-WORKDAYS-COUNT", count=count, most=MAX_COUNT)
    return count
