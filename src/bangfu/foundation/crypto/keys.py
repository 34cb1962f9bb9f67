"""The keyring: a file of the installation, readable by its owner alone, outside the database."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from bangfu.foundation.crypto.holdings import holds_ciphertext
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
    return _path(os.environ.get(VARIABLE), settings.BANGFU_HOME)


@cache
def _path(stated: str | None, home: str | Path) -> Path:
    return Path(stated) if stated else Path(home) / "keys" / "keyring.json"


def get_keyring() -> Keyring:
    """Return the keyring of this installation, read anew when its file changes.

    A new installation's is made on first use. A database that holds encrypted values belongs to a
    keyring that was there before: then a missing file is refused (E-CRYPTO-KEYRING-LOST), since
    new keys would read nothing and would find nobody by their number.
    Raises Refused E-CRYPTO-KEYRING for a file that is malformed or open to others.
    """
    path = keyring_path()
    try:
        return read_file(path)
    except FileNotFoundError:
        _make_first(path)
        return read_file(path)


def read_file(path: Path) -> Keyring:
    """Return the keyring of any file; for commands that work without Django's settings.

    Raises Refused E-CRYPTO-KEYRING, E-CRYPTO-KEYRING-OPEN; FileNotFoundError.
    """
    found = path.stat()
    return _load(path, (found.st_mtime_ns, found.st_size, found.st_ino))


def _make_first(path: Path) -> None:
    if holds_ciphertext():
        raise Refused("E-CRYPTO-KEYRING-LOST", path=str(path))
    create(path)


@lru_cache(maxsize=4)
def _load(path: Path, mark: tuple[int, int, int]) -> Keyring:
    """Return the keyring of a file; `mark` names the file's present content."""
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


def create(path: Path) -> None:
    """Write new keys; of two processes that do so at once, the first one's keys stay."""
    first = {1: secrets.token_bytes(KEY_BYTES)}
    ring = Keyring(1, MappingProxyType(first), secrets.token_bytes(TOKEN_KEY_BYTES))
    name = _written(path, ring)
    try:
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        name.unlink()


def add_key() -> int:
    """Add a new key that encrypts from now on, and return its id; older ones go on reading.

    The file changes whole, and every process reads it anew at its next value. Raises Refused
    E-CRYPTO-KEYRING-FULL when all 255 ids are taken.
    """
    ring = get_keyring()
    free = [number for number in range(1, 256) if number not in ring.encryption]
    if not free:
        raise Refused("E-CRYPTO-KEYRING-FULL")
    later = [number for number in free if number > ring.active]
    number = (later or free)[0]
    keys = {**ring.encryption, number: secrets.token_bytes(KEY_BYTES)}
    os.replace(
        _written(keyring_path(), Keyring(number, MappingProxyType(keys), ring.token)),
        keyring_path(),
    )
    return number


def drop_key(number: int) -> None:
    """Take an old key out of the keyring; the caller has made sure that no value is under it.

    Raises Refused E-CRYPTO-KEY-NOT-THERE, also for the key that encrypts.
    """
    ring = get_keyring()
    if number not in ring.encryption or number == ring.active:
        raise Refused("E-CRYPTO-KEY-NOT-THERE", key=number)
    kept = {one: key for one, key in ring.encryption.items() if one != number}
    os.replace(
        _written(keyring_path(), Keyring(ring.active, MappingProxyType(kept), ring.token)),
        keyring_path(),
    )


def _written(path: Path, ring: Keyring) -> Path:
    """Write a keyring beside its place, readable by its owner alone, and return the file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {
        "format": 1,
        "active": ring.active,
        "encryption": [
            {"id": one, "key": key.hex()} for one, key in sorted(ring.encryption.items())
        ],
        "token": ring.token.hex(),
    }
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".keyring-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        # Half a keyring on a full disk is nobody's.
        Path(name).unlink()
        raise
    return Path(name)
