"""The traps of PostgreSQL's row security, each shown to bite and each kept shut.

The probes are made by the owner over plain connections: `app` is the application's login, `owner`
the owner's. Rows of two counties: 云溪 990101 and 石桥 990102.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connections, models
from psycopg import errors

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts.models import Post
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.database.catalogue import definer_functions, tables_without_rls
from bangfu.foundation.database.context import Context, enter
from bangfu.foundation.database.rls import EnableRegionRls
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, Cast

pytestmark = pytest.mark.usefixtures("django_db_setup")


def enter_region(connection: psycopg.Connection, region: RegionCode) -> None:
    """Tell the transaction its region, signed as the application does."""
    with connection.cursor() as cursor:
        enter(cursor, Context(*region.bounds))


@dataclass
class Probe:
    """Two logins, and a table `probe` with one row in each county."""

    app: psycopg.Connection
    owner: psycopg.Connection

    def seen(self, query: str, region: RegionCode | None, *, by: str = "app") -> list[Any]:
        """Return the first column of a query, asked within a region or without any."""
        connection = getattr(self, by)
        with connection.transaction():
            if region is not None:
                enter_region(connection, region)
            return [row[0] for row in connection.execute(query).fetchall()]


@pytest.fixture
def probe() -> Iterator[Probe]:
    with (
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as app,
        psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner,
    ):
        owner.execute(
            "CREATE TABLE probe (id int PRIMARY KEY,"
            ' region_code varchar(12) COLLATE "C" NOT NULL, name text)'
        )
        owner.execute(
            "INSERT INTO probe VALUES (1, '990101101201', '甲'), (2, '990102101201', '丙')"
        )
        owner.execute(EnableRegionRls("probe").forwards_sql())
        yield Probe(app, owner)
        owner.execute("DROP TABLE IF EXISTS probe_child, probe CASCADE")


def test_the_owner_sees_no_more_than_the_scope(probe: Probe) -> None:
    everything = "SELECT id FROM probe ORDER BY id"
    assert probe.seen(everything, None, by="owner") == []
    assert probe.seen(everything, YUNXI, by="owner") == [1]
    probe.owner.execute("ALTER TABLE probe NO FORCE ROW LEVEL SECURITY")
    assert probe.seen(everything, None, by="owner") == [1, 2]


def test_a_setting_that_was_used_once_still_fails_closed(probe: Probe) -> None:
    assert probe.seen("SELECT id FROM probe", YUNXI) == [1]
    value = probe.app.execute("SELECT current_setting('bangfu.scope_from', true)").fetchone()
    assert value == ("",)
    assert probe.seen("SELECT id FROM probe", None) == []


def test_the_check_names_a_table_that_lacks_any_part_of_it(probe: Probe) -> None:
    assert "probe" not in tables_without_rls(probe.owner)
    probe.owner.execute("ALTER TABLE probe NO FORCE ROW LEVEL SECURITY")
    assert "probe" in tables_without_rls(probe.owner)
    probe.owner.execute("ALTER TABLE probe FORCE ROW LEVEL SECURITY")
    probe.owner.execute("DROP POLICY region_scope ON probe")
    assert "probe" in tables_without_rls(probe.owner)
    probe.owner.execute("CREATE POLICY region_scope ON probe USING (true) WITH CHECK (true)")
    assert "probe" in tables_without_rls(probe.owner)


def test_a_plain_view_is_named_and_an_invokers_view_keeps_the_scope(probe: Probe) -> None:
    probe.owner.execute("ALTER TABLE probe NO FORCE ROW LEVEL SECURITY")
    probe.owner.execute("CREATE VIEW probe_view AS SELECT * FROM probe")
    assert probe.seen("SELECT id FROM probe_view ORDER BY id", YUNXI) == [1, 2]
    assert "probe_view" in tables_without_rls(probe.owner)
    probe.owner.execute("ALTER VIEW probe_view SET (security_invoker = true)")
    assert probe.seen("SELECT id FROM probe_view", YUNXI) == [1]
    assert "probe_view" not in tables_without_rls(probe.owner)


def test_materialised_views_and_functions_of_the_owner_are_named(probe: Probe) -> None:
    assert definer_functions(probe.owner) == []
    probe.owner.execute("CREATE MATERIALIZED VIEW probe_sum AS SELECT count(*) FROM probe")
    probe.owner.execute(
        "CREATE FUNCTION probe_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM probe'"
    )
    try:
        assert "probe_sum" in tables_without_rls(probe.owner)
        assert definer_functions(probe.owner) == ["probe_all"]
    finally:
        probe.owner.execute("DROP FUNCTION probe_all(); DROP MATERIALIZED VIEW probe_sum")


def test_writing_outside_the_scope_is_refused_by_insert_and_by_moving(probe: Probe) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        probe.seen("INSERT INTO probe VALUES (3, '990102101201', 'x') RETURNING id", YUNXI)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        probe.seen("UPDATE probe SET region_code = '990102101201' RETURNING id", YUNXI)
    assert probe.seen("UPDATE probe SET name = 'x' WHERE id = 2 RETURNING id", YUNXI) == []
    assert probe.seen("DELETE FROM probe WHERE id = 2 RETURNING id", YUNXI) == []


def test_copy_goes_through_a_temp_table_and_is_checked_there_too(probe: Probe) -> None:
    app = probe.app
    with (
        pytest.raises(errors.FeatureNotSupported, match="row-level security"),
        app.transaction(),
        app.cursor().copy("COPY probe FROM STDIN") as copy,
    ):
        copy.write("3\t990101101201\tx\n")
    load = "INSERT INTO probe SELECT * FROM staged"

    def stage(region: str) -> None:
        with app.transaction():
            enter_region(app, YUNXI)
            app.execute("CREATE TEMP TABLE staged (LIKE probe) ON COMMIT DROP")
            with app.cursor().copy("COPY staged FROM STDIN") as copy:
                copy.write(f"3\t{region}\tx\n")
            app.execute(load)

    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        stage("990102101201")
    stage("990101101201")
    assert probe.seen("SELECT id FROM probe ORDER BY id", YUNXI) == [1, 3]


def test_a_plain_foreign_key_answers_for_another_county_and_a_composite_one_does_not(
    probe: Probe,
) -> None:
    probe.owner.execute(
        "CREATE TABLE probe_child (probe_id int REFERENCES probe,"
        ' region_code varchar(12) COLLATE "C")'
    )
    probe.owner.execute(EnableRegionRls("probe_child").forwards_sql())
    add = "INSERT INTO probe_child VALUES (2, '990101101201') RETURNING probe_id"
    assert probe.seen(add, YUNXI) == [2]
    probe.owner.execute("DELETE FROM probe_child; DROP TABLE probe_child")
    probe.owner.execute("ALTER TABLE probe ADD UNIQUE (region_code, id)")
    probe.owner.execute(
        'CREATE TABLE probe_child (probe_id int, region_code varchar(12) COLLATE "C",'
        " FOREIGN KEY (region_code, probe_id) REFERENCES probe (region_code, id))"
    )
    probe.owner.execute(EnableRegionRls("probe_child").forwards_sql())
    with pytest.raises(errors.ForeignKeyViolation):
        probe.seen(add, YUNXI)


def test_a_key_with_the_county_does_not_tell_of_another_countys_row(probe: Probe) -> None:
    probe.owner.execute("CREATE UNIQUE INDEX ON probe (left(region_code, 6), name)")
    add = "INSERT INTO probe VALUES (3, '990101101201', '丙') RETURNING id"
    assert probe.seen(add, YUNXI) == [3]


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE probe",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE probe DISABLE ROW LEVEL SECURITY",
        "DROP POLICY region_scope ON probe",
        "SET ROLE bangfu_owner",
        "SET ROLE postgres",
        "DELETE FROM django_migrations",
        "UPDATE audit_event SET action = 'a.b'",
        "DELETE FROM audit_event",
        "DELETE FROM accounts_post_version",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_application_may_not(probe: Probe, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        probe.app.execute(statement)


def test_the_application_sees_no_values_of_others_in_the_planners_statistics(
    probe: Probe,
) -> None:
    probe.owner.execute("ANALYZE probe")
    query = "SELECT count(*) FROM pg_stats WHERE tablename = 'probe'"
    assert probe.seen(query, YUNXI) == [0]


def test_the_policy_uses_the_index_on_the_code(probe: Probe) -> None:
    probe.owner.execute("CREATE INDEX ON probe (region_code)")
    with probe.app.transaction():
        enter_region(probe.app, YUNXI)
        probe.app.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in probe.app.execute("EXPLAIN SELECT * FROM probe"))
    assert "Index Cond" in plan
    assert "region_code" in plan


def _break(as_expected: bool) -> None:
    assert as_expected
    raise LookupError("broken on purpose")


@pytest.mark.django_db
def test_activation_ends_with_its_block_and_nests(cast: Cast) -> None:
    def regions() -> set[str]:
        return set(Post.objects.values_list("region_code", flat=True))

    with activate(cast.county.scope):
        wide = regions()
        with activate(cast.township.scope):
            assert regions() == {"990101101000", "990101101201"}
        assert regions() == wide
        with pytest.raises(LookupError, match="broken on purpose"), activate(cast.neighbour.scope):
            _break(regions() == {str(SHIQIAO)})
        assert regions() == wide
    assert regions() == set()


@pytest.mark.django_db
def test_users_see_their_own_post_outside_any_scope_but_cannot_change_it(cast: Cast) -> None:
    from bangfu.foundation.access.scopes import activate_user

    with activate_user(cast.neighbour.actor.id):
        assert [post.region_code for post in Post.objects.all()] == [str(SHIQIAO)]
        assert Post.objects.update(region_code=str(YUNXI)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_generator_that_outlives_its_scope_finds_nothing(cast: Cast) -> None:
    def naive() -> Iterator[str]:
        yield from Post.objects.values_list("region_code", flat=True)

    def sound() -> Iterator[str]:
        with activate(cast.neighbour.scope):
            yield from Post.objects.values_list("region_code", flat=True)

    with activate(cast.neighbour.scope):
        late, inside = naive(), sound()
    assert list(late) == []
    assert list(inside) == [str(SHIQIAO)]


@pytest.mark.django_db(transaction=True)
def test_fifty_users_on_two_pooled_connections_never_see_each_other(cast: Cast) -> None:
    connection = connections["default"]
    connection.close()
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 2}
    wrong: list[Any] = []

    def visit(number: int) -> None:
        place = (YUNXI, SHIQIAO)[number % 2]
        posts = Post.objects.all()
        try:
            with activate(command_scope(place, "test")):
                seen = set(posts.values_list("region_code", flat=True))
            if not seen or any(not place.contains(RegionCode(code)) for code in seen):
                wrong.append((str(place), seen))
            if left := list(posts.values_list("region_code", flat=True)):
                wrong.append(("after", left))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(50)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert wrong == []
    finally:
        connection.close()
        connection.close_pool()
        del connection.settings_dict["OPTIONS"]["pool"]


# Rows that have no name outside the database: nobody is shown their numbers.
NAMELESS = {"screening.HouseholdHint"}


def test_ids_of_rows_with_a_region_are_no_sequences() -> None:
    counted = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("bangfu.")
        and any(field.name == "region_code" for field in model._meta.fields)
        and not any(field.name == "pgh_obj" for field in model._meta.fields)
        and not isinstance(model._meta.pk, (models.UUIDField, models.OneToOneField))
    ]
    assert set(counted) <= NAMELESS


@pytest.mark.django_db
def test_without_the_filter_row_security_alone_keeps_the_neighbour_out(
    cast: Cast, without_filter: None
) -> None:
    from bangfu.foundation.access.scopes import in_scope

    with activate(cast.neighbour.scope):
        found = in_scope(Post.objects.all(), cast.county.scope)
        assert {post.region_code for post in found} == {str(SHIQIAO)}


@pytest.mark.django_db(transaction=True)
def test_without_row_security_the_filter_alone_keeps_the_neighbour_out(
    cast: Cast, without_rls: None
) -> None:
    from bangfu.foundation.access.scopes import in_scope

    assert Post.objects.filter(region_code=str(YUNXI)).exists()
    with activate(cast.neighbour.scope):
        found = in_scope(Post.objects.all(), cast.neighbour.scope)
        assert {post.region_code for post in found} == {str(SHIQIAO)}
        assert AuditEvent.objects.exists()
