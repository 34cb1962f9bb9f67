# ruff: noqa: S608 (every name put into a statement is one of our own)
"""The pieces of SQL that merge a staged register, one idea each.

`incoming_household` and `incoming_person` hold the file's rows; `known_id` is the row of the
register that an incoming row is about, or NULL. Column names come from our own models, never from
a file.
"""

from __future__ import annotations

from collections.abc import Sequence

# Written in this row's own way: encrypted anew each time, so that they never compare equal.
ENCRYPTED = frozenset({"phone", "account", "id_number"})
# Carried with incoming rows but no columns of the register's tables.
_ONLY_INCOMING = {
    "incoming_household": {"row_no": "integer"},
    "incoming_person": {
        "row_no": "integer",
        "household_no": "varchar(40)",
        "relation": "varchar(40)",
        "membership_id": "uuid",
    },
}


def make_incoming(temporary: str, table: str, columns: Sequence[str]) -> str:
    """Return the statement that makes a TEMP table with the types of the register's own table."""
    extra = _ONLY_INCOMING[temporary]
    own = [f'"{name}"' for name in columns if name not in extra]
    more = [f'NULL::{kind} AS "{name}"' for name, kind in extra.items()]
    if temporary == "incoming_household":
        more.append("NULL::integer AS member_count")
    more.append("NULL::uuid AS known_id")
    return (
        f"CREATE TEMP TABLE {temporary} ON COMMIT DROP AS "
        f"SELECT {', '.join([*own, *more])} FROM {table} WITH NO DATA"
    )


# A county arrives at once and no statistics know of it yet; believing the tables small, the planner
# would walk them once for each incoming row.
PLAN_FOR_MANY_ROWS = "SET LOCAL enable_nestloop = off"
PLAN_AS_USUAL = "SET LOCAL enable_nestloop = on"

# Two imports into one county follow each other; the second sees what the first wrote.
LOCK_COUNTIES = """
SELECT pg_advisory_xact_lock(hashtextextended('registry.import.' || county, 0))
FROM (SELECT DISTINCT left(region_code, 6) AS county FROM incoming_household ORDER BY 1) AS counties
"""

MATCH_KNOWN = (
    """
UPDATE incoming_household AS incoming SET known_id = known.id FROM registry_household AS known
WHERE known.county_code = incoming.county_code AND known.household_no = incoming.household_no
""",
    """
UPDATE incoming_person AS incoming SET known_id = known.id FROM registry_person AS known
WHERE known.county_code = incoming.county_code AND known.id_token = incoming.id_token
""",
    "CREATE INDEX ON incoming_person (known_id)",
    "ANALYZE incoming_household",
    "ANALYZE incoming_person",
)

# A single fact that was corrected, or taken over, on a later day than the file's.
_LATER_FACT = """EXISTS (
    SELECT 1 FROM jsonb_each({table}.field_sources) AS fact
    WHERE (fact.value ->> 'as_of')::date > %(as_of)s
)"""
# What the register knows from a later day than the file's stays as it is: a newer list, a member
# who came, left or became head since, a fact that was corrected since.
SET_APART_OLDER = f"""
WITH moved AS MATERIALIZED (
    SELECT DISTINCT household_id FROM registry_membership WHERE as_of > %(as_of)s
    UNION
    SELECT membership.household_id
    FROM registry_person AS person
    JOIN registry_membership AS membership ON membership.person_id = person.id
    WHERE person.field_sources <> '{{}}'::jsonb AND {_LATER_FACT.format(table="person")}
), older AS (
    DELETE FROM incoming_household AS incoming USING registry_household AS known
    WHERE known.id = incoming.known_id
      AND (greatest(known.as_of, known.confirmed_as_of) > %(as_of)s
           OR known.id IN (SELECT household_id FROM moved)
           OR {_LATER_FACT.format(table="known")})
    RETURNING incoming.household_no
), people AS (
    DELETE FROM incoming_person AS incoming USING older
    WHERE incoming.household_no = older.household_no
)
SELECT household_no FROM older
"""

# People of the file who died or whose record was merged into another: a list that still names them
# does not bring them back. The one named as head holds the household back.
SET_APART_GONE = """
DELETE FROM incoming_person AS incoming USING registry_person AS known
WHERE known.id = incoming.known_id
  AND (known.died_on IS NOT NULL OR known.merged_into_id IS NOT NULL)
RETURNING incoming.household_no, incoming.row_no, incoming.relation = 'HEAD'
"""

# Households that nobody belongs to any more are opened again by undoing, not by a list.
LIST_CLOSED = """
SELECT incoming.household_no FROM incoming_household AS incoming
JOIN registry_household AS known ON known.id = incoming.known_id
WHERE known.closed_on IS NOT NULL
ORDER BY incoming.household_no
"""

# People of the file who belong to another household of the county: listed, never doubled.
LIST_ELSEWHERE = """
SELECT incoming.row_no, incoming.household_no, household.household_no
FROM incoming_person AS incoming
JOIN registry_membership AS membership
  ON membership.person_id = incoming.known_id AND membership.to_on IS NULL
JOIN registry_household AS household ON household.id = membership.household_id
WHERE household.household_no <> incoming.household_no
ORDER BY incoming.row_no
"""

