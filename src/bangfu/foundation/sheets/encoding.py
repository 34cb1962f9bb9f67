"""How sheets cross from the child to the parent: JSON frames and integer arrays, no pickles.

One frame is a 4-byte big-endian length and that many bytes. First frame: the header (sheets, or
a refusal). Then for each sheet and column two frames: the distinct values as JSON, the codes as
native unsigned 32-bit integers.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from typing import Any, BinaryIO

from bangfu.foundation.sheets.types import Cell, RawColumn, RawSheet

_CHUNK_ROWS = 2_000
_TAGS: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (datetime, "datetime", datetime.isoformat),
    (date, "date", date.isoformat),
    (time, "time", time.isoformat),
    (timedelta, "seconds", timedelta.total_seconds),
)
_READERS: dict[str, Callable[[Any], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
}


class ColumnBuilder:
    """Collects one column, keeping each distinct value once."""

    def __init__(self) -> None:
        self.codes = array("I")
        self.values: list[Cell] = [None]
        # Text is its own key. Of other values the type is part of the key: 1, 1.0 and True are
        # equal to Python, not to a clerk. Empty text is an empty cell.
        self._seen: dict[object, int] = {"": 0}

    def extend(self, values: Iterable[Cell]) -> None:
        """Append cells."""
        seen, distinct = self._seen, self.values
        codes = []
        for value in values:
            key = value if type(value) is str else (type(value), value)
            code = seen.get(key)
            if code is None:
                code = seen[key] = 0 if value is None else len(distinct)
                if code:
                    distinct.append(value)
            codes.append(code)
        self.codes.extend(codes)

    def pad(self, length: int) -> None:
        """Fill with empty cells up to a length."""
        missing = length - len(self.codes)
        if missing > 0:
            self.codes.frombytes(bytes(self.codes.itemsize * missing))


def build_columns(rows: Iterable[list[Any]], offset: int = 0) -> tuple[list[ColumnBuilder], int]:
    """Columns from rows of uneven length, shifted right by ``offset``; and the row count."""
    builders: list[ColumnBuilder] = [ColumnBuilder() for _ in range(offset)]
    count = 0
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK_ROWS)):
        for index, values in enumerate(zip_longest(*chunk, fillvalue=None), start=offset):
            if index == len(builders):
                builders.append(ColumnBuilder())
            builders[index].pad(count)
            builders[index].extend(values)
        count += len(chunk)
    for builder in builders:
        builder.pad(count)
    return builders, count


def write_frame(out: BinaryIO, payload: bytes) -> None:
    """Write one frame."""
    out.write(len(payload).to_bytes(4, "big"))
    out.write(payload)


def write_column(out: BinaryIO, builder: ColumnBuilder) -> None:
    """Write a column as its two frames."""
    values = [_encode(value) for value in builder.values]
    # A lone surrogate would not survive UTF-8; ASCII escapes carry every code point.
    write_frame(out, json.dumps(values, ensure_ascii=True).encode("ascii"))
    write_frame(out, builder.codes.tobytes())


def _encode(value: Cell) -> Any:
    for kind, tag, to_text in _TAGS:
        if isinstance(value, kind):
            return {tag: to_text(value)}
    return value


def _decode(value: Any) -> Cell:
    if isinstance(value, dict):
        ((tag, content),) = value.items()
        return _READERS[tag](content)
    return value


def read_frames(stream: BinaryIO) -> Iterator[bytes]:
    """The frames of a stream; a broken last frame raises EOFError."""
    while head := stream.read(4):
        length = int.from_bytes(head, "big")
        payload = stream.read(length)
        if len(head) < 4 or len(payload) < length:
            raise EOFError
        yield payload


def read_answer(stream: BinaryIO) -> dict[str, Any]:
    """``{"refused": …}`` or ``{"sheets": [RawSheet, …]}`` from what a child wrote."""
    frames = read_frames(stream)
    header: dict[str, Any] = json.loads(next(frames))
    if "refused" in header:
        return header
    return {"sheets": [_read_sheet(meta, frames) for meta in header["sheets"]]}


def _read_sheet(meta: dict[str, Any], frames: Iterator[bytes]) -> RawSheet:
    columns = []
    for _ in range(meta["columns"]):
        values = tuple(_decode(value) for value in json.loads(next(frames)))
        codes = array("I")
        codes.frombytes(next(frames))
        columns.append(RawColumn(values, codes))
    return RawSheet(
        name=meta["name"],
        visible=meta["visible"],
        first_row=1,
        columns=tuple(columns),
        row_count=meta["rows"],
        merges=tuple(tuple(merge) for merge in meta["merges"]),
    )
