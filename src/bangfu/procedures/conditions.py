"""Conditions of a clearing (消除条件): what the data know of each, beside what a person says of it.

A condition is a fact of the procedure. `rules` are the pack's rules of data quality and `screening`
the rules of its monthly screening that speak against it; `known_by` are the columns of the register
that have to be filled before the data can speak for it. Where one is empty, what a person says
stands, and is marked as said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bangfu.procedures.model import Source
from bangfu.procedures.reading import read_source
from bangfu.standards.reading import Block, read_block

FILE = "procedures/conditions.yaml"
_KEYS = ("fact", "says", "rules", "screening", "proceedings", "known_by")


@dataclass(frozen=True, slots=True)
class Condition:
    """What speaks against one condition; `says` is the statement of a flag that would let the
    clearing go on (None: whatever is said of it). `proceedings`: clues and cases of the household
    that are open or were confirmed since the proposal speak against it."""

    fact: str
    says: bool | None = None
    rules: tuple[str, ...] = ()
    screening: tuple[str, ...] = ()
    proceedings: bool = False
    known_by: tuple[tuple[str, ...], ...] = ()
    source: Source = field(default=Source("", ""))

    @property
    def against(self) -> frozenset[str]:
        """The ids of all rules that speak against it."""
        return frozenset({*self.rules, *self.screening})


def read_conditions(path: Path) -> tuple[Condition, ...]:
    """Read the conditions in the order of the file. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow(("conditions",))
    found: list[Condition] = []
    for child in block.children("conditions"):
        child.allow((*_KEYS, "document", "article", "status"))
        one = _condition(child)
        if one.fact in {each.fact for each in found}:
            raise child.fail("fact", f"{one.fact} is there twice", "rename or remove one")
        found.append(one)
    return tuple(found)


def _condition(block: Block) -> Condition:
    return Condition(
        fact=block.text("fact"),
        says=_flag(block, "says"),
        rules=_names(block, "rules"),
        screening=_names(block, "screening"),
        proceedings=_flag(block, "proceedings") is True,
        known_by=tuple(tuple(one.split("|")) for one in _names(block, "known_by")),
        source=read_source(block),
    )


def _flag(block: Block, key: str) -> bool | None:
    value = block.values.get(key)
    if value is not None and not isinstance(value, bool):
        raise block.fail(key, "neither true nor false", "write true or false, or leave it out")
    return value


def _names(block: Block, key: str) -> tuple[str, ...]:
    value = block.values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise block.fail(key, "no list of names", "write a list of names")
    return tuple(value)
