"""Dated policy numbers by region: which value is in force where and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bangfu.engine.contracts.types import Type
from bangfu.engine.rules.lowering import ThresholdTable
from bangfu.engine.rules.rule import Source, Text


@dataclass(frozen=True)
class ThresholdValue:
    """One value, in force from `valid_from` to `valid_to` (both days included) in one region.

    `prefix` is the significant part of the division code, "" for the whole country.
    """

    prefix: str
    valid_from: date
    valid_to: date | None
    value: Decimal
    source: Source

    def is_in_force(self, day: date) -> bool:
        """Whether the value holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: ThresholdValue) -> bool:
        """Whether both could hold on one day in one region."""
        if self.prefix != other.prefix:
            return False
        ends_before = self.valid_to is not None and self.valid_to < other.valid_from
        starts_after = other.valid_to is not None and other.valid_to < self.valid_from
        return not (ends_before or starts_after)


@dataclass(frozen=True)
class Threshold:
    """A named policy number with all its dated values."""

    id: str
    title: Text
    type: Type
    values: tuple[ThresholdValue, ...]
    file: str = ""


@dataclass(frozen=True)
class ThresholdBook:
    """All thresholds of a pack."""

    thresholds: Mapping[str, Threshold] = field(default_factory=dict)

    def find(self, name: str, region_code: str, day: date) -> ThresholdValue | None:
        """Return the value in force for a region: the longest prefix that holds it wins."""
        matching = [
            value
            for value in self.thresholds[name].values
            if region_code.startswith(value.prefix) and value.is_in_force(day)
        ]
        return max(matching, key=lambda value: len(value.prefix), default=None)

    def table(self, name: str, day: date) -> ThresholdTable:
        """Return (prefix, value) in force on a day, longest prefix first."""
        found = [value for value in self.thresholds[name].values if value.is_in_force(day)]
        found.sort(key=lambda value: (-len(value.prefix), value.prefix))
        return [(value.prefix, value.value) for value in found]

    def tables(self, day: date) -> dict[str, ThresholdTable]:
        """Return `table` for every threshold."""
        return {name: self.table(name, day) for name in self.thresholds}

    def types(self) -> dict[str, Type]:
        """Return the type of every threshold."""
        return {name: threshold.type for name, threshold in self.thresholds.items()}
