"""Kinds of offices (单位类型) whose cadres are paired with households, and how many households a
cadre of each may have: dated values by region, as time limits are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bangfu.procedures.limits import chosen
from bangfu.procedures.model import Source, Text
from bangfu.procedures.reading import read_day, read_region, read_source
from bangfu.standards.reading import Block, read_block

FILE = "procedures/pairing.yaml"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many households a cadre may have, where and since when."""

    prefix: str
    valid_from: date
    households: int
    source: Source


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """A kind of office; without values no document says how many."""

    name: str
    title: Text
    values: tuple[Capacity, ...] = ()
    file: str = field(default="", compare=False)

    def capacity(self, region_code: str, on: date) -> Capacity | None:
        """Return what holds in a place on a day; None where nothing does."""
        here = [value for value in self.values if region_code.startswith(value.prefix)]
        return chosen(tuple(here), region_code, on) if here else None


def read_offices(path: Path, file: str = FILE) -> Mapping[str, OfficeKind]:
    """Read the kinds of offices by name. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(path)
    block.allow(("offices",))
    found: dict[str, OfficeKind] = {}
    for child in block.children("offices"):
        child.allow(("name", "zh", "en", "values"))
        kind = child.text("name")
        if kind in found:
            raise child.fail("name", f"{kind} is there twice", "rename or remove one")
        values = child.children("values") if "values" in child.values else []
        title = Text(child.text("zh"), child.text("en"))
        found[kind] = OfficeKind(kind, title, tuple(_capacity(each) for each in values), file)
        _refuse_twice(child, found[kind].values)
    return found


def _capacity(block: Block) -> Capacity:
    block.allow(("region", "valid_from", "households", "document", "article", "status"))
    households = block.count("households")
    if not households:
        raise block.fail("households", "no such number", "write a number from 1")
    return Capacity(
        read_region(block), read_day(block, "valid_from"), households, read_source(block)
    )


def _refuse_twice(block: Block, values: tuple[Capacity, ...]) -> None:
    seen = [(value.prefix, value.valid_from) for value in values]
    if len(seen) != len(set(seen)):
        raise block.fail("values", "two values begin on one day", "remove one of them")
