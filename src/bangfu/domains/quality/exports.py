"""The work list as a spreadsheet for towns and villages, masked as on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, BinaryIO
from uuid import UUID

from django.utils import timezone

from bangfu.domains.quality.domain import ItemRecord, Shown
from bangfu.domains.quality.results import Names, describe_items, read_place
from bangfu.domains.quality.schemas import ItemExportFilter
from bangfu.domains.quality.selectors import ItemFilter, iter_items, list_items
from bangfu.domains.quality.workbook import write_items
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.exports import services as bulk
from bangfu.foundation.exports.counters import counter, read_filters
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.kernel.region import COUNTY, PREFIX_LENGTHS, TOWN, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file: its name, and its bytes, which go when the stream is closed."""

    file_name: str
    stream: BinaryIO


KIND = "quality"


@counter(KIND)
def count_items(scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return how many items the filters find, and the filters as they are read."""
    read = read_filters(ItemExportFilter, filters)
    found = list_items(scope, _wanted(scope, read), limit=1)
    return found.total, read.model_dump(mode="json")


def _wanted(scope: Scope, filters: ItemExportFilter) -> ItemFilter:
    place = read_place(scope, filters.region)
    return ItemFilter(place, filters.rule, Shown(filters.state), filters.q)


def export_items(
    *,
    scope: Scope,
    filters: ItemExportFilter,
    language: str,
    at: datetime,
    approval: UUID | None = None,
) -> Export:
    """Write the items within the filters to an .xlsx file and return it open.

    One sheet for each town; inside a town one for each village. Rows are read, the file written
    and the audit row added in one transaction with the scope set. Raises NotAllowed
    E-ACCESS-PERMISSION, NotFound for a place outside the scope, Conflict as `exports.allow`.
    """
    require(scope, "EXPORT")
    wanted = _wanted(scope, filters)
    place = wanted.region
    with scratch_folder() as folder:
        path = folder / "quality.xlsx"
        with activate(scope):
            rows = write_items(path, _sheets(scope, wanted), language)
            kept = filters.model_dump(include=set(ItemExportFilter.model_fields), mode="json")
            bulk.allow(scope, kind=KIND, filters=kept, rows=rows, approval=approval, at=at)
            _audit(scope, place, filters, rows, at)
        # Opened before its folder goes: the bytes live on for as long as the stream does.
        stream = path.open("rb")
    day = timezone.localdate(at).isoformat()
    return Export(f"quality-{place.prefix or '000000'}-{day}.xlsx", stream)


def _sheets(scope: Scope, wanted: ItemFilter) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield (name of the place, its items); items come in the order of their places."""
    level = TOWN if wanted.region.level <= COUNTY else VILLAGE
    length = PREFIX_LENGTHS[level]

    def place_of(item: ItemRecord) -> str:
        return item.region_code[:length]

    names: Names = {}
    for _, items in groupby(iter_items(scope, wanted), key=place_of):
        described = describe_items(scope, list(items), names)
        name = described[0]["town_name" if level == TOWN else "village_name"]
        yield name or described[0]["region"]["name"], described


def _audit(
    scope: Scope, place: RegionCode, filters: ItemExportFilter, rows: int, at: datetime
) -> None:
    audit.record(
        scope,
        "quality.items.exported",
        at=at,
        subject_kind="quality.export",
        subject_id="items",
        region_code=str(place),
        # The search text may be an ID number; that there was one is enough.
        detail={
            "rule": filters.rule,
            "state": filters.state,
            "searched": bool(filters.q),
            "rows": rows,
        },
    )
