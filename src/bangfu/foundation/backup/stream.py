"""Encrypted streams in chunks, after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár:
Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015).

A stream is: magic, key id (8 bytes), salt (16 bytes, random), then chunks. A chunk is its length
(4 bytes), SM4-GCM ciphertext of at most 1 MiB of content and one leading byte, and its tag. The key
of a stream is drawn from the backup key and the salt, so that counted nonces never meet again: 11
bytes of chunk number and one byte that marks the last. What the stream is for (`context`) is
authenticated with each chunk. Hence a chunk that is changed, moved, dropped, doubled or taken from
another stream is refused, and so is a stream that ends too early or too late.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bangfu.kernel.errors import Refused

MAGIC = b"BFBK1\n"
KEY_ID_BYTES = 8
SALT_BYTES = 16
CHUNK = 1 << 20
TAG_BYTES = 16
_HEAD_BYTES = len(MAGIC) + KEY_ID_BYTES + SALT_BYTES
_LONGEST = CHUNK + 4096 + TAG_BYTES
_RAW, _DEFLATED = b"\0", b"\1"
_LEVEL = 1  # Most of a database's pages are half empty; more effort gains little.


class StreamKey(Protocol):
    """What a stream needs of a key."""

    @property
    def key_id(self) -> bytes:
        """Eight bytes that name the key and tell nothing of it."""

    def derive(self, salt: bytes) -> bytes:
        """Return the SM4 key (16 bytes) of the stream with this salt."""


class Sealer:
    """Encrypts what is written to it; `stored_size` and `stored_sm3` describe what came out."""

    def __init__(self, target: BinaryIO, key: StreamKey, context: str) -> None:
        salt = os.urandom(SALT_BYTES)
        head = MAGIC + key.key_id + salt
        self._target = target
        self._cipher = algorithms.SM4(key.derive(salt))
        self._bound = _bind(head, context)
        self._pending = bytearray()
        self._count = 0
        self._hash = hashes.Hash(hashes.SM3())
        self.size = 0
        self.stored_size = 0
        self.stored_sm3 = ""
        self._put(head)

    def write(self, content: bytes) -> None:
        """Take content of any length."""
        self.size += len(content)
        self._pending += content
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def close(self) -> None:
        """Write the last chunk; without it the stream counts as truncated."""
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()
        self.stored_sm3 = self._hash.finalize().hex()

    def _seal(self, content: bytes, *, last: bool) -> None:
        shorter = zlib.compress(content, _LEVEL)
        body = _DEFLATED + shorter if len(shorter) < len(content) else _RAW + content
        worker = Cipher(self._cipher, modes.GCM(_nonce(self._count, last=last))).encryptor()
        worker.authenticate_additional_data(self._bound)
        sealed = worker.update(body) + worker.finalize() + worker.tag
        self._put(len(sealed).to_bytes(4, "big") + sealed)
        self._count += 1

    def _put(self, content: bytes) -> None:
        self._target.write(content)
        self._hash.update(content)
        self.stored_size += len(content)


def unseal(source: BinaryIO, key: StreamKey, context: str) -> Iterator[bytes]:
    """Yield the content of a stream, chunk by chunk.

    Raises Refused: E-BACKUP-KEY when it was made under another key, E-BACKUP-DAMAGED when it is
    not, byte for byte, what was written for this context. What was yielded before is genuine.
    """
    head = source.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES or not head.startswith(MAGIC):
        raise Refused("E-BACKUP-DAMAGED", file=context)
    named = head[len(MAGIC) : len(MAGIC) + KEY_ID_BYTES]
    if named != key.key_id:
        raise Refused("E-BACKUP-KEY", file=context, wanted=named.hex(), found=key.key_id.hex())
    cipher = algorithms.SM4(key.derive(head[-SALT_BYTES:]))
    bound = _bind(head, context)
    count, sealed = 0, _frame(source, context)
    while sealed is not None:
        following = _frame(source, context)
        nonce = _nonce(count, last=following is None)
        yield _open(sealed, cipher, nonce, bound, context)
        count, sealed = count + 1, following
    if not count:
        raise Refused("E-BACKUP-DAMAGED", file=context)


def _frame(source: BinaryIO, context: str) -> bytes | None:
    length = source.read(4)
    if not length:
        return None
    wanted = int.from_bytes(length, "big")
    if not TAG_BYTES < wanted <= _LONGEST:
        raise Refused("E-BACKUP-DAMAGED", file=context)
    sealed = source.read(wanted)
    if len(sealed) < wanted:
        raise Refused("E-BACKUP-DAMAGED", file=context)
    return sealed


def _open(sealed: bytes, cipher: algorithms.SM4, nonce: bytes, bound: bytes, context: str) -> bytes:
    worker = Cipher(cipher, modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    worker.authenticate_additional_data(bound)
    try:
        body = worker.update(sealed[:-TAG_BYTES]) + worker.finalize()
    except InvalidTag as error:
        raise Refused("E-BACKUP-DAMAGED", file=context) from error
    return zlib.decompress(body[1:]) if body[:1] == _DEFLATED else body[1:]


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def _bind(head: bytes, context: str) -> bytes:
    running = hashes.Hash(hashes.SM3())
    running.update(head + context.encode())
    return running.finalize()


class Reader(io.RawIOBase):
    """A stream's content as a file that can be read once, for those who want a file."""

    def __init__(self, source: BinaryIO, key: StreamKey, context: str) -> None:
        self._chunks = unseal(source, key, context)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Tell `io` that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` with what comes next; 0 at the end."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        count = min(len(target), len(self._left))
        target[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
