"""Writing a run's hints: set-based, all or nothing, and only what differs.

A household's hints are rows over spans of months [valid_from, valid_to). Publishing month P
compares the run with the rows in force at P. Where they differ, the old row ends at P (or goes,
when it began at P), the new one begins at P, and, when a later month N has been published
already, ends at N, where the old row goes on: what was said about N does not change by screening
an earlier month again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bangfu.domains.screening.domain import FLAGGED, Changes
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode

CREATE_INCOMING = """
    CREATE TEMP TABLE screening_incoming (
        household_id uuid PRIMARY KEY,
        region_code varchar(12) COLLATE "C" NOT NULL,
        severity smallint NOT NULL,
        reason_zh text NOT NULL,
        reason_en text NOT NULL,
        fired varchar(80)[] NOT NULL,
        undecided varchar(80)[] NOT NULL
    ) ON COMMIT DROP
"""

COPY_INCOMING = """
    COPY screening_incoming
        (household_id, region_code, severity, reason_zh, reason_en, fired, undecided)
    FROM STDIN
"""

# The rows in force at the month in this county, beside what the run says; only where they differ.
CREATE_DELTA = """
    CREATE TEMP TABLE screening_delta ON COMMIT DROP AS
    WITH standing AS (
        SELECT * FROM screening_household_hint
        WHERE region_code >= %(lower)s AND region_code < %(upper)s
          AND valid_from <= %(period)s AND (valid_to IS NULL OR valid_to > %(period)s)
    )
    SELECT old.id AS old_id, old.valid_from AS old_from, old.valid_to AS old_to,
           new.household_id AS new_household_id,
           coalesce(old.severity, 0) AS old_severity, coalesce(new.severity, 0) AS new_severity,
           coalesce(old.fired, '{}') AS old_fired, coalesce(new.fired, '{}') AS new_fired
    FROM standing AS old
    FULL JOIN screening_incoming AS new ON new.household_id = old.household_id
    WHERE (old.region_code, old.severity, old.reason_zh, old.reason_en, old.fired, old.undecided)
       IS DISTINCT FROM
          (new.region_code, new.severity, new.reason_zh, new.reason_en, new.fired, new.undecided)
"""

COUNT_CHANGES = """
    SELECT count(*) FILTER (WHERE new_severity >= %(flagged)s AND old_severity < %(flagged)s),
           count(*) FILTER (WHERE new_severity >= %(flagged)s AND old_severity >= %(flagged)s
                              AND (new_severity <> old_severity OR new_fired <> old_fired)),
           count(*) FILTER (WHERE new_severity < %(flagged)s AND old_severity >= %(flagged)s),
           count(*)
    FROM screening_delta
"""

# Where a later month stands published, the old row goes on from there. Its continuation is set
# aside first: the old row must stop being the one in force before a second one may be.
CREATE_KEPT = """
    CREATE TEMP TABLE screening_kept ON COMMIT DROP AS
    SELECT old.region_code, old.household_id, old.severity, old.reason_zh, old.reason_en,
           old.fired, old.undecided, %(next)s::varchar(7) AS valid_from, old.valid_to, old.run_id,
           old.changed_at
    FROM screening_household_hint AS old JOIN screening_delta AS d ON d.old_id = old.id
    WHERE old.valid_to IS NULL OR old.valid_to > %(next)s
"""
END_AT_NEXT = """
    UPDATE screening_household_hint AS old SET valid_to = %(next)s
    FROM screening_delta AS d
    WHERE d.old_id = old.id AND (old.valid_to IS NULL OR old.valid_to > %(next)s)
"""
INSERT_KEPT = """
    INSERT INTO screening_household_hint
        (region_code, household_id, severity, reason_zh, reason_en, fired, undecided,
         valid_from, valid_to, run_id, changed_at)
    SELECT * FROM screening_kept
"""
END_OLD = """
    UPDATE screening_household_hint AS old SET valid_to = %(period)s
    FROM screening_delta AS d WHERE d.old_id = old.id AND d.old_from < %(period)s
"""
DROP_OLD = """
    DELETE FROM screening_household_hint AS old
    USING screening_delta AS d WHERE d.old_id = old.id AND d.old_from = %(period)s
"""
INSERT_NEW = """
    INSERT INTO screening_household_hint
        (region_code, household_id, severity, reason_zh, reason_en, fired, undecided,
         valid_from, valid_to, run_id, changed_at)
    SELECT new.region_code, new.household_id, new.severity, new.reason_zh, new.reason_en,
           new.fired, new.undecided, %(period)s, %(next)s, %(run)s, %(at)s
    FROM screening_incoming AS new
    JOIN screening_delta AS d ON d.new_household_id = new.household_id
"""


def publish_hints(
    rows: Iterable[tuple[Any, ...]],
    *,
    region: RegionCode,
    period: Period,
    next_period: str | None,
    run_id: UUID,
    at: datetime,
) -> Changes:
    """Write the hints of a run in the caller's transaction and scope; return what changed.

    `rows` are (household_id, region_code, severity, reason_zh, reason_en, fired, undecided).
    """
    lower, upper = region.bounds
    values = {
        "lower": lower,
        "upper": upper,
        "period": str(period),
        "next": next_period,
        "run": run_id,
        "at": at,
        "flagged": int(FLAGGED),
    }
    with connection.cursor() as cursor:
        cursor.execute(CREATE_INCOMING)
        with cursor.copy(COPY_INCOMING) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE screening_incoming")
        cursor.execute(CREATE_DELTA, values)
        cursor.execute(COUNT_CHANGES, values)
        new, changed, gone, written = cursor.fetchone()
        if written:
            _write(cursor, values)
        # A second run in the same transaction (a test's) makes the tables anew.
        cursor.execute("DROP TABLE screening_incoming, screening_delta")
    return Changes(new=new, changed=changed, gone=gone, written=written)


def _write(cursor: Any, values: dict[str, Any]) -> None:
    if values["next"] is not None:
        cursor.execute(CREATE_KEPT, values)
        cursor.execute(END_AT_NEXT, values)
        cursor.execute(INSERT_KEPT)
        cursor.execute("DROP TABLE screening_kept")
    cursor.execute(END_OLD, values)
    cursor.execute(DROP_OLD, values)
    cursor.execute(INSERT_NEW, values)
