"""A pack as it is after loading: everything read, typed and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.engine.contracts.tables import Catalog
from bangfu.engine.packs.thresholds import ThresholdBook
from bangfu.engine.rules.nodes import Node
from bangfu.engine.rules.rule import Rule, Source, Text
from bangfu.kernel.period import Period


@dataclass(frozen=True)
class Indicator:
    """A named formula that rules use with indicator('name')."""

    id: str
    title: Text
    unit: str
    formula: Node
    file: str = ""
    text: str = ""
    """The formula as it is written."""


@dataclass(frozen=True)
class NotComputable:
    """A question of policy that no feed can decide: why, and what data would be needed."""

    id: str
    title: Text
    why: Text
    needs: Text
    source: Source
    file: str = ""


@dataclass(frozen=True)
class Case:
    """One worked case of a rule: facts in, decision expected."""

    rule_id: str
    name: str
    facts: Mapping[str, Any]
    expect: str
    reason: str = ""
    file: str = ""
    thresholds: ThresholdBook | None = None
    """Of a case that comes from a pack extended: the values it was written against."""
    number: int = 0
    """Its place in the file, from 0."""
    line: int = 0
    """The line of the file where it begins, from 1."""

    @property
    def period(self) -> Period:
        """The month of the case. Raises E-PERIOD-FORMAT for what is no month."""
        return Period.parse(str(self.facts.get("period", "2026-10")))


@dataclass(frozen=True)
class Pack:
    """Rules, thresholds, indicators and cases of a pack and of the packs it extends."""

    id: str
    version: str
    title: Text
    hash: str
    catalog: Catalog
    thresholds: ThresholdBook
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    cases: Sequence[Case] = ()
    path: Path = Path()
    region: str = ""
    """Significant digits of the division the pack is for; "" for the whole country."""
    not_computable: tuple[NotComputable, ...] = ()
    chain: tuple[tuple[str, str], ...] = ()
    """(id, version) of this pack and of those it extends, its own first."""

    def titles(self) -> dict[str, Text]:
        """Return the titles of thresholds and indicators, as sentences name them."""
        found = {name: item.title for name, item in self.thresholds.thresholds.items()}
        return found | {name: item.title for name, item in self.indicators.items()}

    def rules_on(self, day: date) -> tuple[Rule, ...]:
        """Return the rules in force on a day, in the order of their identifiers."""
        return tuple(rule for rule in self.rules if rule.is_in_force(day))

    def rule(self, rule_id: str, day: date | None = None) -> Rule:
        """Return the version of a rule that is in force on a day, else its last version.

        KeyError when the pack has no rule of that name.
        """
        versions = [rule for rule in self.rules if rule.id == rule_id]
        if not versions:
            raise KeyError(rule_id)
        in_force = [rule for rule in versions if day is not None and rule.is_in_force(day)]
        return (in_force or versions)[-1]