# The same question before anything is staged, for a bare list of tokens.
MAKE_TOKENS = """
CREATE TEMP TABLE incoming_token (
    row_index integer NOT NULL,
    token varchar(64) COLLATE "C" NOT NULL,
    household_no varchar(40) COLLATE "C" NOT NULL,
    county_code varchar(6) COLLATE "C" NOT NULL
) ON COMMIT DROP
"""
FIND_ELSEWHERE = """
SELECT incoming.row_index, household.household_no
FROM incoming_token AS incoming
JOIN registry_person AS person
  ON person.county_code = incoming.county_code AND person.id_token = incoming.token
JOIN registry_membership AS membership
  ON membership.person_id = person.id AND membership.to_on IS NULL
JOIN registry_household AS household ON household.id = membership.household_id
WHERE household.household_no <> incoming.household_no
ORDER BY incoming.row_index
"""

DROP_HOUSEHOLDS = (
    "DELETE FROM incoming_person WHERE household_no = ANY(%(held)s)",
    "DELETE FROM incoming_household WHERE household_no = ANY(%(held)s)",
)

MAKE_SOURCES = """
CREATE TEMP TABLE incoming_source (county_code varchar(6) PRIMARY KEY, id uuid NOT NULL)
ON COMMIT DROP
"""
ADD_SOURCE = "INSERT INTO incoming_source VALUES (%s, %s)"

LIST_MISSING = """
SELECT incoming.household_no, person.id, person.name
FROM incoming_household AS incoming
JOIN registry_membership AS membership
  ON membership.household_id = incoming.known_id AND membership.to_on IS NULL
JOIN registry_person AS person ON person.id = membership.person_id
WHERE NOT EXISTS (
    SELECT 1 FROM incoming_person AS listed WHERE listed.known_id = membership.person_id
)
ORDER BY incoming.household_no, person.id
"""

LIST_RENAMED = """
SELECT incoming.household_no, incoming.row_no, known.name, incoming.name
FROM incoming_person AS incoming JOIN registry_person AS known ON known.id = incoming.known_id
WHERE known.name <> incoming.name
ORDER BY incoming.row_no
"""

# Members named by the file, and those it leaves out, who stay members until a person decides.
COUNT_MEMBERS = """
UPDATE incoming_household AS incoming SET member_count = listed.people + coalesce(silent.people, 0)
FROM (SELECT household_no, count(*) AS people FROM incoming_person GROUP BY 1) AS listed
LEFT JOIN (
    SELECT household.household_no, count(*) AS people
    FROM incoming_household AS household
    JOIN registry_membership AS membership
      ON membership.household_id = household.known_id AND membership.to_on IS NULL
    WHERE NOT EXISTS (
        SELECT 1 FROM incoming_person AS person WHERE person.known_id = membership.person_id
    )
    GROUP BY 1
) AS silent ON silent.household_no = listed.household_no
WHERE listed.household_no = incoming.household_no
"""


def update_changed(table: str, temporary: str, columns: Sequence[str]) -> str:
    """Return the statement that updates the known rows which differ from the file's.

    A column that the file lacks keeps its value, and `field_sources` notes where it came from.
    """
    written = [name for name in columns if name not in {"id", "id_number"}]
    compared = [name for name in written if name not in ENCRYPTED]
    assignments = ",\n    ".join(f'"{name}" = {_incoming_value(name)}' for name in written)
    before = ", ".join(f'known."{name}"' for name in compared)
    after = ", ".join(_incoming_value(name) for name in compared)
    stated = ", ".join(f"'{name}'" for name in written)
    return f"""
UPDATE {table} AS known SET
    {assignments},
    source_id = source.id, as_of = %(as_of)s, recorded_at = %(at)s,
    confirmed_as_of = NULL, confirmed_source_id = NULL,
    field_sources = {_kept_sources(stated)}
FROM {temporary} AS incoming
JOIN incoming_source AS source ON source.county_code = incoming.county_code
WHERE known.id = incoming.known_id AND ({before}) IS DISTINCT FROM ({after})
"""


def _incoming_value(name: str) -> str:
    if name == "extensions":
        return "known.extensions || incoming.extensions"
    return f'incoming."{name}"'


def _kept_sources(stated: str) -> str:
    """Return the SQL of `field_sources` after an update: silent columns keep their origin."""
    return f"""coalesce((
        SELECT jsonb_object_agg(fact.key, coalesce(
            known.field_sources -> fact.key,
            jsonb_build_object('source', known.source_id, 'as_of', known.as_of)))
        FROM jsonb_each(jsonb_strip_nulls(to_jsonb(known))) AS fact
        WHERE fact.key <> ALL (ARRAY[{stated}]) AND fact.key = ANY (%(facts)s)
    ), '{{}}'::jsonb)"""


