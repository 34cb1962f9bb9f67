"""The list of proceedings as a workbook, with what its reader may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from bangfu.domains.monitoring import wording
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.listing import ProceedingFilter, iter_proceedings
from bangfu.domains.monitoring.wording import Label
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.exports import services as bulk
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.regions import selectors as regions
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.region import TOWN, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition

KIND = "proceedings"
EXPORTED = "monitoring.proceedings.exported"
COLUMNS = {
    "zh": [
        ("no", "编号"), ("procedure", "事项"), ("state", "状态"), ("town", "乡镇"),
        ("village", "村"), ("household_no", "户编号"), ("head_name", "户主"), ("title", "事由"),
        ("source", "来源"), ("opened_on", "登记日期"), ("handlers", "承办人"),
        ("clock", "当前时限"), ("due_on", "到期日"), ("overdue_level", "已提醒至"),
        ("supervised", "督办"), ("closed_on", "办结日期"),
    ],
    "en": [
        ("no", "Number"), ("procedure", "Procedure"), ("state", "State"), ("town", "Town"),
        ("village", "Village"), ("household_no", "Household no."), ("head_name", "Head"),
        ("title", "Reason"), ("source", "Source"), ("opened_on", "Opened"),
        ("handlers", "Handlers"), ("clock", "Time limit"), ("due_on", "Due"),
        ("overdue_level", "Told up to"), ("supervised", "Supervised"), ("closed_on", "Closed"),
    ],
}  # fmt: skip
_YES = {"zh": "是", "en": "yes"}


def export_proceedings(
    *,
    scope: Scope,
    wanted: ProceedingFilter,
    asked: dict[str, Any] | None = None,
    language: str,
    at: datetime,
    approval: UUID | None = None,
) -> tuple[BinaryIO, str]:
    """Write the proceedings within the filters to an .xlsx; return it open, with its name.

    `asked` are the filters by the names of the list, for the approval to agree with.

    Needs EXPORT, a bulk export the `approval` of a second person. What is closed to the reader is
    withheld as on the screen. One audit row. Raises Conflict as `exports.allow`.
    """
    require(scope, "EXPORT")
    place = wanted.region or scope.region
    with scratch_folder() as folder:
        path = folder / "proceedings.xlsx"
        with activate(scope):
            places = _Places()
            lines = (
                _line(record, definition, handlers, language, places)
                for record, definition, handlers in iter_proceedings(scope, wanted, at=at)
            )
            written = write_table(path, COLUMNS[language], lines)
            bulk.allow(
                scope,
                kind=KIND,
                filters=asked or {},
                rows=written,
                approval=approval,
                at=at,
            )
            audit.record(
                scope,
                EXPORTED,
                at=at,
                subject_kind="monitoring.list",
                subject_id=str(place),
                region_code=str(place),
                detail={"rows": written, "procedure": wanted.procedure},
            )
        stream = path.open("rb")
    return stream, f"proceedings-{place.prefix}.xlsx"


class _Places:
    """Names of towns and villages, each asked for once in a list."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, str]] = {}

    def of(self, code: str) -> tuple[str, str]:
        """Return the names of the town and the village of a place, "" where it has none."""
        if code not in self._found:
            names = regions.names_around(code)
            region = RegionCode(code)
            town = str(region.at_level(TOWN)) if region.level >= TOWN else ""
            village = code if region.level == VILLAGE else ""
            self._found[code] = (names.get(town, ""), names.get(village, ""))
        return self._found[code]


def _line(
    record: ProceedingRecord,
    definition: Definition | None,
    handlers: list[str],
    language: str,
    places: _Places,
) -> dict[str, object]:
    def say(label: Label) -> str:
        return label.en if language == "en" else label.zh

    town, village = places.of(record.region_code)
    return {
        "no": record.no,
        "procedure": say(wording.procedure_label(definition, record.procedure)),
        "state": say(wording.state_label(definition, record.state)),
        "town": town,
        "village": village,
        "household_no": record.household_no,
        "head_name": record.head_name,
        "title": record.title_en if language == "en" else record.title_zh,
        "source": say(wording.source_label(definition, record.source)),
        "opened_on": local_day(record.opened_at),
        "handlers": "、".join(handlers),
        "clock": say(wording.clock_label(definition, record.next_clock)),
        "due_on": record.next_due_on,
        "overdue_level": record.overdue_level,
        "supervised": _YES[language] if record.is_supervised else "",
        "closed_on": local_day(record.closed_at) if record.closed_at else None,
    }
