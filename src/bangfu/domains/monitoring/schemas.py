"""Wire shapes of proceedings."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from bangfu.foundation.http.schemas import CodedValue, RegionRef, Schema

# A day as 2026-11-22, words, a number, yes or no, or people by their accounts.
FactEntry = bool | int | str | list[str]


class ProcedureFact(Schema):
    """A fact that a step may bring; `codes` are the values of a CODE."""

    name: str
    zh: str
    en: str
    type: str
    codes: list[CodedValue]
    may_be_future: bool


class ProcedureState(Schema):
    """A state of a procedure."""

    state: str
    zh: str
    en: str
    is_end: bool


class ProcedureStep(Schema):
    """A step of a procedure: where it leads, who takes it, what it asks for."""

    step: str
    zh: str
    en: str
    origins: list[str]
    target: str
    levels: list[str]
    takes: list[str]
    needs: list[str]


class ProcedureOut(Schema):
    """A procedure in force in the reader's county, with what its screens and forms say."""

    procedure: str
    version: str
    zh: str
    en: str
    states: list[ProcedureState]
    steps: list[ProcedureStep]
    opening: ProcedureStep
    facts: list[ProcedureFact]
    clocks: list[CodedValue]


class ProceedingHead(Schema):
    """A proceeding as one line; `handlers` are names of those whose duty it is now."""

    id: str
    no: str
    procedure: str
    procedure_zh: str
    procedure_en: str
    state: str
    state_zh: str
    state_en: str
    region: RegionRef
    household_no: str
    head_name: str
    title_zh: str
    title_en: str
    risk: str
    risk_zh: str
    risk_en: str
    severity: int
    assessed_level: str
    source: str
    source_zh: str
    source_en: str
    period: str
    opened_at: datetime
    changed_at: datetime
    waits_for: str
    department: str
    department_zh: str
    department_en: str
    next_clock: str
    next_clock_zh: str
    next_clock_en: str
    next_due_on: date | None
    is_provisional: bool
    overdue_level: str
    is_supervised: bool
    closed_at: datetime | None
    handlers: list[str]
    revision: int


class ProceedingList(Schema):
    """A page of proceedings."""

    items: list[ProceedingHead]
    next_cursor: str | None
    total: int


class ProceedingFact(Schema):
    """A fact that is known, with its value in words."""

    name: str
    zh: str
    en: str
    type: str
    value: FactEntry | None
    value_zh: str
    value_en: str


class HandlerOut(Schema):
    """Somebody whose duty a proceeding is or was."""

    user_id: str
    name: str
    since: datetime
    until: datetime | None


class CheckPhotoOut(Schema):
    """A photo of a clue's check that is on file; `can_open`: by the reader's post, or because he
    added it and the check is his duty."""

    id: str
    no: str
    at: datetime
    by: str
    can_open: bool


class ErrandOut(Schema):
    """What is asked of whoever checks a clue, by the row of the table of dispatch that handed it
    on: what to do, by which ways, whether a photo and a place are NEEDED, ALLOWED or NONE, whose
    matter it is ("" for no department's). `needs_purpose`: its photos open for a stated purpose."""

    row: str
    zh: str
    en: str
    todo_zh: str
    todo_en: str
    ways: list[CodedValue]
    photo: str
    place: str
    department: str
    department_zh: str
    department_en: str
    photos: list[CheckPhotoOut]
    needs_purpose: bool


class ProceedingOut(ProceedingHead):
    """A proceeding with what is known; `by_duty`: free words are shown because it is the
    reader's duty; `joined_now`: the report was joined to this one; `errand` of a clue alone, to
    who may read its matter."""

    facts: list[ProceedingFact]
    present_handlers: list[HandlerOut]
    household_id: str | None
    origin_id: str | None
    joined_to_id: str | None
    by_duty: bool
    joined_now: bool
    errand: ErrandOut | None


class ReceivedOut(Schema):
    """A report that was taken, to who may not see what became of it."""

    household_no: str
    received_at: datetime


