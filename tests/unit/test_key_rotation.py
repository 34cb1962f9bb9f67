"""The rotation of keys, step by step, over a database that is a dictionary.

Against the real one, with writers and kills beside it: tests/db/test_keys.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bangfu.foundation.crypto import cipher, keys, rotation
from bangfu.foundation.crypto.holdings import BASE64, HEX, Holding, JsonHolding
from bangfu.kernel.errors import InvalidValue, Refused
from tests.rotation_kit import FACTS, PHONE, Database, Store


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database under the first key, and a clock that runs only while somebody sleeps."""
    monkeypatch.setenv(keys.VARIABLE, str(tmp_path / "keyring.json"))
    keys.create(tmp_path / "keyring.json")
    found = Database()
    for number in range(5):
        found.person[number] = cipher.encrypt(f"人{number}")
    found.person[5] = None
    found.act = {
        number: {
            "phone": cipher.encrypt(f"话{number}").hex(),
            "deep": [{"names": [cipher.encrypt("甲").hex(), ""], "phone": None}],
            "plain": "phone",
        }
        for number in range(4)
    }
    clock = [0.5]
    monkeypatch.setattr(rotation.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(
        rotation.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds)
    )

    @contextmanager
    def activate(scope: Any, *, using: str) -> Iterator[None]:
        assert (str(scope.region), using) == ("000000000000", "owner")
        yield

    monkeypatch.setattr(rotation, "activate", activate)
    monkeypatch.setattr(rotation, "connections", {"owner": found})
    holdings: list[Holding] = [FACTS, PHONE]
    monkeypatch.setattr(rotation, "list_holdings", lambda: holdings)
    monkeypatch.setattr(rotation, "list_stores", lambda: found.stores)
    return found


