"""Reads of places. Reference data: no scope, but `search` can be kept within a place."""

from __future__ import annotations

from django.db.models import QuerySet

from bangfu.foundation.regions.models import Region, RegionChange
from bangfu.foundation.regions.records import ChangeRecord, RegionRecord, Resolution
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.standards import divisions

MAX_FOUND = 100


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


def names_around(code: str) -> dict[str, str]:
    """Return code → name of all places of a place's county, or of a place above the counties alone.

    One indexed read, a few hundred rows.
    """
    region = RegionCode(code)
    lower, upper = (region.county if region.level > COUNTY else region).bounds
    found = Region.objects.filter(code__gte=lower, code__lt=upper)
    if region.level < COUNTY:
        found = found.filter(code=code)
    return dict(found.values_list("code", "name"))


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


def list_changes(code: RegionCode | str) -> list[ChangeRecord]:
    """Return what happened to the place of a code, earliest first."""
    rows = RegionChange.objects.filter(old_code=str(code)).order_by("changed_in", "new_code")
    return [
        ChangeRecord(r.old_code, r.old_name, r.new_code, r.changed_in, r.is_whole) for r in rows
    ]


def find_successors(code: RegionCode | str) -> list[RegionCode]:
    """Return the places of today into which a retired code went, by code; see `resolve`."""
    found = resolve(code)
    if found.code is None:
        return list(found.candidates)
    return [] if str(found.code) == str(code) else [found.code]


def resolve(code: RegionCode | str, *, name: str = "") -> Resolution:
    """Return what a stated code means among the places of today; see `Resolution`.

    `name`, the place's name as stated beside the code, may settle what would otherwise wait for a
    person. The succession itself is `standards.divisions.resolve_code`.
    """
    names: dict[str, str | None] = {}

    def name_of(wanted: str) -> str | None:
        if wanted not in names:
            place = find_region(wanted)
            names[wanted] = None if place is None else place.name
        return names[wanted]

    found = divisions.resolve_code(
        str(code),
        lambda wanted: name_of(wanted) is not None,
        (lambda wanted: name_of(wanted) == name) if name else None,
    )
    return Resolution(
        None if found.code is None else RegionCode(found.code),
        tuple(RegionCode(one) for one in found.candidates),
    )
