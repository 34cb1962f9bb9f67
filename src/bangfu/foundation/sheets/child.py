"""The reading child: limits itself, looks the file over, parses it, writes the answer to stdout.

Run by reader.py as ``python -m bangfu.foundation.sheets.child PATH LIMITS-AS-JSON``. Whatever the
file makes the parser do, only this process suffers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from bangfu.foundation.children.restricting import restrict
from bangfu.foundation.sheets.delimited import read_text
from bangfu.foundation.sheets.encoding import (
    ColumnBuilder,
    build_columns,
    write_column,
    write_frame,
)
from bangfu.foundation.sheets.precheck import check_file
from bangfu.foundation.sheets.refusals import Unreadable
from bangfu.foundation.sheets.types import Limits


def main(arguments: list[str]) -> int:
    """Write the sheets of a file, or its refusal, as frames on standard output."""
    path, limits = Path(arguments[0]), Limits(**json.loads(arguments[1]))
    restrict(
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
        written_bytes=limits.answer_bytes,
    )
    out = sys.stdout.buffer
    try:
        sheets = _read(path, limits)
    except Unreadable as refusal:
        _refuse(out, refusal.code, refusal.params)
    except MemoryError:
        _refuse(out, "E-SHEET-MEMORY", {"limit": limits.memory_bytes})
    else:
        _write(out, sheets)
    out.flush()
    return 0


def _refuse(out: BinaryIO, code: str, params: dict[str, object]) -> None:
    write_frame(out, json.dumps({"refused": {"code": code, "params": params}}).encode())


Sheet = tuple[dict[str, Any], list[ColumnBuilder]]


def _read(path: Path, limits: Limits) -> list[Sheet]:
    kind = check_file(path, limits)
    if kind == "TEXT":
        builders, count = build_columns(read_text(path.read_bytes(), limits))
        meta = {"name": path.stem, "visible": True, "rows": count, "merges": []}
        return [(meta, builders)]
    return list(_read_workbook(path, limits))


def _read_workbook(path: Path, limits: Limits) -> Iterator[Sheet]:
    # Text files need no parser, so it is loaded only here.
    import python_calamine as calamine  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
            if len(workbook.sheet_names) > limits.sheets:
                raise Unreadable(
                    "E-SHEET-SHEETS", count=len(workbook.sheet_names), limit=limits.sheets
                )
            for meta in workbook.sheets_metadata:
                if meta.typ == calamine.SheetTypeEnum.WorkSheet:
                    visible = meta.visible == calamine.SheetVisibleEnum.Visible
                    yield _read_sheet(workbook.get_sheet_by_name(meta.name), visible, limits)
    except calamine.PasswordError as error:
        raise Unreadable("E-SHEET-ENCRYPTED") from error
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError) as error:
        raise Unreadable("E-SHEET-DAMAGED") from error


def _read_sheet(sheet: Any, visible: bool, limits: Limits) -> Sheet:
    cells = sheet.total_height * sheet.total_width
    if cells > limits.cells:
        raise Unreadable("E-SHEET-CELLS", cells=cells, limit=limits.cells)
    if sheet.total_width > limits.columns:
        raise Unreadable("E-SHEET-COLUMNS", columns=sheet.total_width, limit=limits.columns)
    # Rows come from the first of the sheet on, columns only from the first used one on.
    offset = sheet.start[1] if sheet.start else 0
    builders, count = build_columns(sheet.iter_rows(), offset)
    merges = [
        [top, left, bottom, right]
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if top < count and left < len(builders)
    ]
    meta = {"name": sheet.name, "visible": visible, "rows": count, "merges": merges}
    return meta, builders


def _write(out: BinaryIO, sheets: list[Sheet]) -> None:
    header = [{**meta, "columns": len(builders)} for meta, builders in sheets]
    write_frame(out, json.dumps({"sheets": header}).encode())
    for _, builders in sheets:
        for builder in builders:
            write_column(out, builder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
