"""Wire shapes of accounts, posts and proposals, for those who manage and grant them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Field

from bangfu.foundation.accounts.schemas import PostRegionOut
from bangfu.foundation.http.schemas import Schema

Kind = Literal["REGULAR", "TEMPORARY", "DEPUTY"]
USERNAME = r"^[a-z0-9][a-z0-9._-]{2,59}$"


class PermissionOut(Schema):
    """A permission, as standards/roles.yaml names it."""

    code: str
    zh: str
    en: str


class DepartmentOut(Schema):
    """A department that delivers data."""

    code: str
    zh: str
    en: str


class RoleOut(Schema):
    """A role: where it may be held, which kind of account may hold it, and what it may do.

    `departments`: of which one a post of the role is; empty for a role of no department.
    """

    code: str
    zh: str
    en: str
    levels: list[int]
    duty: Literal["BUSINESS", "PUBLIC", "SYSTEM", "SECURITY", "AUDIT"]
    is_administrator: bool
    permissions: list[PermissionOut]
    departments: list[DepartmentOut]


class HeldPostOut(Schema):
    """A post of an account. `state` is as of today; ENDED ones stay to be seen."""

    id: str
    role: str
    role_zh: str
    role_en: str
    region: PostRegionOut
    kind: Kind
    department: DepartmentOut | None
    office: str
    valid_from: date
    valid_to: date | None
    ended_at: datetime | None
    state: Literal["IN_FORCE", "COMING", "ENDED"]


class AccountOut(Schema):
    """An account with its posts in the reader's region.

    `is_home`: the reader's region answers for it and may disable it.
    """

    username: str
    display_name: str
    duty: str
    is_active: bool
    is_home: bool
    is_self: bool
    last_login: datetime | None
    posts: list[HeldPostOut]


class AccountList(Schema):
    """Accounts by user name."""

    items: list[AccountOut]
    next_cursor: str | None
    total: int


class AccountIn(Schema):
    """A new account; nobody signs in to it before its first password was agreed to."""

    username: str = Field(pattern=USERNAME)
    display_name: str = Field(min_length=1, max_length=60)


class AccountMade(Schema):
    """The account, and the first half of its first password, which is shown this once."""

    username: str
    password_half: str


class AccountReasonIn(Schema):
    """Why."""

    reason: str = Field(min_length=1, max_length=200)


class PostEndIn(Schema):
    """Why a post ends, and its last day; without one it ends at once."""

    reason: str = Field(min_length=1, max_length=200)
    valid_to: date | None = None


class ProposalIn(Schema):
    """A post to propose for an account."""

    username: str = Field(max_length=60)
    role: str = Field(max_length=40)
    region: str = Field(max_length=12, description="12-digit or short division code")
    valid_from: date
    valid_to: date | None = None
    kind: Kind = "REGULAR"
    office: str = Field("", max_length=80)
    note: str = Field("", max_length=200)
    department: str = Field("", max_length=40, description="code; for a department's role")


class ProposalOut(Schema):
    """A proposed post. `can_decide` is false for whoever proposed it and for its holder."""

    id: str
    username: str
    display_name: str
    role: str
    role_zh: str
    role_en: str
    region: PostRegionOut
    kind: Kind
    department: DepartmentOut | None
    office: str
    note: str
    valid_from: date
    valid_to: date | None
    state: Literal["PROPOSED", "APPROVED", "REJECTED", "WITHDRAWN"]
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    is_mine: bool
    can_decide: bool


class ProposalList(Schema):
    """Proposals, newest first, and whether the county is in small-county mode."""

    items: list[ProposalOut]
    is_small_county: bool
