"""Time limits (时限) of the platform itself: dated values of `standards/clocks.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from bangfu.kernel.errors import NotFound
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

UNITS = ("day_of_month", "working_days", "days", "rows")


@dataclass(frozen=True, slots=True)
class Clock:
    """One value of a time limit: how much, in which unit, since when, and by which document."""

    name: str
    title: dict[str, str]
    unit: str
    valid_from: date
    value: int
    document: str
    status: str


def get(name: str, on: date) -> Clock:
    """Return the value of a time limit in force on a day; the oldest one before any had begun.

    Raises NotFound E-STANDARD-CLOCK, Refused E-STANDARD-MALFORMED.
    """
    values = _clocks().get(name)
    if not values:
        raise NotFound("E-STANDARD-CLOCK", name=name)
    begun = [clock for clock in values if clock.valid_from <= on]
    return begun[-1] if begun else values[0]


@cache
def _clocks() -> dict[str, tuple[Clock, ...]]:
    block = read_block(standards_root() / "clocks.yaml")
    block.allow(("clocks",))
    found = {}
    for child in block.children("clocks"):
        child.allow(("name", "zh", "en", "unit", "values"))
        values = tuple(sorted(_values(child), key=lambda clock: clock.valid_from))
        found[child.text("name")] = values
    return found


def _values(block: Block) -> list[Clock]:
    title = {"zh": block.text("zh"), "en": block.text("en")}
    unit = block.choice("unit", UNITS)
    values = []
    for child in block.children("values"):
        child.allow(("valid_from", "value", "document", "status"))
        try:
            since = date.fromisoformat(child.text("valid_from"))
        except ValueError as error:
            raise child.fail("valid_from", "no day", 'write "2025-08-01"') from error
        value = child.count("value")
        if value is None:
            raise child.fail("value", "a whole number is needed", "write value: 10")
        document = child.text("document")
        status = child.choice("status", STATUSES)
        values.append(Clock(block.text("name"), title, unit, since, value, document, status))
    return values
