"""What acts take and answer with: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ActKind(StrEnum):
    """What can happen to a household."""

    BIRTH = "BIRTH"
    DEATH = "DEATH"
    MARRIAGE = "MARRIAGE"
    DIVORCE = "DIVORCE"
    MOVE_IN = "MOVE_IN"
    MOVE_OUT = "MOVE_OUT"
    SPLIT = "SPLIT"
    MERGE = "MERGE"
    HEAD_CHANGE = "HEAD_CHANGE"
    CORRECTION = "CORRECTION"
    PERSON_MERGE = "PERSON_MERGE"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who joins a household: found by the ID number, entered when not known yet."""

    name: str
    id_number: str
    relation: str


@dataclass(frozen=True, slots=True)
class Mover:
    """A member who leaves, and how they will be related to the head there (None: worked out)."""

    person_id: UUID
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that an act wrote; `before` is None for a row that the act added."""

    table: str
    id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the change as it is stored."""
        return {
            "table": self.table,
            "id": str(self.id),
            "before": self.before,
            "after": self.after,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> RowChange:
        """Read a stored change."""
        return cls(stored["table"], UUID(stored["id"]), stored["before"], stored["after"])


@dataclass(frozen=True, slots=True)
class ActRecord:
    """An act that was done: whom and what it touched, and every row with its before and after.

    `new_household_no` is the number of a household that the act opened; `unsure` counts relations
    to a new head that could not be worked out and were set to OTHER.
    """

    id: UUID
    kind: str
    region_code: str
    happened_on: date
    recorded_at: datetime
    recorded_by: str
    households: tuple[UUID, ...]
    persons: tuple[UUID, ...]
    changes: tuple[RowChange, ...]
    new_household_no: str = ""
    unsure: int = 0
    undone_at: datetime | None = None
