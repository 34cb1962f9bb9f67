"""What a message is, and how one leaves by SMS. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from bangfu.kernel.region import RegionCode

SMS = "SMS"


class OutboxState(StrEnum):
    """Where a message on its way out stands."""

    WAITING = "WAITING"
    # Claimed by a worker; one that stays so lost its worker between sending and marking.
    SENDING = "SENDING"
    SENT = "SENT"
    # Not wanted by its person, or nowhere to send it.
    SKIPPED = "SKIPPED"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True)
class Note:
    """One message to say to some users; the arguments of `notify`."""

    users: tuple[UUID | str, ...]
    subject: str
    params: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    region: RegionCode | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message as its reader sees it, in the reader's language."""

    id: UUID
    subject: str
    title: str
    text: str
    link: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits for one person on a day: duties by due day, and the earliest of them."""

    today: int = 0
    soon: int = 0
    overdue: int = 0
    oldest: date | None = None

    def plus(self, other: Counts) -> Counts:
        """Return both together."""
        days = [day for day in (self.oldest, other.oldest) if day is not None]
        return Counts(
            self.today + other.today,
            self.soon + other.soon,
            self.overdue + other.overdue,
            min(days) if days else None,
        )

    @property
    def total(self) -> int:
        """How many there are."""
        return self.today + self.soon + self.overdue
