"""Whose turn it is by their posts: those of a level in a place, or of a department around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from bangfu.foundation.access.roles import permissions
from bangfu.foundation.access.scopes import system_scope
from bangfu.foundation.accounts.holders import Holder, list_holders
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


_NATION = RegionCode("000000000000")
_READS = "PROCEEDING_READ"
# A post that may do one of these has duties; a reader of proceedings alone has none.
_ACTS = frozenset(
    {
        "CLUE_CHECK",
        "CLUE_DISPATCH",
        "CASE_PREPARE",
        "CASE_TOWN",
        "CASE_COUNTY",
        "DEPARTMENT_ANSWER",
    }
)
# While one of these has the next step, a handler waits too.
_ELSEWHERE = (Level.HOUSEHOLD, Level.SECTOR, Level.SYSTEM)


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


def acting(holders: Iterable[Holder]) -> Posts:
    """Return the posts that have duties, of those that read proceedings."""
    return Posts(one for one in holders if permissions(one.role) & _ACTS)


def posts_around(region_codes: Iterable[str], on: date, *, readers: bool = False) -> Posts:
    """Return the posts with duties in some places and in all places around them, with `readers`
    those too that only read (the city's); one query.

    Those above a county too, whoever asks: who is to be told is not bounded by who tells.
    """
    places = {code[:length].ljust(12, "0") for code in region_codes for length in PREFIX_LENGTHS}
    if not places:
        return Posts(())
    system = system_scope(_NATION, "monitoring.posts")
    found = list_holders(system, _READS, on, places=places)
    return Posts(found) if readers else acting(found)


def whose_turn(
    posts: Posts, level: str, region_code: str, department: str, handlers: Collection[UUID]
) -> set[UUID]:
    """Return who has the next step: the handlers, and above a village its office as well."""
    users = set() if level in _ELSEWHERE else set(handlers)
    if level != Level.VILLAGE or not handlers:
        users |= posts.of(level, region_code, department)
    return users
