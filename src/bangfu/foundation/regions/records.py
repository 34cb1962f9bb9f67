"""Places as other code sees them: plain values."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.kernel.region import RegionCode


@dataclass(frozen=True, slots=True)
class RegionRecord:
    """A place. `level`: 0 nation, 1 province, 2 prefecture, 3 county, 4 town, 5 village."""

    code: str
    name: str
    level: int
    parent_code: str
    kind: str


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """That a code was retired, or lost a part when not `is_whole`, and one place it led to."""

    old_code: str
    old_name: str
    new_code: str
    changed_in: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a stated code means today.

    `code` is the place when it is certain; otherwise `candidates` are the places among which a
    person has to choose, none when the code was never known.
    """

    code: RegionCode | None
    candidates: tuple[RegionCode, ...]
