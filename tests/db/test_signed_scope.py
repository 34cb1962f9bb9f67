"""The database's context is signed: whoever can only write SQL sees what they saw before.

The attacker here has the application's own login and may run any statement in a transaction.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from psycopg import errors

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts.models import Post
from bangfu.foundation.database import scope_keys
from bangfu.foundation.database.context import NOTHING, Context, enter
from bangfu.foundation.database.rls import EnableRegionRls
from bangfu.kernel.errors import Refused
from tests.cast import SHIQIAO, YUNXI, Cast

pytestmark = [pytest.mark.usefixtures("django_db_setup")]

OURS, THEIRS = Context(*YUNXI.bounds, "jia"), Context(*SHIQIAO.bounds, "bing")
SETTINGS = ("scope_from", "scope_to", "user_id", "signature")


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """The owner, and a table `probe` with one row in each county."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute('CREATE TABLE probe (id int, region_code varchar(12) COLLATE "C")')
        owner.execute("INSERT INTO probe VALUES (1, '990101101201'), (2, '990102101201')")
        owner.execute(EnableRegionRls("probe").forwards_sql())
        yield owner
        owner.execute("DROP TABLE probe")


@pytest.fixture
def app(owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as app:
        yield app


@pytest.fixture
def other(owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        yield other


def tell(connection: psycopg.Connection, context: Context) -> dict[str, str]:
    """Enter a context as the application does and return the settings that an attacker may read."""
    with connection.cursor() as cursor:
        enter(cursor, context)
    return {
        name: str(value(connection, f"SELECT current_setting('bangfu.{name}', true)"))
        for name in SETTINGS
    }


def inject(connection: psycopg.Connection, settings: dict[str, str], local: bool = True) -> None:
    """Set settings as injected SQL would."""
    for name, text in settings.items():
        connection.execute("SELECT set_config(%s, %s, %s)", [f"bangfu.{name}", text, local])


def value(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def seen(connection: psycopg.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT id FROM probe ORDER BY id").fetchall()]


def test_a_signed_context_shows_its_rows_until_the_transaction_ends(app: psycopg.Connection):
    with app.transaction():
        tell(app, OURS)
        assert seen(app) == [1]
    assert seen(app) == []
    with app.transaction():
        tell(app, THEIRS)
        assert seen(app) == [2]
        with app.cursor() as cursor:
            enter(cursor, NOTHING)
        assert seen(app) == []


@pytest.mark.evidence("T2", "ASVS-8.4.1", "GB39786-8.4-b")
@pytest.mark.parametrize("local", [True, False])
def test_injected_settings_without_a_signature_show_nothing(
    app: psycopg.Connection, local: bool
) -> None:
    lower, upper = SHIQIAO.bounds
    with app.transaction():
        inject(app, {"scope_from": lower, "scope_to": upper, "user_id": "bing"}, local)
        assert seen(app) == []
        assert value(app, "SELECT bangfu_user_id()") is None


@pytest.mark.evidence("GB39786-8.4-b", "ASVS-9.1.1")
@pytest.mark.parametrize(
    "change",
    [
        {"scope_from": SHIQIAO.bounds[0], "scope_to": SHIQIAO.bounds[1]},
        {"scope_from": "000000000000"},
        {"scope_to": "999999999999"},
        {"scope_from": ""},
        {"scope_to": ""},
        {"user_id": "bing"},
        {"user_id": ""},
        {"signature": ""},
        {"signature": "1:"},
        {"signature": "1:" + "0" * 64},
        {"signature": "2:" + "0" * 64},
        {"signature": ":"},
        {"signature": "x:y"},
        {"signature": "1"},
        # The words moved across their borders: what was signed stays the same text.
        {"scope_from": f"{YUNXI.bounds[0]}:{YUNXI.bounds[1]}", "scope_to": "", "user_id": "jia"},
    ],
    ids=str,
)
def test_a_signed_context_that_is_changed_shows_nothing(
    app: psycopg.Connection, change: dict[str, str]
) -> None:
    with app.transaction():
        tell(app, OURS)
        assert seen(app) == [1]
        inject(app, change)
        assert seen(app) == []
        assert value(app, "SELECT bangfu_user_id()") is None
        with pytest.raises(errors.InsufficientPrivilege), app.transaction():
            app.execute("INSERT INTO probe VALUES (3, '990101101201')")


def test_the_signature_of_another_connection_is_worth_nothing(
    app: psycopg.Connection, other: psycopg.Connection
) -> None:
    with app.transaction(), other.transaction():
        theirs = tell(other, THEIRS)
        tell(app, OURS)
        inject(app, theirs)
        assert seen(app) == []
        assert seen(other) == [2]


@pytest.mark.evidence("ASVS-9.2.1")
def test_the_signature_of_an_earlier_transaction_is_worth_nothing(
    app: psycopg.Connection,
) -> None:
    with app.transaction():
        theirs = tell(app, THEIRS)
        assert seen(app) == [2]
    with app.transaction():
        tell(app, OURS)
        inject(app, theirs)
        assert seen(app) == []
    inject(app, theirs, local=False)
    assert seen(app) == []


def test_a_transaction_that_injected_sql_ends_and_begins_has_no_scope(
    app: psycopg.Connection,
) -> None:
    with app.cursor() as cursor:
        cursor.execute("BEGIN")
        enter(cursor, THEIRS)
        assert seen(app) == [2]
        cursor.execute("COMMIT AND CHAIN")
        assert seen(app) == []
        cursor.execute("ROLLBACK")


@pytest.mark.evidence("ASVS-13.3.2")
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM bangfu_scope_key",
        "INSERT INTO bangfu_scope_key VALUES (9, '', '')",
        "UPDATE bangfu_scope_key SET id = 9",
        "DELETE FROM bangfu_scope_key",
        "TRUNCATE bangfu_scope_key",
        "COPY bangfu_scope_key TO STDOUT",
        "CREATE OR REPLACE FUNCTION bangfu_scope_from() RETURNS text LANGUAGE sql AS 'SELECT 1'",
        "DROP FUNCTION bangfu_scope_from() CASCADE",
        "ALTER FUNCTION bangfu_scope_from() SECURITY INVOKER",
        "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "GRANT SELECT ON bangfu_scope_key TO PUBLIC",
    ],
)
def test_the_application_reaches_neither_the_key_nor_the_check(
    app: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_objects_of_the_attackers_own_do_not_stand_in_for_the_checks(
    app: psycopg.Connection,
) -> None:
    """The functions name their schema, and look into pg_temp last."""
    app.execute("CREATE TEMP TABLE bangfu_scope_key (id int, inner_pad bytea, outer_pad bytea)")
    app.execute("INSERT INTO pg_temp.bangfu_scope_key VALUES (7, '', '')")
    app.execute(
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT $1 $$"
    )
    app.execute("CREATE FUNCTION pg_temp.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    app.execute("SET search_path = pg_temp, public")
    with app.transaction():
        lower, upper = SHIQIAO.bounds
        challenge = str(value(app, "SELECT public.bangfu_challenge()"))
        message = f"{challenge}:{lower}:{upper}:bing".encode()
        forged = {"scope_from": lower, "scope_to": upper, "user_id": "bing"}
        inject(app, {**forged, "signature": f"7:{message.hex()}"})
        rows = app.execute("SELECT id FROM public.probe").fetchall()
    assert rows == []
    assert challenge.startswith(f"{app.info.backend_pid}:")


def test_the_key_stands_neither_in_the_functions_nor_in_the_statistics(
    app: psycopg.Connection, owner: psycopg.Connection
) -> None:
    owner.execute("ANALYZE bangfu_scope_key")
    key = scope_keys.get().keys[scope_keys.get().active]
    texts = [row[0] for row in app.execute("SELECT prosrc FROM pg_proc").fetchall()]
    secret = {key.hex(), *(pad.hex() for pad in scope_keys.pads(key))}
    assert not [text for text in texts for word in secret if word in text]
    shown = "SELECT count(*) FROM pg_stats WHERE tablename = 'bangfu_scope_key'"
    assert value(app, shown) == 0


@pytest.mark.evidence("ASVS-11.4.1")
def test_the_check_is_hmac_sha256_by_rfc_4231(owner: psycopg.Connection) -> None:
    """Test case 2: key "Jefe". The pads are what the database hashes."""
    inner, outer = scope_keys.pads(b"Jefe")
    query = "SELECT encode(sha256(%s::bytea || sha256(%s::bytea || %s::bytea)), 'hex')"
    row = owner.execute(query, [outer, inner, b"what do ya want for nothing?"]).fetchone()
    assert row == ("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",)


def test_a_key_longer_than_a_block_is_hashed_first_by_rfc_4231(owner: psycopg.Connection) -> None:
    """Test case 6: 131 bytes of 0xaa."""
    inner, outer = scope_keys.pads(b"\xaa" * 131)
    query = "SELECT encode(sha256(%s::bytea || sha256(%s::bytea || %s::bytea)), 'hex')"
    text = b"Test Using Larger Than Block-Size Key - Hash Key First"
    row = owner.execute(query, [outer, inner, text]).fetchone()
    assert row == ("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",)


@pytest.fixture
def own_keys(
    owner: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A key file of this test's; the database is told the session's again afterwards."""
    with monkeypatch.context() as patch:
        patch.setenv(scope_keys.VARIABLE, str(tmp_path / "keys" / "scope.json"))
        yield tmp_path / "keys" / "scope.json"
    with owner.cursor() as cursor:
        scope_keys.tell(cursor)


def test_a_key_that_the_database_does_not_know_is_refused_and_not_an_empty_list(
    app: psycopg.Connection, owner: psycopg.Connection, own_keys: Path
) -> None:
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY"), app.transaction():
        tell(app, OURS)
    with owner.cursor() as cursor:
        scope_keys.tell(cursor)
    with app.transaction():
        tell(app, OURS)
        assert seen(app) == [1]
    assert own_keys.stat().st_mode & 0o777 == 0o600


def test_rotation_keeps_running_processes_going_and_retires_the_key_before(
    app: psycopg.Connection, owner: psycopg.Connection, own_keys: Path
) -> None:
    first = scope_keys.get()
    with owner.cursor() as cursor:
        scope_keys.tell(cursor)
        assert scope_keys.rotate(cursor) == 2
    assert scope_keys.get().active == 2
    with app.transaction():
        assert tell(app, OURS)["signature"].startswith("2:")
        assert seen(app) == [1]
        # A process that has not yet looked at the file signs with the key before.
        challenge = str(value(app, "SELECT bangfu_challenge()"))
        lower, upper = YUNXI.bounds
        inject(app, {"user_id": "x", "signature": first.sign(f"{challenge}:{lower}:{upper}:x")})
        assert seen(app) == [1]
    with owner.cursor() as cursor:
        assert scope_keys.rotate(cursor) == 3
    with app.transaction():
        tell(app, OURS)
        challenge = str(value(app, "SELECT bangfu_challenge()"))
        inject(app, {"user_id": "x", "signature": first.sign(f"{challenge}:{lower}:{upper}:x")})
        assert seen(app) == []
    assert sorted(scope_keys.get().keys) == [2, 3]
    assert owner.execute("SELECT id FROM bangfu_scope_key ORDER BY id").fetchall() == [(2,), (3,)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"format": 1, "active": 1, "keys": []}',
        '{"active": 1, "keys": [{"id": 1}]}',
        '{"active": 1, "keys": [{"id": 1, "key": "00"}]}',
        '{"active": 2, "keys": "x"}',
    ],
)
def test_a_damaged_key_file_is_refused(own_keys: Path, text: str) -> None:
    own_keys.parent.mkdir()
    own_keys.write_text(text)
    own_keys.chmod(0o600)
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY-FILE"):
        scope_keys.get()


def test_a_key_file_that_others_can_read_is_refused_and_no_key_is_ever_shown(
    own_keys: Path,
) -> None:
    keys = scope_keys.get()
    assert keys.keys[1].hex() not in repr(keys)
    own_keys.chmod(0o644)
    own_keys.touch()
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY-FILE"):
        scope_keys.get()


@pytest.mark.django_db
def test_nested_activations_ask_the_database_once_for_its_challenge(cast: Cast) -> None:
    connection = connections["default"]
    asked: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch), activate(cast.county.scope):
        with activate(cast.township.scope):
            assert Post.objects.exists()
        with activate(cast.county.scope):
            assert Post.objects.exists()
    assert len([sql for sql in asked if "bangfu_challenge" in sql]) == 1
    # The county, the town, the county put back, and nothing, since the test's own transaction goes
    # on; the county once more is the county already.
    assert len([sql for sql in asked if "bangfu_scope_from" in sql]) == 4


@pytest.mark.django_db(transaction=True)
def test_two_transactions_of_one_connection_have_two_challenges(cast: Cast) -> None:
    found = []
    for _ in range(2):
        with transaction.atomic(), connections["default"].cursor() as cursor:
            found.append(enter(cursor, OURS))
    assert found[0] != found[1]
    assert found[0].split(":")[0] == found[1].split(":")[0]
