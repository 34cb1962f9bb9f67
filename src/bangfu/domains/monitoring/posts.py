"""Whose turn it is by their posts: those of a level in a place, or of a department around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from bangfu.foundation.accounts.holders import Holder
from bangfu.kernel.region import (
    COUNTY,
    PREFECTURE,
    PREFIX_LENGTHS,
    PROVINCE,
    TOWN,
    VILLAGE,
    RegionCode,
)
from bangfu.procedures import Level

_LEVELS = {
    Level.VILLAGE: VILLAGE,
    Level.TOWNSHIP: TOWN,
    Level.COUNTY: COUNTY,
    Level.PREFECTURE: PREFECTURE,
    Level.PROVINCE: PROVINCE,
}


class Posts:
    """Posts by place and level, and by department and place: one look-up for each question,
    whatever the number of posts."""

    def __init__(self, holders: Iterable[Holder]) -> None:
        self._places: dict[tuple[int, str], set[UUID]] = defaultdict(set)
        self._departments: dict[tuple[str, str], set[UUID]] = defaultdict(set)
        for one in holders:
            if one.department:
                self._departments[one.department, one.place].add(one.user_id)
            else:
                level = RegionCode(one.region_code).level
                self._places[level, one.place].add(one.user_id)

    def of(self, level: str, region_code: str, department: str) -> set[UUID]:
        """Return who acts for a level of a place, or for a department there; "" is nobody's."""
        if level == Level.SECTOR:
            around = [region_code[:length] for length in PREFIX_LENGTHS]
            return {
                user for place in around for user in self._departments.get((department, place), ())
            }
        known = _LEVELS.get(Level(level)) if level else None
        if known is None:
            return set()
        return self._places.get((known, region_code[: PREFIX_LENGTHS[known]]), set())
