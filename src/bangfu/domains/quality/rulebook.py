"""The quality rules in force, and what readers need of them: numbers, titles, remedies, sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from bangfu.domains.quality.ports import Ports
from bangfu.engine.packs.loader import load_quality
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.rule import Rule
from bangfu.engine.rules.sensitivity import classes_of
from bangfu.foundation.access.columns import closed_classes
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.paths import packs_root

NATIONAL = "national"


@dataclass(frozen=True, eq=False)
class Rulebook:
    """The quality rules of one pack, by id."""

    pack: Pack
    _classes: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.pack.rules}

    def describe(self, rule_id: str) -> dict[str, str]:
        """Return number, titles and remedies of a rule; its id alone when the pack lacks it."""
        rule = self.rules.get(rule_id)
        return {
            "rule_id": rule_id,
            "rule_no": rule.rule_no if rule else rule_id,
            "title_zh": rule.title.zh if rule else rule_id,
            "title_en": rule.title.en if rule else rule_id,
            "remedy_zh": rule.remedy.zh if rule and rule.remedy else "",
            "remedy_en": rule.remedy.en if rule and rule.remedy else "",
        }

    def name_columns(self, rule_id: str) -> dict[str, str | None]:
        """Return the titles of the columns that a rule marks, joined, in both languages."""
        rule = self.rules.get(rule_id)
        if rule is None or not rule.column:
            return {"column_zh": None, "column_en": None}
        catalog = self.pack.catalog
        found = [catalog.column(*name.split(".", 1)) for name in rule.column.split() if "." in name]
        return {
            "column_zh": "、".join(column.label("zh") for column in found) or None,
            "column_en": ", ".join(column.label("en") for column in found) or None,
        }

    def classes_closed(self, scope: Scope, rule_id: str) -> frozenset[str]:
        """Return the classes that a rule reads and the reader may not see; all of an unknown
        rule."""
        closed = closed_classes(scope)
        rule = self.rules.get(rule_id)
        if not closed or rule is None:
            return closed
        if rule_id not in self._classes:
            self._classes[rule_id] = classes_of(rule, self.pack.catalog)
        return self._classes[rule_id] & closed

    def list_rules(self, scope: Scope) -> list[dict[str, Any]]:
        """Return every rule with its group (the file it stands in) and its source, by number.

        `withheld`: what it finds is not told to the reader, who cannot list by it.
        """
        return [
            {
                **self.describe(rule.id),
                "group": rule.file.rsplit("/", 1)[-1].removesuffix(".yaml"),
                "source_document": rule.source.document,
                "source_status": rule.source.status,
                "withheld": bool(self.classes_closed(scope, rule.id)),
            }
            for rule in sorted(self.pack.rules, key=lambda rule: (rule.rule_no, rule.id))
        ]


@cache
def national() -> Rulebook:
    """Return the national quality rules; read once a process."""
    return Rulebook(load_quality(packs_root() / NATIONAL))


@lru_cache(maxsize=16)
def _kept(folder: Path) -> Rulebook:
    found = load_quality(folder)
    # A pack that extends no other may leave the quality rules to the nation's.
    return Rulebook(found) if found.rules else national()


def rulebook_of(scope: Scope, region: RegionCode, on: date) -> Rulebook:
    """Return the quality rules that hold in a place on a day: those of the pack that its county
    has adopted, else the national ones, which also hold above the counties.

    Cost: one indexed read for a county.
    """
    if region.level < COUNTY:
        return national()
    folder = Ports.adopted_pack(scope, region.county, Period.containing(on))
    return _kept(folder) if folder is not None else national()


def check_open(book: Rulebook, scope: Scope, rule_id: str | None) -> None:
    """Refuse to list by a rule closed to the reader. Raises NotAllowed E-ACCESS-RULE-CLOSED."""
    if rule_id and book.classes_closed(scope, rule_id):
        raise NotAllowed("E-ACCESS-RULE-CLOSED")
