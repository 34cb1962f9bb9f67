"""SHA-256 over the canonical rows of a result, sorted by key."""

from __future__ import annotations

import hashlib

import duckdb

_LINES = {
    "hints": """
        SELECT concat_ws(chr(31), household_id, hint, coalesce(reason_zh, ''),
                         coalesce(reason_en, ''), array_to_string(rule_ids, ',')) AS line
        FROM hints ORDER BY household_id
    """,
    "findings": """
        SELECT concat_ws(chr(31), household_id, rule_id, outcome, coalesce(unknown_reason, ''),
                         coalesce(array_to_string(person_ids, ','), ''), reason_zh, reason_en)
               AS line
        FROM findings ORDER BY household_id, rule_id
    """,
}


def hash_results(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the hash of `hints` and `findings`; independent of threads, paths and time."""
    total = hashlib.sha256()
    for name, sql in _LINES.items():
        total.update(f"{name}\n".encode())
        reader = connection.execute(sql).to_arrow_reader(50_000)
        for batch in reader:
            lines = batch.column(0).to_pylist()
            total.update("\n".join(lines).encode())
            total.update(b"\n")
    return total.hexdigest()