class TimelineStepOut(Schema):
    """A step that was taken."""

    at: datetime
    by: str
    step: str
    step_zh: str
    step_en: str
    state_zh: str
    state_en: str
    note: str
    facts: list[ProceedingFact]


class TimelineClockOut(Schema):
    """A time limit that runs or ran; `climbed` are the levels that it reached, lowest first."""

    clock: str
    zh: str
    en: str
    counted_from: date
    due_on: date
    is_provisional: bool
    extended: bool
    climbed: list[str]
    ended_on: date | None
    is_late: bool | None


class TimelineOriginOut(Schema):
    """A report that the proceeding holds; null where words or reporter are not open."""

    at: datetime
    by: str
    source: str
    source_zh: str
    source_en: str
    period: str
    words: str | None
    reporter: str | None


class TimelineOut(Schema):
    """Everything that happened, oldest first."""

    steps: list[TimelineStepOut]
    clocks: list[TimelineClockOut]
    origins: list[TimelineOriginOut]
    handlers: list[HandlerOut]


class StepOfferOut(Schema):
    """A step that the reader may take: what it asks for, what else it may bring that is not known
    (`takes`) or that is known and may be said anew (`renews`), and what blocks it. `photo` says
    whether a photo belongs to it: NEEDED, ALLOWED or NONE."""

    step: str
    zh: str
    en: str
    bearing: str
    is_next: bool
    asks: list[ProcedureFact]
    takes: list[ProcedureFact]
    renews: list[ProcedureFact]
    blocked_zh: list[str]
    blocked_en: list[str]
    photo: str


class OffersOut(Schema):
    """The steps that the reader may take now."""

    offers: list[StepOfferOut]
    next_step: str
    revision: int


class ProceedingIn(Schema):
    """A clue that is reported, or a suspicion that is opened.

    About a household by its number, or about a place; `risk` is a code of the list `matter`.
    """

    procedure: str = Field("clue", max_length=40)
    household_no: str | None = Field(None, max_length=40)
    region: str | None = Field(None, max_length=12)
    risk: str = Field("OTHER", max_length=60)
    words: str = Field("", max_length=2000)
    reporter: str = Field("", max_length=200)
    facts: dict[str, FactEntry] = Field(default_factory=dict)


class StepIn(Schema):
    """A step that somebody takes; `revision` is that of the page that was looked at."""

    step: str = Field(max_length=40)
    facts: dict[str, FactEntry] = Field(default_factory=dict)
    revision: int | None = None
    note: str = Field("", max_length=1000)


class ColleagueOut(Schema):
    """Somebody who may be named in a step, with the post held."""

    id: str
    name: str
    role: str
    role_zh: str
    role_en: str
    office: str
    region: RegionRef


class MatterOut(Schema):
    """What a clue can be about, and the departments that one can be passed to."""

    matters: list[CodedValue]
    departments: list[CodedValue]


class ProceedingQuery(Schema):
    """Which proceedings. `handler` is "me" or an account's id; `overdue` what should be done by
    today; `lane` what the reader's desk counts there; `unlisted` what is on no list that the
    county has yet to decide; `household_no` the whole number; `q` begins a number or the head's
    name."""

    region: str | None = Field(None, max_length=12)
    procedure: str = Field("", max_length=40)
    state: str = Field("", max_length=40)
    open: bool | None = None
    waits_for: str = Field("", max_length=12)
    handler: str = Field("", max_length=40)
    department: str = Field("", max_length=40)
    due_before: date | None = None
    overdue: bool = False
    supervised: bool | None = None
    unlisted: bool = False
    lane: str = Field("", pattern="^(|OVERDUE|TODAY|SOON|LATER|WAITING)$")
    risk: str = Field("", max_length=60)
    source: str = Field("", max_length=40)
    period: str = Field("", max_length=7)
    household_no: str = Field("", max_length=40)
    q: str = Field("", max_length=60)
    sort: str = Field("", pattern="^(|due|newest)$")


class ProceedingPageQuery(ProceedingQuery):
    """The same with the page."""

    cursor: str | None = Field(None, max_length=400)
    limit: int = Field(50, ge=1, le=200)
