"""The backup key, and the bundle that carries all keys of an installation apart from its data.

The key lies in `keys/backup.json` of the home (0600), or where BANGFU_BACKUP_KEY_FILE says. A
bundle is made under a passphrase (PBKDF2-HMAC-SM3) and belongs into another place than the set.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from bangfu.foundation.backup import stream
from bangfu.kernel.errors import Refused

VARIABLE = "BANGFU_BACKUP_KEY_FILE"
FILE = "backup.json"
KEYRING = "keyring.json"
SECRET_BYTES = 32
# OWASP's floor for PBKDF2 with a 256-bit hash (Password Storage Cheat Sheet, 2023).
ITERATIONS = 600_000
SHORTEST = 12
_BUNDLE = "key bundle"


@dataclass(frozen=True, slots=True)
class BackupKey:
    """One secret of 32 bytes; from it every stream draws a key of its own."""

    secret: bytes

    def __repr__(self) -> str:
        return f"BackupKey({self.key_id.hex()})"

    @property
    def key_id(self) -> bytes:
        """Eight bytes that name the key and tell nothing of it."""
        return _mac(self.secret, b"name")[: stream.KEY_ID_BYTES]

    def derive(self, salt: bytes) -> bytes:
        """Return the SM4 key of the stream with this salt."""
        return _mac(self.secret, b"stream:" + salt)[:16]

    def token(self, text: str) -> str:
        """Return a name for stored content (64 hex digits) that tells nothing of the content."""
        return _mac(self.secret, b"object:" + text.encode()).hex()


def _mac(secret: bytes, content: bytes) -> bytes:
    worker = hmac.HMAC(secret, hashes.SM3())
    worker.update(content)
    return worker.finalize()


def key_path(home: Path) -> Path:
    """Return the file of the backup key."""
    stated = os.environ.get(VARIABLE)
    return Path(stated) if stated else home / "keys" / FILE


def load(home: Path) -> BackupKey:
    """Return the backup key. Raises Refused E-BACKUP-KEY-MISSING, E-BACKUP-KEY-FILE."""
    path = key_path(home)
    try:
        if path.stat().st_mode & 0o077:
            raise Refused("E-BACKUP-KEY-FILE", path=str(path))
        secret = bytes.fromhex(json.loads(path.read_text(encoding="ascii"))["secret"])
    except FileNotFoundError as error:
        raise Refused("E-BACKUP-KEY-MISSING", path=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("E-BACKUP-KEY-FILE", path=str(path)) from error
    if len(secret) != SECRET_BYTES:
        raise Refused("E-BACKUP-KEY-FILE", path=str(path))
    return BackupKey(secret)


def load_or_create(home: Path) -> BackupKey:
    """Return the backup key, made when there is none."""
    path = key_path(home)
    if not path.exists():
        content = json.dumps({"format": 1, "secret": secrets.token_hex(SECRET_BYTES)})
        _write_new(path, content.encode())
    return load(home)


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file of one's own that is not there yet; returns whether it was written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(name)
    return True


def fingerprint(keyring: Path) -> str:
    """Return a mark of the key that made the database's tokens; "" where there is no keyring.

    A database restored beside another token key would find nobody.
    """
    return mark_of(keyring.read_bytes()) if keyring.exists() else ""


def mark_of(keyring: bytes) -> str:
    """Return the mark of a keyring's content. Raises Refused E-BACKUP-KEY-FILE."""
    try:
        token = json.loads(keyring)["token"]
        return _mac(bytes.fromhex(token), b"bangfu backup").hex()[:16]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("E-BACKUP-KEY-FILE", path="keyring") from error


def export(home: Path, keyring: Path, target: Path, passphrase: str) -> list[str]:
    """Write every file of the home's `keys`, sealed under the passphrase; return their names.

    The keyring and the backup key are in it wherever they lie.

    Raises Refused E-BACKUP-PASSPHRASE-SHORT, E-BACKUP-EXISTS.
    """
    if len(passphrase) < SHORTEST:
        raise Refused("E-BACKUP-PASSPHRASE-SHORT", least=SHORTEST)
    folder = home / "keys"
    paths = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    named = {path.name: path for path in paths if not path.name.startswith(".")}
    named |= {FILE: key_path(home), KEYRING: keyring}
    found = {name: path.read_bytes().hex() for name, path in named.items() if path.exists()}
    salt = secrets.token_bytes(16)
    body = BytesIO()
    sealer = stream.Sealer(body, BackupKey(_stretch(passphrase, salt, ITERATIONS)), _BUNDLE)
    sealer.write(json.dumps(found).encode())
    sealer.close()
    content = {
        "format": 1,
        "kdf": "PBKDF2-HMAC-SM3",
        "iterations": ITERATIONS,
        "salt": salt.hex(),
        "sealed": body.getvalue().hex(),
    }
    if not _write_new(target, json.dumps(content).encode()):
        raise Refused("E-BACKUP-EXISTS", path=str(target))
    return sorted(found)


def open_bundle(path: Path, passphrase: str) -> dict[str, bytes]:
    """Return the files of a bundle by name.

    Raises Refused E-BACKUP-PASSPHRASE, E-BACKUP-DAMAGED.
    """
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        salt, sealed = bytes.fromhex(content["salt"]), bytes.fromhex(content["sealed"])
        rounds = int(content["iterations"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("E-BACKUP-DAMAGED", file=path.name) from error
    if not 1 <= rounds <= 100 * ITERATIONS:
        raise Refused("E-BACKUP-DAMAGED", file=path.name)
    key = BackupKey(_stretch(passphrase, salt, rounds))
    try:
        text = b"".join(stream.unseal(BytesIO(sealed), key, _BUNDLE))
    except Refused as error:
        if error.code == "E-BACKUP-KEY":
            raise Refused("E-BACKUP-PASSPHRASE") from error
        raise Refused("E-BACKUP-DAMAGED", file=path.name) from error
    return {name: bytes.fromhex(value) for name, value in json.loads(text).items()}


def _stretch(passphrase: str, salt: bytes, iterations: int) -> bytes:
    worker = PBKDF2HMAC(hashes.SM3(), SECRET_BYTES, salt, iterations)
    return worker.derive(passphrase.encode())


def put(home: Path, files: dict[str, bytes]) -> None:
    """Write the files of a bundle into the home's `keys`; what is there already stays."""
    (home / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        _write_new(home / "keys" / Path(name).name, content)
