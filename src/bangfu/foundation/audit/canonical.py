"""The one text of an audit row, and the hashes made of it. Pure: no database, no key.

A row's text is a JSON array that PostgreSQL writes (`ROW_TEXT`); it depends on no setting of the
session. Everything below is SM3 (GB/T 32905) over bytes that a stranger can rebuild; the recipe
for them is docs/reference/audit-proof.md.

- leaf    = SM3(text of the row)
- body    = SM3(texts of the segment's rows, each followed by a line feed)
- leaves  = SM3(leaf of each row, one after the other)
- chain   = SM3(header), where the header names number, first position, count, time, the chain of
  the segment before, body and leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes

HASH_BYTES = 32
# The chain before the first segment.
START = bytes(HASH_BYTES)
FORMAT = "bangfu-audit-segment 1"

# Names and order of the array's values; an export says them to its reader.
FIELDS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "action",
    "region_code",
    "subject_kind",
    "subject_id",
    "result",
    "purpose",
    "post_id",
    "client",
    "detail",
)

# `e` is the row. The instant is written in UTC with microseconds, whatever the session's zone.
ROW_TEXT = (
    "json_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
    " e.actor_kind, e.actor_id, e.actor_label, e.action, e.region_code, e.subject_kind,"
    " e.subject_id, e.result, e.purpose, e.post_id, e.client, e.detail)::text"
)

# Rows are looked up by id, whatever the planner believes of tables that grow this fast.
PLAN = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
    " SET LOCAL enable_mergejoin = off; SET LOCAL enable_memoize = off"
)
USUAL_PLAN = (
    "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on"
)


def sm3(data: bytes) -> bytes:
    """Return the SM3 hash of `data`, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def body_of(texts: Sequence[bytes]) -> bytes:
    """Return the body hash of a segment's row texts."""
    return sm3(b"".join(text + b"\n" for text in texts))


def instant(moment: datetime) -> str:
    """Return an instant as headers and checkpoints write it: UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chain_of(
    *,
    number: int,
    first: int,
    rows: int,
    sealed_at: datetime,
    previous: bytes,
    body: bytes,
    leaves: bytes,
) -> bytes:
    """Return the chain hash of a segment; `leaves` are its leaf hashes put together."""
    header = "\n".join(
        (
            FORMAT,
            str(number),
            str(first),
            str(rows),
            instant(sealed_at),
            previous.hex(),
            body.hex(),
            sm3(leaves).hex(),
            "",
        )
    )
    return sm3(header.encode())
