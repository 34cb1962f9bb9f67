"""A stored file as other code sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Name, size in bytes, SM3 in hex, and what the file is for."""

    id: UUID
    region_code: str
    kind: str
    name: str
    size: int
    sm3: str
    path: str
    created_by: str
    created_at: datetime
