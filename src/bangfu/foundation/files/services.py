"""Keeping files: bytes under the installation's home, a row with place and hash in the database.

The file is complete on the disk before its row is committed, so a row never points at nothing; a
file whose transaction was rolled back is left over, without a row, and can be reached by nobody.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.files import selectors
from bangfu.foundation.files.models import StoredFile
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

BLOCK = 1 << 20
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
    size, sm3 = _write(folder() / relative, content)
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


def _write(target: Path, content: bytes | Path | BinaryIO) -> tuple[int, str]:
    """Write the content beside its target and move it there whole; return size and SM3 (hex)."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    running, size = hashes.Hash(hashes.SM3()), 0
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for block in _blocks(content):
                file.write(block)
                running.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return size, running.finalize().hex()


def _blocks(content: bytes | Path | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with content.open("rb") as file:
            yield from iter(lambda: file.read(BLOCK), b"")
    else:
        yield from iter(lambda: content.read(BLOCK), b"")


def open_file(scope: Scope, file_id: UUID) -> BinaryIO:
    """Open a stored file for reading; its `name` is the path on this machine.

    Raises NotFound E-FILE-NOT-FOUND, also for a file outside the scope, and E-FILE-GONE when the
    row is there and the file is not.
    """
    return selectors.open_path(selectors.get_file(scope, file_id), folder())
