"""What a verification of the audit chain can find, as plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Fault(StrEnum):
    """What is wrong at a place of the chain."""

    CHANGED = "CHANGED"  # the row is not what was sealed: edited, or swapped with another
    MISSING = "MISSING"  # a sealed row is gone
    FORGED = "FORGED"  # row and hash agree, the keyed tag does not: sealed by somebody else
    SEGMENT = "SEGMENT"  # the segment's own record was altered
    GAP = "GAP"  # a whole segment is gone
    UNSEALED = "UNSEALED"  # a row that neither is sealed nor waits for it: put in from outside
    BACKDATED = "BACKDATED"  # sealed long after rows that are younger than it
    CUT = "CUT"  # the witness knows segments that the chain lacks: cut off or rolled back
    REWRITTEN = "REWRITTEN"  # the witness knows another hash for a segment
    CHECKPOINT = "CHECKPOINT"  # a line of the witness was altered
    GONE = "GONE"  # the witness cannot be read, is not there or is empty, and had checkpoints
    SHORT = "SHORT"  # the witness lacks checkpoints that it took
    MOVED = "MOVED"  # another witness is set than the one named, and nobody said why


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the segment, the row's place in the chain (from 1) and its id where known."""

    fault: Fault
    segment: int
    position: int | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Rewound:
    """A restore that was acknowledged: segments above `number` up to `lost` were given up."""

    number: int
    lost: int
    made_at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A witness that another one made way for begins at segment `number`, for a reason."""

    number: int
    made_at: str
    reason: str


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found: `findings` in the order of the chain."""

    segments: int = 0
    rows: int = 0
    waiting: int = 0
    checkpoints: int = 0
    is_off_box: bool = False
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    restores: list[Rewound] = field(default_factory=list)
    beginnings: list[Begun] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The first bad row or segment; None for a sound chain."""
        return self.findings[0] if self.findings else None
