"""The migration operations of row security: what they run, and on which connection alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bangfu.foundation.database import rls
from bangfu.foundation.database.rls import (
    AppendOnly,
    EnableRegionRls,
    OwnerOperation,
    SignedScope,
)


class Editor:
    """A schema editor of a connection; keeps what it runs."""

    def __init__(self, alias: str) -> None:
        # Not the same object as the word in the code.
        self.connection = SimpleNamespace(alias="".join(list(alias)))
        self.run: list[str] = []

    def execute(self, statement: str) -> None:
        """Note a statement."""
        self.run.append(statement)


@pytest.fixture(autouse=True)
def known_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's login is called `app_login`."""
    monkeypatch.setattr(rls, "app_role", lambda: "app_login")


def ran(operation: Any, alias: str, direction: str) -> list[str]:
    """Return what an operation runs on a connection."""
    editor = Editor(alias)
    getattr(operation, f"database_{direction}")("app", editor, None, None)
    return editor.run


OPERATIONS = [EnableRegionRls("t"), SignedScope(), AppendOnly("t")]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("direction", ["forwards", "backwards"])
def test_only_the_owner_changes_the_database(operation: Any, direction: str) -> None:
    """`default` sorts before `owner`, `zzz` after it."""
    assert ran(operation, "default", direction) == []
    assert ran(operation, "zzz", direction) == []
    does_nothing = isinstance(operation, SignedScope) and direction == "backwards"
    assert bool(ran(operation, "owner", direction)) is not does_nothing


def test_a_table_comes_under_row_security_with_the_functions_it_needs() -> None:
    (text,) = ran(EnableRegionRls("t"), "owner", "forwards")
    statements = text.split(";\n")
    scope = (
        '("region_code" >= (SELECT bangfu_scope_from())'
        ' AND "region_code" < (SELECT bangfu_scope_to()))'
    )
    assert statements[-3:] == [
        'ALTER TABLE "t" ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE "t" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY region_scope ON "t" USING {scope} WITH CHECK {scope}',
    ]
    for name in (*rls.DEFINERS, "bangfu_challenge"):
        assert f"CREATE OR REPLACE FUNCTION {name}()" in text
    assert 'REVOKE ALL ON bangfu_scope_key FROM "app_login"' in text


def test_rows_may_be_read_but_not_written_by_a_further_condition() -> None:
    operation = EnableRegionRls("t", "place", visible="holder = bangfu_user_id()")
    last = operation.forwards_sql().split(";\n")[-1]
    assert last == 'CREATE POLICY also_visible ON "t" FOR SELECT USING (holder = bangfu_user_id())'
    assert '("place" >= (SELECT bangfu_scope_from())' in operation.forwards_sql()
    assert operation.deconstruct() == (
        "EnableRegionRls",
        ["t"],
        {"column": "place", "visible": "holder = bangfu_user_id()"},
    )


def test_what_was_put_on_is_taken_off_and_a_privilege_given_back() -> None:
    assert ran(EnableRegionRls("t"), "owner", "backwards")[0].split(";\n") == [
        'DROP POLICY IF EXISTS also_visible ON "t"',
        'DROP POLICY region_scope ON "t"',
        'ALTER TABLE "t" NO FORCE ROW LEVEL SECURITY',
        'ALTER TABLE "t" DISABLE ROW LEVEL SECURITY',
    ]
    assert ran(AppendOnly("t"), "owner", "forwards") == [
        'REVOKE UPDATE, DELETE ON "t" FROM "app_login"'
    ]
    assert ran(AppendOnly("t"), "owner", "backwards") == [
        'GRANT UPDATE, DELETE ON "t" TO "app_login"'
    ]


def test_the_functions_check_each_word_of_the_context() -> None:
    statements = rls.scope_functions("somebody")
    assert statements[0].strip().startswith("CREATE TABLE IF NOT EXISTS bangfu_scope_key")
    assert 'FROM "somebody"' in statements[1]
    assert len(statements) == 6
    for (name, setting), statement in zip(rls._FUNCTIONS, statements[3:], strict=True):
        assert f"FUNCTION {name}()" in statement
        assert f"NULLIF(current_setting('{setting}', true), '')" in statement
        for word in (rls.SCOPE_FROM, rls.SCOPE_TO, rls.USER_ID, rls.SIGNATURE):
            assert f"current_setting('{word}', true)" in statement
    assert [*rls.scope_functions()][1].count("app_login") == 2


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: type(one).__name__)
def test_an_operation_can_be_written_into_a_migration_and_undone(operation: Any) -> None:
    name, arguments, words = operation.deconstruct()
    again = getattr(rls, name)(*arguments, **words)
    assert again.deconstruct() == operation.deconstruct()
    assert operation.reversible
    assert operation.describe()
    assert operation.migration_name_fragment.isidentifier()


def test_an_operation_that_says_no_statements_is_none() -> None:
    class Silent(OwnerOperation):
        """Would leave its table open."""

    with pytest.raises(TypeError, match="forwards_statements"):
        Silent("probe")
