"""The life of a request for a bulk export, and when an export needs one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class RequestState(StrEnum):
    """Where a request stands; an approved one lasts until it is used or too old."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    USED = "USED"


@dataclass(frozen=True, slots=True)
class Pair:
    """The permissions of the two persons of an export: who asks for it and who agrees."""

    asks: str
    agrees: str


AUDIT = "audit"
LISTS = Pair("EXPORT", "EXPORT_APPROVE")
# The log is the audit administrator's; the second look is an administrator's of another duty.
PAIRS = {AUDIT: Pair("AUDIT_EXPORT", "ACCOUNTS_GRANT")}


def pair_of(kind: str) -> Pair:
    """Return who asks for an export of `kind` and who agrees to it."""
    return PAIRS.get(kind, LISTS)


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A request as other code sees it. `filters` holds no search text; `is_searched` says that
    there is one."""

    id: UUID
    kind: str
    region_code: str
    filters: dict[str, Any]
    is_searched: bool
    rows: int
    purpose: str
    state: RequestState
    requested_by: str
    requested_by_label: str
    requested_at: datetime
    decided_by_label: str
    decided_at: datetime | None
    reason: str
    expires_at: datetime | None
    used_at: datetime | None


def fingerprint(kind: str, filters: dict[str, Any]) -> str:
    """Return what tells one list with its filters from another, 64 hex digits; the search text is
    in it and cannot be read from it."""
    kept = {name: value for name, value in filters.items() if value not in (None, "", [])}
    text = json.dumps([kind, kept], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def shown(filters: dict[str, Any]) -> dict[str, Any]:
    """Return the filters that are set, without the search text: it may be an ID number."""
    return {
        name: value
        for name, value in filters.items()
        if name != "q" and value not in (None, "", [])
    }
