"""Hints and their order, and what counts as new, changed or gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID


class Severity(IntEnum):
    """How loud a hint (系统提示) is; the number orders lists, the word is what others see."""

    NONE = 0
    UNKNOWN = 1
    ATTENTION = 2
    URGENT = 3

    @property
    def word(self) -> str:
        """Return urgent, attention, unknown or none."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Severity:
        """Return the severity of a hint word, in either case."""
        return cls[word.upper()]


# From here on a household asks for somebody's work; `unknown` asks for data.
FLAGGED = Severity.ATTENTION


@dataclass(frozen=True, slots=True)
class Changes:
    """Households against the state before: flagged now only, flagged differently, not any more."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A published run as other code sees it."""

    id: UUID
    region_code: str
    period: str
    pack: str
    pack_version: str
    pack_hash: str
    inputs_hash: str
    result_hash: str
    households: int
    persons: int
    hints: dict[str, int]
    new: int
    changed: int
    gone: int
    folder: str
    coverage: list[dict[str, Any]]
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class ScreenResult:
    """What one screening did; `run` is the earlier run when nothing had changed since."""

    run: RunRecord
    written: int
    is_repeat: bool
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HintRecord:
    """A household's hint over a span of months; `valid_to` is exclusive and None while it holds."""

    household_id: UUID
    severity: Severity
    reason_zh: str
    reason_en: str
    fired: list[str]
    undecided: list[str]
    valid_from: str
    valid_to: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AdoptionRecord:
    """A county's decision on its rule pack; an empty `pack_hash` is the return to the national."""

    id: UUID
    region_code: str
    pack: str
    pack_version: str
    pack_hash: str
    document_no: str
    note: str
    from_period: str
    adopted_at: datetime
    adopted_by: str


@dataclass(frozen=True, slots=True)
class TrialLine:
    """A household whose hint would differ; hints are words, `new`, `changed` or `gone`."""

    household_id: UUID
    kind: str
    before: str
    after: str
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a pack would do to a county's month against the pack in force, on the same data.

    `hints_*` households by hint word; `rules` rule id → (households before, after).
    """

    region_code: str
    period: str
    present: str
    candidate: str
    candidate_hash: str
    households: int
    hints_before: dict[str, int]
    hints_after: dict[str, int]
    rules: dict[str, tuple[int, int]]
    lines: list[TrialLine]

    def count(self, kind: str) -> int:
        """Return how many households are `new`, `changed` or `gone`."""
        return sum(line.kind == kind for line in self.lines)
