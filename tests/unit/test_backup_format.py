"""The encrypted stream, taken apart by hand as its description says: later versions must read it.

Sizes are the real ones here; `test_backup_streams.py` tries every byte of small streams.
"""

from __future__ import annotations

import io
import os
import zlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bangfu.foundation.backup import stream
from bangfu.foundation.backup.keys import BackupKey
from bangfu.kernel.errors import Refused

KEY = BackupKey(b"k" * 32)
MIB = 1_048_576
# Six bytes of magic, eight that name the key, sixteen of salt.
HEAD = 30
# A chunk's content, room for what compression may add, and the tag.
LONGEST = 1_048_576 + 4_096 + 16


def sealed(content: bytes) -> bytes:
    """Return the stream of a content."""
    target = io.BytesIO()
    sealer = stream.Sealer(target, KEY, "base.tar")
    sealer.write(content)
    sealer.close()
    return target.getvalue()


def bodies(stored: bytes) -> list[bytes]:
    """Return what the chunks hold, decrypted by hand."""
    head, at, found = stored[:HEAD], HEAD, []
    assert (head[:6], head[6:14]) == (b"BFBK1\n", KEY.key_id)
    digest = hashes.Hash(hashes.SM3())
    digest.update(head + b"base.tar")
    bound = digest.finalize()
    while at < len(stored):
        length = int.from_bytes(stored[at : at + 4], "big")
        chunk, at = stored[at + 4 : at + 4 + length], at + 4 + length
        last = b"\1" if at == len(stored) else b"\0"
        nonce = b"\0" * 10 + bytes([len(found)]) + last
        worker = Cipher(
            algorithms.SM4(KEY.derive(head[14:30])), modes.GCM(nonce, chunk[-16:])
        ).decryptor()
        worker.authenticate_additional_data(bound)
        found.append(worker.update(chunk[:-16]) + worker.finalize())
    return found


def opened(stored: bytes) -> bytes:
    """Return the content of a stream as the product reads it."""
    return b"".join(stream.unseal(io.BytesIO(stored), KEY, "base.tar"))


def test_a_chunk_holds_a_mebibyte_and_each_is_compressed_where_that_is_shorter() -> None:
    noise, blank = os.urandom(MIB), b"\0" * MIB
    stored = sealed(noise + blank + b"tail")
    assert bodies(stored) == [b"\0" + noise, b"\1" + zlib.compress(blank, 1), b"\0tail"]
    assert opened(stored) == noise + blank + b"tail"


@pytest.mark.parametrize(("size", "chunks"), [(0, 1), (MIB - 1, 1), (MIB, 1), (MIB + 1, 2)])
def test_a_stream_has_as_many_chunks_as_it_needs_and_at_least_one(size: int, chunks: int) -> None:
    stored = sealed(b"x" * size)
    assert len(bodies(stored)) == chunks
    assert opened(stored) == b"x" * size


def test_what_compression_does_not_shorten_stays_as_it_is() -> None:
    same = next(b"a" * n for n in range(1, 100) if len(zlib.compress(b"a" * n, 1)) == n)
    assert bodies(sealed(same)) == [b"\0" + same]
    assert bodies(sealed(same + b"a")) == [b"\1" + zlib.compress(same + b"a", 1)]


class Watched(io.BytesIO):
    """A file that notes how much was wanted of it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.wanted: list[int | None] = []

    def read(self, size: int | None = -1, /) -> bytes:
        """Note the size, and read."""
        self.wanted.append(size)
        return super().read(size)


@pytest.mark.evidence("F68")
@pytest.mark.parametrize(
    ("length", "is_read"),
    [
        # No longer than a tag, so it holds nothing.
        (0, False),
        (15, False),
        (16, False),
        (17, True),
        (LONGEST, True),
        # More than any chunk has: nobody's memory is filled by four bytes.
        (LONGEST + 1, False),
        (4_294_967_295, False),
    ],
)
def test_f68_a_length_that_no_chunk_has_is_refused_before_anything_is_read(
    length: int, is_read: bool
) -> None:
    file = Watched(sealed(b"x")[:HEAD] + length.to_bytes(4, "big") + b"\0" * 40)
    with pytest.raises(Refused, match="E-BACKUP-DAMAGED"):
        list(stream.unseal(file, KEY, "base.tar"))
    assert file.wanted[:2] == [HEAD, 4]
    assert (length in file.wanted[2:]) is is_read
