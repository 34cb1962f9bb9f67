"""SHA-256 over the canonical rows of a result: by county, then over the counties."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

_LINES = {
    "hints": """
        SELECT cno, concat_ws(chr(31), household_id, hint, coalesce(reason_zh, ''),
                         coalesce(reason_en, ''), array_to_string(rule_ids, ',')) || chr(10)
        FROM hint ORDER BY cno, hid
    """,
    "findings": """
        SELECT h.cno, concat_ws(chr(31), h.household_id, l.rule_id, l.outcome,
                         coalesce(l.unknown_reason, ''),
                         coalesce(array_to_string(f.person_ids, ','), ''),
                         f.reason_zh, f.reason_en) || chr(10)
        FROM finding f JOIN home h ON h.hid = f.hid
        JOIN label l ON l.rule = f.rule AND l.rank = f.rank
        ORDER BY h.cno, f.hid, f.rule
    """,
}


def hash_counties(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return county → hash of its hints and findings, in the order of household and rule."""
    counties = connection.execute("SELECT county FROM county ORDER BY cno").fetchall()
    totals = [hashlib.sha256() for _ in counties]
    for name, sql in _LINES.items():
        for total in totals:
            total.update(f"{name}\n".encode())
        for batch in connection.execute(sql).to_arrow_reader(50_000):
            for number, lines in _by_county(batch):
                totals[number].update(_text_of(lines))
    return {county: total.hexdigest() for (county,), total in zip(counties, totals, strict=True)}


def _by_county(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.StringArray]]:
    """The lines of a batch by the number of their county; they come in its order."""
    runs = pc.run_end_encode(batch.column(0))
    start = 0
    for end, number in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
        yield number, batch.column(1).slice(start, end - start)
        start = end


def hash_result(counties: Mapping[str, str]) -> str:
    """Return the hash of a result; how the counties were divided into parts does not matter."""
    text = "".join(f"{county}\0{found}\n" for county, found in sorted(counties.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _text_of(lines: pa.StringArray) -> Any:
    """The bytes of all lines, one after the other, without making a Python text of each."""
    if len(lines) == 0:
        return b""
    offsets = lines.buffers()[1]
    width = 8 if pa.types.is_large_string(lines.type) else 4
    numbers = memoryview(offsets).cast("B").cast("q" if width == 8 else "i")
    start, end = numbers[lines.offset], numbers[lines.offset + len(lines)]
    return memoryview(lines.buffers()[2])[start:end]
