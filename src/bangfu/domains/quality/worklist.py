"""Bringing the work list up to date: set-based, and only what differs is written.

The findings of a check go into a temporary table and are joined with the items of the county.
Each statement is one move of the state machine in `domain.py`, in an order in which an item moves
at most once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bangfu.domains.quality.domain import Counts, Found
from bangfu.kernel.region import RegionCode

CREATE_FOUND = """
    CREATE TEMP TABLE quality_found (
        rule_id varchar(80) COLLATE "C" NOT NULL,
        household_id uuid NOT NULL,
        person_id uuid,
        region_code varchar(12) COLLATE "C" NOT NULL,
        household_no varchar(40) COLLATE "C" NOT NULL,
        "values" jsonb NOT NULL,
        fingerprint varchar(32) COLLATE "C" NOT NULL,
        message_zh text NOT NULL,
        message_en text NOT NULL
    ) ON COMMIT DROP
"""
COPY_FOUND = """
    COPY quality_found (rule_id, household_id, person_id, region_code, household_no, "values",
                        fingerprint, message_zh, message_en) FROM STDIN
"""

# Every finding beside the item that stands for it, and every item of the county beside its finding.
# A member's key is the household's when the rule is about the household.
CREATE_PAIRS = """
    CREATE TEMP TABLE quality_pair ON COMMIT DROP AS
    SELECT i.id, i.rule_id AS standing_rule, i.state, i.fingerprint AS standing_fingerprint,
           (i.region_code, i.household_no, i.fingerprint, i.message_zh, i.message_en)
               IS DISTINCT FROM
           (f.region_code, f.household_no, f.fingerprint, f.message_zh, f.message_en) AS differs,
           f.*
    FROM (SELECT * FROM quality_item
          WHERE region_code >= %(lower)s AND region_code < %(upper)s) AS i
    FULL JOIN quality_found AS f
      ON f.rule_id = i.rule_id AND f.household_id = i.household_id
     AND coalesce(f.person_id, f.household_id) = coalesce(i.person_id, i.household_id)
"""

# Exceptions that hold no longer: their day has passed, or what is found is not what was excepted,
# or it is gone, or its rule is.
END_EXCEPTIONS = """
    UPDATE quality_exception AS e
    SET ended_at = %(at)s, ended_by = %(by)s, end_reason =
        CASE WHEN NOT (p.standing_rule = ANY(%(known)s)) THEN 'DROPPED'
             WHEN p.rule_id IS NULL AND p.standing_rule = ANY(%(asked)s) THEN 'FIXED'
             WHEN e.until < %(day)s THEN 'EXPIRED'
             ELSE 'CHANGED' END
    FROM quality_pair AS p
    WHERE e.item_id = p.id AND e.ended_at IS NULL
      AND (NOT (p.standing_rule = ANY(%(known)s))
           OR (p.rule_id IS NULL AND p.standing_rule = ANY(%(asked)s))
           OR e.until < %(day)s
           OR p.fingerprint <> e.fingerprint)
"""
MOVE_EXCEPTIONS = """
    UPDATE quality_exception AS e SET region_code = p.region_code
    FROM quality_pair AS p
    WHERE e.item_id = p.id AND p.region_code IS NOT NULL AND e.region_code <> p.region_code
"""
# Excepted items without an exception in force are open again, and new.
REOPEN_EXCEPTED = """
    UPDATE quality_item AS i SET state = 'OPEN', opened_check = %(check)s
    FROM quality_pair AS p
    WHERE p.id = i.id AND p.state = 'EXCEPTED' AND p.standing_rule = ANY(%(known)s)
      AND (p.rule_id IS NOT NULL OR NOT (p.standing_rule = ANY(%(asked)s)))
      AND NOT EXISTS (SELECT FROM quality_exception AS e
                      WHERE e.item_id = i.id AND e.ended_at IS NULL)
"""
INSERT_NEW = """
    INSERT INTO quality_item
        (id, region_code, rule_id, household_id, household_no, person_id, "values", fingerprint,
         message_zh, message_en, state, first_seen_on, opened_check)
    SELECT gen_random_uuid(), region_code, rule_id, household_id, household_no, person_id, "values",
           fingerprint, message_zh, message_en, 'OPEN', %(day)s, %(check)s
    FROM quality_pair WHERE id IS NULL
