"""The place of backups: sets, each a folder of encrypted files, written whole or not at all.

PLACE/<set>/set.json              what it is of, and the id of its key; in clear
PLACE/<set>/base/<base>/          data.enc, manifest.enc
PLACE/<set>/wal/<file>.enc        the write-ahead log
PLACE/<set>/files/ab/<name>.enc   contents of files, once each
PLACE/<set>/journal/<number>.enc  what was shipped, pass by pass
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes

from bangfu.foundation.backup import records, stream
from bangfu.foundation.backup.keys import BackupKey
from bangfu.foundation.backup.records import Entry, Item, Manifest
from bangfu.kernel.errors import Refused

SET_FILE = "set.json"
BLOCK = 1 << 20
ZERO = "0" * 64


@dataclass(frozen=True, slots=True)
class BackupSet:
    """One set and the key that opens it."""

    folder: Path
    key: BackupKey

    @property
    def name(self) -> str:
        """The set's id."""
        return self.folder.name

    def put(
        self, path: str, name: str, blocks: Callable[[], Iterator[bytes]], at_ns: int = 0
    ) -> Item:
        """Store content under `path`; it is complete on the disk when this returns.

        Raises Refused E-BACKUP-WRITE when the place takes no more.
        """
        running = hashes.Hash(hashes.SM3())
        with writing(self.folder / path) as file:
            sealer = stream.Sealer(file, self.key, f"{self.name}/{path}")
            for block in blocks():
                running.update(block)
                sealer.write(block)
            sealer.close()
        return Item(
            name=name,
            path=path,
            size=sealer.size,
            sm3=running.finalize().hex(),
            stored_size=sealer.stored_size,
            stored_sm3=sealer.stored_sm3,
            at_ns=at_ns,
        )

    def blocks(self, path: str) -> Iterator[bytes]:
        """Yield the content under `path`; see `stream.unseal` for what it raises."""
        with _opened(self.folder / path) as file:
            yield from stream.unseal(file, self.key, f"{self.name}/{path}")

    @contextmanager
    def reading(self, path: str) -> Iterator[stream.Reader]:
        """Open the content under `path` as a file that can be read once."""
        with _opened(self.folder / path) as file:
            yield stream.Reader(file, self.key, f"{self.name}/{path}")

    def check(self, item: Item) -> None:
        """Compare the stored bytes with what the sealed list says. Raises E-BACKUP-DAMAGED."""
        size, sm3 = sm3_of(self.folder / item.path)
        if (size, sm3) != (item.stored_size, item.stored_sm3):
            raise Refused("E-BACKUP-DAMAGED", file=f"{self.name}/{item.path}")

    def write_entry(self, entry: Entry) -> str:
        """Append an entry to the journal and return the SM3 of what was stored."""
        text = records.to_json(entry)
        path = f"journal/{entry.number:08d}.enc"
        return self.put(path, path, lambda: iter((text,))).stored_sm3

    def entries(self, after: int, previous: str) -> Iterator[tuple[Entry, str]]:
        """Yield the entries after number `after`, each with its own SM3.

        Raises Refused E-BACKUP-DAMAGED when one is missing, exchanged or not the next of its chain.
        """
        folder = self.folder / "journal"
        numbers = sorted(int(path.stem) for path in folder.glob("[0-9]*.enc"))
        for number in (one for one in numbers if one > after):
            path = f"journal/{number:08d}.enc"
            entry = records.entry_from(b"".join(self.blocks(path)))
            if entry.number != after + 1 or number != entry.number or entry.previous != previous:
                raise Refused("E-BACKUP-DAMAGED", file=f"{self.name}/{path}")
            previous = sm3_of(self.folder / path)[1]
            after = number
            yield entry, previous

    def write_manifest(self, manifest: Manifest) -> None:
        """Store a base's manifest; the base exists from here on."""
        text = records.to_json(manifest)
        path = f"base/{manifest.base}/manifest.enc"
        self.put(path, path, lambda: iter((text,)))

    def bases(self) -> list[str]:
        """Return the ids of the complete bases, oldest first."""
        found = (self.folder / "base").glob("*/manifest.enc")
        return sorted(path.parent.name for path in found)

    def manifest(self, base: str) -> Manifest:
        """Return the manifest of a base."""
        path = f"base/{base}/manifest.enc"
        found = records.manifest_from(b"".join(self.blocks(path)))
        if found.base != base:
            raise Refused("E-BACKUP-DAMAGED", file=f"{self.name}/{path}")
        return found


def make_set(place: Path, name: str, key: BackupKey) -> BackupSet:
    """Make a new set. Raises Refused E-BACKUP-WRITE."""
    content = json.dumps({"format": 1, "key": key.key_id.hex()}).encode()
    with writing(place / name / SET_FILE) as file:
        file.write(content)
    return BackupSet(place / name, key)


def sets(place: Path, key: BackupKey) -> list[BackupSet]:
    """Return the sets of a place, oldest first. Raises Refused E-BACKUP-NONE when there is none.

    Raises E-BACKUP-KEY when every set was made under another key, E-BACKUP-DAMAGED for a set that
    does not say what it is.
    """
    paths = sorted(place.glob(f"*/{SET_FILE}"))
    if not paths:
        raise Refused("E-BACKUP-NONE", place=str(place))
    named = {path.parent: _key_of(path) for path in paths}
    found = [BackupSet(folder, key) for folder, one in named.items() if one == key.key_id.hex()]
    if not found:
        wanted = ", ".join(sorted(set(named.values())))
        raise Refused("E-BACKUP-KEY", file=str(place), wanted=wanted, found=key.key_id.hex())
    return found


def _key_of(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="ascii"))["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("E-BACKUP-DAMAGED", file=str(path)) from error


def sm3_of(path: Path) -> tuple[int, str]:
    """Return size and SM3 of a file. Raises Refused E-BACKUP-DAMAGED when it is missing."""
    running, size = hashes.Hash(hashes.SM3()), 0
    with _opened(path) as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            running.update(block)
            size += len(block)
    return size, running.finalize().hex()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Refused("E-BACKUP-DAMAGED", file=str(path)) from error
    with file:
        yield file


@contextmanager
def writing(target: Path) -> Iterator[BinaryIO]:
    """Write a file beside its target and move it there whole and durable.

    Raises Refused E-BACKUP-WRITE when the place cannot take it.
    """
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    except OSError as error:
        raise Refused("E-BACKUP-WRITE", place=str(target.parent), reason=error.strerror) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
        _settle(target.parent)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            place, reason = str(target.parent), error.strerror
            raise Refused("E-BACKUP-WRITE", place=place, reason=reason) from error
        raise


def _settle(folder: Path) -> None:
    """Make the folder's new name durable too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
