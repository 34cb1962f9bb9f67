"""The household list as a spreadsheet, masked as on the screen."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from bangfu.domains.reports import listing
from bangfu.domains.reports.households import make_listing, to_item
from bangfu.domains.reports.places import name_of, read_region
from bangfu.domains.reports.schemas import HouseholdFilter
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists

CHUNK = 64 * 1024

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
    """A file on its way: its name and its bytes."""

    file_name: str
    chunks: Iterator[bytes]


def export_households(
    *, scope: Scope, filters: HouseholdFilter, language: str, at: datetime
) -> Export:
    """Return the households within the filters as an .xlsx file.

    The rows are read while the file is sent, in a transaction of their own with the scope set
    anew: a query left over from the request's transaction would run without it.
    Raises NotAllowed E-ACCESS-PERMISSION, NotFound for a place outside the scope.
    """
    require(scope, "EXPORT")
    place = read_region(scope, filters.region)
    with activate(scope):
        # Wrong filters are refused before the first byte is sent.
        make_listing(scope, filters)
    day = timezone.localdate(at).isoformat()
    return Export(
        file_name=f"households-{place.prefix or '000000'}-{day}.xlsx",
        chunks=_chunks(scope, filters, language, at),
    )


def _chunks(scope: Scope, filters: HouseholdFilter, language: str, at: datetime) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="bangfu-export-") as folder:
        path = Path(folder) / "households.xlsx"
        with activate(scope):
            wanted, period = make_listing(scope, filters)
            written = write_table(
                path,
                COLUMNS[language],
                (_record(to_item(row), language) for row in listing.read_all(wanted)),
                sheet_name="农户" if language == "zh" else "Households",
            )
            _audit(scope, filters, period, written, at)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


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
        "hint": codelists.get("hint").label(item["hint"].upper(), language) if item["hint"] else "",
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
        "reports.households.exported",
        at=at,
        subject_kind="reports.export",
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
