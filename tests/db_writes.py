"""A write for tests of interrupted work, used by the test and by its child process."""

from __future__ import annotations

from datetime import UTC, datetime

from bangfu.foundation.files.models import StoredFile
from bangfu.kernel.scope import Scope


def write_one(scope: Scope) -> None:
    """Add the row of a file, inside the caller's transaction."""
    StoredFile.objects.create(
        region_code=str(scope.region),
        kind="import.original",
        name="x",
        size=0,
        sm3="0" * 64,
        path="x",
        created_by="test",
        created_at=datetime(2026, 10, 31, tzinfo=UTC),
    )