"""
OPEN_AGAIN = """
    UPDATE quality_item AS i
    SET state = 'OPEN', opened_check = %(check)s, last_seen_on = NULL, fixed_on = NULL,
        fixed_check = NULL
    FROM quality_pair AS p
    WHERE p.id = i.id AND p.rule_id IS NOT NULL AND p.state IN ('FIXED', 'DROPPED')
"""
REFRESH = """
    UPDATE quality_item AS i
    SET region_code = p.region_code, household_no = p.household_no, "values" = p."values",
        fingerprint = p.fingerprint, message_zh = p.message_zh, message_en = p.message_en
    FROM quality_pair AS p WHERE p.id = i.id AND p.rule_id IS NOT NULL AND p.differs
"""
FIX = """
    UPDATE quality_item AS i
    SET state = 'FIXED', fixed_on = %(day)s, fixed_check = %(check)s, last_seen_on = %(before)s
    FROM quality_pair AS p
    WHERE p.id = i.id AND p.rule_id IS NULL AND p.state IN ('OPEN', 'EXCEPTED')
      AND p.standing_rule = ANY(%(asked)s)
"""
DROP = """
    UPDATE quality_item AS i
    SET state = 'DROPPED', fixed_on = NULL, fixed_check = NULL, last_seen_on = %(before)s
    FROM quality_pair AS p
    WHERE p.id = i.id AND p.state IN ('OPEN', 'EXCEPTED')
      AND NOT (p.standing_rule = ANY(%(known)s))
"""
COUNT = """
    INSERT INTO quality_count (id, region_code, check_id, open, new, fixed, excepted)
    SELECT gen_random_uuid(), region_code, %(check)s,
           count(*) FILTER (WHERE state = 'OPEN'),
           count(*) FILTER (WHERE state = 'OPEN' AND opened_check = %(check)s),
           count(*) FILTER (WHERE fixed_check = %(check)s),
           count(*) FILTER (WHERE state = 'EXCEPTED')
    FROM quality_item
    WHERE region_code >= %(lower)s AND region_code < %(upper)s
      AND (state IN ('OPEN', 'EXCEPTED') OR fixed_check = %(check)s)
    GROUP BY region_code
"""
TOTAL = """
    SELECT coalesce(sum(open), 0), coalesce(sum(new), 0), coalesce(sum(fixed), 0),
           coalesce(sum(excepted), 0)
    FROM quality_count
    WHERE check_id = %(check)s AND region_code >= %(lower)s AND region_code < %(upper)s
"""
MOVES = (REOPEN_EXCEPTED, INSERT_NEW, OPEN_AGAIN, REFRESH, FIX, DROP)


def update_items(
    found: Iterable[Found],
    *,
    region: RegionCode,
    check_id: UUID,
    day: date,
    before: date,
    at: datetime,
    by: str,
    asked: Sequence[str],
    known: Sequence[str],
) -> tuple[Counts, int]:
    """Bring the county's items up to date in the caller's transaction and scope.

    `asked` are the rules that this check asked, `known` those of the pack; `before` is the day of
    the check before, on which what is gone was last seen. Returns the counts and the rows written.
    """
    lower, upper = region.bounds
    values: dict[str, Any] = {
        "lower": lower,
        "upper": upper,
        "check": check_id,
        "day": day,
        "before": before,
        "at": at,
        "by": by,
        "asked": list(asked),
        "known": list(known),
    }
    with connection.cursor() as cursor:
        cursor.execute(CREATE_FOUND)
        with cursor.copy(COPY_FOUND) as copy:
            for one in found:
                copy.write_row(_row(one))
        cursor.execute("ANALYZE quality_found")
        cursor.execute(CREATE_PAIRS, values)
        cursor.execute("ANALYZE quality_pair")
        cursor.execute(END_EXCEPTIONS, values)
        written = 0
        for statement in MOVES:
            cursor.execute(statement, values)
            written += cursor.rowcount
        cursor.execute(MOVE_EXCEPTIONS, values)
        cursor.execute(COUNT, values)
        cursor.execute(TOTAL, values)
        totals = cursor.fetchone()
        # A second check in the same transaction (a test's) makes the tables anew.
        cursor.execute("DROP TABLE quality_found, quality_pair")
    return Counts(*(int(total) for total in totals)), written


def _row(one: Found) -> tuple[Any, ...]:
    return (
        one.rule_id,
        one.household_id,
        one.person_id,
        one.region_code,
        one.household_no,
        one.values,
        one.fingerprint,
        one.message_zh,
        one.message_en,
    )
