"""Wire shapes of rounds and year-end windows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from bangfu.foundation.http.schemas import Body, CodedValue, RegionRef, Schema


class RoundTally(Schema):
    """Households of a place in a round: all, entered by result, and those left."""

    region: RegionRef
    households: int
    entered: int
    to_do: int
    unchanged: int
    changed: int
    urgent: int


class RoundOut(Schema):
    """A round of a county. `households` is how many it had when it was opened; null to a post
    below the county."""

    code: str
    season: CodedValue
    year: int
    county: RegionRef
    document_no: str
    from_on: date
    to_on: date
    state: Literal["OPEN", "CLOSED"]
    households: int | None
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    close_note: str


class SeasonOut(Schema):
    """A season with its usual days (MM-DD), and where they come from."""

    code: str
    zh: str
    en: str
    usual_from: str
    usual_to: str
    document: str
    status: str


class RoundWords(Schema):
    """The words of rounds: seasons, results, ways, matters of a clue, stages, corrections."""

    seasons: list[SeasonOut]
    results: list[CodedValue]
    ways: list[CodedValue]
    matters: list[CodedValue]
    stages: list[SeasonOut]
    corrections: list[CodedValue]


class RoundList(Schema):
    """Rounds, the newest first; whether the reader may open one."""

    items: list[RoundOut]
    can_open: bool


class RoundProgress(Schema):
    """A round with the tally of a place and of the places directly below it."""

    round: RoundOut
    region: RegionRef
    total: RoundTally
    children: list[RoundTally]
    can_manage: bool
    can_enter: bool


class RoundIn(Body):
    """What a county decides about a round."""

    region: str = Field(max_length=12)
    year: int = Field(ge=2000, le=2999)
    season: Literal["SPRING", "AUTUMN", "SPECIAL"]
    document_no: str = Field(min_length=1, max_length=80)
    from_on: date
    to_on: date


class RoundEntryOut(Schema):
    """A household in a round; `clue_no` is the clue that a change became."""

    id: str
    region: RegionRef
    household_no: str
    head_name: str
    result: CodedValue | None
    way: CodedValue | None
    visited_on: date | None
    entered_at: datetime | None
    entered_by: str
    clue_no: str


class RoundEntryList(Schema):
    """A page of entries by place and number."""

    items: list[RoundEntryOut]
    next_cursor: str | None
    total: int


class RoundEntryIn(Body):
    """What was found: for one household, or “unchanged” for up to 500."""

    region: str = Field(max_length=12)
    household_nos: list[str] = Field(min_length=1, max_length=500)
    result: Literal["UNCHANGED", "CHANGED", "URGENT"]
    visited_on: date
    way: Literal["VISIT", "TELEPHONE"] = "VISIT"
    matter: str = Field("", max_length=40)
    words: str = Field("", max_length=1000)


class RoundEnteredOut(Schema):
    """The entries as they are now."""

    items: list[RoundEntryOut]


class RoundPlaceIn(Body):
    """The county that a round is of."""

    region: str = Field(max_length=12)


class RoundCloseIn(Body):
    """Closing a round; `note` says why households are left."""

    region: str = Field(max_length=12)
    note: str = Field("", max_length=500)


class RoundRefreshedOut(Schema):
    """Households that joined the list, followed to another place or name, and left it."""

    added: int
    followed: int
    gone: int


class StageSpan(Schema):
    """A stage with its days, both inclusive."""

    stage: Literal["TRAINING", "COLLECTING", "ENTERING", "CLEANING", "SIGNING", "LOCKED"]
    from_on: date
    to_on: date


class StageIn(Body):
    """A stage with its days, both inclusive."""

    stage: Literal["TRAINING", "COLLECTING", "ENTERING", "CLEANING", "SIGNING", "LOCKED"]
    from_on: date
    to_on: date


class WindowHead(Schema):
    """A county's window of a year, and the stage it is at."""

    year: int
    county: RegionRef
    stage: CodedValue
    spans: list[StageSpan]
    document_no: str
    opened_at: datetime
    opened_by: str
    locked_at: datetime | None
    locked_by: str
    lock_document_no: str
    corrections_to: date


class WindowList(Schema):
    """Windows, the newest year first; whether the reader may open one."""

    items: list[WindowHead]
    can_open: bool


class SignatureOut(Schema):
    """A township's signature."""

    region: RegionRef
    at: datetime
    by: str


class CorrectionOut(Schema):
    """A request to correct a locked year."""

    id: str
    region: RegionRef
    household_no: str
    head_name: str
    what: str
    reason: str
    state: CodedValue
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    note: str
    until_on: date | None


class WindowOut(WindowHead):
    """A window with what the reader may see below it and may do.

    `allowed`: any of days, advance, back, sign, lock, ask, decide.
    """

    signatures: list[SignatureOut]
    unsigned: list[RegionRef]
    corrections: list[CorrectionOut]
    allowed: list[str]


class WindowIn(Body):
    """What a county decides about a window; without stages their usual days."""

    region: str = Field(max_length=12)
    year: int = Field(ge=2000, le=2999)
    document_no: str = Field(min_length=1, max_length=80)
    spans: list[StageIn] = Field(default_factory=list, max_length=6)


class WindowDaysIn(Body):
    """The days of the stages anew, with the reason."""

    region: str = Field(max_length=12)
    spans: list[StageIn] = Field(max_length=6)
    note: str = Field(min_length=1, max_length=500)


class WindowStepIn(Body):
    """Going on or back from the stage that the officer looked at; back with the reason."""

    region: str = Field(max_length=12)
    seen: Literal["TRAINING", "COLLECTING", "ENTERING", "CLEANING", "SIGNING", "LOCKED"]
    note: str = Field("", max_length=500)


class WindowLockIn(Body):
    """The number of the sealed page under which the year is locked."""

    region: str = Field(max_length=12)
    document_no: str = Field(min_length=1, max_length=80)


class CorrectionIn(Body):
    """What a township wants corrected of a household, and why."""

    household_no: str = Field(min_length=1, max_length=40)
    what: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=500)


class CorrectionDecisionIn(Body):
    """The county's answer; a granted correction is open for so many days."""

    decision: Literal["GRANT", "REFUSE"]
    note: str = Field("", max_length=500)
    days: int = Field(5, ge=1, le=31)
