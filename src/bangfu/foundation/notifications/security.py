"""Row security by person: a message is its reader's alone, whoever else's place it lies in.

The platform's own work (`access.scopes.system_scope`) reads on: it delivers, counts and renews
ciphertext. The user's id is in the signed context, like the scope.
"""

from __future__ import annotations

from typing import Any

from bangfu.foundation.database.rls import OwnerOperation, app_role

_MINE = "user_id::text = (SELECT bangfu_user_id())"
_SYSTEM = "starts_with((SELECT bangfu_user_id()), 'system:')"


class OwnRows(OwnerOperation):
    """Lets nobody but its person read a row, and lets the person change `changes` of it.

    With a region the table is under `EnableRegionRls` as well: written within the scope, read by
    the person from wherever he acts. The application deletes rows only where `SystemDeletes`
    allows it.
    """

    def __init__(self, table: str, *, has_region: bool, changes: str = "") -> None:
        super().__init__(table)
        self.has_region = has_region
        self.changes = changes

    def deconstruct(self) -> tuple[str, Any, Any]:
        kwargs = {"has_region": self.has_region, "changes": self.changes}
        return self.__class__.__name__, [self.table], kwargs

    def backwards_statements(self) -> list[str]:
        """Return the statements that take the policies away and give the privileges back."""
        names = ("own_read", "own_write", "nobody_else_reads", "nobody_else_writes")
        dropped = [f'DROP POLICY IF EXISTS {name} ON "{self.table}"' for name in names]
        return [*dropped, f'GRANT UPDATE, DELETE ON "{self.table}" TO "{app_role()}"']

    def forwards_statements(self) -> list[str]:
        """Return the statements, in order."""
        table, app = self.table, app_role()
        either = f"({_MINE} OR {_SYSTEM})"
        if not self.has_region:
            return [
                f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
                f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
                f'CREATE POLICY own_read ON "{table}" USING {either} WITH CHECK {either}',
                f'REVOKE DELETE ON "{table}" FROM "{app}"',
            ]
        return [
            f'CREATE POLICY own_read ON "{table}" FOR SELECT USING ({_MINE})',
            f'CREATE POLICY own_write ON "{table}" FOR UPDATE USING ({_MINE}) WITH CHECK ({_MINE})',
            f'CREATE POLICY nobody_else_reads ON "{table}" AS RESTRICTIVE FOR SELECT'
            f" USING {either}",
            f'CREATE POLICY nobody_else_writes ON "{table}" AS RESTRICTIVE FOR UPDATE'
            f" USING {either}",
            f'REVOKE UPDATE, DELETE ON "{table}" FROM "{app}"',
            f'GRANT UPDATE ({self.changes}) ON "{table}" TO "{app}"',
        ]

    def describe(self) -> str:
        return f"Let rows of {self.table} be read by their person alone"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.table}_own_rows"


class SystemDeletes(OwnerOperation):
    """Lets the platform's own work, and nobody else, delete rows, as far as `condition` allows."""

    def __init__(self, table: str, condition: str = "true") -> None:
        super().__init__(table)
        self.condition = condition

    def deconstruct(self) -> tuple[str, Any, Any]:
        return self.__class__.__name__, [self.table], {"condition": self.condition}

    def forwards_statements(self) -> list[str]:
        """Return the policy and the privilege that it narrows."""
        return [
            f'CREATE POLICY system_deletes ON "{self.table}" AS RESTRICTIVE FOR DELETE'
            f" USING ({_SYSTEM} AND {self.condition})",
            f'GRANT DELETE ON "{self.table}" TO "{app_role()}"',
        ]

    def backwards_statements(self) -> list[str]:
        """Return the statements that take both away again."""
        return [
            f'REVOKE DELETE ON "{self.table}" FROM "{app_role()}"',
            f'DROP POLICY IF EXISTS system_deletes ON "{self.table}"',
        ]

    def describe(self) -> str:
        return f"Let the platform alone delete rows of {self.table}"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.table}_system_deletes"
