"""Migration operations that put a table under row security by region.

The scope is a range of division codes held in settings of the transaction together with their
signature (`context`). The functions below give the range back only when the signature is the
installation's, made for this connection and this transaction; they run with the owner's rights,
because only the owner reads the key. Whatever does not check is NULL: without a scope there is no
row. The policies call them inside a scalar sub-select, so that PostgreSQL evaluates them once a
statement and can use the index on the code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

SCOPE_FROM = "bangfu.scope_from"
SCOPE_TO = "bangfu.scope_to"
USER_ID = "bangfu.user_id"
SIGNATURE = "bangfu.signature"

# The key as HMAC hashes it, so that the check is two calls of sha256() (RFC 2104).
_KEY_TABLE = """
CREATE TABLE IF NOT EXISTS bangfu_scope_key (
    id integer PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL
)"""

_CHALLENGE_FUNCTION = """
CREATE OR REPLACE FUNCTION bangfu_challenge() RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$ SELECT pg_backend_pid()::text || ':' ||
             encode(timestamptz_send(transaction_timestamp()), 'hex') $$"""

_SETTING_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    signature text := current_setting('{signature}', true);
BEGIN
    IF signature IS NULL OR signature = '' THEN
        RETURN NULL;
    END IF;
    PERFORM 1
       FROM public.bangfu_scope_key k
      WHERE k.id::text = split_part(signature, ':', 1)
        AND encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(
                pg_backend_pid()::text || ':' ||
                encode(timestamptz_send(transaction_timestamp()), 'hex') || ':' ||
                coalesce(current_setting('{lower}', true), '') || ':' ||
                coalesce(current_setting('{upper}', true), '') || ':' ||
                coalesce(current_setting('{user}', true), ''), 'UTF8'))), 'hex')
            = split_part(signature, ':', 2);
    IF FOUND THEN
        RETURN NULLIF(current_setting('{setting}', true), '');
    END IF;
    RETURN NULL;
END $$"""

_FUNCTIONS = (
    ("bangfu_scope_from", SCOPE_FROM),
    ("bangfu_scope_to", SCOPE_TO),
    ("bangfu_user_id", USER_ID),
)

# The only functions that may run with their owner's rights.
DEFINERS = frozenset(name for name, _ in _FUNCTIONS)


def scope_functions(app: str = "") -> list[str]:
    """Return the statements that make the key's table, closed to the login `app`, and the
    functions that check the context; safe to repeat."""
    functions = [
        _SETTING_FUNCTION.format(
            name=name,
            setting=setting,
            signature=SIGNATURE,
            lower=SCOPE_FROM,
            upper=SCOPE_TO,
            user=USER_ID,
        )
        for name, setting in _FUNCTIONS
    ]
    return [_KEY_TABLE, _closed(app or app_role()), _CHALLENGE_FUNCTION, *functions]


def _closed(app: str) -> str:
    """An installation with one login for everything cannot close the table to it."""
    return (
        f"DO $$ BEGIN IF current_user <> '{app}' THEN"
        f' REVOKE ALL ON bangfu_scope_key FROM "{app}"; END IF; END $$'
    )


def region_range(column: str = "region_code") -> str:
    """Return the SQL condition that a row lies in the scope of the transaction."""
    return (
        f'("{column}" >= (SELECT bangfu_scope_from()) AND "{column}" < (SELECT bangfu_scope_to()))'
    )


def app_role() -> str:
    """Return the role name that the application logs in as."""
    return str(connections["default"].get_connection_params()["user"])


class OwnerOperation(migrations.operations.base.Operation, ABC):
    """Security of a table: no part of the models, made by the owner and by no other login."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, Any, Any]:
        return self.__class__.__name__, [self.table], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Policies and privileges are no part of the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _execute(schema_editor, self.forwards_statements)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _execute(schema_editor, self.backwards_statements)

    @abstractmethod
    def forwards_statements(self) -> list[str]:
        """Return the statements that put it in force, in order."""

    def backwards_statements(self) -> list[str]:
        """Return the statements that take it away again, in order; none where it stays."""
        return []


def _execute(schema_editor: BaseDatabaseSchemaEditor, statements: Callable[[], list[str]]) -> None:
    if schema_editor.connection.alias == "owner":
        for statement in statements():
            schema_editor.execute(statement)


class EnableRegionRls(OwnerOperation):
    """Puts a table under row security: rows outside the scope are neither seen nor written.

    `column` holds the row's region. `visible` is an optional further SQL condition under which a
    row may be read though it lies outside (never written), such as a user's own posts.
    """

    def __init__(self, table: str, column: str = "region_code", visible: str = "") -> None:
        super().__init__(table)
        self.column = column
        self.visible = visible

    def deconstruct(self) -> tuple[str, Any, Any]:
        kwargs = {"column": self.column, "visible": self.visible}
        return self.__class__.__name__, [self.table], kwargs

    def forwards_statements(self) -> list[str]:
        """Return them as one, as `forwards_sql` joins them."""
        return [self.forwards_sql()]

    def backwards_statements(self) -> list[str]:
        """Return them as one, as `backwards_sql` joins them."""
        return [self.backwards_sql()]

    def forwards_sql(self) -> str:
        """Return the statements that enable and force row security with its policies.

        The functions come along, so that no migration has to wait for another app's.
        """
        scope = region_range(self.column)
        statements = [
            *scope_functions(),
            f'ALTER TABLE "{self.table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{self.table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY region_scope ON "{self.table}" USING {scope} WITH CHECK {scope}',
        ]
        if self.visible:
            statements.append(
                f'CREATE POLICY also_visible ON "{self.table}" FOR SELECT USING ({self.visible})'
            )
        return ";\n".join(statement.strip().rstrip(";") for statement in statements)

    def backwards_sql(self) -> str:
        """Return the statements that take the policies away again."""
        return ";\n".join(
            [
                f'DROP POLICY IF EXISTS also_visible ON "{self.table}"',
                f'DROP POLICY region_scope ON "{self.table}"',
                f'ALTER TABLE "{self.table}" NO FORCE ROW LEVEL SECURITY',
                f'ALTER TABLE "{self.table}" DISABLE ROW LEVEL SECURITY',
            ]
        )

    def describe(self) -> str:
        return f"Put {self.table} under row security by {self.column}"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.table}_rls"


class SignedScope(OwnerOperation):
    """Brings the functions that check the context to a database that has older ones; taken back
    they stay, because the policies go on needing them."""

    def __init__(self) -> None:
        super().__init__("")

    def deconstruct(self) -> tuple[str, Any, Any]:
        return self.__class__.__name__, [], {}

    def forwards_statements(self) -> list[str]:
        """Return the statements that make the functions."""
        return scope_functions()

    def describe(self) -> str:
        return "Check the signature of the context"

    @property
    def migration_name_fragment(self) -> str:
        return "signed_scope"


class AppendOnly(OwnerOperation):
    """Takes UPDATE and DELETE on a table from the application role: rows are only ever added."""

    def forwards_statements(self) -> list[str]:
        """Return the statement that takes the privileges."""
        return [f'REVOKE UPDATE, DELETE ON "{self.table}" FROM "{app_role()}"']

    def backwards_statements(self) -> list[str]:
        """Return the statement that gives them back."""
        return [f'GRANT UPDATE, DELETE ON "{self.table}" TO "{app_role()}"']

    def describe(self) -> str:
        return f"Let rows of {self.table} only be added"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.table}_append_only"
