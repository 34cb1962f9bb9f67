"""Keeping files: bytes under the installation's home, a row with place and hash in the database.

The bytes are encrypted under the keyring (ADR 0095); size and hash are those of the content. The
file is complete on the disk before its row is committed, so a row never points at nothing; a
file whose transaction was rolled back is left over, without a row, and can be reached by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.crypto.keys import get_keyring
from bangfu.foundation.files import disk, selectors
from bangfu.foundation.files.models import StoredFile
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import Conflict, NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def folder() -> Path:
    """Return the folder of stored files."""
    return Path(settings.BANGFU_HOME) / "files"


def save(
    scope: Scope,
    name: str,
    content: bytes | Path | BinaryIO,
    kind: str,
    *,
    at: datetime | None = None,
    region: RegionCode | None = None,
) -> FileRecord:
    """Keep a copy of `content` and return its record.

    `name` is what people see, never a path; `kind` is dotted (import.errors). `region` is the
    place it belongs to, the scope's own when absent. Raises NotAllowed E-ACCESS-REGION.
    """
    place = region or scope.region
    if not scope.region.contains(place):
        raise NotAllowed("E-ACCESS-REGION", region=str(place))
    file_id = uuid7()
    suffix = Path(name).suffix.lower()
    relative = f"{str(file_id)[:8]}/{file_id}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
    size, sm3 = disk.write(folder() / relative, _blocks(content), get_keyring(), str(file_id))
    with activate(scope):
        row = StoredFile.objects.create(
            id=file_id,
            region_code=str(place),
            kind=kind,
            name=_plain_name(name),
            size=size,
            sm3=sm3,
            path=relative,
            created_by=scope.actor.label[:120],
            created_at=at or timezone.now(),
        )
        audit.record(
            scope,
            "files.file.stored",
            at=row.created_at,
            subject_kind="files.file",
            subject_id=str(file_id),
            region_code=str(place),
            detail={"kind": kind, "size": size, "sm3": sm3},
        )
    return selectors.to_record(row)


def _plain_name(name: str) -> str:
    plain = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return plain[-255:] or "file"


def _blocks(content: bytes | Path | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with content.open("rb") as file:
            yield from disk.read_blocks(file)
    else:
        yield from disk.read_blocks(content)


def open_file(scope: Scope, file_id: UUID) -> BinaryIO:
    """Open a stored file for reading; its `name` is the path on this machine.

    Every byte is checked first, so that nothing is given out of a file that is not whole; what is
    read is decrypted a mebibyte at a time. Raises NotFound E-FILE-NOT-FOUND, also for a file
    outside the scope, and E-FILE-GONE when the row is there and the file is not; Conflict
    E-FILE-DAMAGED, with a row in the audit log; InvalidValue E-CRYPTO-KEY-UNKNOWN.
    """
    record = selectors.get_file(scope, file_id)
    with _noting_damage(scope, record):
        return disk.open_whole(folder(), record, get_keyring())


def copy_file(scope: Scope, file_id: UUID, target: Path) -> None:
    """Write a stored file's content to `target`, whole or not at all, for those who need a path.

    Raises as `open_file`.
    """
    record = selectors.get_file(scope, file_id)
    with _noting_damage(scope, record):
        disk.copy(folder(), record, get_keyring(), target)


@contextmanager
def _noting_damage(scope: Scope, record: FileRecord) -> Iterator[None]:
    try:
        yield
    except Conflict:
        audit.record_read(
            scope,
            "files.file.damaged",
            at=timezone.now(),
            subject_kind="files.file",
            subject_id=str(record.id),
            region_code=record.region_code,
            detail={"kind": record.kind},
        )
        raise
