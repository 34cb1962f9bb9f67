"""A stored file taken apart by hand as its description says, in its real sizes, and read in parts.

`test_stored_files_sealed.py` tries every place of small files.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bangfu.foundation.crypto.keys import Keyring
from bangfu.foundation.files import sealed
from bangfu.kernel.errors import Conflict

OWNER = "0197a000-0000-7000-8000-000000000001"
KEY = b"1" * 16
RING = Keyring(3, MappingProxyType({3: KEY}), b"t" * 32)
MIB = 1_048_576
# Six bytes of magic, the key's number, sixteen of salt.
HEAD = 23

Opens = Callable[[bytes], sealed.SealedFile]


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    """Store a content and return it as a file that reads it."""

    def store(content: bytes) -> sealed.SealedFile:
        path = tmp_path / "one"
        with path.open("wb") as target:
            sealer = sealed.Sealer(target, RING, OWNER)
            sealer.write(content)
            sealer.close()
        return sealed.SealedFile(path.open("rb"), RING, OWNER, "one")

    return store


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of eight bytes."""
    monkeypatch.setattr(sealed, "CHUNK", 8)
    monkeypatch.setattr(sealed, "_STEP", 24)


def chunks(stored: bytes) -> list[bytes]:
    """Return what the chunks hold, decrypted by hand."""
    head, body = stored[:HEAD], stored[HEAD:]
    assert head[:7] == b"BFSF1\n\x03"
    drawn = hmac.HMAC(KEY, hashes.SM3())
    drawn.update(b"bangfu stored file:" + head[7:23])
    cipher = algorithms.SM4(drawn.finalize()[:16])
    digest = hashes.Hash(hashes.SM3())
    digest.update(head + OWNER.encode())
    bound = digest.finalize()
    pieces = [body[at : at + MIB + 16] for at in range(0, len(body), MIB + 16)]
    found = []
    for number, piece in enumerate(pieces):
        nonce = b"\0" * 10 + bytes([number, number == len(pieces) - 1])
        worker = Cipher(cipher, modes.GCM(nonce, piece[-16:])).decryptor()
        worker.authenticate_additional_data(bound)
        found.append(worker.update(piece[:-16]) + worker.finalize())
    return found


@pytest.mark.evidence("GB39786-8.4-e", "GB22239-8.1.4.8-b")
@pytest.mark.parametrize("sizes", [[0], [5], [MIB], [MIB, 1], [MIB, MIB, 7]])
def test_a_file_is_its_head_and_chunks_of_a_mebibyte(
    tmp_path: Path, opens: Opens, sizes: list[int]
) -> None:
    content = os.urandom(sum(sizes))
    with opens(content) as file:
        found = chunks((tmp_path / "one").read_bytes())
        assert ([len(one) for one in found], b"".join(found)) == (sizes, content)
        assert (file.size, file.readall()) == (len(content), content)


def test_one_read_gives_what_the_chunk_still_holds(short: None, opens: Opens) -> None:
    """Wherever it begins and whatever is wanted; at the end and behind it, nothing."""
    content = bytes(range(20))
    with opens(content) as file:
        for place in range(24):
            for wanted in range(1, 12):
                buffer = bytearray(wanted)
                file.seek(place)
                count = file.readinto(buffer)
                expected = content[place : min(place + wanted, place - place % 8 + 8)]
                assert bytes(buffer[:count]) == expected


def test_places_are_counted_from_the_beginning_from_here_and_from_the_end(
    short: None, opens: Opens
) -> None:
    with opens(bytes(45)) as file:
        assert (file.seek(5), file.seek(4, os.SEEK_CUR), file.tell()) == (5, 9, 9)
        assert (file.seek(-3, os.SEEK_CUR), file.seek(-1, os.SEEK_END)) == (6, 44)
        assert file.seek(7, os.SEEK_END) == 52
        # Behind the end there is nothing, however far.
        assert (file.read(), file.seek(9_000), file.read()) == (b"", 9_000, b"")
        with pytest.raises(ValueError, match=r"beginning: -1$"):
            file.seek(-1)
        with pytest.raises(ValueError, match=r"beginning: -5$"):
            file.seek(-50, os.SEEK_END)
        assert file.tell() == 9_000


@pytest.mark.evidence("GB39786-8.4-g")
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_a_check_opens_every_chunk_before_anything_is_given_out(
    tmp_path: Path, short: None, opens: Opens, count: int
) -> None:
    opens(bytes(8 * count)).close()
    stored = (tmp_path / "one").read_bytes()
    for number in range(count - 1):
        changed = bytearray(stored)
        changed[HEAD + number * 24] ^= 1
        (tmp_path / "one").write_bytes(changed)
        with (
            sealed.SealedFile((tmp_path / "one").open("rb"), RING, OWNER, "one") as file,
            pytest.raises(Conflict, match="E-FILE-DAMAGED"),
        ):
            file.check()


def test_a_chunk_is_opened_once_however_small_the_steps(
    short: None, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    once = sealed.SealedFile._open

    def counted(self: sealed.SealedFile, number: int) -> bytes:
        opened.append(number)
        return once(self, number)

    monkeypatch.setattr(sealed.SealedFile, "_open", counted)
    with opens(bytes(range(24))) as file:
        assert b"".join(iter(lambda: file.read(3), b"")) == bytes(range(24))
    # The last one to begin with, and again in its turn.
    assert opened == [2, 0, 1, 2]


def test_more_chunks_than_a_byte_counts(short: None, opens: Opens) -> None:
    content = os.urandom(8 * 300 + 3)
    with opens(content) as file:
        assert file.readall() == content


def test_a_closed_file_gives_nothing_more(short: None, opens: Opens) -> None:
    for place in (0, 8):
        file = opens(bytes(16))
        file.seek(place)
        file.close()
        with pytest.raises(ValueError, match="closed"):
            file.readinto(bytearray(4))
