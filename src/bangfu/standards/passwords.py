"""Numbers of sign-in (身份鉴别): dated values of `standards/passwords.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from bangfu.kernel.errors import NotFound
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

UNITS = ("characters", "count", "days", "minutes")


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of a rule: how much, in which unit, since when, and by which source."""

    name: str
    title: dict[str, str]
    unit: str
    valid_from: date
    value: int
    source: str
    status: str


def get(name: str, on: date) -> int:
    """Return the value of a rule in force on a day; the oldest one before any had begun.

    Raises NotFound E-STANDARD-CLOCK, Refused E-STANDARD-MALFORMED.
    """
    values = rules().get(name)
    if not values:
        raise NotFound("E-STANDARD-CLOCK", name=name)
    begun = [rule for rule in values if rule.valid_from <= on]
    return (begun[-1] if begun else values[0]).value


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """Return every rule's values by name, oldest first."""
    found = {}
    for child in _file().children("rules"):
        child.allow(("name", "zh", "en", "unit", "values"))
        values = tuple(sorted(_values(child), key=lambda rule: rule.valid_from))
        found[child.text("name")] = values
    return found


@cache
def common_words() -> tuple[str, ...]:
    """Return what guessers try first, in lower case, longest first."""
    return tuple(sorted({word.lower() for word in _file().texts("common_words")}, key=_longest))


def _longest(word: str) -> tuple[int, str]:
    return (-len(word), word)


@cache
def _file() -> Block:
    block = read_block(standards_root() / "passwords.yaml")
    block.allow(("rules", "common_words"))
    return block


def _values(block: Block) -> list[Rule]:
    title = {"zh": block.text("zh"), "en": block.text("en")}
    unit = block.choice("unit", UNITS)
    values = []
    for child in block.children("values"):
        child.allow(("valid_from", "value", "source", "status"))
        try:
            since = date.fromisoformat(child.text("valid_from"))
        except ValueError as error:
            raise child.fail("valid_from", "no day", 'write "2025-08-01"') from error
        value = child.count("value")
        if value is None:
            raise child.fail("value", "a whole number is needed", "write value: 10")
        source = child.text("source")
        status = child.choice("status", STATUSES)
        values.append(Rule(block.text("name"), title, unit, since, value, source, status))
    return values