@pytest.fixture
def quarters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that add up to a second exactly."""
    monkeypatch.setattr(rotation, "PAUSE", 0.25)


def texts(base: Database) -> list[str]:
    """Everything in clear."""
    stored = [value for value in base.person.values() if value]
    stored += [value for one in base.act.values() for value in FACTS.values(one)]
    return cipher.decrypt_many(stored)


def under(base: Database) -> dict[int, int]:
    """The number of values by key."""
    found: dict[int, int] = {}
    for held in rotation.status():
        for key, number in held.by_key.items():
            found[key] = found.get(key, 0) + number
    return found


def test_all_values_come_under_a_new_key_and_read_the_same(base: Database) -> None:
    before, told = texts(base), []
    found = rotation.rotate(progress=lambda *one: told.append(one))
    assert texts(base) == before
    assert under(base) == {2: 5 + 8}
    assert found == rotation.Rotation(
        2, True, 13, 0, True, 0.0, {"act.facts": 8, "person.phone": 5}
    )
    # Rows are told as they are done, out of all there are.
    assert told == [(8, 13, "act.facts"), (13, 13, "person.phone")]
    assert base.act[0]["plain"] == "phone"
    assert base.act[0]["deep"][0] == {"names": base.act[0]["deep"][0]["names"], "phone": None}
    assert base.act[0]["deep"][0]["names"][1] == ""
    assert base.person[5] is None
    assert base.asked[0].startswith("SELECT pg_try_advisory_lock")
    assert base.asked[-1].startswith("SELECT pg_snapshot") is False
    assert len([one for one in base.asked if "pg_advisory_unlock" in one]) == 1


def test_files_beside_the_database_come_under_the_new_key_too(base: Database) -> None:
    base.stores = [Store()]
    assert rotation.status()[-1] == rotation.Held("files", {1: 3}, True)
    found = rotation.rotate()
    assert (found.rewritten, found.left, found.columns["files"]) == (16, 0, 3)
    assert base.stores[0].files == {"a": 2, "b": 2, "c": 2}
    assert under(base) == {2: 16}


def test_a_damaged_file_is_left_and_the_rotation_says_so(base: Database) -> None:
    base.stores = [Store("b")]
    assert not rotation.status()[-1].is_readable
    found = rotation.rotate(patience=1.0)
    assert (found.rewritten, found.left, found.damaged) == (15, 1, ["b"])
    # Nothing more can be done, so nothing is waited for.
    assert (found.is_settled, found.seconds) == (True, 0.0)
    assert base.stores[0].files == {"a": 2, "b": 1, "c": 2}


def test_hundreds_of_damaged_files_are_not_waited_for(base: Database) -> None:
    base.stores = [Store("b", [f"b{number}" for number in range(300)])]
    found = rotation.rotate(patience=1.0)
    assert (found.left, len(found.damaged), found.seconds) == (300, 300, 0.0)


def test_a_damaged_file_that_is_taken_away_meanwhile_is_not_named(base: Database) -> None:
    store = Store("b")
    base.stores = [store]
    counted = store.count_by_key

    def taken_away() -> dict[int, int]:
        if 2 in store.files.values():
            store.files.pop("b", None)
        return counted()

    store.count_by_key = taken_away  # type: ignore[method-assign]
    found = rotation.rotate(patience=1.0)
    assert (found.left, found.damaged, found.is_settled) == (0, [], True)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5, 7])
def test_a_batch_is_never_larger_than_asked_for(base: Database, batch: int) -> None:
    found = rotation.rotate(batch=batch)
    assert (found.rewritten, found.left, under(base)) == (13, 0, {2: 13})
    assert max(base.batches) == min(batch, 5)
    assert sum(base.batches) == 5


def test_progress_is_told_batch_by_batch_and_no_row_comes_twice(base: Database) -> None:
    told: list[tuple[int, int, str]] = []
    rotation.rotate(batch=2, progress=lambda *one: told.append(one))
    # Two rows of two values each, twice; then five telephones.
    assert [done for done, _, _ in told] == [4, 8, 10, 12, 13]


def test_rows_that_are_under_the_key_already_are_neither_locked_nor_written(base: Database) -> None:
    keys.add_key()
    for number in (0, 2):
        base.act[number] = {"phone": cipher.encrypt("新").hex(), "deep": [], "plain": ""}
    assert rotation.rotate().columns["act.facts"] == 4
    for statement in ("SELECT facts FROM act WHERE", "UPDATE act SET"):
        assert len([one for one in base.asked if one.startswith(statement)]) == 2


def test_an_older_number_may_be_the_key_that_encrypts(base: Database) -> None:
    """Numbers begin again after 255, and an operator may put an earlier keyring back."""
    rotation.rotate()
    ring = json.loads(keys.keyring_path().read_text())
    keys.keyring_path().write_text(json.dumps({**ring, "active": 1}))
    found = rotation.rotate()
    assert (found.key, found.is_new, found.left) == (1, False, 0)
    assert under(base) == {1: 13}


def test_a_pass_says_how_many_values_it_wrote(base: Database) -> None:
    keys.add_key()
    work = rotation._Work(2, 13, rotation._silent, 500)
    old = base.person[0]
    assert (work.pass_over(), work.pass_over()) == (13, 0)
    base.person[0] = old
    assert (work.pass_over(), work.done) == (1, 14)


def test_a_rotation_that_was_begun_is_finished_under_its_key(base: Database) -> None:
    assert keys.add_key() == 2
    base.person[1] = cipher.encrypt("新")
    base.act[1]["phone"] = cipher.encrypt("新").hex()
    kept = (base.person[1], base.act[1]["phone"])
    found = rotation.rotate()
    assert (found.key, found.is_new, found.rewritten, found.left) == (2, False, 11, 0)
    assert (base.person[1], base.act[1]["phone"]) == kept
    assert rotation.rotate().key == 3


def test_only_one_rotation_at_a_time(base: Database) -> None:
    base.is_free = False
    with pytest.raises(Refused, match="E-CRYPTO-ROTATING"):
        rotation.rotate()
    assert under(base) == {1: 13}
    assert not [one for one in base.asked if "unlock" in one]


def test_the_lock_is_given_back_after_an_error(base: Database) -> None:
    base.person[2] = b"\x01" + bytes(40)
    with pytest.raises(InvalidValue, match="E-CRYPTO-TAMPERED"):
        rotation.rotate()
    assert "unlock" in base.asked[-1]


def test_rows_that_others_hold_are_waited_for_and_then_left(base: Database, quarters: None) -> None:
    base.locked = {3}
    found = rotation.rotate(patience=1.0)
    # Row 3 of both tables: one value, and two.
    assert (found.left, found.rewritten, found.is_settled) == (3, 10, True)
    assert under(base) == {2: 10, 1: 3}
    # The first pass moves; after that a pass each quarter until more than a second has gone.
    assert found.seconds == 1.25
    base.locked = set()
    again = rotation.rotate(patience=1.0)
    assert (again.is_new, again.left, again.rewritten, again.seconds) == (False, 0, 3, 0.0)


def test_patience_begins_anew_with_every_step_forward(base: Database, quarters: None) -> None:
    """Row 4 is set free after a second, row 3 never: the wait of one second starts again."""
    base.locked = {3, 4}
    passes = rotation._Work.pass_over
    count = [0]

    def later(work: Any) -> int:
        count[0] += 1
        if count[0] == 5:
            base.locked = {3}
        return passes(work)

    rotation._Work.pass_over = later  # type: ignore[method-assign]
    try:
        found = rotation.rotate(patience=1.0)
    finally:
        rotation._Work.pass_over = passes  # type: ignore[method-assign]
    assert found.left == 3
    assert found.seconds == 1.0 + 1.25


def test_it_ends_when_nobody_can_be_about_to_add_an_older_value(base: Database) -> None:
    base.writers = [True, True, True]
    found = rotation.rotate(patience=1.0)
    assert (found.left, found.is_settled) == (0, True)
    assert found.seconds == pytest.approx(3 * 0.2)


def test_transactions_that_began_later_are_not_waited_for(base: Database) -> None:
    base.oldest = 107
    assert rotation.rotate(patience=1.0).seconds == 0.0


def test_the_time_is_told_in_thousandths(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "PAUSE", 0.12345)
    base.writers = [True]
    assert rotation.rotate().seconds == 0.123


def test_it_does_not_wait_for_an_older_transaction_for_ever(base: Database, quarters: None) -> None:
    base.writers = [True] * 50
    found = rotation.rotate(patience=1.0)
    assert (found.left, found.is_settled, found.seconds) == (0, False, 1.25)


def test_a_value_added_by_an_older_transaction_is_taken_too(base: Database) -> None:
    old = cipher.encrypt("晚到")
    base.writers = [True, True]
    passes, count = rotation._Work.pass_over, [0]

    def later(work: Any) -> int:
        count[0] += 1
        done = passes(work)
        if count[0] == 1:
            base.person[9] = old
        return done

    rotation._Work.pass_over = later  # type: ignore[method-assign]
    told: list[tuple[int, int, str]] = []
    try:
        found = rotation.rotate(progress=lambda *one: told.append(one))
    finally:
        rotation._Work.pass_over = passes  # type: ignore[method-assign]
    assert (found.left, found.rewritten) == (0, 14)
    # More than there were at the beginning: the total grows with what is done.
    assert told[-1] == (14, 14, "person.phone")
    assert found.columns == {"act.facts": 8, "person.phone": 6}


def test_the_status_counts_by_key_and_tries_a_value_of_the_rarest(base: Database) -> None:
    keys.add_key()
    base.person[0] = cipher.encrypt("新")
    facts, phones = rotation.status()
    assert phones == rotation.Held("person.phone", {1: 4, 2: 1}, True)
    assert facts == rotation.Held("act.facts", {1: 8}, True)
    assert (rotation.count_old(2), rotation.count_old(1)) == (12, 1)
    base.person[0] = b"\x02" + bytes(40)
    assert [held.is_readable for held in rotation.status()] == [True, False]
    base.act[3]["phone"] = (b"\x01" + bytes(40)).hex()
    base.act[3]["deep"] = []
    assert [held.is_readable for held in rotation.status()] == [False, False]
    base.person, base.act = {}, {}
    assert rotation.status() == [
        rotation.Held("act.facts", {}, True),
        rotation.Held("person.phone", {}, True),
    ]
    assert rotation.rotate().rewritten == 0


def test_a_key_is_retired_when_nothing_lies_under_it(base: Database) -> None:
    keys.add_key()
    with pytest.raises(Refused, match="E-CRYPTO-KEY-IN-USE") as caught:
        rotation.retire(1)
    assert caught.value.params == {"key": 1, "count": 13}
    rotation.rotate()
    rotation.retire(1)
    assert sorted(keys.get_keyring().encryption) == [2]
    with pytest.raises(Refused, match="E-CRYPTO-KEY-NOT-THERE"):
        rotation.retire(1)


@pytest.mark.parametrize("codec", [HEX, BASE64], ids=["hex", "base64"])
def test_ciphertext_inside_json_is_found_and_replaced_wherever_its_name_stands(codec: Any) -> None:
    read, write = codec
    held = JsonHolding("t", "id", "uuid", "c", frozenset({"a"}), read, write)
    content = {"a": write(b"1"), "b": [{"a": [write(b"2"), "", None, 7]}, "a"], "c": {"a": None}}
    assert held.name == "t.c"
    assert list(held.values(content)) == [b"1", b"2"]
    assert held.replace(content, lambda value: value + b"!") == {
        "a": write(b"1!"),
        "b": [{"a": [write(b"2!"), "", None, 7]}, "a"],
        "c": {"a": None},
    }
    assert held.replace("a", lambda value: b"") == "a"
    assert read(write(b"\x00\xff")) == b"\x00\xff"
    assert isinstance(write(b"\x00"), str)