def insert_new(table: str, temporary: str, columns: Sequence[str]) -> str:
    """Return the statement that inserts the rows the register lacks, skipping what collides."""
    names = list(dict.fromkeys(["id", *columns]))
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f'incoming."{name}"' for name in names)
    return f"""
INSERT INTO {table} ({quoted}, source_id, as_of, recorded_at, field_sources)
SELECT {values}, source.id, %(as_of)s, %(at)s, '{{}}'::jsonb
FROM {temporary} AS incoming
JOIN incoming_source AS source ON source.county_code = incoming.county_code
WHERE incoming.known_id IS NULL
ORDER BY incoming.region_code, incoming.household_no, incoming.row_no
ON CONFLICT DO NOTHING
"""


def confirm_unchanged(table: str, temporary: str) -> str:
    """Return the statement that notes a newer file saying the same; it makes no version."""
    return f"""
UPDATE {table} AS known SET confirmed_as_of = %(as_of)s, confirmed_source_id = source.id
FROM {temporary} AS incoming
JOIN incoming_source AS source ON source.county_code = incoming.county_code
WHERE known.id = incoming.known_id AND known.source_id <> source.id
"""


def list_collided(table: str, temporary: str) -> str:
    """Return the query of rows that should be in the register now and are not."""
    return f"""
SELECT incoming.household_no, incoming.row_no
FROM {temporary} AS incoming
WHERE incoming.known_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM {table} AS known WHERE known.id = incoming.id)
ORDER BY incoming.household_no, incoming.row_no
"""


# The household and person of each incoming member, whether known before or new.
_MEMBERS = """
SELECT person.region_code, person.county_code, person.relation,
       coalesce(household.known_id, household.id) AS household_id,
       coalesce(person.known_id, person.id) AS person_id,
       person.membership_id, person.row_no
FROM incoming_person AS person
JOIN incoming_household AS household ON household.household_no = person.household_no
"""

# A household has one head at every moment, so the former head steps down first. One whom the new
# list leaves out is no longer head but stays a member: who leaves is decided by a person.
STEP_DOWN = f"""
WITH member AS MATERIALIZED ({_MEMBERS})
UPDATE registry_membership AS known SET
    relation = coalesce(listed.relation, 'OTHER'),
    source_id = source.id, as_of = %(as_of)s, recorded_at = %(at)s
FROM member AS head
JOIN incoming_source AS source ON source.county_code = head.county_code,
    registry_membership AS former
    LEFT JOIN member AS listed ON listed.person_id = former.person_id
WHERE head.relation = 'HEAD' AND former.household_id = head.household_id
  AND former.relation = 'HEAD' AND former.to_on IS NULL AND former.person_id <> head.person_id
  AND known.id = former.id
"""

UPDATE_MEMBERSHIPS = f"""
WITH member AS MATERIALIZED ({_MEMBERS})
UPDATE registry_membership AS known SET
    relation = member.relation, source_id = source.id, as_of = %(as_of)s, recorded_at = %(at)s
FROM member JOIN incoming_source AS source ON source.county_code = member.county_code
WHERE known.person_id = member.person_id AND known.to_on IS NULL
  AND known.relation <> member.relation
"""

INSERT_MEMBERSHIPS = f"""
WITH member AS MATERIALIZED ({_MEMBERS})
INSERT INTO registry_membership
    (id, region_code, household_id, person_id, relation, from_on, end_reason,
     source_id, as_of, recorded_at)
SELECT member.membership_id, member.region_code, member.household_id, member.person_id,
       member.relation, %(as_of)s, '', source.id, %(as_of)s, %(at)s
FROM member JOIN incoming_source AS source ON source.county_code = member.county_code
WHERE NOT EXISTS (
    SELECT 1 FROM registry_membership AS known
    WHERE known.person_id = member.person_id AND known.to_on IS NULL
)
ORDER BY member.row_no
"""

# A household waits once; a file that states the same old code again adds nothing.
INSERT_REVIEW = """
INSERT INTO registry_region_review
    (id, region_code, household_id, stated_code, stated_name, candidates, opened_at,
     settled_code, settled_by)
SELECT %(id)s, household.region_code, household.id, %(stated_code)s, '',
       %(candidates)s, %(at)s, '', ''
FROM incoming_household AS incoming
JOIN registry_household AS household ON household.id = coalesce(incoming.known_id, incoming.id)
WHERE incoming.household_no = %(household_no)s
ON CONFLICT DO NOTHING
"""

# A newer file that states a village answers the question.
SETTLE_REVIEWS = """
UPDATE registry_region_review AS review SET
    settled_code = household.region_code, settled_at = %(at)s, settled_by = %(by)s
FROM registry_household AS household
JOIN incoming_household AS incoming ON household.id = coalesce(incoming.known_id, incoming.id)
WHERE review.household_id = household.id AND review.settled_at IS NULL
  AND household.region_code = ANY (review.candidates)
"""

COUNT_LEFT = """
SELECT count(*) FROM registry_household AS known
WHERE known.region_code >= %(lower)s AND known.region_code < %(upper)s
  AND NOT EXISTS (
    SELECT 1 FROM incoming_household AS incoming
    WHERE coalesce(incoming.known_id, incoming.id) = known.id
  )
"""

# The transaction would drop them at its end; a caller with a longer one may import again before.
DROP_INCOMING = "DROP TABLE incoming_household, incoming_person, incoming_source"
