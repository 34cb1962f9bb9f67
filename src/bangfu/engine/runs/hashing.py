"""SHA-256 over the canonical rows of a result, sorted by key."""

from __future__ import annotations

import hashlib
from typing import Any

import duckdb
import pyarrow as pa

_LINES = {
    "hints": """
        SELECT concat_ws(chr(31), household_id, hint, coalesce(reason_zh, ''),
                         coalesce(reason_en, ''), array_to_string(rule_ids, ',')) || chr(10)
        FROM hints ORDER BY household_id
    """,
    "findings": """
        SELECT concat_ws(chr(31), household_id, rule_id, outcome, coalesce(unknown_reason, ''),
                         coalesce(array_to_string(person_ids, ','), ''), reason_zh, reason_en)
               || chr(10)
        FROM findings ORDER BY household_id, rule_id
    """,
}


def hash_results(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the hash of `hints` and `findings`; independent of threads, paths and time."""
    total = hashlib.sha256()
    for name, sql in _LINES.items():
        total.update(f"{name}\n".encode())
        for batch in connection.execute(sql).to_arrow_reader(50_000):
            total.update(_text_of(batch.column(0)))
    return total.hexdigest()


def _text_of(lines: pa.StringArray) -> Any:
    """The bytes of all lines, one after the other, without making a Python text of each."""
    if len(lines) == 0:
        return b""
    offsets = lines.buffers()[1]
    width = 8 if pa.types.is_large_string(lines.type) else 4
    numbers = memoryview(offsets).cast("B").cast("q" if width == 8 else "i")
    start, end = numbers[lines.offset], numbers[lines.offset + len(lines)]
    return memoryview(lines.buffers()[2])[start:end]
