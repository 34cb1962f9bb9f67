"""Wire shapes of places."""

from __future__ import annotations

from bangfu.foundation.http.schemas import RegionRef


class RegionItem(RegionRef):
    """A place with its level: 0 nation … 5 village."""

    level: int


class RegionMatch(RegionItem):
    """A place found by search, with the names of the places above it."""

    path: list[RegionRef]


class RegionOut(RegionItem):
    """A place, the one above it, and those directly below it."""

    parent: RegionRef | None
    path: list[RegionRef]
    children: list[RegionItem]
