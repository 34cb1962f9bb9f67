"""The list of pairings as a workbook: the columns in which it can be handed in again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.utils import timezone

from bangfu.domains.assistance import policy
from bangfu.domains.assistance.importing import contract
from bangfu.domains.assistance.selectors import PairingFilter, iter_pairings
from bangfu.domains.registry.sheets import PlaceNames
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.exports import services as bulk
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.sheets.tables import write_table
from bangfu.foundation.sheets.templates import write_template
from bangfu.kernel.scope import Scope
from bangfu.procedures import OfficeKind

KIND = "pairings"
_PLACES = {
    "zh": (("town", "乡镇"), ("village", "村")),
    "en": (("town", "Town"), ("village", "Village")),
}
_ENDED = {"zh": ("valid_to", "帮扶结束时间"), "en": ("valid_to", "Until")}


def export_pairings(
    *,
    scope: Scope,
    filters: PairingFilter,
    asked: dict[str, Any] | None = None,
    language: str,
    at: datetime,
    approval: UUID | None = None,
) -> tuple[BinaryIO, str]:
    """Write the pairings within the filters to an .xlsx; return it open, with its name.

    `asked` are the filters by the names of the list, for the approval to agree with.

    Needs EXPORT; a bulk export the `approval` of a second person. One audit row. Raises Conflict
    as `exports.allow`.
    """
    require(scope, "EXPORT")
    place = filters.region or scope.region
    with scratch_folder() as folder:
        path = folder / "pairings.xlsx"
        with activate(scope):
            written = write_file(path, scope, filters, timezone.localdate(at), language)
            bulk.allow(
                scope, kind=KIND, filters=asked or {}, rows=written, approval=approval, at=at
            )
            audit.record(
                scope,
                "assistance.pairings.exported",
                at=at,
                subject_kind="assistance.export",
                subject_id=str(place),
                region_code=str(place),
                detail={"rows": written, "state": filters.state},
            )
        stream = path.open("rb")
    return stream, f"pairings-{place.prefix}.xlsx"


def write_file(path: Path, scope: Scope, filters: PairingFilter, on: date, language: str) -> int:
    """Write the pairings within the filters and return how many there are."""
    place = filters.region or scope.region
    kinds = policy.office_kinds(scope, place, on)
    names = {column.name: (column.zh, column.en) for column in contract().columns}
    said = 1 if language == "en" else 0
    columns = [
        *_PLACES[language],
        *((name, texts[said]) for name, texts in names.items() if name != "username"),
        _ENDED[language],
    ]
    return write_table(path, columns, _rows(scope, filters, on, kinds, language))


def _rows(
    scope: Scope,
    filters: PairingFilter,
    on: date,
    kinds: Mapping[str, OfficeKind],
    language: str,
) -> Iterator[dict[str, Any]]:
    places = PlaceNames()
    for one in iter_pairings(scope, filters, on):
        town, village = places.of(one.region_code)
        kind = kinds.get(one.office_kind)
        yield {
            "town": town,
            "village": village,
            "household_no": one.household_no,
            "head_name": one.head_name,
            "cadre_name": one.cadre_name,
            "office": one.office,
            "office_kind": kind.title.said(language) if kind else one.office_kind,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "note": one.note,
        }


def template(language: str) -> bytes:
    """Return the empty workbook of the list, with notes and an example."""
    with scratch_folder() as folder:
        path = folder / "template.xlsx"
        write_template(path, contract(), language=language)
        return path.read_bytes()
