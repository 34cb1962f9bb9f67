"""Keys look past row security: the county is in every one, or a reason says why it need not be.

And functions that are asked of a row see it only after the policy has let it through.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import errors

from bangfu.foundation.database.context import Context, enter
from bangfu.foundation.database.rls import EnableRegionRls
from tests.cast import SHIQIAO, YUNXI

pytestmark = pytest.mark.usefixtures("django_db_setup")
REASONS = yaml.safe_load(Path(__file__).with_name("region_keys.yaml").read_text("utf-8"))
PLACES = ("region_code", "county_code")
# Unique keys of tables with a region, constraints and indexes alike, without the place in them. A
# primary key of one uuid is an id of ours; a history's is its own number.
_UNIQUE = """
SELECT x.relname
  FROM pg_index i
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
 WHERE i.indisunique AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg_t%%'
   AND EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = t.oid AND a.attname = 'region_code' AND NOT a.attisdropped)
   AND NOT EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
                      AND a.attname = ANY (%s))
   AND NOT (i.indisprimary AND i.indnkeyatts = 1 AND EXISTS (
         SELECT FROM pg_attribute a
          WHERE a.attrelid = t.oid AND a.attnum = i.indkey[0]
            AND (a.atttypid = 'uuid'::regtype OR a.attname = 'pgh_id')))
"""
# Foreign keys between two tables with a region in which the place is not paired with the place.
_FOREIGN = """
SELECT s.relname || '.' || (SELECT string_agg(a.attname, ',' ORDER BY a.attnum)
                              FROM pg_attribute a
                             WHERE a.attrelid = s.oid AND a.attnum = ANY (k.conkey))
  FROM pg_constraint k
  JOIN pg_class s ON s.oid = k.conrelid
  JOIN pg_class t ON t.oid = k.confrelid
 WHERE k.contype = 'f'
   AND (SELECT count(*) FROM pg_attribute a
         WHERE a.attrelid IN (s.oid, t.oid) AND a.attname = 'region_code' AND NOT a.attisdropped)
       = CASE WHEN s.oid = t.oid THEN 1 ELSE 2 END
   AND NOT EXISTS (
         SELECT FROM unnest(k.conkey, k.confkey) AS pair(mine, theirs)
           JOIN pg_attribute m ON m.attrelid = s.oid AND m.attnum = pair.mine
           JOIN pg_attribute o ON o.attrelid = t.oid AND o.attnum = pair.theirs
          WHERE m.attname = o.attname AND m.attname = ANY (%s))
"""
# Any function of ours that PostgreSQL would call on a row before the policy: marked leakproof.
_LEAKPROOF = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.proleakproof AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """The owner's login; what it makes here is gone at the end."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        yield connection
        for kind in ("FUNCTION IF EXISTS probe_peek(text)", "TABLE IF EXISTS probe_two, probe_one"):
            connection.execute(f"DROP {kind} CASCADE")


@pytest.fixture
def probe(owner: psycopg.Connection) -> psycopg.Connection:
    """A table with one row in each of two counties, and a function that tells what it is given."""
    owner.execute(
        "CREATE TABLE probe_one (id int PRIMARY KEY,"
        ' region_code varchar(12) COLLATE "C" NOT NULL, name text NOT NULL)'
    )
    owner.execute(
        "INSERT INTO probe_one VALUES (1, '990101101201', '7'), (2, '990102101201', '卡那瑞')"
    )
    owner.execute(EnableRegionRls("probe_one").forwards_sql())
    owner.execute(
        "CREATE FUNCTION probe_peek(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001"
        " AS $$ BEGIN RAISE NOTICE 'seen %', value; RETURN true; END $$"
    )
    owner.execute("GRANT EXECUTE ON FUNCTION probe_peek(text) TO PUBLIC")
    return owner


def found(connection: psycopg.Connection, query: str) -> set[str]:
    """Return the names that a query of the catalogue finds."""
    return {str(row[0]) for row in connection.execute(query, [list(PLACES)]).fetchall()}


def told(query: str, region: Any) -> tuple[list[str], int]:
    """Ask as the application within a region: what a function told on the way, and the rows."""
    seen: list[str] = []
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        app.add_notice_handler(lambda notice: seen.append(str(notice.message_primary)))
        with app.cursor() as cursor:
            enter(cursor, Context(*region.bounds))
            rows = cursor.execute(query).fetchall()
        app.rollback()
    return seen, len(rows)


@pytest.mark.evidence("T2", "F50")
def test_every_unique_key_of_a_place_holds_the_place_or_has_a_reason(
    owner: psycopg.Connection,
) -> None:
    assert found(owner, _UNIQUE) == set(REASONS["unique"])


@pytest.mark.evidence("T2", "F50")
def test_every_key_between_places_holds_the_place_or_has_a_reason(
    owner: psycopg.Connection,
) -> None:
    assert found(owner, _FOREIGN) == set(REASONS["foreign"])


