"""When the clues of a run are too many to be believed (熔断, F49). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bangfu.standards.breakers import Breaker


class BatchState(StrEnum):
    """What became of the clues of a run that were held back."""

    HELD = "HELD"
    RELEASED = "RELEASED"
    DISCARDED = "DISCARDED"


class Exceeded(StrEnum):
    """What there was too much of: households of the county, or clues of one village."""

    SHARE = "SHARE"
    VILLAGE = "VILLAGE"


@dataclass(frozen=True, slots=True)
class Flood:
    """How many clues a run would make, and where the most; `exceeded` None where that is fine."""

    clues: int
    households: int
    screened: int
    village_code: str
    village_clues: int
    exceeded: Exceeded | None


def weigh(places: Iterable[tuple[object, str]], screened: int, limits: Breaker) -> Flood:
    """Return what new clues, as (household, village), amount to among the households screened."""
    clues = list(places)
    households = len({household for household, _ in clues})
    villages = Counter(village for _, village in clues)
    village, most = min(villages.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    exceeded = None
    if len(clues) >= limits.least:
        if households * limits.share.denominator > screened * limits.share.numerator:
            exceeded = Exceeded.SHARE
        elif most > limits.village:
            exceeded = Exceeded.VILLAGE
    return Flood(len(clues), households, screened, village, most, exceeded)
