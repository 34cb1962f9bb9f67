"""The household list as a spreadsheet, masked as on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.utils import timezone

from bangfu.domains.reports import listing
from bangfu.domains.reports.households import make_listing, to_item
from bangfu.domains.reports.labels import coded
from bangfu.domains.reports.places import name_of, read_region
from bangfu.domains.reports.schemas import HouseholdFilter
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.exports import services as bulk
from bangfu.foundation.exports.counters import counter, read_filters
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.scope import Scope

SUBJECT, EXPORTED = "reports.export", "reports.households.exported"
COLUMNS = {
    "zh": [
        ("household_no", "户编号"),
        ("head_name", "户主"),
        ("town", "乡镇"),
        ("village", "村"),
        ("members", "人口数"),
        ("type", "户类型"),
        ("category", "监测对象类别"),
        ("risk", "风险是否消除"),
        ("hint", "系统提示"),
        ("reason", "理由"),
        ("as_of", "数据截止日期"),
    ],
    "en": [
        ("household_no", "Household no."),
        ("head_name", "Head"),
        ("town", "Town"),
        ("village", "Village"),
        ("members", "Members"),
        ("type", "Household type"),
        ("category", "Monitored category"),
        ("risk", "Risk status"),
        ("hint", "System hint"),
        ("reason", "Reason"),
        ("as_of", "As of"),
    ],
}


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file: its name, and its bytes, which go when the stream is closed."""

    file_name: str
    stream: BinaryIO


KIND = "households"


@counter(KIND)
def count_households(scope: Scope, filters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return how many households the filters find, and the filters as they are read."""
    read = read_filters(HouseholdFilter, filters)
    with activate(scope):
        wanted, _ = make_listing(scope, read)
        return listing.read_page(wanted, None, 1).total, _kept(read)


def _kept(filters: HouseholdFilter) -> dict[str, Any]:
    """Return the filters that tell one list from another; the order does not."""
    return filters.model_dump(include=set(HouseholdFilter.model_fields) - {"sort"}, mode="json")


def export_households(
    *,
    scope: Scope,
    filters: HouseholdFilter,
    language: str,
    at: datetime,
    approval: UUID | None = None,
) -> Export:
    """Write the households within the filters to an .xlsx file and return it open.

    Rows are read, the file written and the audit row added in one transaction with the scope set;
    what is sent afterwards are bytes. A query that a response consumes later would run without
    scope. A bulk export needs the `approval` of a second person. Raises NotAllowed
    E-ACCESS-PERMISSION, NotFound for a place outside the scope, Conflict as `exports.allow`.
    """
    require(scope, "EXPORT")
    place = read_region(scope, filters.region)
    with scratch_folder() as folder:
        path = folder / "households.xlsx"
        with activate(scope):
            wanted, period = make_listing(scope, filters)
            written = write_table(
                path,
                COLUMNS[language],
                (_record(to_item(row), language) for row in listing.read_all(wanted)),
                sheet_name="农户" if language == "zh" else "Households",
            )
            bulk.allow(
                scope, kind=KIND, filters=_kept(filters), rows=written, approval=approval, at=at
            )
            _audit(scope, filters, period, written, at)
        # Opened before its folder goes: the bytes live on for as long as the stream does.
        stream = path.open("rb")
    day = timezone.localdate(at).isoformat()
    return Export(f"households-{place.prefix or '000000'}-{day}.xlsx", stream)


def _record(item: dict[str, Any], language: str) -> dict[str, object]:
    def label(value: dict[str, str] | None) -> str:
        return value[language] if value else ""

    return {
        "household_no": item["household_no"],
        "head_name": item["head_name"],
        "town": item["town_name"],
        "village": item["village_name"],
        "members": item["member_count"],
        "type": label(item["household_type"]),
        "category": label(item["monitored_category"]),
        "risk": label(item["risk_status"]),
        "hint": label(coded("hint", (item["hint"] or "").upper())),
        "reason": item[f"reason_{language}"],
        "as_of": item["as_of"],
    }


def _audit(
    scope: Scope, filters: HouseholdFilter, period: str | None, rows: int, at: datetime
) -> None:
    place = read_region(scope, filters.region)
    # The search text may be an ID number; that there was one is enough.
    asked = filters.model_dump(exclude={"q", "cursor", "limit"}, exclude_defaults=True)
    audit.record(
        scope,
        EXPORTED,
        at=at,
        subject_kind=SUBJECT,
        subject_id="households",
        region_code=str(place),
        detail={
            "filters": asked,
            "searched": bool(filters.q),
            "rows": rows,
            "period": period,
            "place": name_of(str(place)),
        },
    )
