"""How a stored file lies on the disk: SM4-GCM in chunks, after the STREAM construction (Hoang,
Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), under the keyring.

A file is: magic, key number (1 byte), salt (16 bytes, random), then chunks of 1 MiB of content and
a tag (16 bytes) each; the last one is shorter or as long, and empty content has one empty chunk.
The key of a file is drawn from the keyring's key and the salt, so that counted nonces never meet
again: 11 bytes of chunk number and one byte that marks the last. The head and whose file it is
(`owner`) are authenticated with each chunk. Hence what is changed, cut, lengthened, moved within
the file or put in another's place does not open. Chunks of one length let a reader begin anywhere.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bangfu.foundation.crypto.keys import Keyring
from bangfu.kernel.errors import Conflict, InvalidValue

MAGIC = b"BFSF1\n"
SALT_BYTES = 16
CHUNK = 1 << 20
TAG_BYTES = 16
HEAD_BYTES = len(MAGIC) + 1 + SALT_BYTES
_STEP = CHUNK + TAG_BYTES


def key_number(file: BinaryIO) -> int:
    """Return the number of the key that a file on the disk lies under; 0 for one in clear."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return head[len(MAGIC)] if len(head) == HEAD_BYTES and head.startswith(MAGIC) else 0


class Sealer:
    """Encrypts what is written to it under the active key; holds one chunk at a time."""

    def __init__(self, target: BinaryIO, ring: Keyring, owner: str) -> None:
        head = MAGIC + bytes([ring.active]) + os.urandom(SALT_BYTES)
        self._target = target
        self._cipher = _cipher(ring, head)
        self._bound = _bind(head, owner)
        self._pending = bytearray()
        self._count = 0
        target.write(head)

    def write(self, content: bytes) -> None:
        """Take content of any length."""
        self._pending += content
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), is_last=False)
            del self._pending[:CHUNK]

    def close(self) -> None:
        """Write the last chunk; without it the file counts as cut."""
        self._seal(bytes(self._pending), is_last=True)
        self._pending.clear()

    def _seal(self, content: bytes, *, is_last: bool) -> None:
        worker = Cipher(self._cipher, modes.GCM(_nonce(self._count, is_last=is_last))).encryptor()
        worker.authenticate_additional_data(self._bound)
        self._target.write(worker.update(content) + worker.finalize() + worker.tag)
        self._count += 1


class SealedFile(io.RawIOBase):
    """The content of an encrypted file, for reading from any place; holds one chunk at a time.

    Each chunk is checked when it is read, the last one at once: E-FILE-DAMAGED (Conflict) when it
    is not what was written. Raises InvalidValue E-CRYPTO-KEY-UNKNOWN when the keyring lacks the
    file's key.
    """

    def __init__(self, file: BinaryIO, ring: Keyring, owner: str, name: str) -> None:
        super().__init__()
        self._file, self._shown = file, name
        head = file.read(HEAD_BYTES)
        number = head[len(MAGIC)]
        if number not in ring.encryption:
            raise InvalidValue("E-CRYPTO-KEY-UNKNOWN", key=number, known=sorted(ring.encryption))
        self._cipher = _cipher(ring, head)
        self._bound = _bind(head, owner)
        stored = os.fstat(file.fileno()).st_size - HEAD_BYTES
        self._chunks = -(-stored // _STEP)
        if self._chunks < 1:
            raise self._damaged()
        self.size = stored - self._chunks * TAG_BYTES
        self._at = 0
        self._held = (-1, b"")
        # The end first: what was cut to whole chunks would otherwise be noticed by its reader only.
        self._chunk(self._chunks - 1)

    @property
    def name(self) -> str:
        """The path on this machine."""
        return str(self._file.name)

    def readable(self) -> bool:
        """Tell `io` that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell `io` that it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place of the content and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(f"no place before the beginning: {base + offset}")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return the present place in the content."""
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` with what comes next, at most to the end of a chunk; 0 at the end."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._at >= self.size:
            return 0
        number, within = divmod(self._at, CHUNK)
        part = memoryview(self._chunk(number))[within : within + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)

    def check(self) -> None:
        """Open every chunk once, so that nothing is given out of a file that is not whole; the last
        one was opened to begin with."""
        for number in range(self._chunks - 1):
            self._chunk(number)

    def close(self) -> None:
        """Let the file on the disk go."""
        self._held = (-1, b"")
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._held = (number, self._open(number))
        return self._held[1]

    def _open(self, number: int) -> bytes:
        self._file.seek(HEAD_BYTES + number * _STEP)
        sealed = self._file.read(_STEP)
        nonce = _nonce(number, is_last=number == self._chunks - 1)
        if len(sealed) < TAG_BYTES:
            raise self._damaged()
        worker = Cipher(self._cipher, modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        worker.authenticate_additional_data(self._bound)
        try:
            return worker.update(sealed[:-TAG_BYTES]) + worker.finalize()
        except InvalidTag as error:
            raise self._damaged() from error

    def _damaged(self) -> Conflict:
        return Conflict("E-FILE-DAMAGED", name=self._shown)


def _cipher(ring: Keyring, head: bytes) -> algorithms.SM4:
    """Return the cipher under the key of the file with this head."""
    worker = hmac.HMAC(ring.encryption[head[len(MAGIC)]], hashes.SM3())
    worker.update(b"bangfu stored file:" + head[-SALT_BYTES:])
    return algorithms.SM4(worker.finalize()[:16])


def _bind(head: bytes, owner: str) -> bytes:
    running = hashes.Hash(hashes.SM3())
    running.update(head + owner.encode())
    return running.finalize()


def _nonce(count: int, *, is_last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([is_last])
