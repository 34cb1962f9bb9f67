"""PostgreSQL's COPY text format, written column by column; equal values are escaped once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})


def field(value: Any) -> str:
    """Return one value as COPY text; tuples and lists are text arrays, dicts are JSON."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes | memoryview):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return _array(value).translate(_ESCAPES)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(_ESCAPES)
    if isinstance(value, int | Decimal | UUID):
        return str(value)
    raise TypeError(f"no COPY text for {type(value).__name__}")


def _array(values: Sequence[Any]) -> str:
    quoted = (str(each).replace("\\", "\\\\").replace('"', '\\"') for each in values)
    return "{" + ",".join(f'"{each}"' for each in quoted) + "}"


def column(values: Iterable[Any]) -> list[str]:
    """Return a column of hashable values as COPY text."""
    listed = list(values)
    known = {value: field(value) for value in set(listed)}
    return [known[value] for value in listed]


def json_column(values: Iterable[dict[str, Any]]) -> list[str]:
    """Return a column of JSON objects as COPY text."""
    return [field(value) for value in values]


def lines(columns: Sequence[Sequence[str]], block: int = 5000) -> Iterator[bytes]:
    """Yield blocks of COPY lines from columns of equal length."""
    rows = zip(*columns, strict=True)
    pending: list[str] = []
    for row in rows:
        pending.append("\t".join(row))
        if len(pending) == block:
            yield ("\n".join(pending) + "\n").encode()
            pending = []
    if pending:
        yield ("\n".join(pending) + "\n").encode()
