"""A read inside a transaction shows its scope's rows, and leaves the caller's as it was."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bangfu.foundation.access.scopes import activate, activate_user, reading, reading_user
from tests.cast import SHIQIAO, YUNXI
from tests.proceedings_kit import add_homes

_SHOWN = "SELECT bangfu_scope_from(), bangfu_user_id()"
_COUNT = "SELECT count(*) FROM registry_household"


def asked(query: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: tuple[object, ...] = cursor.fetchone()
        return found


def test_a_read_shows_its_own_scope_and_gives_the_callers_back(cast):
    add_homes()
    county, neighbour = cast.county.scope, cast.neighbour.scope
    with activate(county):
        mine = asked(_SHOWN)
        assert asked(_COUNT) == (2,)
        with reading(neighbour):
            assert asked(_SHOWN)[0] == str(SHIQIAO)
            assert asked(_COUNT) == (1,)
        assert asked(_SHOWN) == mine == (str(YUNXI), county.actor.id)
        with pytest.raises(LookupError), reading(neighbour):
            raise LookupError
        assert asked(_SHOWN) == mine
    # Alone it opens a transaction of its own.
    with reading(neighbour):
        assert asked(_COUNT) == (1,)


def statements(scope) -> list[str]:
    """Which statements a read of nothing takes."""
    with CaptureQueriesContext(connection) as asked_for, reading(scope):
        pass
    return [one["sql"].split("(")[0].split(" ")[0] for one in asked_for.captured_queries]


def test_a_read_asks_for_a_savepoint_only_where_nothing_was_told_yet(cast):
    assert statements(cast.county.scope)[0] == "SAVEPOINT"
    with activate(cast.county.scope):
        assert statements(cast.neighbour.scope) == ["SELECT", "SELECT"]
        # What was told is told once, whoever made the words anew.
        assert statements(cast.county.scope) == []


def test_a_read_that_the_database_refuses_leaves_the_scope_of_the_savepoint(cast):
    add_homes()
    with activate(cast.county.scope):
        mine = asked(_SHOWN)
        with pytest.raises(DataError), transaction.atomic(), reading(cast.neighbour.scope):
            asked("SELECT 1 / 0")
        assert asked(_SHOWN) == mine
        assert asked(_COUNT) == (2,)


def test_a_users_posts_are_read_where_the_transaction_knows_the_user_already(cast):
    county = cast.county.scope
    with activate(county):
        with reading_user(county.actor.id):
            assert asked(_SHOWN) == (str(YUNXI), county.actor.id)
        with reading_user(cast.neighbour.scope.actor.id):
            assert asked(_SHOWN)[1] == cast.neighbour.scope.actor.id
            assert asked(_COUNT) == (0,)
        assert asked(_SHOWN) == (str(YUNXI), county.actor.id)
    with activate_user(county.actor.id), reading_user(county.actor.id):
        assert asked(_COUNT) == (0,)


def test_a_user_is_known_by_the_whole_id_whichever_comes_first(cast):
    ids = {one.scope.actor.id: one.scope for one in (cast.county, cast.neighbour, cast.cadre)}
    for told, scope in ids.items():
        for user in ids:
            # Equal, and another object.
            again = "".join(list(user))
            with activate(scope), reading_user(again):
                known = asked(_SHOWN)
            assert known == ((str(scope.region), told) if user == told else (None, user))
