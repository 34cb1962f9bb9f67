"""The key that signs the database's context, by itself: its file, its HMAC, its rotation."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bangfu.foundation.database import scope_keys
from bangfu.foundation.database.scope_keys import ScopeKeys
from bangfu.kernel.errors import Refused

KEY, OTHER = bytes(range(32)), b"\x0b" * 32


class Cursor:
    """Keeps the keys that the database would know, and what the file said at each statement."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[bytes, bytes]] = {}
        self.signing: list[int] = []

    def execute(self, query: str, values: list[Any]) -> None:
        """Understand the two statements of `tell`."""
        self.signing.append(scope_keys.get().active)
        if query.startswith("INSERT INTO bangfu_scope_key"):
            number, inner, outer = values
            self.known[number] = (inner, outer)
        else:
            assert query == "DELETE FROM bangfu_scope_key WHERE NOT (id = ANY(%s))"
            self.known = {one: pads for one, pads in self.known.items() if one in values[0]}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a key file is to be; there is none yet."""
    path = tmp_path / "home" / "keys" / "scope.json"
    monkeypatch.setenv(scope_keys.VARIABLE, str(path))
    return path


def write(path: Path, **changes: object) -> None:
    keys = [{"id": 4, "key": KEY.hex()}, {"id": 7, "key": OTHER.hex()}]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": 1, "active": 7, "keys": keys, **changes}))
    path.chmod(0o600)


def test_the_first_key_is_made_once_for_its_owner_alone(file: Path) -> None:
    made = scope_keys.get()
    assert (made.active, sorted(made.keys)) == (1, [1])
    assert len(made.keys[1]) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]
    content = json.loads(file.read_text())
    assert content == {
        "format": 1,
        "active": 1,
        "keys": [{"id": 1, "key": made.keys[1].hex()}],
    }
    assert scope_keys.get() is made


def test_of_two_that_make_the_first_key_at_once_one_wins(file: Path) -> None:
    first = scope_keys.get()
    scope_keys._write(file, {1: OTHER}, 1, first=True)
    assert list(file.parent.iterdir()) == [file]
    assert scope_keys.get().keys == first.keys
    scope_keys._write(file, {1: OTHER}, 1)
    assert scope_keys.get().keys[1] == OTHER
    assert list(file.parent.iterdir()) == [file]


def test_the_key_of_another_process_that_was_quicker_stays(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(size: int) -> bytes:
        write(file)
        return bytes(size)

    monkeypatch.setattr(scope_keys.secrets, "token_bytes", slow)
    assert sorted(scope_keys.get().keys) == [4, 7]


def test_the_file_lies_in_the_home_when_nothing_else_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(scope_keys.VARIABLE, raising=False)
    monkeypatch.setattr(scope_keys.settings, "BANGFU_HOME", tmp_path)
    assert scope_keys.path() == tmp_path / "keys" / "scope.json"


def test_a_changed_file_is_read_anew(file: Path) -> None:
    write(file)
    assert scope_keys.get().active == 7
    before = file.stat()
    # Same size and same time: another file all the same.
    file.rename(file.with_suffix(".old"))
    write(file, active=4)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert scope_keys.get().active == 4
    # Older than what was read, as when it comes out of a backup.
    write(file)
    os.utime(file, (0, 0))
    assert scope_keys.get().active == 7


@pytest.mark.evidence("ASVS-11.4.1")
def test_a_signature_is_hmac_sha256_under_the_active_key_with_its_id() -> None:
    keys = ScopeKeys(7, MappingProxyType({4: KEY, 7: OTHER}))
    expected = hmac.new(OTHER, "甲:1".encode(), hashlib.sha256).hexdigest()
    assert keys.sign("甲:1") == f"7:{expected}"
    assert repr(keys) == "ScopeKeys(active=7, keys=[4, 7])"


@pytest.mark.evidence("ASVS-11.4.1")
@pytest.mark.parametrize("size", [0, 1, 32, 63, 64, 65, 131])
def test_the_pads_are_what_hmac_hashes(size: int) -> None:
    """RFC 2104, against Python's own: what the database computes from the two pads."""
    key, message = bytes(range(size)), b"what do ya want for nothing?"
    inner, outer = scope_keys.pads(key)
    assert (len(inner), len(outer)) == (64, 64)
    found = hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).hexdigest()
    assert found == hmac.new(key, message, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601])
def test_a_file_open_to_others_is_refused(file: Path, mode: int) -> None:
    write(file)
    file.chmod(mode)
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY-FILE"):
        scope_keys.get()


@pytest.mark.parametrize(
    "changes",
    [
        {"active": 5},
        {"active": "x"},
        {"active": None},
        {"keys": None},
        {"keys": []},
        {"keys": [{"id": 7}]},
        {"keys": [{"id": 7, "key": "no hex"}]},
        *(
            {"keys": [{"id": 7, "key": OTHER.hex()}, {"id": 4, "key": "0b" * size}]}
            for size in (0, 31, 33, 64)
        ),
    ],
    ids=str,
)
def test_a_malformed_file_is_refused(file: Path, changes: dict[str, object]) -> None:
    write(file, **changes)
    with pytest.raises(Refused, match="E-DB-SCOPE-KEY-FILE"):
        scope_keys.get()


def test_the_database_knows_the_keys_of_the_file_and_no_others(file: Path) -> None:
    write(file)
    cursor = Cursor()
    cursor.known = {9: (b"", b""), 4: (b"", b"")}
    scope_keys.tell(cursor)
    assert cursor.known == {4: scope_keys.pads(KEY), 7: scope_keys.pads(OTHER)}


def test_a_rotation_signs_with_the_new_key_after_the_database_knows_it(file: Path) -> None:
    write(file)
    cursor = Cursor()
    assert scope_keys.rotate(cursor) == 8
    found = scope_keys.get()
    assert (found.active, sorted(found.keys)) == (8, [7, 8])
    assert found.keys[7] == OTHER
    assert len(found.keys[8]) == 32
    assert set(cursor.signing) == {7}
    assert cursor.known == {one: scope_keys.pads(key) for one, key in found.keys.items()}
