"""The working calendar (工作日历): published days off, computed ones, and a county's own.

Data and sources: `standards/holidays.yaml`; years that it does not hold come from the package
chinesecalendar, years that neither knows are computed by `standards.festivals`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from chinese_calendar import constants

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import WorkCalendar
from bangfu.standards import festivals
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

# YAML reads the bare word OFF as false.
KINDS = ("CLOSED", "WORKED")


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day on which a place deviates from the nation's calendar, and by which document."""

    day: date
    kind: str
    region: str
    zh: str
    en: str
    document: str
    status: str

    def holds_in(self, region_code: str) -> bool:
        """Whether the place of a 12-digit code keeps this day."""
        return region_code.startswith(self.region)


@dataclass(frozen=True, slots=True)
class Year:
    """What is published for one year: days off and days worked, some in the December before."""

    year: int
    off: frozenset[date]
    worked: frozenset[date]
    document: str
    status: str


@cache
def work_calendar() -> WorkCalendar:
    """Return the nation's calendar; settled for the unbroken years that are published.

    Raises Refused E-STANDARD-MALFORMED.
    """
    block = _block()
    years = published()
    last = max(years)
    first = next(year for year in range(last, 0, -1) if year - 1 not in years)
    off = {day for each in years.values() for day in each.off}
    worked = {day for each in years.values() for day in each.worked}
    for year in festivals.YEARS:
        if year not in years:
            off |= festivals.days_off(year, _statutory())
    until = block.text("settled_until")
    try:
        settled = (date(first, 1, 1), date.fromisoformat(f"{last}-{until}"))
    except ValueError as error:
        raise block.fail("settled_until", "no day of a year", 'write "12-28"') from error
    return WorkCalendar(frozenset(off), frozenset(worked), settled)


def local_calendar(days: Iterable[LocalDay], region_code: str) -> WorkCalendar:
    """Return the nation's calendar with the days of its own that a place keeps; they win."""
    nation = work_calendar()
    own = [day for day in days if day.holds_in(region_code)]
    closed = {day.day for day in own if day.kind == "CLOSED"}
    opened = {day.day for day in own if day.kind == "WORKED"}
    return WorkCalendar(
        _with(nation.off, closed, opened), _with(nation.worked, opened, closed), nation.settled
    )


def _with(days: Collection[date], added: set[date], taken: set[date]) -> frozenset[date]:
    return frozenset((set(days) | added) - taken)


@cache
def published() -> dict[int, Year]:
    """Return what is published by year: the data file's years before the package's."""
    block = _block()
    package = block.children("package")[0]
    package.allow(("name", "document", "status"))
    document = package.text("document")
    status = package.choice("status", STATUSES)
    found = {}
    for year in sorted({day.year for day in constants.holidays}):
        off = frozenset(day for day in constants.holidays if day.year == year)
        worked = frozenset(day for day in constants.workdays if day.year == year)
        found[year] = Year(year, off, worked, document, status)
    for child in block.children("years") if "years" in block.values else ():
        year_read = _year(child)
        found[year_read.year] = year_read
    return found


def _year(block: Block) -> Year:
    block.allow(("name", "document", "status", "closed", "worked"))
    name = block.text("name")
    if not (name.isdigit() and len(name) == 4):
        raise block.fail("name", "no year", 'write name: "2027"')
    year = int(name)
    off, worked = (_days(block, key, year) for key in ("closed", "worked"))
    if off & worked:
        raise block.fail("worked", "a day is both closed and worked", "keep it in one of the lists")
    return Year(year, off, worked, block.text("document"), block.choice("status", STATUSES))


def _days(block: Block, key: str, year: int) -> frozenset[date]:
    """The days of one list; those of the December before belong to the year's arrangement."""
    found = set()
    for text in block.texts(key):
        day = _day(block, key, text)
        if day.year != year and not (day.year == year - 1 and day.month == 12):
            raise block.fail(key, f"{text} is not of {year}", "move it to its own year")
        found.add(day)
    return frozenset(found)


def _day(block: Block, key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise block.fail(key, f"{text} is no day", 'write "2027-02-05"') from error


@cache
def _statutory() -> tuple[festivals.Statutory, ...]:
    return tuple(festivals.read_statutory(each) for each in _block().children("statutory"))


def _block() -> Block:
    block = read_block(standards_root() / "holidays.yaml")
    block.allow(("statutory", "settled_until", "package", "years"))
    return block


def read_local_days(path: Path) -> tuple[LocalDay, ...]:
    """Read the days of its own that a place keeps, from `calendar/*.yaml` of its pack.

    Raises Refused E-STANDARD-MALFORMED with file, line and remedy.
    """
    block = read_block(path)
    block.allow(("days",))
    found: dict[tuple[date, str], LocalDay] = {}
    for child in block.children("days"):
        child.allow(("name", "kind", "region", "zh", "en", "document", "status"))
        day = _local_day(child)
        if (day.day, day.region) in found:
            raise child.fail("name", "the day is there twice", "keep one of the two")
        found[day.day, day.region] = day
    return tuple(found.values())


def _local_day(block: Block) -> LocalDay:
    written = block.text("region")
    try:
        region = RegionCode.parse(written).prefix
    except InvalidValue as error:
        raise block.fail("region", "no division code", 'write region: "990101"') from error
    return LocalDay(
        day=_day(block, "name", block.text("name")),
        kind=block.choice("kind", KINDS),
        region=region,
        zh=block.text("zh"),
        en=block.text("en"),
        document=block.text("document"),
        status=block.choice("status", STATUSES),
    )
