"""Policy of change requests, read from `standards/changes/policy.yaml`. No framework."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from bangfu.kernel.region import RegionCode
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, read_block

_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A window of the year in which a split may be made for what follows (截止期).

    `start` and `end` are MM-DD, inclusive; a window with `end` before `start` passes new year.
    """

    name: str
    zh: str
    en: str
    start: str
    end: str
    region: RegionCode
    valid_from: date
    document: str
    status: str

    def holds(self, on: date, region: RegionCode) -> bool:
        """Return whether a day falls into the window in a place."""
        if on < self.valid_from or not self.region.contains(region):
            return False
        day = f"{on:%m-%d}"
        if self.start <= self.end:
            return self.start <= day <= self.end
        return day >= self.start or day <= self.end


@dataclass(frozen=True, slots=True)
class Policy:
    """Windows, what goes on after a split, and the numbers behind two marks."""

    cutoffs: tuple[Cutoff, ...]
    continuity_zh: str
    continuity_en: str
    inherited: tuple[str, ...]
    long_ago_days: int
    adult_years: int

    def cutoff_on(self, on: date, region: RegionCode) -> Cutoff | None:
        """Return the window into which a day falls; of several the one of the smallest place."""
        found = [each for each in self.cutoffs if each.holds(on, region)]
        return max(found, key=lambda each: each.region.level, default=None)


@cache
def policy() -> Policy:
    """Return the policy. Raises Refused E-STANDARD-MALFORMED."""
    block = read_block(standards_root() / "changes" / "policy.yaml")
    block.allow(("cutoffs", "continuity", "long_ago", "adult"))
    continuity = _sourced(block, "continuity", ("zh", "en", "columns"))
    return Policy(
        cutoffs=tuple(_cutoff(child) for child in block.children("cutoffs")),
        continuity_zh=continuity["zh"],
        continuity_en=continuity["en"],
        inherited=tuple(continuity["columns"]),
        long_ago_days=int(_sourced(block, "long_ago", ("days",))["days"]),
        adult_years=int(_sourced(block, "adult", ("years",))["years"]),
    )


def _sourced(block: Block, field: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return a mapping of `keys` that also names its document and its status."""
    value = block.values.get(field)
    wanted = {*keys, "document", "status"}
    if not isinstance(value, dict) or set(value) != wanted:
        raise block.fail(field, f"needs {', '.join(sorted(wanted))}", "write all and no other")
    return value


def _cutoff(block: Block) -> Cutoff:
    block.allow(("name", "zh", "en", "from", "to", "region", "valid_from", "document", "status"))
    for field in ("from", "to"):
        if not _DAY.fullmatch(block.text(field)):
            raise block.fail(field, "not a day of the year", "write MM-DD in quotes")
    return Cutoff(
        name=block.text("name"),
        zh=block.text("zh"),
        en=block.text("en"),
        start=block.text("from"),
        end=block.text("to"),
        region=RegionCode.parse(block.text("region")),
        valid_from=date.fromisoformat(block.text("valid_from")),
        document=block.text("document"),
        status=block.choice("status", ("verified", "unverified")),
    )
