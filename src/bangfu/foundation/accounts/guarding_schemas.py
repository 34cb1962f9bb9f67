"""Wire shapes of acts on accounts, which two persons decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field

from bangfu.foundation.accounts.schemas import PostRegionOut
from bangfu.foundation.http.schemas import Schema

ActName = Literal["DISABLE", "ENABLE", "END_POST", "RESET_PASSWORD", "RESET_FACTORS"]


class ActIn(Schema):
    """What is to be done with whose account, and why: a reset with anybody's, the rest with an
    administrator's or auditor's. END_POST names the post, and its last day unless it ends at once.
    """

    username: str = Field(max_length=60)
    act: ActName
    reason: str = Field(min_length=1, max_length=200)
    post_id: UUID | None = None
    valid_to: date | None = None


class ActOut(Schema):
    """An act that somebody asked for. `can_decide` is false for whoever asked and for the
    account's holder. `password_half` is the reader's half of a new password, shown this once:
    the first to whoever asked, the second to whoever agreed."""

    id: str
    username: str
    display_name: str
    act: ActName | Literal["FIRST_PASSWORD", "JOIN_SSO", "SEPARATE_SSO"]
    region: PostRegionOut
    role_zh: str
    role_en: str
    valid_to: date | None
    reason: str
    state: Literal["PROPOSED", "APPROVED", "REJECTED", "WITHDRAWN"]
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str
    is_mine: bool
    can_decide: bool
    password_half: str


class ActList(Schema):
    """Acts, newest first."""

    items: list[ActOut]
