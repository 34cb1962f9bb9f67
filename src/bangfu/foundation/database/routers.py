"""Which login may change tables: only the owner's."""

from __future__ import annotations

from typing import Any

OWNER = "owner"


class OwnerMigrates:
    """Lets migrations run on the `owner` alias alone; the application role can make no table."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == OWNER

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        """Both aliases are the same database."""
        return True
