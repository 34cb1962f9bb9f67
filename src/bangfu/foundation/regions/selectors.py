"""Reads of places. Reference data: no scope, but `search` can be kept within a place."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from bangfu.foundation.regions.models import Region, RegionChange
from bangfu.foundation.regions.records import RegionRecord, Resolution
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode

MAX_FOUND = 100
# Codes change at most once a year; a chain longer than this is a mistake in the data.
MAX_STEPS = 40


def _record(row: Region) -> RegionRecord:
    return RegionRecord(row.code, row.name, row.level, row.parent_code, row.kind)


def find_region(code: RegionCode | str) -> RegionRecord | None:
    """Return the place of a 12-digit code, if there is one today."""
    row = Region.objects.filter(code=str(code)).first()
    return None if row is None else _record(row)


def get_region(code: RegionCode | str) -> RegionRecord:
    """Return the place of a 12-digit code. Raises NotFound E-REGION-NOT-FOUND."""
    found = find_region(code)
    if found is None:
        raise NotFound("E-REGION-NOT-FOUND", code=str(code))
    return found


def children(code: RegionCode | str) -> list[RegionRecord]:
    """Return the places directly below, by code."""
    return [_record(row) for row in Region.objects.filter(parent_code=str(code)).order_by("code")]


def count_regions() -> dict[int, int]:
    """Return how many places there are of each level that has any."""
    found: dict[int, int] = {}
    for level in Region.objects.values_list("level", flat=True).distinct():
        found[level] = Region.objects.filter(level=level).count()
    return dict(sorted(found.items()))


def search(text: str, *, within: RegionCode | None = None, limit: int = 20) -> list[RegionRecord]:
    """Return at most `limit` places whose name contains `text` or whose code begins with it.

    Wider places come first, then by code. `text` is taken literally: % and _ mean themselves.
    """
    text = text.strip()
    if not text:
        return []
    rows = _within(Region.objects.all(), within)
    if text.isascii() and text.isdigit():
        rows = rows.filter(code__startswith=text[:12])
    else:
        rows = rows.filter(name__contains=text)
    limit = max(1, min(limit, MAX_FOUND))
    return [_record(row) for row in rows.order_by("level", "code")[:limit]]


def _within(rows: QuerySet[Region], place: RegionCode | None) -> QuerySet[Region]:
    if place is None:
        return rows
    lower, upper = place.bounds
    return rows.filter(code__gte=lower, code__lt=upper)


def find_successors(code: RegionCode | str) -> list[RegionCode]:
    """Return the places of today into which a retired code went, by code.

    Chains of changes are followed to their end; a code that leads to none yields nothing.
    """
    alive: set[str] = set()
    seen = {str(code)}
    edge = {str(code)}
    for _ in range(MAX_STEPS):
        edge = set(_direct_successors(edge)) - seen
        if not edge:
            break
        seen |= edge
        living = set(Region.objects.filter(code__in=edge).values_list("code", flat=True))
        alive |= living
        edge -= living
    return [RegionCode(found) for found in sorted(alive)]


def _direct_successors(codes: Iterable[str]) -> Iterable[str]:
    return (
        RegionChange.objects.filter(Q(old_code__in=list(codes)))
        .values_list("new_code", flat=True)
        .distinct()
    )


def resolve(code: RegionCode | str) -> Resolution:
    """Return what a stated code means today; see `Resolution`."""
    stated = RegionCode(str(code))
    if find_region(stated) is not None:
        return Resolution(stated, ())
    found = find_successors(stated)
    if len(found) == 1:
        return Resolution(found[0], ())
    return Resolution(None, tuple(found))
