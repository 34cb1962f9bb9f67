"""The encrypted stream refuses whatever is not, byte for byte, what was written; so do key bundles.

Chunks are made small here, so that every byte of a stream of five can be changed in turn.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from bangfu.foundation.backup import keys, plans, store, stream
from bangfu.foundation.backup.keys import BackupKey
from bangfu.foundation.backup.records import Entry, Item
from bangfu.foundation.backup.store import BackupSet
from bangfu.kernel.errors import Refused

KEY = BackupKey(b"k" * 32)
HEAD = 6 + 8 + 16
PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHUNK", 64)


def seal(content: bytes, context: str = "a", key: BackupKey = KEY) -> bytes:
    target = io.BytesIO()
    sealer = stream.Sealer(target, key, context)
    sealer.write(content)
    sealer.close()
    assert (sealer.size, sealer.stored_size) == (len(content), len(target.getvalue()))
    return target.getvalue()


def unseal(stored: bytes, context: str = "a", key: BackupKey = KEY) -> bytes:
    return b"".join(stream.unseal(io.BytesIO(stored), key, context))


def frames(stored: bytes) -> list[bytes]:
    """The chunks of a stream, each with its length before it."""
    found, at = [], HEAD
    while at < len(stored):
        end = at + 4 + int.from_bytes(stored[at : at + 4], "big")
        found.append(stored[at:end])
        at = end
    return found


def refusal(stored: bytes, context: str = "a", key: BackupKey = KEY) -> str:
    with pytest.raises(Refused) as caught:
        unseal(stored, context, key)
    return caught.value.code


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 128, 300])
def test_what_was_sealed_comes_back(length: int) -> None:
    content = os.urandom(length)
    assert unseal(seal(content)) == content
    assert unseal(seal(b"\0" * length)) == b"\0" * length


def test_a_file_of_the_stream_reads_in_any_portions() -> None:
    content = os.urandom(1000)
    reader = io.BufferedReader(stream.Reader(io.BytesIO(seal(content)), KEY, "a"), 7)
    assert reader.read(1) + reader.read(499) + reader.read() == content


@pytest.mark.evidence("ASVS-11.3.1")
def test_nothing_of_the_content_stands_in_the_stream_and_no_two_are_alike() -> None:
    first, second = seal(b"510722199001011234" * 9), seal(b"510722199001011234" * 9)
    assert b"5107221990" not in first
    assert first != second


@pytest.mark.evidence("F68")
def test_f68_every_bit_flip_is_refused() -> None:
    stored = seal(os.urandom(300))
    assert len(frames(stored)) == 5
    for place in range(len(stored)):
        changed = bytearray(stored)
        changed[place] ^= 1
        # The magic, or a key's name that no key has, or a chunk that is not genuine.
        named = 6 <= place < 14
        assert refusal(bytes(changed)) == ("E-BACKUP-KEY" if named else "E-BACKUP-DAMAGED")


@pytest.mark.evidence("F68")
def test_f68_every_truncation_is_refused_also_between_two_chunks() -> None:
    stored = seal(os.urandom(300))
    for length in range(len(stored)):
        assert refusal(stored[:length]) == "E-BACKUP-DAMAGED"
    assert refusal(stored + b"\0") == "E-BACKUP-DAMAGED"


@pytest.mark.evidence("F68")
def test_f68_chunks_that_are_swapped_doubled_dropped_or_of_another_stream_are_refused() -> None:
    content = os.urandom(300)
    stored, other = seal(content), seal(content)
    head, parts, foreign = stored[:HEAD], frames(stored), frames(other)
    mixed = [
        [parts[1], parts[0], *parts[2:]],
        [parts[0], *parts],
        parts[1:],
        [*parts[:2], *parts[3:]],
        [*parts, parts[-1]],
        [foreign[0], *parts[1:]],
        [*parts[:-1], foreign[-1]],
        [],
    ]
    for order in mixed:
        assert refusal(head + b"".join(order)) == "E-BACKUP-DAMAGED"


@pytest.mark.evidence("F68")
def test_f68_another_key_and_another_place_are_refused() -> None:
    stored = seal(b"rows")
    assert refusal(stored, key=BackupKey(b"x" * 32)) == "E-BACKUP-KEY"
    assert refusal(stored, context="b") == "E-BACKUP-DAMAGED"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keys, "ITERATIONS", 1000)
    return tmp_path / "home"


def test_the_key_is_made_once_for_its_owner_alone(home: Path) -> None:
    key = keys.load_or_create(home)
    assert keys.load_or_create(home) == key == keys.load(home)
    assert keys.key_path(home).stat().st_mode & 0o077 == 0
    assert key.secret.hex() not in repr(key)
    keys.key_path(home).chmod(0o644)
    with pytest.raises(Refused) as caught:
        keys.load(home)
    assert caught.value.code == "E-BACKUP-KEY-FILE"


@pytest.mark.evidence("F68", "ASVS-11.4.4")
def test_f68_a_key_bundle_opens_by_its_passphrase_alone(home: Path, tmp_path: Path) -> None:
    key = keys.load_or_create(home)
    keyring = home / "keys" / "keyring.json"
    keyring.write_text('{"token": "0b0b"}')
    target = tmp_path / "bundle.json"
    assert keys.export(home, keyring, target, PASSPHRASE) == ["backup.json", "keyring.json"]
    assert key.secret.hex().encode() not in target.read_bytes()
    opened = keys.open_bundle(target, PASSPHRASE)
    assert opened["keyring.json"] == keyring.read_bytes()
    keys.put(tmp_path / "new", opened)
    assert keys.load(tmp_path / "new") == key
    for wrong, code in ((PASSPHRASE + " ", "E-BACKUP-PASSPHRASE"), ("", "E-BACKUP-PASSPHRASE")):
        with pytest.raises(Refused) as caught:
            keys.open_bundle(target, wrong)
        assert caught.value.code == code
    target.write_bytes(target.read_bytes()[:-20])
    with pytest.raises(Refused) as caught:
        keys.open_bundle(target, PASSPHRASE)
    assert caught.value.code == "E-BACKUP-DAMAGED"


@pytest.mark.evidence("ASVS-11.4.4")
def test_a_bundle_is_never_written_over_and_wants_a_long_passphrase(
    home: Path, tmp_path: Path
) -> None:
    keys.load_or_create(home)
    keyring = home / "keys" / "keyring.json"
    for name, passphrase, code in (
        ("a", "short", "E-BACKUP-PASSPHRASE-SHORT"),
        ("b", PASSPHRASE, ""),
        ("b", PASSPHRASE, "E-BACKUP-EXISTS"),
    ):
        try:
            keys.export(home, keyring, tmp_path / name, passphrase)
            found = ""
        except Refused as error:
            found = error.code
        assert found == code


def entry(number: int, previous: str, name: str = "") -> Entry:
    item = Item(name, f"wal/{name}.enc", 1, "", 1, "")
    return Entry(number, previous, f"2026-11-22T00:00:0{number}+00:00", (item,) if name else ())


def test_a_journal_with_an_entry_missing_or_exchanged_is_refused(tmp_path: Path) -> None:
    found = store.make_set(tmp_path, "s", KEY)
    head = store.ZERO
    for number in (1, 2, 3):
        head = found.write_entry(entry(number, head))
    assert [one.number for one, _ in found.entries(0, store.ZERO)] == [1, 2, 3]
    second = tmp_path / "s" / "journal" / "00000002.enc"
    kept = second.read_bytes()
    second.unlink()
    assert journal_refusal(found) == "E-BACKUP-DAMAGED"
    # An entry of the same number from another time is genuine by itself; the chain knows it is not.
    found.write_entry(entry(2, store.ZERO))
    assert journal_refusal(found) == "E-BACKUP-DAMAGED"
    second.write_bytes(kept)
    assert len(list(found.entries(0, store.ZERO))) == 3


def journal_refusal(found: BackupSet) -> str:
    with pytest.raises(Refused) as caught:
        list(found.entries(0, store.ZERO))
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "size", "following"),
    [
        ("000000010000000000000001", 16 << 20, "000000010000000000000002"),
        ("0000000100000000000000FF", 16 << 20, "000000010000000100000000"),
        ("00000001000000000000003F", 64 << 20, "000000010000000100000000"),
    ],
)
def test_the_name_of_the_next_log_file(name: str, size: int, following: str) -> None:
    assert plans.following(name, size) == following
