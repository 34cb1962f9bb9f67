"""Lists of households for tests: written with openpyxl, so that what reads them is not the writer.

`person` and `write_list` make small sheets under the national headings; `take_in` imports one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bangfu.domains.registry import services
from bangfu.domains.registry.results import ImportResult
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

UPPER, LOWER = "990101101201", "990101101202"  # 上坪村, 下坪村 of 清溪镇
STONE = "990101102201"  # 石门村 of 白石镇, another town of the county
BRIDGE = "990102101201"  # 桥头村 of the neighbouring county

FIRST = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 15)

HEAD = ("户编号", "行政区划代码", "姓名", "证件号码", "与户主关系", "户类型", "工资性收入")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(serial: int, birth: str = "19700101") -> str:
    """Return a valid citizen ID number of the invented county (GB 11643 checksum)."""
    body = f"990101{birth}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def person(
    household: str,
    serial: int,
    name: str,
    relation: str = "户主",
    *,
    village: str | None = UPPER,
    kind: str = "一般农户",
    wage: Any = 1000,
) -> list[Any]:
    """Return one row of a list."""
    return [household, village, name, id_number(serial), relation, kind, wage]


def write_list(
    path: Path, rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD, sheet: str = "名册"
) -> Path:
    """Write rows under a head as .xlsx."""
    book = Workbook()
    book.active.title = sheet
    book.active.append(list(head))
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def take_in(
    scope: Scope,
    file: Path,
    *,
    as_of: date = SEPTEMBER,
    at: datetime = FIRST,
    commit: bool = True,
    region: RegionCode | None = None,
) -> ImportResult:
    """Import a list for the scope's own region."""
    return services.import_households(
        scope=scope, at=at, file=file, region=region or scope.region, as_of=as_of, commit=commit
    )
