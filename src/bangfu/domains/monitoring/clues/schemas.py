"""Wire shapes of clues from screenings, acts on many clues and village lists."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bangfu.domains.monitoring.clues.bulk import MOST
from bangfu.domains.monitoring.schemas import ProceedingQuery
from bangfu.foundation.http.schemas import RegionRef, Schema


class ClueRunIn(Schema):
    """Which county's newest run clues are made of, and its month."""

    region: str = Field(max_length=12)
    period: str = Field(max_length=7)


class ClueRunOut(Schema):
    """The job that makes them."""

    job_id: UUID


class HeldBatchOut(Schema):
    """Clues of a run that were held back; `rules` rule → households hit; `exceeded` SHARE (of
    the county's households) or VILLAGE."""

    id: UUID
    region: RegionRef
    period: str
    held_at: datetime
    clues: int
    households: int
    screened: int
    village: RegionRef
    village_clues: int
    exceeded: str
    share_limit: float
    village_limit: int
    rules: dict[str, int]
    state: str
    reason: str
    decided_at: datetime | None
    decided_by: str


class HeldDecisionIn(Schema):
    """Why a batch is released or discarded."""

    reason: str = Field(max_length=500)


class MatchingIn(ProceedingQuery):
    """All clues that a list's filters find; `count` is how many the list said there are."""

    count: int = Field(ge=1, le=MOST)


class BulkIn(Schema):
    """One act on many clues, by their ids or all that match filters: DISPATCH (without handlers by
    the county's table), REASSIGN to handlers, JOIN to the clue with a number. With `dry_run`
    nothing is written."""

    act: str = Field(pattern="^(DISPATCH|REASSIGN|JOIN)$")
    ids: list[UUID] = Field(default_factory=list, max_length=MOST)
    matching: MatchingIn | None = None
    handlers: list[str] = Field(default_factory=list, max_length=20)
    reason: str = Field("", max_length=1000)
    joined_to: str = Field("", max_length=40)
    dry_run: bool = False


class BulkRefusalOut(Schema):
    """A clue on which the act cannot be done, and why."""

    id: UUID
    no: str
    code: str
    message_zh: str
    message_en: str


class BulkSameOut(Schema):
    """Clues that are refused for one reason: how many, one sentence that says so, and the numbers
    of the first."""

    code: str
    count: int
    message_zh: str
    message_en: str
    nos: list[str]


class BulkOut(Schema):
    """What was done: all or nothing. `act_id` names it for undoing; null where nothing was.
    `refusals` clue by clue, `same` what they come to: a sentence a reason, the commonest first."""

    act_id: UUID | None
    done: int
    can_undo: bool
    refusals: list[BulkRefusalOut]
    same: list[BulkSameOut]


class VillageListIn(Schema):
    """Whose list of the month is made: a village, or all villages of a township or county."""

    region: str = Field(max_length=12)
    month: str = Field(max_length=7)
    contact: str = Field("", max_length=60)
    contact_phone: str = Field("", max_length=40)


class VillageListHead(Schema):
    """A list with how far it has come: rows, of which answered."""

    id: UUID
    region: RegionRef
    month: str
    no: str
    issued_on: date
    due_on: date
    rows: int
    answered: int
    made_at: datetime
    made_by: str


class VillageListRowOut(Schema):
    """A household on a list; `result` CLOSED, NOTED or ALARM once it came back, else empty."""

    place: int
    proceeding_id: UUID
    clue_no: str
    procedure: str
    household_no: str
    head_name: str
    reason_zh: str
    reason_en: str
    due_on: date | None
    result: str
    entered_at: datetime | None
    entered_by: str


class VillageListOut(VillageListHead):
    """A list with its rows."""

    items: list[VillageListRowOut]


class VillageListProblemOut(Schema):
    """What is wrong with a row of a file that came back."""

    row: int
    column: str
    clue_no: str
    code: str
    message_zh: str
    message_en: str
    remedy_zh: str
    remedy_en: str


class VillageListEntryOut(Schema):
    """What a file that came back does: clues closed, noted for the township, raised as urgent;
    rows left open; problems. `is_repeat`: the very file was entered before."""

    closed: int
    noted: int
    alarms: int
    unchanged: int
    still_open: int
    is_repeat: bool
    is_dry_run: bool
    problems: list[VillageListProblemOut]
