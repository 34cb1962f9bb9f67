"""The list of a reconciliation as a workbook: what to enter and what differs, by household."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from bangfu.domains.reconciliation import labels
from bangfu.domains.reconciliation.domain import ItemRecord
from bangfu.domains.reconciliation.selectors import ItemFilter, iter_items
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.exports import services as bulk
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.regions import selectors as regions
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

COLUMNS = {
    "zh": [
        ("kind", "事项"), ("town", "乡镇"), ("village", "村"), ("household_no", "户编号"),
        ("head_name", "户主"), ("member_name", "成员"), ("column", "字段"), ("here", "本系统"),
        ("there", "全国系统"), ("state", "状态"), ("first_seen_on", "首次发现"),
        ("done_on", "销号"), ("reason", "不录入的理由"),
    ],
    "en": [
        ("kind", "To do"), ("town", "Town"), ("village", "Village"),
        ("household_no", "Household no."), ("head_name", "Head"), ("member_name", "Member"),
        ("column", "Field"), ("here", "Here"), ("there", "National system"), ("state", "State"),
        ("first_seen_on", "First seen"), ("done_on", "Ticked off"), ("reason", "Why set aside"),
    ],
}  # fmt: skip
WORDS = {
    "zh": {
        "ENTER_HOUSEHOLD": "待录入：整户", "ENTER_MEMBER": "待录入：成员",
        "CORRECT_FIELD": "不一致：字段", "ONLY_THERE_HOUSEHOLD": "仅全国系统有：整户",
        "ONLY_THERE_MEMBER": "仅全国系统有：成员", "OPEN": "待办", "DONE": "已一致",
        "DISMISSED": "不需录入",
    },
    "en": {
        "ENTER_HOUSEHOLD": "Enter household", "ENTER_MEMBER": "Enter member",
        "CORRECT_FIELD": "Field differs", "ONLY_THERE_HOUSEHOLD": "Household only there",
        "ONLY_THERE_MEMBER": "Member only there", "OPEN": "open", "DONE": "ticked off",
        "DISMISSED": "set aside",
    },
}  # fmt: skip


KIND = "reconciliation"


def export_items(
    *,
    scope: Scope,
    wanted: ItemFilter,
    asked: dict[str, Any] | None = None,
    language: str,
    at: datetime,
    approval: UUID | None = None,
) -> tuple[BinaryIO, str]:
    """Write the items within the filters to an .xlsx; return it open, with its name.

    `asked` are the filters by the names of the list, for the approval to agree with.

    Needs EXPORT and RECONCILE, a bulk export the `approval` of a second person. Numbers of people
    are masked as on the screen. One audit row. Raises Conflict as `exports.allow`.
    """
    require(scope, "EXPORT")
    with scratch_folder() as folder:
        path = folder / "reconciliation.xlsx"
        with activate(scope):
            places = PlaceNames()
            rows = (_row(item, language, places) for item in iter_items(scope, wanted))
            written = write_table(path, COLUMNS[language], rows)
            bulk.allow(
                scope, kind=KIND, filters=asked or {}, rows=written, approval=approval, at=at
            )
            audit.record(
                scope,
                "reconciliation.exported",
                at=at,
                subject_kind="reconciliation.export",
                subject_id=str(wanted.region),
                region_code=str(wanted.region),
                detail={"rows": written, "kind": str(wanted.kind or ""), "column": wanted.column},
            )
        stream = path.open("rb")
    return stream, f"reconciliation-{wanted.region.prefix}.xlsx"


class PlaceNames:
    """Names of towns and villages, each asked for once in the list that they are written for."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, str]] = {}

    def of(self, region_code: str) -> tuple[str, str]:
        """Return the names of the town and the village of a place, "" where it has none."""
        if region_code not in self._found:
            region = RegionCode(region_code)
            found = {
                one.level: regions.find_region(str(one)) for one in (region, *region.ancestors)
            }
            town, village = found.get(4), found.get(5)
            self._found[region_code] = (town.name if town else "", village.name if village else "")
        return self._found[region_code]


def _row(item: ItemRecord, language: str, places: PlaceNames) -> dict[str, object]:
    words = WORDS[language]
    town, village = places.of(item.region_code)
    return {
        "kind": words[item.kind],
        "town": town,
        "village": village,
        "household_no": item.household_no,
        "head_name": item.head_name,
        "member_name": item.member_name,
        "column": labels.title(item.column, item.of_member, language) if item.column else "",
        "here": labels.value(item.column, item.of_member, item.here, language),
        "there": labels.value(item.column, item.of_member, item.there, language),
        "state": words[item.state],
        "first_seen_on": item.first_seen_on,
        "done_on": item.done_on,
        "reason": item.reason,
    }
