"""The key of the audit chain: outside the database, so that nobody in the database alone can seal.

It is apart from the keyring of the registry: whoever changes one need not touch the other, and an
auditor can keep it without being able to read a single ID number.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from django.conf import settings

from bangfu.kernel.errors import Refused

KEY_BYTES = 32
TAG_BYTES = 16


@dataclass(frozen=True)
class SealKey:
    """The key that seals segments: HMAC-SM3 with 256 bits."""

    secret: bytes

    def __repr__(self) -> str:
        return "SealKey(…)"

    def seal(self, chain: bytes, tags: bytes) -> bytes:
        """Return the seal of a segment's chain hash and its rows' tags, 32 bytes."""
        return self._mac(b"segment:" + chain + tags)

    def tags(self, number: int, ids: list[bytes], leaves: list[bytes]) -> bytes:
        """Return the tags of a segment's rows put together, 16 bytes each."""
        pairs = zip(ids, leaves, strict=True)
        return b"".join(
            self.tag(number, place, one, leaf) for place, (one, leaf) in enumerate(pairs)
        )

    def tag(self, number: int, place: int, event_id: bytes, leaf: bytes) -> bytes:
        """Return the tag of one row: it binds id and hash to the place (from 0) in the segment."""
        return self._mac(f"row:{number}:{place}:".encode() + event_id + leaf)[:TAG_BYTES]

    def sign(self, data: bytes) -> str:
        """Return the mark of a checkpoint or an export in hex."""
        return self._mac(b"document:" + data).hex()

    def _mac(self, data: bytes) -> bytes:
        worker = hmac.HMAC(self.secret, hashes.SM3())
        worker.update(data)
        return worker.finalize()


def key_path() -> Path:
    """Return the key's file, keys/audit.json in the installation's home."""
    return Path(settings.BANGFU_HOME) / "keys" / "audit.json"


def get_key(*, create: bool = False) -> SealKey:
    """Return the key; with `create`, an installation that has sealed nothing yet gets one.

    Raises Refused E-AUDIT-KEY when the file is missing or malformed, E-AUDIT-KEY-OPEN when others
    may read it.
    """
    path = key_path()
    if create and not path.exists():
        _create(path)
    return _load(path)


@lru_cache(maxsize=4)
def _load(path: Path) -> SealKey:
    try:
        if path.stat().st_mode & 0o077:
            raise Refused("E-AUDIT-KEY-OPEN", path=path.name)
        secret = bytes.fromhex(json.loads(path.read_text(encoding="ascii"))["key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("E-AUDIT-KEY", path=path.name) from error
    if len(secret) != KEY_BYTES:
        raise Refused("E-AUDIT-KEY", path=path.name)
    return SealKey(secret)


def _create(path: Path) -> None:
    """Write a new key; of two processes that do so at once, the first one's key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".audit-{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"format": 1, "key": secrets.token_hex(KEY_BYTES)}, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
