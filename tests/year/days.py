"""Working days of 2026 by the published calendar, counted here and not by the platform."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar

from bangfu.kernel.workdays import BEIJING

DAY = timedelta(days=1)
# The holidays of 2027 that are law before its calendar is published (国务院令第795号): New Year,
# and the eve and the first three days of the spring festival of 6 February.
STATUTORY = frozenset({date(2027, 1, 1), *(date(2027, 2, day) for day in (5, 6, 7, 8))})


def is_working(day: date) -> bool:
    """Whether offices are open; a year that is not published has its weekends and what is law."""
    if day.year > 2026:
        return day.weekday() < 5 and day not in STATUTORY
    return bool(chinese_calendar.is_workday(day))


def later(day: date, count: int) -> date:
    """Return the `count`-th working day after a day."""
    while count > 0:
        day += DAY
        count -= is_working(day)
    return day


def working(day: date) -> date:
    """Return a day, or the next working day where offices are closed."""
    return day if is_working(day) else later(day, 1)


def instant(day: date, hour: int, seconds: int = 0) -> datetime:
    """Return an instant of a day in Beijing."""
    return datetime.combine(day, time(hour), BEIJING) + timedelta(seconds=seconds)
