"""Month of screening or of a feed (期次)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.text import normalise_text

_CANONICAL = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_WRITTEN = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})月?|([0-9]{4})([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month written 2026-08; sorts by time."""

    value: str

    def __post_init__(self) -> None:
        if not _CANONICAL.fullmatch(self.value) or self.value.startswith("0000"):
            raise InvalidValue("E-PERIOD-FORMAT", text=self.value)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def of(cls, year: int, month: int) -> Period:
        """Return the period of a year and a month; raises E-PERIOD-FORMAT."""
        return cls(f"{year:04d}-{month:02d}")

    @classmethod
    def containing(cls, day: date) -> Period:
        """Return the month in which `day` falls."""
        return cls.of(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read 2026-08, 2026/8, 2026.08, 202608 or 2026年8月; raises E-PERIOD-FORMAT."""
        found = _WRITTEN.fullmatch(normalise_text(text).replace(" ", ""))
        if found is None:
            raise InvalidValue("E-PERIOD-FORMAT", text=text)
        return cls.of(int(found[1] or found[3]), int(found[2] or found[4]))

    @property
    def year(self) -> int:
        """The year."""
        return int(self.value[:4])

    @property
    def month(self) -> int:
        """The month, 1–12."""
        return int(self.value[5:])

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def previous(self) -> Period:
        """The month before."""
        return self.plus(-1)

    @property
    def next(self) -> Period:
        """The month after."""
        return self.plus(1)

    def plus(self, months: int) -> Period:
        """Return the period `months` later (earlier when negative)."""
        year, month0 = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period.of(year, month0 + 1)

    def months_since(self, other: Period) -> int:
        """Return how many months this period lies after `other`."""
        return (self.year - other.year) * 12 + self.month - other.month
