"""The keyring: a file of the installation, readable by its owner alone, outside the database."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from bangfu.kernel.errors import Refused

KEY_BYTES = 16
TOKEN_KEY_BYTES = 32
VARIABLE = "BANGFU_KEYRING_FILE"


@dataclass(frozen=True)
class Keyring:
    """SM4 keys by their id (1–255), the id that encrypts new values, and the token key."""

    active: int
    encryption: MappingProxyType[int, bytes]
    token: bytes

    def __repr__(self) -> str:
        return f"Keyring(active={self.active}, keys={sorted(self.encryption)})"


def keyring_path() -> Path:
    """Return the keyring's file: BANGFU_KEYRING_FILE, else keys/keyring.json in the home."""
    stated = os.environ.get(VARIABLE)
    return Path(stated) if stated else Path(settings.BANGFU_HOME) / "keys" / "keyring.json"


def get_keyring() -> Keyring:
    """Return the keyring of this installation, made on first use.

    Raises Refused E-CRYPTO-KEYRING for a file that is malformed or open to others.
    """
    return _load(keyring_path())


@lru_cache(maxsize=4)
def _load(path: Path) -> Keyring:
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise Refused("E-CRYPTO-KEYRING-OPEN", path=str(path))
    try:
        data = json.loads(path.read_text(encoding="ascii"))
        keys = {int(one["id"]): bytes.fromhex(one["key"]) for one in data["encryption"]}
        ring = Keyring(int(data["active"]), MappingProxyType(keys), bytes.fromhex(data["token"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("E-CRYPTO-KEYRING", path=str(path)) from error
    _check(ring, path)
    return ring


def _check(ring: Keyring, path: Path) -> None:
    sound = (
        ring.active in ring.encryption
        and all(0 < number < 256 for number in ring.encryption)
        and all(len(key) == KEY_BYTES for key in ring.encryption.values())
        and len(ring.token) == TOKEN_KEY_BYTES
    )
    if not sound:
        raise Refused("E-CRYPTO-KEYRING", path=str(path))


def _create(path: Path) -> None:
    """Write new keys; of two processes that do so at once, the first one's keys stay."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {
        "format": 1,
        "active": 1,
        "encryption": [{"id": 1, "key": secrets.token_hex(KEY_BYTES)}],
        "token": secrets.token_hex(TOKEN_KEY_BYTES),
    }
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".keyring-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        os.unlink(name)
