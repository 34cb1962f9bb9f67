"""Plain exports: many rows, quickly, with every text safe from being taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from rustpy_xlsxwriter import Format, write_worksheet

_MOST_ROWS = 1_048_575


def write_table(
    path: Path,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Mapping[str, object]],
    *,
    sheet_name: str = "数据",
) -> int:
    """Write (key, header) columns of rows to an .xlsx; returns the number of rows written.

    Text is written as text with the quote-prefix style, so that ``=cmd|…`` stays what it is even
    when somebody edits the cell (F10), and an ID number keeps its digits. Money goes as a number
    in yuan. Raises ValueError past the 1,048,575 rows of a sheet.
    """
    headers = [header for _, header in columns]
    records = [{header: _plain(row.get(key)) for key, header in columns} for row in rows]
    if len(records) > _MOST_ROWS:
        raise ValueError(f"a sheet holds {_MOST_ROWS} rows, not {len(records)}")
    numeric = {
        header
        for header in headers
        if any(isinstance(record[header], int | float | date) for record in records)
    }
    text = Format().set_num_format("@").set_quote_prefix()
    write_worksheet(
        records or [dict.fromkeys(headers)],
        str(path),
        sheet_name=sheet_name,
        column_formats={header: text for header in headers if header not in numeric},
        datetime_format="yyyy-mm-dd",
        column_width=16,
        freeze_row=1,
        bold_headers=True,
    )
    return len(records)


def _plain(value: object) -> str | int | float | date | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int) and abs(value) >= 10**15:
        return str(value)
    if isinstance(value, int | float | date | datetime):
        return value
    if isinstance(value, list | tuple):
        return "、".join(str(part) for part in value)
    return str(value)
