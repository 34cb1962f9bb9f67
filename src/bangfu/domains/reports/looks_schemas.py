"""Wire shapes of looking at one value in full and of who has looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field

from bangfu.foundation.http.schemas import Schema


class PurposeOut(Schema):
    """A purpose that may be stated; `needs_note`: the reason has to be written out as well."""

    code: str
    zh: str
    en: str
    needs_note: bool


class RevealOptions(Schema):
    """What the dialog offers, and how many values the reader may still see today."""

    purposes: list[PurposeOut]
    budget: int
    left: int


class RevealIn(Schema):
    """Which value to see and why; `member_id` for one of a member, absent for the household's."""

    field: str = Field(max_length=60)
    member_id: UUID | None = None
    purpose: str = Field(max_length=40)
    note: str = Field("", max_length=400)


class RevealedOut(Schema):
    """One value in full; `left`: how many more the reader may see today."""

    field: str
    label_zh: str
    label_en: str
    value: Any
    value_zh: str
    value_en: str
    left: int


class NamedOut(Schema):
    """Something with a code and its name in both languages."""

    code: str
    zh: str
    en: str


class LookOut(Schema):
    """One look at a household: its page, one value or paper in full with the purpose; at what is
    under way about it: opened, or its whole file taken along (`document` its number); or a list of
    its place taken along, in which it may have stood (LISTED)."""

    id: str
    at: datetime
    by: str
    action: Literal["VIEWED", "REVEALED", "OPENED", "EXPORTED", "LISTED"]
    refused: bool
    what: NamedOut | None
    member_name: str
    document: str
    purpose: NamedOut | None
    note: str


class LookList(Schema):
    """A page of looks."""

    items: list[LookOut]
    next_cursor: str | None
