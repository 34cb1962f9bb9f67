"""Rules of rounds and of the year-end window. No framework, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Season(StrEnum):
    """Which round of a year (季)."""

    SPRING = "SPRING"
    AUTUMN = "AUTUMN"
    SPECIAL = "SPECIAL"


class RoundState(StrEnum):
    """Whether entries are still taken."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Result(StrEnum):
    """What was entered about a household; TO_DO before anybody did, GONE by the system."""

    TO_DO = ""
    UNCHANGED = "UNCHANGED"
    CHANGED = "CHANGED"
    URGENT = "URGENT"
    GONE = "GONE"


ENTERED = (Result.UNCHANGED, Result.CHANGED, Result.URGENT)
# What becomes a clue.
TELLING = (Result.CHANGED, Result.URGENT)


class Way(StrEnum):
    """How the household was asked."""

    VISIT = "VISIT"
    TELEPHONE = "TELEPHONE"


class Stage(StrEnum):
    """A stage of the year-end window, in their order."""

    TRAINING = "TRAINING"
    COLLECTING = "COLLECTING"
    ENTERING = "ENTERING"
    CLEANING = "CLEANING"
    SIGNING = "SIGNING"
    LOCKED = "LOCKED"


STAGES = tuple(Stage)


class CorrectionState(StrEnum):
    """Where a request to correct a locked year stands."""

    ASKED = "ASKED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    DONE = "DONE"


def code_of(year: int, season: Season) -> str:
    """Return how a round is called in its county: 2026-AUTUMN."""
    return f"{year:04d}-{season}"


def next_stage(stage: Stage) -> Stage | None:
    """Return the stage after one; None after the last."""
    place = STAGES.index(stage)
    return STAGES[place + 1] if place + 1 < len(STAGES) else None


def stage_before(stage: Stage) -> Stage | None:
    """Return the stage that one may be put back to: none from the first, none from a lock."""
    place = STAGES.index(stage)
    return STAGES[place - 1] if place and stage is not Stage.LOCKED else None


@dataclass(frozen=True, slots=True)
class Span:
    """A stage with the days that the county set for it, both inclusive."""

    stage: Stage
    from_on: date
    to_on: date


def is_in_order(spans: tuple[Span, ...]) -> bool:
    """Whether the spans are all stages in their order, none ends before it begins, and none
    begins before the one ahead of it."""
    if tuple(each.stage for each in spans) != STAGES:
        return False
    starts = [each.from_on for each in spans]
    return starts == sorted(starts) and all(each.from_on <= each.to_on for each in spans)


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round of a county. `households` is how many it had when it was opened."""

    id: UUID
    region_code: str
    code: str
    season: Season
    year: int
    document_no: str
    from_on: date
    to_on: date
    state: RoundState
    households: int
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    close_note: str


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What a round has of one household. `clue_no` is the clue that it became, if any."""

    id: UUID
    region_code: str
    household_no: str
    head_name: str
    result: Result
    way: str
    visited_on: date | None
    entered_at: datetime | None
    entered_by: str
    clue_no: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Households of a place in a round by what was entered; GONE ones count nowhere."""

    region_code: str
    to_do: int
    unchanged: int
    changed: int
    urgent: int

    @property
    def households(self) -> int:
        """All of them."""
        return self.to_do + self.entered

    @property
    def entered(self) -> int:
        """Those that somebody has entered."""
        return self.unchanged + self.changed + self.urgent


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """A township's signature under a year, or one that a step back made void."""

    region_code: str
    at: datetime
    by: str
    void_at: datetime | None


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """A request to correct a household's figures of a locked year."""

    id: UUID
    region_code: str
    household_no: str
    head_name: str
    what: str
    reason: str
    state: CorrectionState
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    note: str
    until_on: date | None


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """The year-end window of a county: the stage it is in, the days of all, who locked it."""

    id: UUID
    region_code: str
    year: int
    stage: Stage
    spans: tuple[Span, ...]
    document_no: str
    opened_at: datetime
    opened_by: str
    locked_at: datetime | None
    locked_by: str
    lock_document_no: str
    corrections_to: date

    def span_of(self, stage: Stage) -> Span:
        """Return the days of a stage."""
        return next(each for each in self.spans if each.stage is stage)


def stored_spans(spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    """Return spans as they are stored."""
    return [
        {"stage": str(each.stage), "from": each.from_on.isoformat(), "to": each.to_on.isoformat()}
        for each in spans
    ]


def read_spans(stored: list[dict[str, Any]]) -> tuple[Span, ...]:
    """Return stored spans."""
    return tuple(
        Span(Stage(each["stage"]), date.fromisoformat(each["from"]), date.fromisoformat(each["to"]))
        for each in stored
    )