def test_each_exception_has_a_reason_and_each_reason_an_exception() -> None:
    used = {*REASONS["unique"].values(), *REASONS["foreign"].values()}
    assert used == set(REASONS["reasons"])


_KEYED = """
SELECT count(*) FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_constraint k ON k.conrelid = i.indrelid AND k.contype = 'f'
 WHERE x.relname = %s AND k.conkey && i.indkey::int2[]
   AND EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY (k.conkey)
                  AND a.attname IN ('region_code', 'county_code'))
"""


@pytest.mark.parametrize(
    "name", [name for name, why in REASONS["unique"].items() if why == "keyed-above"]
)
def test_what_is_said_to_be_keyed_above_is(owner: psycopg.Connection, name: str) -> None:
    row = owner.execute(_KEYED, [name]).fetchone()
    assert row is not None
    assert row[0] >= 1


def test_a_new_key_without_the_place_is_named(probe: psycopg.Connection) -> None:
    before = found(probe, _UNIQUE), found(probe, _FOREIGN)
    assert before[0] - set(REASONS["unique"]) == {"probe_one_pkey"}
    probe.execute("CREATE UNIQUE INDEX probe_names ON probe_one (name)")
    probe.execute("CREATE UNIQUE INDEX probe_placed ON probe_one (region_code, name)")
    probe.execute(
        "CREATE TABLE probe_two (id uuid PRIMARY KEY, region_code varchar(12) NOT NULL,"
        " one int REFERENCES probe_one (id))"
    )
    assert found(probe, _UNIQUE) - before[0] == {"probe_names"}
    assert found(probe, _FOREIGN) - before[1] == {"probe_two.one"}
    probe.execute("ALTER TABLE probe_one ADD CONSTRAINT placed UNIQUE (region_code, id)")
    probe.execute("ALTER TABLE probe_two DROP CONSTRAINT probe_two_one_fkey")
    probe.execute(
        "ALTER TABLE probe_two ADD FOREIGN KEY (region_code, one)"
        " REFERENCES probe_one (region_code, id)"
    )
    assert found(probe, _FOREIGN) == before[1]


@pytest.mark.evidence("T2")
def test_a_function_that_tells_what_it_is_given_is_given_rows_of_the_scope_alone(
    probe: psycopg.Connection,
) -> None:
    query = "SELECT id FROM probe_one WHERE probe_peek(name)"
    assert told(query, YUNXI) == (["seen 7"], 1)
    assert told(query, SHIQIAO) == (["seen 卡那瑞"], 1)
    joined = "SELECT 1 FROM probe_one a JOIN probe_one b ON probe_peek(b.name) AND a.id <= b.id"
    assert set(told(joined, YUNXI)[0]) == {"seen 7"}
    probe.execute(
        "CREATE VIEW probe_view WITH (security_invoker=true) AS SELECT id, name FROM probe_one"
    )
    probe.execute("GRANT SELECT ON probe_view TO PUBLIC")
    assert told("SELECT id FROM probe_view WHERE probe_peek(name)", YUNXI) == (["seen 7"], 1)


def test_without_the_policy_a_cheap_function_sees_what_a_condition_would_hide(
    probe: psycopg.Connection,
) -> None:
    """The trap itself: a condition is no barrier, the cheaper one is asked first."""
    probe.execute("ALTER TABLE probe_one NO FORCE ROW LEVEL SECURITY")
    probe.execute("ALTER TABLE probe_one DISABLE ROW LEVEL SECURITY")
    hidden = "SELECT id FROM probe_one WHERE region_code LIKE '990101%' AND probe_peek(name)"
    assert told(hidden, YUNXI) == (["seen 7", "seen 卡那瑞"], 1)


@pytest.mark.parametrize("expression", ["name::int > 0", "1 / (length(name) - 3) < 9"])
def test_an_error_on_a_foreign_rows_value_does_not_happen(
    probe: psycopg.Connection, expression: str
) -> None:
    """`卡那瑞` is no number and has three characters: asked of it, both would fail and tell."""
    query = f"SELECT id FROM probe_one WHERE {expression}"
    assert told(query, YUNXI) == ([], 1)
    with pytest.raises((errors.InvalidTextRepresentation, errors.DivisionByZero)):
        told(query, SHIQIAO)


@pytest.mark.evidence("T2")
def test_no_function_of_ours_is_trusted_with_rows_before_the_policy(
    probe: psycopg.Connection,
) -> None:
    assert [row[0] for row in probe.execute(_LEAKPROOF).fetchall()] == []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as app:
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(
                "CREATE FUNCTION pg_temp.peek(text) RETURNS boolean LANGUAGE sql LEAKPROOF"
                " AS 'SELECT true'"
            )
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("ALTER FUNCTION probe_peek(text) LEAKPROOF")
