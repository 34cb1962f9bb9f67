"""What an item of the work list is and how it moves. Pure.

OPEN → FIXED when a check that asked the rule does not find it any more; FIXED → OPEN when it is
back. OPEN → EXCEPTED by a person with a reason; EXCEPTED → OPEN when the person undoes it, when
its day has passed, or when what was found is no longer what was excepted. DROPPED: the rule left
the pack.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ItemState(StrEnum):
    """Where an item stands."""

    OPEN = "OPEN"
    FIXED = "FIXED"
    EXCEPTED = "EXCEPTED"
    DROPPED = "DROPPED"


class Shown(StrEnum):
    """What a reader may ask for: NEW are the open ones that the last check opened; FIXED are
    those that the last check no longer found."""

    OPEN = "OPEN"
    NEW = "NEW"
    FIXED = "FIXED"
    EXCEPTED = "EXCEPTED"


class EndReason(StrEnum):
    """Why an exception holds no longer."""

    UNDONE = "UNDONE"
    CHANGED = "CHANGED"
    EXPIRED = "EXPIRED"
    FIXED = "FIXED"
    DROPPED = "DROPPED"


class Why(StrEnum):
    """Why a rule was not asked."""

    COLUMNS = "COLUMNS"
    FEEDS = "FEEDS"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a rule found: `values` is JSON, `person_id` None for a household's rule."""

    rule_id: str
    household_id: str
    person_id: str | None
    region_code: str
    household_no: str
    values: str
    message_zh: str
    message_en: str

    @property
    def fingerprint(self) -> str:
        """Return what stays the same as long as the values do."""
        return hashlib.sha256(self.values.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A rule that was not asked, and the (Chinese) names of what it lacks."""

    rule_id: str
    rule_no: str
    why: Why
    missing: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "rule_id": self.rule_id,
            "rule_no": self.rule_no,
            "why": str(self.why),
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """Items of a place: `open` includes `new`; `fixed` is what the last check saw go."""

    open: int = 0
    new: int = 0
    fixed: int = 0
    excepted: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return it ready for JSON."""
        return {
            "open": self.open,
            "new": self.new,
            "fixed": self.fixed,
            "excepted": self.excepted,
        }


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One finished check of a county."""

    id: UUID
    region_code: str
    as_of: date
    pack: str
    pack_version: str
    pack_hash: str
    households: int
    persons: int
    rules_run: int
    not_asked: list[dict[str, Any]]
    counts: Counts
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check did, and how long its steps took."""

    check: CheckRecord
    written: int
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """Why an item may stay as it is, who said so, and until which day."""

    reason: str
    by: str
    at: datetime
    until: date | None


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item of the work list."""

    id: UUID
    rule_id: str
    region_code: str
    household_id: UUID
    household_no: str
    person_id: UUID | None
    message_zh: str
    message_en: str
    state: ItemState
    is_new: bool
    first_seen_on: date
    last_seen_on: date
    fixed_on: date | None
    exception: ExceptionRecord | None
