"""The floor under the precision of rules, dated, from `standards/learning.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block


@dataclass(frozen=True, slots=True)
class Floor:
    """At least `least_percent` of `least_answered` or more answered clues have to be confirmed."""

    valid_from: date
    least_percent: int
    least_answered: int
    document: str
    status: str

    def is_below(self, confirmed: int, answered: int) -> bool:
        """Whether a rule with so many confirmed of so many answered has to be looked at again."""
        return answered >= self.least_answered and (confirmed * 100 < self.least_percent * answered)


def floor_on(day: date) -> Floor:
    """Return the floor of a day; the first one for a day before all."""
    found = [each for each in _floors() if each.valid_from <= day]
    return max(found or _floors()[:1], key=lambda each: each.valid_from)


@cache
def _floors() -> tuple[Floor, ...]:
    block = read_block(standards_root() / "learning.yaml")
    block.allow(("floors",))
    return tuple(_floor(each) for each in block.children("floors"))


def _floor(block: Block) -> Floor:
    fields = ("least_percent", "least_answered")
    block.allow(("name", "valid_from", *fields, "document", "status"))
    numbers = [block.count(field) for field in fields]
    if None in numbers or numbers[0] not in range(101):
        raise block.fail("least_percent", "not 0 to 100", "write a whole number of percent")
    return Floor(
        date.fromisoformat(block.text("valid_from")),
        numbers[0] or 0,
        numbers[1] or 0,
        block.text("document"),
        block.choice("status", ("verified", "unverified")),
    )
