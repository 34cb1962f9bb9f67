"""The pure rules of pairing: why one ends, how many households a cadre may have, who can act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class EndReason(StrEnum):
    """Why a pairing ended."""

    HANDED_OVER = "HANDED_OVER"
    # The cadre left the post or the county.
    LEFT = "LEFT"
    # Nobody belongs to the household any more.
    HOUSEHOLD_CLOSED = "HOUSEHOLD_CLOSED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class PairingRecord:
    """A pairing as other code sees it; `is_able` says whether the cadre can act for the
    household today: the account is in use and a post covers the village."""

    id: UUID
    region_code: str
    household_id: UUID
    household_no: str
    head_name: str
    user_id: UUID
    cadre_name: str
    office: str
    office_kind: str
    valid_from: date
    valid_to: date | None
    end_reason: str
    note: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_by: str
    is_able: bool = True


@dataclass(frozen=True, slots=True)
class CadreLoad:
    """A cadre with the number of households that they answer for in the places asked about.

    `total` counts all their households of the scope; `capacity` is None where no document says
    how many a cadre of such an office may have.
    """

    user_id: UUID
    cadre_name: str
    office: str
    office_kind: str
    households: int
    total: int
    orphaned: int
    capacity: int | None

    @property
    def is_full(self) -> bool:
        """Whether no household more may be added."""
        return self.capacity is not None and self.total >= self.capacity

    @property
    def is_over(self) -> bool:
        """Whether there are more households than may be."""
        return self.capacity is not None and self.total > self.capacity


@dataclass(frozen=True, slots=True)
class HandoverRecord:
    """A handover as other code sees it."""

    id: UUID
    region_code: str
    at: datetime
    by: str
    on: date
    from_user_id: UUID
    from_name: str
    to_user_id: UUID
    to_name: str
    reason: str
    count: int
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody can act for households: the places of the posts, by account."""

    places: Mapping[UUID, tuple[str, ...]]

    def covers(self, user_id: UUID, region_code: str) -> bool:
        """Whether one of the account's places holds the village."""
        return any(region_code.startswith(each) for each in self.places.get(user_id, ()))


def smallest_place(codes: Iterable[str]) -> str:
    """Return the prefix of 2, 4, 6, 9 or 12 digits that all codes begin with; "" for none."""
    wanted = list(codes)
    for length in (12, 9, 6, 4, 2):
        if len({code[:length] for code in wanted}) == 1:
            return wanted[0][:length]
    return ""
