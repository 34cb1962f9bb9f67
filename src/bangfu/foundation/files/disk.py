"""Stored files on the disk: written whole and encrypted, read only when they are whole.

A file from before files were encrypted lies there in clear: it is compared with the hash of its
row, and `bangfu keys rotate` encrypts it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.hazmat.primitives import hashes

from bangfu.foundation.crypto.keys import Keyring
from bangfu.foundation.files import sealed
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import Conflict, NotFound

BLOCK = 1 << 20


def read_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what comes in a file, at most a mebibyte at a time."""
    yield from iter(lambda: file.read(BLOCK), b"")


def write(
    target: Path,
    content: Iterable[bytes],
    ring: Keyring,
    owner: str,
    *,
    wanted: tuple[int, str] | None = None,
) -> tuple[int, str]:
    """Encrypt `content` beside its target and move it there whole; return size and SM3 (hex).

    Nothing is left behind of what breaks off. With `wanted` the target stays as it was unless size
    and SM3 are these; raises Conflict E-FILE-DAMAGED.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    running, size = hashes.Hash(hashes.SM3()), 0
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            sealer = sealed.Sealer(file, ring, owner)
            for block in content:
                sealer.write(block)
                running.update(block)
                size += len(block)
            sealer.close()
            file.flush()
            os.fsync(file.fileno())
        found = (size, running.finalize().hex())
        if wanted not in (None, found):
            raise Conflict("E-FILE-DAMAGED", name=target.name)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return found


def open_whole(folder: Path, record: FileRecord, ring: Keyring) -> BinaryIO:
    """Open the content of a stored file, after every byte of it was compared with what was kept.

    Raises NotFound E-FILE-GONE, Conflict E-FILE-DAMAGED, InvalidValue E-CRYPTO-KEY-UNKNOWN.
    """
    file = open_unchecked(folder, record, ring)
    try:
        if isinstance(file, BufferedReader) and isinstance(file.raw, sealed.SealedFile):
            file.raw.check()
        else:
            _check_hash(file, record)
    except BaseException:
        file.close()
        raise
    return file


def open_unchecked(folder: Path, record: FileRecord, ring: Keyring) -> BinaryIO:
    """Open the content of a stored file; what is encrypted is checked chunk by chunk as it is read,
    what lies in clear is not. For a reader that compares the hash itself. Raises as `open_whole`.
    """
    try:
        file = (folder / record.path).open("rb")
    except FileNotFoundError as error:
        raise NotFound("E-FILE-GONE", name=record.name) from error
    try:
        if not sealed.key_number(file):
            return file
        found = sealed.SealedFile(file, ring, str(record.id), record.name)
        if found.size != record.size:
            raise Conflict("E-FILE-DAMAGED", name=record.name)
    except BaseException:
        file.close()
        raise
    return cast(BinaryIO, BufferedReader(found, sealed.CHUNK))


def copy(folder: Path, record: FileRecord, ring: Keyring, target: Path) -> None:
    """Write the content of a stored file to `target`, whole or not at all. Raises as `open_whole`.

    It reads the file once, a mebibyte at a time.
    """
    running = hashes.Hash(hashes.SM3())
    try:
        with open_unchecked(folder, record, ring) as file, target.open("wb") as out:
            for block in read_blocks(file):
                running.update(block)
                out.write(block)
        if running.finalize().hex() != record.sm3:
            raise Conflict("E-FILE-DAMAGED", name=record.name)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def renew(folder: Path, record: FileRecord, ring: Keyring) -> None:
    """Encrypt a stored file anew under the active key; who reads the old one goes on doing so.

    Raises as `open_whole`; then the file is as it was.
    """
    with open_unchecked(folder, record, ring) as file:
        wanted = (record.size, record.sm3)
        write(folder / record.path, read_blocks(file), ring, str(record.id), wanted=wanted)


def content_of(path: Path, owner: str, ring: Keyring) -> tuple[int, str]:
    """Return size and SM3 (hex) of what a file on the disk holds, whether encrypted or in clear.

    Raises Conflict E-FILE-DAMAGED, InvalidValue E-CRYPTO-KEY-UNKNOWN.
    """
    running, size = hashes.Hash(hashes.SM3()), 0
    with path.open("rb") as plain:
        is_sealed = sealed.key_number(plain) != 0
        file = sealed.SealedFile(plain, ring, owner, path.name) if is_sealed else plain
        for block in read_blocks(cast(BinaryIO, file)):
            running.update(block)
            size += len(block)
    return size, running.finalize().hex()


def _check_hash(file: BinaryIO, record: FileRecord) -> None:
    running = hashes.Hash(hashes.SM3())
    for block in read_blocks(file):
        running.update(block)
    file.seek(0)
    if running.finalize().hex() != record.sm3:
        raise Conflict("E-FILE-DAMAGED", name=record.name)
