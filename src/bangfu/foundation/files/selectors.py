"""Reads of stored files. A file outside the scope does not exist."""

from __future__ import annotations

from uuid import UUID

from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.files.models import StoredFile
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope


def to_record(row: StoredFile) -> FileRecord:
    """Return the plain record of a database row."""
    return FileRecord(
        id=row.id,
        region_code=row.region_code,
        kind=row.kind,
        name=row.name,
        size=row.size,
        sm3=row.sm3,
        path=row.path,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def get_file(scope: Scope, file_id: UUID) -> FileRecord:
    """Return one file. Raises NotFound E-FILE-NOT-FOUND."""
    with activate(scope):
        row = in_scope(StoredFile.objects.all(), scope).filter(id=file_id).first()
    if row is None:
        raise NotFound("E-FILE-NOT-FOUND")
    return to_record(row)
