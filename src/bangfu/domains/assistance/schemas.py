"""Wire shapes of pairings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from bangfu.foundation.http.schemas import RegionRef, Schema


class PairingQuery(Schema):
    """Filters of the list of pairings; `cadre` is an account."""

    region: str = ""
    state: Literal["OPEN", "ORPHANED", "ENDED"] = "OPEN"
    cadre: UUID | None = None
    q: str = Field("", max_length=60)


class PairingPageQuery(PairingQuery):
    """Filters with the place in the list."""

    cursor: str = Field("", max_length=400)
    limit: int = Field(50, ge=1, le=200)


class PairingOut(Schema):
    """A pairing. `is_able`: the cadre can act for the household today."""

    id: str
    household_no: str
    head_name: str
    region: RegionRef
    town_name: str
    village_name: str
    user_id: str
    cadre_name: str
    office: str
    office_kind: str
    office_kind_zh: str
    office_kind_en: str
    valid_from: date
    valid_to: date | None
    end_reason: str
    note: str
    is_able: bool
    created_by: str


class PairingList(Schema):
    """A page of pairings; `orphaned` counts those of the place whose cadre cannot act."""

    items: list[PairingOut]
    next_cursor: str | None
    total: int
    orphaned: int


class PairingLoadOut(Schema):
    """A cadre with households: how many in the place, in all, orphaned, and how many may be
    (null where no document says)."""

    user_id: str
    cadre_name: str
    office: str
    office_kind: str
    office_kind_zh: str
    office_kind_en: str
    households: int
    total: int
    orphaned: int
    capacity: int | None


class PairingOfficeOut(Schema):
    """A kind of office with the number of households a cadre may have, and where that stands."""

    kind: str
    zh: str
    en: str
    capacity: int | None
    document: str
    status: str


class PairingCadreOut(Schema):
    """Somebody who can be paired in the place, with the households they have in the county."""

    user_id: str
    username: str
    name: str
    office: str
    roles_zh: list[str]
    roles_en: list[str]
    total: int


class PairingChoices(Schema):
    """Who can be paired, and the kinds of offices."""

    cadres: list[PairingCadreOut]
    offices: list[PairingOfficeOut]


class PairingIn(Schema):
    """A cadre for a household that has none."""

    household_no: str = Field(max_length=40)
    user_id: UUID
    valid_from: date
    office_kind: str = Field(max_length=40)
    office: str = Field("", max_length=80)
    note: str = Field("", max_length=300)
    may_exceed: bool = False


class PairingEndIn(Schema):
    """The last day of a pairing, and why."""

    on: date
    reason: Literal["LEFT", "OTHER"]
    note: str = Field("", max_length=300)


class HandoverIn(Schema):
    """Which households of a place go from one cadre to another; no `pairing_ids` means all."""

    region: str = Field("", max_length=12)
    from_user_id: UUID
    to_user_id: UUID
    on: date
    reason: str = Field(max_length=300)
    office_kind: str = Field(max_length=40)
    office: str = Field("", max_length=80)
    pairing_ids: list[UUID] | None = Field(None, max_length=10_000)
    may_exceed: bool = False


class HandoverOut(Schema):
    """A handover."""

    id: str
    region: RegionRef
    at: datetime
    by: str
    on: date
    from_name: str
    to_name: str
    reason: str
    count: int
    undone_at: datetime | None


class PairingImportForm(Schema):
    """How a list of pairings is taken: without `commit` it is only checked."""

    region: str = Field("", max_length=12)
    commit: bool = False
    may_replace: bool = False
    may_exceed: bool = False


class PairingIssueOut(Schema):
    """Why a row is not taken."""

    row: int
    column: str
    code: str
    message: str
    remedy: str


class PairingImportOut(Schema):
    """What became of a list; at most 200 issues, the error workbook has all."""

    rows: int
    new: int
    replaced: int
    unchanged: int
    bad: int
    is_committed: bool
    issues: list[PairingIssueOut]
