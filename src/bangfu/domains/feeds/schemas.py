"""Wire shapes of the coverage board, of landed batches and of requests for correction."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field

from bangfu.foundation.http.schemas import RegionRef, Schema


class BoardCell(Schema):
    """One month of one dataset: LIVE in use, OLD there but not used, REVERTED, NONE."""

    month: str
    state: str
    batch_id: str | None
    rows: int


class DatasetWords(Schema):
    """A dataset as people call it, who owns it, and what it may say."""

    dataset: str
    title_zh: str
    title_en: str
    department_zh: str
    department_en: str


class BoardDataset(DatasetWords):
    """One dataset on the board; `period`, `as_of` and the counts are those of its newest batch."""

    basis: str
    coverage: str
    cadence: str
    valid_months: int
    says_zh: str
    says_en: str
    state: str
    period: str | None
    as_of: date | None
    rows: int
    matched: int
    unmatched: int
    landed_at: datetime | None
    landed_by: str | None
    due_on: date | None
    overdue: bool
    cells: list[BoardCell]


class BoardTotals(Schema):
    """Datasets by state."""

    live: int
    stale: int
    silent: int
    hole: int
    never: int


class BoardOut(Schema):
    """The coverage board of a county for a month."""

    region: RegionRef
    period: str
    months: list[str]
    datasets: list[BoardDataset]
    totals: BoardTotals


class Dependant(Schema):
    """Something that read a batch, such as a screening run."""

    kind: str
    id: str
    label: str
    used_at: datetime


class LandingOut(Schema):
    """A batch that is or was in force."""

    batch_id: str
    dataset: str
    title_zh: str
    title_en: str
    period: str
    region: RegionRef
    state: str
    rows: int
    matched: int
    unmatched: int
    as_of: date
    landed_at: datetime
    landed_by: str | None
    closed_at: datetime | None
    reason: str
    supersedes: str | None
    restored: str | None = None
    dependants: list[Dependant]


class RevertIn(Schema):
    """Why something is done."""

    reason: str = Field(max_length=500)


class FeedbackNoteIn(Schema):
    """What there is to say about a step: for an answer, the owner's answer."""

    note: str = Field("", max_length=500)


class FeedbackIn(Schema):
    """A wrong value of a department: which, what it says and what we found."""

    dataset: str = Field(max_length=80)
    period: str = Field(max_length=10)
    region: str | None = Field(None, max_length=12)
    household_no: str | None = Field(None, max_length=40)
    person_id: str | None = Field(None, max_length=36)
    column: str = Field(max_length=60)
    stated: str = Field(max_length=200)
    expected: str = Field(max_length=200)
    reason: str = Field(max_length=500)


class FeedbackStep(Schema):
    """One step of a request: its state after it, by whom and when."""

    state: str
    state_zh: str
    state_en: str
    note: str
    by: str
    at: datetime


class FeedbackItem(DatasetWords):
    """A request for correction (数据校核反馈单); a person is named by a masked name only."""

    id: str
    no: str
    region: RegionRef
    period: str
    household_no: str | None
    person_name_masked: str | None
    column: str
    column_zh: str
    column_en: str
    stated: str
    expected: str
    reason: str
    state: str
    state_zh: str
    state_en: str
    sent_on: date | None
    due_on: date | None
    overdue: bool
    answer: str | None
    created_at: datetime
    created_by: str


class FeedbackOut(FeedbackItem):
    """A request with its steps and what the reader may do with it."""

    steps: list[FeedbackStep]
    allowed: list[str]


class FeedbackList(Schema):
    """A page of requests, newest first."""

    items: list[FeedbackItem]
    next_cursor: str | None
