"""Wire shapes of the reconciliation."""

from __future__ import annotations

from datetime import date, datetime

from bangfu.foundation.http.schemas import RegionRef, Schema
from bangfu.foundation.jobs.schemas import JobOut


class ReconciliationForm(Schema):
    """Whose export it is, and of which day."""

    region: str
    as_of: date


class ReconciliationStarted(Schema):
    """The reconciliation and the job that makes it."""

    id: str
    job_id: str


class ReconciliationCounts(Schema):
    """What was compared, and what became of the list."""

    households: int
    persons: int
    to_enter: int
    to_correct: int
    only_there: int
    done: int
    dismissed: int
    outside: int
    unreadable: int


class ReconciliationHead(Schema):
    """One reconciliation of the list."""

    id: str
    region: RegionRef
    as_of: date
    file_name: str
    created_at: datetime
    created_by: str
    state: str
    counts: ReconciliationCounts


class ReconciliationList(Schema):
    """Reconciliations, newest first."""

    items: list[ReconciliationHead]


class ColumnCount(Schema):
    """Open items of one field."""

    column: str
    column_zh: str
    column_en: str
    count: int


class TownCount(Schema):
    """Open items of one town."""

    region: RegionRef
    count: int


class ReasonOut(Schema):
    """Why a file was refused."""

    code: str
    message: str
    remedy: str


class ReconciliationOut(ReconciliationHead):
    """One reconciliation with the counts of the present list."""

    by_kind: dict[str, int]
    by_column: list[ColumnCount]
    by_town: list[TownCount]
    job: JobOut | None
    errors: list[ReasonOut]


class DifferenceOut(Schema):
    """One thing to enter or to correct; `here` and `there` as labels, numbers of people masked.

    `hidden`: the column is closed to the reader; both are empty whatever they hold.
    """

    id: str
    kind: str
    household_no: str
    head_name: str
    member_name: str | None
    town_name: str
    village_name: str
    column: str | None
    column_zh: str | None
    column_en: str | None
    here: str
    there: str
    here_en: str
    there_en: str
    hidden: bool
    state: str
    first_seen_on: date
    done_on: date | None
    reason: str | None


class DifferenceList(Schema):
    """A page of items."""

    items: list[DifferenceOut]
    next_cursor: str | None
    total: int


class DismissIn(Schema):
    """Why an item is set aside."""

    reason: str
