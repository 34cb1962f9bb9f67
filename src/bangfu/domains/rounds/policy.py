"""Words and usual days of rounds and windows, from `standards/rounds/rounds.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from bangfu.domains.registry.acts.services import correctable
from bangfu.domains.rounds.domain import (
    ENTERED,
    STAGES,
    CorrectionState,
    Result,
    Season,
    Span,
    Way,
)
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_WORDS = ("name", "zh", "en")
_SPANS = (*_WORDS, "from", "to", "document", "status")
_LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "seasons": (tuple(Season), _SPANS),
    "stages": (STAGES, _SPANS),
    "results": ((*ENTERED, Result.GONE), _WORDS),
    "ways": (tuple(Way), _WORDS),
    "corrections": (tuple(CorrectionState), _WORDS),
}


@dataclass(frozen=True, slots=True)
class Usual:
    """A season or stage with its usual days (MM-DD) and where they come from."""

    name: str
    start: str
    end: str
    document: str
    status: str

    def in_year(self, year: int) -> tuple[date, date]:
        """Return its usual first and last day in a year."""
        return date.fromisoformat(f"{year}-{self.start}"), date.fromisoformat(f"{year}-{self.end}")


@dataclass(frozen=True, slots=True)
class Policy:
    """The checked file: words by list and name, usual days, the sections of yearly figures."""

    words: dict[str, dict[str, tuple[str, str]]]
    seasons: dict[str, Usual]
    stages: dict[str, Usual]
    sections: tuple[str, ...]

    def spans_of(self, year: int) -> tuple[Span, ...]:
        """Return the stages with their usual days of a year."""
        return tuple(Span(each, *self.stages[each].in_year(year)) for each in STAGES)


@cache
def policy() -> Policy:
    """Return the policy. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(standards_root() / "rounds" / "rounds.yaml")
    block.allow((*_LISTS, "figures"))
    entries = {name: _entries(block, name) for name in _LISTS}
    return Policy(
        words={
            name: {each.text("name"): (each.text("zh"), each.text("en")) for each in listed}
            for name, listed in entries.items()
        },
        seasons={each.text("name"): _usual(each) for each in entries["seasons"]},
        stages={each.text("name"): _usual(each) for each in entries["stages"]},
        sections=_sections(block),
    )


def _entries(block: Block, name: str) -> list[Block]:
    wanted, fields = _LISTS[name]
    found = block.children(name)
    for each in found:
        each.allow(fields)
    if [each.text("name") for each in found] != [str(one) for one in wanted]:
        raise block.fail(name, "not the known names in their order", f"use {', '.join(wanted)}")
    return found


def _usual(block: Block) -> Usual:
    for field in ("from", "to"):
        if not _DAY.fullmatch(block.text(field)):
            raise block.fail(field, "not a day of the year", "write MM-DD in quotes")
    return Usual(
        name=block.text("name"),
        start=block.text("from"),
        end=block.text("to"),
        document=block.text("document"),
        status=block.choice("status", ("verified", "unverified")),
    )


def _sections(block: Block) -> tuple[str, ...]:
    value: Any = block.values.get("figures")
    if not isinstance(value, dict) or set(value) != {"sections", "document", "status"}:
        raise block.fail("figures", "needs sections, document, status", "write all and no other")
    return tuple(str(each) for each in value["sections"])


def words(group: str, name: str) -> tuple[str, str]:
    """Return (Chinese, English) of a name of one of the lists; empty for the empty name."""
    return policy().words[group][name] if name else ("", "")


def is_figure(field: str) -> bool:
    """Whether a correctable field, e.g. household.wage_income, is a figure of the year."""
    found = correctable().get(field)
    return found is not None and found[1].section in policy().sections
