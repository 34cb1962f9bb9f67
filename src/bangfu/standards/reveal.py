"""Purposes for seeing one value in full, and the daily budget (`standards/reveal.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from bangfu.kernel.errors import InvalidValue
from bangfu.standards.codelists import STATUSES
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why somebody looks; `needs_note`: the reason has to be written out as well."""

    code: str
    zh: str
    en: str
    needs_note: bool


@dataclass(frozen=True, slots=True)
class Budget:
    """How many values a user may see in a day, from a day on, and by which source."""

    valid_from: date
    value: int
    source: str
    status: str


def list_purposes() -> tuple[Purpose, ...]:
    """Return the purposes, in the order in which they are offered."""
    return tuple(_purposes().values())


def get_purpose(code: str) -> Purpose:
    """Return a purpose. Raises InvalidValue E-REVEAL-PURPOSE."""
    found = _purposes().get(code)
    if found is None:
        raise InvalidValue("E-REVEAL-PURPOSE")
    return found


def daily_budget(on: date) -> int:
    """Return the budget in force on a day; the oldest one before any had begun."""
    values = budgets()
    begun = [one for one in values if one.valid_from <= on]
    return (begun[-1] if begun else values[0]).value


@cache
def _purposes() -> dict[str, Purpose]:
    found = {}
    for child in _file().children("purposes"):
        child.allow(("name", "zh", "en", "note"))
        code = child.text("name")
        found[code] = Purpose(
            code, child.text("zh"), child.text("en"), child.boolean("note", False)
        )
    return found


@cache
def budgets() -> tuple[Budget, ...]:
    """Return the budgets, oldest first."""
    values = [_budget(child) for child in _file().children("daily_budget")]
    return tuple(sorted(values, key=lambda one: one.valid_from))


def _budget(block: Block) -> Budget:
    block.allow(("valid_from", "value", "source", "status"))
    try:
        since = date.fromisoformat(block.text("valid_from"))
    except ValueError as error:
        raise block.fail("valid_from", "no day", 'write "2026-01-01"') from error
    value = block.count("value")
    if value is None:
        raise block.fail("value", "a whole number is needed", "write value: 40")
    return Budget(since, value, block.text("source"), block.choice("status", STATUSES))


@cache
def _file() -> Block:
    block = read_block(standards_root() / "reveal.yaml")
    block.allow(("purposes", "daily_budget"))
    return block
