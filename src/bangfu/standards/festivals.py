"""The statutory days off (法定节假日) of a year whose arrangement is not published, computed.

Lunar dates and the day of 清明 come from the package borax, which agrees with a second library on
every one of these days of 2000–2088; beyond that it is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from borax.calendars.lunardate import LunarDate, TermUtils

from bangfu.standards.codelists import STATUSES
from bangfu.standards.reading import Block

# The years for which days are computed.
YEARS = range(2000, 2089)
_TERMS = {"清明": 6}
_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival: `solar` and `lunar` are (month, day), `term` the number of a solar term, and
    `before` how many days earlier it is kept (除夕 is the day before the first of the year)."""

    name: str
    solar: tuple[tuple[int, int], ...] = ()
    lunar: tuple[tuple[int, int], ...] = ()
    term: int | None = None
    before: int = 0

    def days(self, year: int) -> list[date]:
        """Return its days in a year of YEARS."""
        found = [date(year, month, day) for month, day in self.solar]
        found += [LunarDate(year, month, day).to_solar_date() for month, day in self.lunar]
        if self.term is not None:
            found.append(TermUtils.nth_term_day(year, self.term))
        return [day - _DAY * self.before for day in found]


@dataclass(frozen=True, slots=True)
class Statutory:
    """The list of festivals that holds from a day on, with its document."""

    valid_from: date
    festivals: tuple[Festival, ...]
    document: str
    status: str


def days_off(year: int, lists: Iterable[Statutory]) -> frozenset[date]:
    """Return the days off of a year by the list in force on its first day.

    A statutory day on a weekend is given back on the next working day (放假办法: 应当在工作日补假);
    which one the State Council will really choose is not known, hence provisional.
    """
    in_force = [each for each in lists if each.valid_from <= date(year, 1, 1)]
    if not in_force:
        return frozenset()
    newest = max(in_force, key=lambda each: each.valid_from)
    statutory = sorted({day for festival in newest.festivals for day in festival.days(year)})
    off = set(statutory)
    for day in statutory:
        if day.weekday() >= _SATURDAY:
            off.add(_next_open(day, off))
    return frozenset(off)


def _next_open(day: date, off: set[date]) -> date:
    while day.weekday() >= _SATURDAY or day in off:
        day += _DAY
    return day


def read_statutory(block: Block) -> Statutory:
    """Read one dated list of `standards/holidays.yaml`. Raises Refused E-STANDARD-MALFORMED."""
    block.allow(("name", "valid_from", "document", "status", "days"))
    try:
        since = date.fromisoformat(block.text("valid_from"))
    except ValueError as error:
        raise block.fail("valid_from", "no day", 'write "2025-01-01"') from error
    festivals = tuple(_festival(child) for child in block.children("days"))
    return Statutory(since, festivals, block.text("document"), block.choice("status", STATUSES))


def _festival(block: Block) -> Festival:
    block.allow(("name", "solar", "lunar", "term", "before"))
    term = block.optional("term")
    if term is not None and term not in _TERMS:
        raise block.fail("term", f"{term} is not known", f"use one of {', '.join(_TERMS)}")
    solar, lunar = _days(block, "solar"), _days(block, "lunar")
    if not (solar or lunar or term):
        raise block.fail("name", "no day is given", 'write solar: ["01-01"], lunar or term')
    before = block.count("before", 0) or 0
    return Festival(block.text("name"), solar, lunar, _TERMS[term] if term else None, before)


def _days(block: Block, key: str) -> tuple[tuple[int, int], ...]:
    found = []
    for text in block.texts(key):
        month, _, day = text.partition("-")
        if not (month.isdigit() and day.isdigit() and 1 <= int(month) <= 12 and int(day) <= 30):
            raise block.fail(key, f"{text} is no month and day", 'write "05-05"')
        found.append((int(month), int(day)))
    return tuple(found)
