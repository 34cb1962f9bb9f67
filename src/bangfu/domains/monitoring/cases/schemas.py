"""Wire shapes of cases: their papers, notices, objections and the county's lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from bangfu.foundation.http.schemas import RegionRef, Schema


class LackOut(Schema):
    """A value that a paper still wants."""

    path: str
    zh: str
    en: str


class PaperStateOut(Schema):
    """Where one paper of a case stands: HELD (signed, on file), READY to be printed, INCOMPLETE.

    `apart`: it comes with the notice or the county's list and is not made from the case.
    `withheld`: it tells what is closed to the reader's post, and is left out of his whole file.
    `numbered`: it prints ID or telephone numbers, in full for a stated purpose alone.
    """

    paper: str
    title_zh: str
    title_en: str
    step: str
    state: Literal["HELD", "READY", "INCOMPLETE"]
    optional: bool
    apart: bool
    withheld: bool
    numbered: bool
    lacks: list[LackOut]
    number: str
    dated_on: date | None


class CasePaperOut(Schema):
    """A paper on file; bytes. Without a file only its number is known."""

    id: str
    paper: str
    no: str
    kind: Literal["MADE", "ORIGINAL", "SCAN"]
    dated_on: date | None
    has_file: bool
    name: str
    size: int
    note: str
    at: datetime
    by: str


class CaseFileOut(Schema):
    """The file of a case: its papers in order, what is on file, how many are missing.

    `needs_purpose`: papers on file and the whole file open for a stated purpose alone.
    """

    kind: str
    papers: list[PaperStateOut]
    held: list[CasePaperOut]
    missing: int
    needs_purpose: bool


class PaperMakeIn(Schema):
    """Which paper to make, by the `paper` of its state; with a purpose, numbers in full."""

    paper: str = Field(max_length=40)
    purpose: str | None = Field(default=None, max_length=40)
    note: str = Field(default="", max_length=400)


class StopOut(Schema):
    """A data check that a clearing would break."""

    rule: str
    text_zh: str
    text_en: str


class ComparisonHitOut(Schema):
    """What the screening last said of the household; the rule's name where it is open."""

    severity: str
    reason_zh: str
    reason_en: str


class PrefillOut(Schema):
    """What the platform knows for the next steps: facts by name as a step takes them, the checks
    that speak against a clearing, and what the last screening said."""

    facts: dict[str, str | int | bool | list[str]]
    stops: list[StopOut]
    screened_in: str
    hits: list[ComparisonHitOut]


class ClearingIn(Schema):
    """Which household's risk is proposed as cleared."""

    household_no: str = Field(max_length=40)
    proposed_on: date
    identified_on: date | None = None


class OpenedCaseOut(Schema):
    """A case that was opened."""

    id: str
    no: str


class NoticeLineOut(Schema):
    """A household on a notice."""

    proceeding_id: str
    household_no: str
    head_name: str
    group: str
    people: int
    category: str
    way: str


class ObjectionOut(Schema):
    """An objection; `raised_by` is empty to whoever may not know."""

    id: str
    proceeding_id: str
    number: int
    raised_on: date
    raised_by: str
    way: str
    words: str
    state: Literal["OPEN", "UNFOUNDED", "UPHELD"]
    checked_on: date | None
    checkers: list[str]
    finding: str
    at: datetime
    by: str


class NoticeHead(Schema):
    """A notice as one line."""

    id: str
    no: str
    kind: Literal["IDENTIFICATION", "CLEARING"]
    way: Literal["BOARD", "BOARD_AND_WEB"]
    state: Literal["DRAFT", "SCANNED", "PUBLISHED", "ENDED", "WITHDRAWN", "ARCHIVED"]
    region: RegionRef
    posted_on: date
    until_on: date
    days: int
    households: int
    created_at: datetime
    created_by: str


class NoticeOut(NoticeHead):
    """A notice with its lines and objections. `on_web`: the masked version may be shown today."""

    contact: str
    contact_phone: str
    report_phone: str
    reason: str
    on_web: bool
    lines: list[NoticeLineOut]
    objections: list[ObjectionOut]


class NoticeList(Schema):
    """The newest notices, and how many there are."""

    items: list[NoticeHead]
    total: int


class NoticeIn(Schema):
    """What a notice is drawn up from: cases by id, and the category that is proposed for each (a
    code); telephones are those of offices."""

    cases: list[UUID] = Field(min_length=1, max_length=200)
    categories: dict[UUID, str] = Field(default_factory=dict, max_length=200)
    posted_on: date
    way: Literal["BOARD", "BOARD_AND_WEB"] = "BOARD"
    report_phone: str = Field(max_length=40)
    contact: str = Field("", max_length=60)
    contact_phone: str = Field("", max_length=40)


class WithdrawIn(Schema):
    """Why something is taken back."""

    reason: str = Field(max_length=500)


class ObjectionIn(Schema):
    """What was said against which household of a notice, by whom and how."""

    proceeding_id: UUID
    raised_on: date
    raised_by: str = Field(max_length=200)
    way: Literal["ORAL", "WRITTEN", "TELEPHONE"] = "ORAL"
    words: str = Field(max_length=2000)


class BatchRowOut(Schema):
    """One case of a list."""

    proceeding_id: str
    no: str
    region: RegionRef
    household_no: str
    head_name: str
    state: str
    decision: Literal["AGREE", "REFUSE"]
    category: str
    reason: str


class BatchHead(Schema):
    """A list of the county as one line."""

    id: str
    no: str
    procedure: str
    stage: Literal["DRAFT", "DECIDED", "DROPPED"]
    approval_no: str
    decided_on: date | None
    created_at: datetime
    created_by: str


class BatchOut(BatchHead):
    """A list with its cases."""

    agency: str
    meeting: str
    deciders: list[str]
    scan_name: str
    decided_at: datetime | None
    reason: str
    rows: list[BatchRowOut]


class BatchLineIn(Schema):
    """How one case is to be decided; REFUSE with its reason, AGREE with the category's code."""

    proceeding_id: UUID
    decision: Literal["AGREE", "REFUSE"] = "AGREE"
    category: str = Field("", max_length=40)
    reason: str = Field("", max_length=1000)


class BatchIn(Schema):
    """A list to be drawn up: cases by id, agreed to unless `rows` says otherwise of one."""

    procedure: Literal["identification", "clearing"]
    cases: list[UUID] = Field(min_length=1, max_length=500)
    rows: list[BatchLineIn] = Field(default_factory=list, max_length=500)


class BatchRowsIn(Schema):
    """The cases of a list, anew."""

    rows: list[BatchLineIn] = Field(min_length=1, max_length=500)


class RulingIn(Schema):
    """Under which number, when and by whom (accounts) the county decides."""

    approval_no: str = Field(max_length=80)
    decided_on: date
    deciders: list[UUID] = Field(min_length=1, max_length=20)
    agency: str = Field("", max_length=120)
    meeting: str = Field("", max_length=120)


class BatchProblemOut(Schema):
    """Why one case of a list cannot be decided so."""

    proceeding_id: str
    no: str
    head_name: str
    code: str
    text_zh: str
    text_en: str
    remedy_zh: str
    remedy_en: str


class BatchCheckOut(Schema):
    """What a rehearsal found; nothing was changed."""

    problems: list[BatchProblemOut]
