"""Stored files as they lie on the disk: what is changed by a single bit does not open."""

from __future__ import annotations

import io
import os
import tracemalloc
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes

from bangfu.foundation.crypto.keys import Keyring
from bangfu.foundation.files import disk, sealed
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from tests.cast import AT

OWNER = "0197a000-0000-7000-8000-000000000001"
OTHER = "0197a000-0000-7000-8000-000000000002"
RING = Keyring(2, MappingProxyType({1: b"1" * 16, 2: b"2" * 16}), b"t" * 32)
HEAD = 6 + 1 + 16


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> int:
    """Chunks of eight bytes instead of a mebibyte, so that every place of a file is tried."""
    monkeypatch.setattr(sealed, "CHUNK", 8)
    monkeypatch.setattr(sealed, "_STEP", 8 + sealed.TAG_BYTES)
    return 8


def write(path: Path, content: bytes, ring: Keyring = RING, owner: str = OWNER) -> bytes:
    disk.write(path, [content], ring, owner)
    return path.read_bytes()


def record(content: bytes, owner: str = OWNER) -> FileRecord:
    running = hashes.Hash(hashes.SM3())
    running.update(content)
    sm3 = running.finalize().hex()
    named = (UUID(owner), "990101000000", "changes.evidence", "出生证.jpg")
    return FileRecord(*named, len(content), sm3, "one", "甲", AT)


def read(folder: Path, wanted: FileRecord, ring: Keyring = RING) -> bytes:
    with disk.open_whole(folder, wanted, ring) as file:
        return file.read()


