"""The key that signs the database's context: a file of the installation, and what the database
knows of it.

The application signs each transaction's context with the active key; the functions of `rls` check
the signature with a copy that only the owner's login reads. The key encrypts nothing: one that is
lost is replaced by the next `bangfu db migrate`. HMAC: RFC 2104; SHA-256: FIPS 180-4.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings

from bangfu.kernel.errors import Refused

VARIABLE = "BANGFU_SCOPE_KEY_FILE"
KEY_BYTES = 32
_BLOCK = 64
_INNER, _OUTER = 0x36, 0x5C


@dataclass(frozen=True)
class ScopeKeys:
    """The keys by their id, and the id that signs."""

    active: int
    keys: MappingProxyType[int, bytes]

    def __repr__(self) -> str:
        return f"ScopeKeys(active={self.active}, keys={sorted(self.keys)})"

    def sign(self, message: str) -> str:
        """Return "key id:signature", the signature in 64 hexadecimal digits."""
        key = self.keys[self.active]
        return f"{self.active}:{hmac.digest(key, message.encode(), 'sha256').hex()}"


def path() -> Path:
    """Return the file: BANGFU_SCOPE_KEY_FILE, else keys/scope.json in the home."""
    return _path(os.environ.get(VARIABLE), settings.BANGFU_HOME)


@cache
def _path(stated: str | None, home: str | Path) -> Path:
    return Path(stated) if stated else Path(home) / "keys" / "scope.json"


_read: dict[Path, tuple[tuple[int, int, int], ScopeKeys]] = {}


def get() -> ScopeKeys:
    """Return the keys of this installation, made on first use and read anew when they change.

    Raises Refused E-DB-SCOPE-KEY-FILE for a file that is malformed or open to others.
    """
    place = path()
    try:
        found = place.stat()
    except FileNotFoundError:
        _write(place, {1: secrets.token_bytes(KEY_BYTES)}, 1, first=True)
        found = place.stat()
    mark = (found.st_mtime_ns, found.st_size, found.st_ino)
    known = _read.get(place)
    if known is None or known[0] != mark:
        if found.st_mode & 0o077:
            raise Refused("E-DB-SCOPE-KEY-FILE", path=str(place))
        known = _read[place] = (mark, _parse(place))
    return known[1]


def _parse(place: Path) -> ScopeKeys:
    try:
        data = json.loads(place.read_text(encoding="ascii"))
        keys = {int(one["id"]): bytes.fromhex(one["key"]) for one in data["keys"]}
        found = ScopeKeys(int(data["active"]), MappingProxyType(keys))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("E-DB-SCOPE-KEY-FILE", path=str(place)) from error
    if found.active not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise Refused("E-DB-SCOPE-KEY-FILE", path=str(place))
    return found


def _write(place: Path, keys: dict[int, bytes], active: int, *, first: bool = False) -> None:
    """Write the file whole; of two processes that make the first one at once, one wins."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    listed = [{"id": number, "key": key.hex()} for number, key in sorted(keys.items())]
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".scope-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"format": 1, "active": active, "keys": listed}, file)
            file.flush()
            os.fsync(file.fileno())
        if not first:
            os.replace(name, place)
            return
        try:
            os.link(name, place)
        except FileExistsError:
            return
    finally:
        Path(name).unlink(missing_ok=True)


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the key as HMAC hashes it first and last (RFC 2104): 64 bytes each."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    block = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ _INNER for byte in block), bytes(byte ^ _OUTER for byte in block)


def tell(cursor: Any) -> None:
    """Make the database know the keys of the file and no others; `cursor` is the owner's."""
    keys = get().keys
    for number, key in keys.items():
        inner, outer = pads(key)
        cursor.execute(
            "INSERT INTO bangfu_scope_key (id, inner_pad, outer_pad) VALUES (%s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET inner_pad = EXCLUDED.inner_pad,"
            " outer_pad = EXCLUDED.outer_pad",
            [number, inner, outer],
        )
    cursor.execute("DELETE FROM bangfu_scope_key WHERE NOT (id = ANY(%s))", [list(keys)])


def rotate(cursor: Any) -> int:
    """Sign with a new key from now on and return its id; `cursor` is the owner's, autocommit.

    The database learns the new key before anybody signs with it, and keeps the old one until the
    rotation after, so that running processes go on: they read the file anew by themselves.
    """
    known = get()
    fresh = max(known.keys) + 1
    kept = {known.active: known.keys[known.active], fresh: secrets.token_bytes(KEY_BYTES)}
    _write(path(), kept, known.active)
    tell(cursor)
    _write(path(), kept, fresh)
    return fresh
