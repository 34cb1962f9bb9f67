"""SM4-GCM (GB/T 32907, GM/T 0002) over single values.

A stored value is: key id (1 byte), nonce (12 bytes, random), ciphertext, tag (16 bytes).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bangfu.foundation.crypto.keys import Keyring, get_keyring
from bangfu.kernel.errors import InvalidValue

NONCE_BYTES = 12
TAG_BYTES = 16
_HEAD = 1 + NONCE_BYTES


def encrypt(text: str) -> bytes:
    """Return `text` encrypted under the active key."""
    return encrypt_many([text])[0]


def decrypt(stored: bytes) -> str:
    """Return the text of a stored value; see `decrypt_many`."""
    return decrypt_many([stored])[0]


def encrypt_many(texts: Sequence[str]) -> list[bytes]:
    """Return the texts encrypted under the active key, in order."""
    ring = get_keyring()
    algorithm = algorithms.SM4(ring.encryption[ring.active])
    head = bytes([ring.active])
    nonces = os.urandom(NONCE_BYTES * len(texts))
    found = []
    for place, text in enumerate(texts):
        nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
        worker = Cipher(algorithm, modes.GCM(nonce)).encryptor()
        body = worker.update(text.encode()) + worker.finalize()
        found.append(head + nonce + body + worker.tag)
    return found


def decrypt_many(stored: Iterable[bytes]) -> list[str]:
    """Return the texts of stored values, in order.

    Raises InvalidValue: E-CRYPTO-KEY-UNKNOWN when the keyring lacks the value's key,
    E-CRYPTO-TAMPERED when a value is not what was stored.
    """
    ring = get_keyring()
    known = {number: algorithms.SM4(key) for number, key in ring.encryption.items()}
    return [_decrypt(bytes(one), known, ring) for one in stored]


def _decrypt(value: bytes, known: dict[int, algorithms.SM4], ring: Keyring) -> str:
    if len(value) < _HEAD + TAG_BYTES:
        raise InvalidValue("E-CRYPTO-TAMPERED")
    if value[0] not in known:
        raise InvalidValue("E-CRYPTO-KEY-UNKNOWN", key=value[0], known=sorted(ring.encryption))
    mode = modes.GCM(value[1:_HEAD], value[-TAG_BYTES:])
    worker = Cipher(known[value[0]], mode).decryptor()
    try:
        return (worker.update(value[_HEAD:-TAG_BYTES]) + worker.finalize()).decode()
    except InvalidTag as error:
        raise InvalidValue("E-CRYPTO-TAMPERED") from error
