"""Texts with slots: "公示期自{notice.from_on}起" is a literal, a slot and a literal.

A slot is `{path}`, `{path|filter}` or `{path:8}`; the number is how many characters wide the blank
is where the value is missing. `{#}` is the running number of a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FILTERS = ("masked", "month", "day")
RUNNING = "#"
_SLOT = re.compile(r"\{([^{}]*)\}")
_INSIDE = re.compile(r"(#|[a-z_]+(?:\.[a-z_]+)*)(?:\|([a-z]+))?(?::(\d{1,2}))?")


class BadSlot(ValueError):
    """A brace that is no slot; the message says which."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one value of the context; `width` in characters, 0 as its type asks."""

    path: str
    filter: str = ""
    width: int = 0


Part = str | Slot


def parse(text: str) -> tuple[Part, ...]:
    """Return literals and slots in order; raises BadSlot for anything else in braces."""
    parts: list[Part] = []
    position = 0
    for match in _SLOT.finditer(text):
        parts.append(_literal(text[position : match.start()]))
        inside = _INSIDE.fullmatch(match[1])
        if inside is None or (inside[2] or FILTERS[0]) not in FILTERS:
            raise BadSlot(match[0])
        parts.append(Slot(inside[1], inside[2] or "", int(inside[3] or 0)))
        position = match.end()
    parts.append(_literal(text[position:]))
    return tuple(part for part in parts if part != "")


def slots(parts: tuple[Part, ...]) -> tuple[Slot, ...]:
    """Return the slots of a text."""
    return tuple(part for part in parts if isinstance(part, Slot))


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise BadSlot(text)
    return text
