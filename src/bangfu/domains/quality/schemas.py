"""Wire shapes of the work list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Field

from bangfu.foundation.http.schemas import RegionRef, Schema

State = Literal["OPEN", "NEW", "FIXED", "EXCEPTED"]


class CountsOut(Schema):
    """Items: `open` includes `new`; `fixed` since the check before the last."""

    open: int
    new: int
    fixed: int
    excepted: int


class ChildCountsOut(CountsOut):
    """One place directly below."""

    region: RegionRef


class RuleCountsOut(CountsOut):
    """One rule."""

    rule_id: str
    rule_no: str
    title_zh: str
    title_en: str


class CheckOut(Schema):
    """One check of the course of time, with what it left in the asked place."""

    id: str
    finished_at: datetime
    open: int
    new: int
    fixed: int


class NotAskedOut(Schema):
    """A rule that the last check could not ask, and what it lacked."""

    rule_id: str
    rule_no: str
    why: Literal["COLUMNS", "FEEDS"]
    missing: list[str]


class SummaryOut(Schema):
    """The work list of a place in numbers."""

    region: RegionRef
    checked_at: datetime | None
    as_of: date | None
    check_id: str | None
    not_asked: list[NotAskedOut]
    totals: CountsOut
    by_child: list[ChildCountsOut]
    by_rule: list[RuleCountsOut]
    checks: list[CheckOut]


class ExceptionOut(Schema):
    """Why an item may stay as it is."""

    reason: str
    by: str
    at: datetime
    until: date | None


class QualityItemOut(Schema):
    """One item of the work list. `withheld`: its rule reads what is closed to the reader, so title
    and message are a sentence that says so, and rule, columns and remedy are empty."""

    id: str
    rule_id: str
    rule_no: str
    title_zh: str
    title_en: str
    region: RegionRef
    town_name: str
    village_name: str
    household_no: str
    head_name: str
    member_name: str | None
    column_zh: str | None
    column_en: str | None
    message_zh: str
    message_en: str
    withheld: bool
    remedy_zh: str
    remedy_en: str
    state: State
    first_seen_on: date
    last_seen_on: date
    fixed_on: date | None
    exception: ExceptionOut | None


class QualityItemList(Schema):
    """A page of items."""

    items: list[QualityItemOut]
    next_cursor: str | None
    total: int


class ItemExportFilter(Schema):
    """Which items to write to a spreadsheet."""

    region: str | None = None
    rule: str | None = None
    state: State = "OPEN"
    q: str = ""


class ItemPageFilter(ItemExportFilter):
    """Which page of which items."""

    cursor: str | None = None
    limit: int = Field(50, ge=1, le=200)


class ExceptionIn(Schema):
    """Why an item may stay as it is, and until which day; without one as long as it is the same."""

    reason: str = Field(max_length=500)
    until: date | None = None


class CheckIn(Schema):
    """Which county to check."""

    region: str


class QualityRuleOut(Schema):
    """One quality rule."""

    rule_id: str
    rule_no: str
    title_zh: str
    title_en: str
    group: str
    source_document: str
    source_status: str
    remedy_zh: str
    remedy_en: str
    withheld: bool
