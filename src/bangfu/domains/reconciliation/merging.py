"""Puts the differences of an export into the list: new, still there, ticked off. Set-based."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from bangfu.domains.reconciliation.domain import Comparison, Difference
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7

_COLUMNS = (
    "id", "region_code", "county_code", "key", "kind", "household_no", "head_name",
    "person_token", "member_name", "column", "here", "there",
)  # fmt: skip
_MAKE = """
CREATE TEMP TABLE incoming_item (
    id uuid, region_code text COLLATE "C", county_code text COLLATE "C", key text COLLATE "C",
    kind text, household_no text COLLATE "C", head_name text, person_token text COLLATE "C",
    member_name text, "column" text, here text, there text
) ON COMMIT DROP
"""
# An item that was set aside stays so while both sides say what they said then.
_SEEN_AGAIN = """
UPDATE reconciliation_item AS item SET
    region_code = incoming.region_code, reconciliation_id = %(run)s, kind = incoming.kind,
    household_no = incoming.household_no, head_name = incoming.head_name,
    member_name = incoming.member_name, here = incoming.here, there = incoming.there,
    last_seen_on = %(as_of)s, done_on = NULL,
    state = CASE WHEN item.state = 'DISMISSED' AND item.here = incoming.here
                  AND item.there = incoming.there THEN 'DISMISSED' ELSE 'OPEN' END
FROM incoming_item AS incoming
WHERE item.county_code = incoming.county_code AND item.key = incoming.key
"""
_NEW = """
INSERT INTO reconciliation_item
    (id, region_code, county_code, key, reconciliation_id, kind, household_no, head_name,
     person_token, member_name, "column", here, there, state, first_seen_on, last_seen_on,
     reason, dismissed_by)
SELECT id, region_code, county_code, key, %(run)s, kind, household_no, head_name,
       person_token, member_name, "column", here, there, 'OPEN', %(as_of)s, %(as_of)s, '', ''
FROM incoming_item AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM reconciliation_item AS item
    WHERE item.county_code = incoming.county_code AND item.key = incoming.key
)
"""
# Only what this export could have shown: its places, and of fields only the columns that it has.
_TICK_OFF = """
UPDATE reconciliation_item AS item SET state = 'DONE', done_on = %(as_of)s
WHERE item.region_code >= %(lower)s AND item.region_code < %(upper)s AND item.state <> 'DONE'
  AND (item."column" = ''
       OR (item.person_token = '' AND item."column" = ANY (%(household_columns)s))
       OR (item.person_token <> '' AND item."column" = ANY (%(member_columns)s)))
  AND NOT EXISTS (
    SELECT 1 FROM incoming_item AS incoming
    WHERE incoming.county_code = item.county_code AND incoming.key = item.key
  )
"""


def key_of(difference: Difference) -> str:
    """Return what names a difference whatever its values: SHA-256 in hex.

    Whole households and members have one key for both directions, so that a household that was
    to be entered and now is only there is one item.
    """
    parts = (difference.household_no if not difference.person else "", difference.person,
             difference.column)  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def merge(
    cursor: Any, comparison: Comparison, *, run: UUID, region: RegionCode, as_of: date
) -> dict[str, int]:
    """Merge a comparison into the list; return how many items are new, seen again, ticked off.

    Call it inside the scope's transaction. Cost: one COPY and three statements.
    """
    cursor.execute(_MAKE)
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    with cursor.copy(f"COPY incoming_item ({names}) FROM STDIN") as copy:
        for row in _rows(comparison):
            copy.write_row(row)
    lower, upper = region.bounds
    values = {
        "run": run,
        "as_of": as_of,
        "lower": lower,
        "upper": upper,
        "household_columns": sorted(comparison.household_columns),
        "member_columns": sorted(comparison.member_columns),
    }
    counts = {}
    for name, statement in {"again": _SEEN_AGAIN, "new": _NEW, "done": _TICK_OFF}.items():
        cursor.execute(statement, values)
        counts[name] = cursor.rowcount
    cursor.execute("DROP TABLE incoming_item")
    return counts


def _rows(comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    told: set[tuple[str, str]] = set()
    for one in comparison.differences:
        key = (one.region_code[:6], key_of(one))
        # A person listed twice in the export gives the same item once.
        if key in told:
            continue
        told.add(key)
        yield (uuid7(), one.region_code, *key, str(one.kind), one.household_no, one.head_name,
               one.person, one.member_name, one.column, one.here, one.there)  # fmt: skip
