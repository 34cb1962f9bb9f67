"""Wire shapes of requests for bulk exports."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field

from bangfu.foundation.http.schemas import RegionRef, Schema


class ExportRequestIn(Schema):
    """A list with its filters, and what it is for."""

    kind: Literal["households", "quality", "reconciliation", "pairings", "proceedings", "audit"]
    filters: dict[str, Any] = Field(default_factory=dict)
    purpose: str = Field(min_length=1, max_length=200)


class ExportDecisionIn(Schema):
    """Why a request is rejected."""

    reason: str = Field(min_length=1, max_length=200)


class ExportRequestOut(Schema):
    """A request for a bulk export. `filters` leaves the search text out: `is_searched` says that
    there is one."""

    id: str
    kind: str
    region: RegionRef
    filters: dict[str, Any]
    is_searched: bool
    rows: int
    purpose: str
    state: Literal["REQUESTED", "APPROVED", "REJECTED", "WITHDRAWN", "USED"]
    requested_by: str
    requested_at: datetime
    is_mine: bool
    decided_by: str
    decided_at: datetime | None
    reason: str
    expires_at: datetime | None


class ExportRequestList(Schema):
    """Requests, newest first, and from how many rows on an export needs one."""

    items: list[ExportRequestOut]
    bulk_rows: int
