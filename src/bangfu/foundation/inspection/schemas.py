"""Wire shapes of the audit log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from bangfu.foundation.http.schemas import CodedValue, RegionRef, Schema


class AuditFilter(Schema):
    """Which rows of the log; days are days of China, `until` included."""

    region: str | None = Field(None, max_length=12)
    actor: str = Field("", max_length=60)
    action: str = Field("", max_length=80, pattern=r"^[a-z_.]*$")
    result: Literal["", "OK", "REFUSED"] = ""
    subject_kind: str = Field("", max_length=60)
    subject_id: str = Field("", max_length=120)
    since: date | None = None
    until: date | None = None


class AuditPageFilter(AuditFilter):
    """Which page of which rows."""

    cursor: str | None = None
    limit: int = Field(50, ge=1, le=200)


class AuditActor(Schema):
    """Who did it; kind NOBODY for somebody who was not signed in."""

    kind: str
    id: str
    label: str


class AuditSubject(Schema):
    """What it was done to."""

    kind: CodedValue
    id: str


class AuditEventOut(Schema):
    """One row of the log."""

    id: UUID
    at: datetime
    actor: AuditActor
    action: CodedValue
    region: RegionRef
    subject: AuditSubject
    result: Literal["OK", "REFUSED"]
    purpose: str
    post_id: UUID | None
    client: str
    detail: dict[str, Any]
    is_sealed: bool


class AuditPage(Schema):
    """A page of rows, newest first."""

    items: list[AuditEventOut]
    next_cursor: str | None


class AuditStateOut(Schema):
    """How the chain is doing."""

    sealed_at: datetime | None
    is_late: bool
    checkpoint_at: datetime | None
    checkpoint_error: str
    is_off_box: bool
    verified_at: datetime | None
    is_sound: bool | None
    fault: str


class AuditWords(Schema):
    """All actions and kinds of subject, for the filters."""

    actions: list[CodedValue]
    subjects: list[CodedValue]