@pytest.mark.evidence("GB39786-8.4-e", "GB22239-8.1.4.8-b", "ASVS-14.2.4")
@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 15, 16, 17, 40])
def test_what_is_written_comes_back_and_is_not_to_be_read_on_the_disk(
    tmp_path: Path, short: int, size: int
) -> None:
    content = bytes(range(65, 65 + size))
    stored = write(tmp_path / "one", content)
    chunks = max(1, -(-size // 8))
    assert len(stored) == HEAD + size + 16 * chunks
    assert size < 4 or content[:4] not in stored
    assert read(tmp_path, record(content)) == content
    # A key of its own for each file: equal content and equal nonces give no equal ciphertext.
    again = write(tmp_path / "one", content)
    assert size < 4 or again[HEAD : HEAD + 8] != stored[HEAD : HEAD + 8]
    assert disk.content_of(tmp_path / "one", OWNER, RING) == (size, record(content).sm3)


def test_a_reader_may_begin_anywhere(tmp_path: Path, short: int) -> None:
    content = os.urandom(45)
    write(tmp_path / "one", content)
    with disk.open_whole(tmp_path, record(content), RING) as file:
        assert file.seek(0, 2) == 45
        for place in (44, 0, 8, 7, 31, 45):
            file.seek(place)
            assert (file.read(9), file.tell()) == (
                content[place : place + 9],
                min(45, place + 9),
            )
        file.seek(3)
        assert file.seek(4, 1) == 7
        assert file.read() == content[7:]
        assert Path(file.name) == tmp_path / "one"
        with pytest.raises(ValueError, match="beginning"):
            file.seek(-1)


@pytest.mark.evidence("GB39786-8.4-g", "GB22239-8.1.4.7-b", "T12")
def test_every_bit_counts(tmp_path: Path, short: int) -> None:
    content = b"health of one"
    stored = write(tmp_path / "one", content)
    for place in range(len(stored)):
        for bit in range(8):
            changed = bytearray(stored)
            changed[place] ^= 1 << bit
            (tmp_path / "one").write_bytes(changed)
            with pytest.raises((Conflict, InvalidValue)):
                read(tmp_path, record(content))


@pytest.mark.evidence("GB39786-8.4-g")
def test_nothing_may_be_cut_added_or_moved(tmp_path: Path, short: int) -> None:
    content = bytes(range(24))
    stored = write(tmp_path / "one", content)
    head, chunks = stored[:HEAD], [stored[HEAD + n * 24 : HEAD + n * 24 + 24] for n in range(3)]
    other = write(tmp_path / "one", content)
    wrong = [stored[:length] for length in range(len(stored))]
    wrong += [stored + b"x", stored + chunks[2], stored + bytes(16)]
    wrong += [head + b"".join(chunks[n] for n in order) for order in ((1, 0, 2), (0, 2), (0, 1))]
    wrong += [head + chunks[0] + chunks[0] + chunks[2], other[:HEAD] + stored[HEAD:]]
    for one in wrong:
        (tmp_path / "one").write_bytes(one)
        with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
            read(tmp_path, record(content))
        # The file tells by itself, without the size in its row; what has no head lies in clear.
        if len(one) >= HEAD:
            with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
                disk.content_of(tmp_path / "one", OWNER, RING)


def test_a_file_in_the_place_of_another_does_not_open(tmp_path: Path) -> None:
    write(tmp_path / "one", b"x", owner=OTHER)
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        read(tmp_path, record(b"x"))
    assert read(tmp_path, record(b"x", OTHER)) == b"x"
    # The right file, and a row that tells of another size.
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        read(tmp_path, record(b"xy", OTHER))


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    write(tmp_path / "one", b"x")
    with pytest.raises(InvalidValue, match="E-CRYPTO-KEY-UNKNOWN"):
        read(tmp_path, record(b"x"), Keyring(1, MappingProxyType({1: b"1" * 16}), b"t" * 32))
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        read(tmp_path, record(b"x"), Keyring(2, MappingProxyType({2: b"3" * 16}), b"t" * 32))


def test_no_byte_of_a_damaged_file_is_given_out(tmp_path: Path, short: int) -> None:
    content = bytes(range(24))
    stored = write(tmp_path / "one", content)
    (tmp_path / "one").write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        disk.open_whole(tmp_path, record(content), RING)
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        disk.copy(tmp_path, record(content), RING, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_file_from_before_opens_when_it_has_its_rows_hash(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"in clear")
    assert read(tmp_path, record(b"in clear")) == b"in clear"
    disk.copy(tmp_path, record(b"in clear"), RING, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"in clear"
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        read(tmp_path, record(b"in cleaR"))
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        disk.copy(tmp_path, record(b"in cleaR"), RING, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.evidence("ASVS-11.2.2")
def test_a_file_is_encrypted_anew_and_its_readers_go_on(tmp_path: Path, short: int) -> None:
    content = bytes(range(40))
    old = Keyring(1, RING.encryption, RING.token)
    for before in (content, None):
        if before is None:
            write(tmp_path / "one", content, old)
        else:
            (tmp_path / "one").write_bytes(before)
        with disk.open_whole(tmp_path, record(content), RING) as reader:
            assert reader.read(3) == content[:3]
            disk.renew(tmp_path, record(content), RING)
            assert reader.read() == content[3:]
        with (tmp_path / "one").open("rb") as file:
            assert sealed.key_number(file) == 2
        assert read(tmp_path, record(content)) == content


def test_what_does_not_open_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"altered in clear")
    with pytest.raises(Conflict, match="E-FILE-DAMAGED"):
        disk.renew(tmp_path, record(b"as it was stored"), RING)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_bytes() == b"altered in clear"
    with pytest.raises(NotFound, match="E-FILE-GONE"):
        disk.renew(tmp_path / "gone", record(b"x"), RING)


def test_a_large_file_needs_the_memory_of_a_few_chunks(tmp_path: Path) -> None:
    block, count = os.urandom(1 << 20), 12
    wanted = record(block * count)

    def passes() -> None:
        disk.write(tmp_path / "one", (block for _ in range(count)), RING, OWNER)
        disk.copy(tmp_path, wanted, RING, tmp_path / "copy")
        with disk.open_whole(tmp_path, wanted, RING) as file:
            drain(file)

    tracemalloc.start()
    try:
        passes()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
    assert (tmp_path / "copy").stat().st_size == count << 20


def drain(file: BinaryIO) -> None:
    """Read as a response does, 64 KiB at a time."""
    sink = io.BytesIO()
    while block := file.read(1 << 16):
        sink.seek(0)
        sink.write(block)
