"""The table of dispatch (派发表): who gets a clue, by which channel, what they do and how.

A table is dated and by region, as time limits are. Its rows are asked in order and the first that
fits answers; the last fits everything, so that no clue is left without an answer. Kinds of
handlers are told apart here; who they are today is known to the domains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bangfu.procedures.model import Source, Text

# The procedure whose instances a table hands on, and its clock that the limit of a row rules.
PROCEDURE, CLOCK = "clue", "check"


class HandlerKind(StrEnum):
    """Whom a clue goes to: the cadre paired with the household, or a post of a place."""

    PAIRED_CADRE = "PAIRED_CADRE"
    VILLAGE_POST = "VILLAGE_POST"
    TOWNSHIP_POST = "TOWNSHIP_POST"


class Channel(StrEnum):
    """How the handlers hear of it."""

    IN_APP = "IN_APP"
    SMS = "SMS"
    # 本月核查清单: the village's list of the month.
    MONTHLY_LIST = "MONTHLY_LIST"


class Way(StrEnum):
    """How a check may be made; the codes of the fact `check_way`."""

    VISIT = "VISIT"
    TELEPHONE = "TELEPHONE"


class Proof(StrEnum):
    """Whether a photo or a place belongs to the check (国办函〔2026〕12号: not unless needed)."""

    NONE = "NONE"
    ALLOWED = "ALLOWED"
    NEEDED = "NEEDED"


class Loudness(StrEnum):
    """How loud the hint behind a clue is; a clue that people report is ATTENTION or URGENT."""

    NONE = "NONE"
    UNKNOWN = "UNKNOWN"
    ATTENTION = "ATTENTION"
    URGENT = "URGENT"


@dataclass(frozen=True, slots=True)
class Post:
    """Which roles a kind of handler holds, those asked first in front, and what they may do."""

    kind: HandlerKind
    roles: tuple[str, ...]
    permission: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """What happens to the clues that it fits; an empty tuple fits everything.

    `handlers` get it together; where none of them is to be found the first of `otherwise` that
    is. `department` is the one to ask when the check cannot settle it, "" for none. `limit` names
    the time limit of the check: it rules the clock `check` of the clues that the row fits.
    """

    name: str
    title: Text
    severities: tuple[Loudness, ...]
    risks: tuple[str, ...]
    sources: tuple[str, ...]
    handlers: tuple[HandlerKind, ...]
    otherwise: tuple[HandlerKind, ...]
    channels: tuple[Channel, ...]
    todo: Text
    ways: tuple[Way, ...]
    photo: Proof
    place: Proof
    department: str
    limit: str
    line: int = field(default=0, compare=False)

    def fits(self, severity: Loudness, risk: str, source: str) -> bool:
        """Whether it answers for such a clue."""
        return (
            (not self.severities or severity in self.severities)
            and (not self.risks or risk in self.risks)
            and (not self.sources or source in self.sources)
        )

    def covers(self, other: DispatchRow) -> bool:
        """Whether everything that fits another row fits this one."""
        pairs = (
            (self.severities, other.severities),
            (self.risks, other.risks),
            (self.sources, other.sources),
        )
        return all(not mine or (theirs and set(theirs) <= set(mine)) for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One table: what holds in a place from a day on. The prefix "" is the whole country."""

    prefix: str
    valid_from: date
    source: Source
    posts: Mapping[HandlerKind, Post]
    rows: tuple[DispatchRow, ...]
    file: str = field(default="", compare=False)

    def for_(self, severity: str, risk: str, source: str) -> DispatchRow:
        """Return the row for a clue: its hint's severity (URGENT, ATTENTION, UNKNOWN, NONE), its
        matter (a code of the list `matter`) and where it comes from (a code of the fact
        `source` of the procedure clue). Raises ValueError for no such severity."""
        loudness = Loudness(severity)
        return next(row for row in self.rows if row.fits(loudness, risk, source))
