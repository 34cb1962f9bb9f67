"""Encryption and tokens against published vectors, and what tampering does."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.exceptions import FieldError
from django.db import models
from django.utils.functional import lazystr

from bangfu.foundation.crypto import cipher, keys, tokens
from bangfu.foundation.crypto.fields import EncryptedField
from bangfu.kernel.errors import InvalidValue, Refused

KEY_1 = "0123456789abcdeffedcba9876543210"
KEY_2 = "00112233445566778899aabbccddeeff"
TOKEN_KEY = "0b" * 32


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of two keys, the second one active."""
    path = tmp_path / "keyring.json"
    write(path, active=2)
    monkeypatch.setenv(keys.VARIABLE, str(path))
    return path


def write(path: Path, **changes: object) -> None:
    content = {
        "format": 1,
        "active": 1,
        "encryption": [{"id": 1, "key": KEY_1}, {"id": 2, "key": KEY_2}],
        "token": TOKEN_KEY,
    }
    path.write_text(json.dumps({**content, **changes}))
    path.chmod(0o600)
    keys._load.cache_clear()


@pytest.mark.evidence("ASVS-11.3.2", "ASVS-11.2.3")
def test_sm4_is_the_cipher_of_gb_t_32907() -> None:
    """Annex A.1 of GB/T 32907-2016: key and plaintext are the same 16 bytes."""
    block = bytes.fromhex(KEY_1)
    worker = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()
    assert worker.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.evidence("ASVS-11.3.1", "ASVS-11.3.2", "GB39786-8.4-e")
def test_sm4_gcm_agrees_with_rfc_8998() -> None:
    """RFC 8998 A.1."""
    nonce = bytes.fromhex("00001234567800000000abcd")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    worker = Cipher(algorithms.SM4(bytes.fromhex(KEY_1)), modes.GCM(nonce)).encryptor()
    worker.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    assert (worker.update(plain) + worker.finalize()).hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert worker.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


@pytest.mark.evidence("ASVS-11.4.1", "ASVS-11.4.3")
def test_sm3_is_the_hash_of_gb_t_32905() -> None:
    """Annex A.1 of GB/T 32905-2016."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


@pytest.mark.evidence("ASVS-11.4.1")
def test_a_token_is_hmac_over_sm3_by_hand(ring: Path) -> None:
    """HMAC (RFC 2104) written out: H(key ^ opad, H(key ^ ipad, text)), block of 64 bytes."""

    def sm3(data: bytes) -> bytes:
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()

    key = bytes.fromhex(TOKEN_KEY).ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in key) + b"person:11010119900307123X")
    expected = sm3(bytes(byte ^ 0x5C for byte in key) + inner).hex()
    assert tokens.person_token("11010119900307123X") == expected
    assert tokens.person_token("11010119900307123x") == expected
    assert len(expected) == tokens.TOKEN_LENGTH


def test_kinds_of_values_have_tokens_of_their_own(ring: Path) -> None:
    same = "13800138000"
    found = {tokens.person_token(same), tokens.phone_token(same), tokens.account_token(same)}
    assert len(found) == 3
    assert tokens.tokens([same, same], kind="phone") == [tokens.phone_token(same)] * 2


def test_an_empty_value_has_no_token(ring: Path) -> None:
    with pytest.raises(ValueError, match="no token"):
        tokens.person_token("")


@pytest.mark.evidence("ASVS-11.3.1")
def test_what_was_encrypted_comes_back_and_never_looks_the_same(ring: Path) -> None:
    texts = ["11010119900307123X", "", "䶮𬭎"]
    stored = cipher.encrypt_many(texts)
    assert cipher.decrypt_many(stored) == texts
    assert cipher.encrypt(texts[0]) != cipher.encrypt(texts[0])
    assert stored[0][0] == 2
    assert len(stored[0]) == 1 + 12 + 18 + 16
    assert b"19900307" not in stored[0]


@pytest.mark.evidence("ASVS-11.3.2")
def test_a_stored_value_is_key_id_nonce_ciphertext_and_tag_by_hand(
    ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    noise = bytes(range(36))

    def random(size: int) -> bytes:
        asked.append(size)
        return noise[:size]

    monkeypatch.setattr(cipher.os, "urandom", random)
    texts = ["11010119900307123X", "", "䶮"]
    expected = []
    for place, text in enumerate(texts):
        nonce = noise[place * 12 : place * 12 + 12]
        worker = Cipher(algorithms.SM4(bytes.fromhex(KEY_2)), modes.GCM(nonce)).encryptor()
        body = worker.update(text.encode()) + worker.finalize()
        assert len(worker.tag) == 16
        expected.append(b"\x02" + nonce + body + worker.tag)
    assert cipher.encrypt_many(texts) == expected
    assert asked == [36]
    assert cipher.decrypt_many(expected) == texts


@pytest.mark.evidence("ASVS-11.3.3")
@pytest.mark.parametrize("size", range(29))
def test_what_is_shorter_than_a_stored_value_can_be_was_tampered_with(
    ring: Path, size: int
) -> None:
    stored = cipher.encrypt("")
    assert len(stored) == 29
    with pytest.raises(InvalidValue, match="E-CRYPTO-TAMPERED"):
        cipher.decrypt(stored[:size])


@pytest.mark.evidence("ASVS-11.2.2")
def test_a_value_under_an_older_key_is_still_read(ring: Path) -> None:
    write(ring, active=1)
    old = cipher.encrypt("甲")
    write(ring, active=2)
    assert old[0] == 1
    assert cipher.decrypt(old) == "甲"


@pytest.mark.evidence("ASVS-11.3.3", "GB39786-8.4-g", "GB22239-8.1.4.7-b")
@pytest.mark.parametrize("place", [1, 13, -1])
def test_a_flipped_bit_anywhere_is_noticed(ring: Path, place: int) -> None:
    stored = bytearray(cipher.encrypt("110101199003071234"))
    stored[place] ^= 1
    with pytest.raises(InvalidValue, match="E-CRYPTO-TAMPERED"):
        cipher.decrypt(bytes(stored))


@pytest.mark.evidence("ASVS-11.3.3")
def test_a_shortened_value_and_an_unknown_key_are_noticed(ring: Path) -> None:
    stored = cipher.encrypt("甲")
    with pytest.raises(InvalidValue, match="E-CRYPTO-TAMPERED"):
        cipher.decrypt(stored[:20])
    with pytest.raises(InvalidValue, match="E-CRYPTO-KEY-UNKNOWN") as caught:
        cipher.decrypt(b"\x07" + stored[1:])
    assert caught.value.params == {"key": 7, "known": [1, 2]}


@pytest.mark.evidence("ASVS-13.3.1", "ASVS-11.5.1")
def test_a_new_installation_makes_its_keys_once_and_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "home" / "keys" / "keyring.json"
    monkeypatch.setenv(keys.VARIABLE, str(path))
    monkeypatch.setattr(keys, "holds_ciphertext", lambda: False)
    first = keys.get_keyring()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert json.loads(path.read_text())["format"] == 1
    assert (len(first.encryption[1]), len(first.token)) == (16, 32)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_text()
    keys.create(path)
    assert path.read_text() == content
    assert list(path.parent.iterdir()) == [path]
    assert repr(first) == "Keyring(active=1, keys=[1])"


@pytest.mark.evidence("ASVS-13.3.2", "ASVS-13.3.1")
def test_a_lost_keyring_is_refused_when_the_database_holds_ciphertext(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys" / "keyring.json"
    monkeypatch.setenv(keys.VARIABLE, str(path))
    monkeypatch.setattr(keys, "holds_ciphertext", lambda: True)
    with pytest.raises(Refused, match="E-CRYPTO-KEYRING-LOST"):
        cipher.encrypt("甲")
    assert not path.exists()


def test_the_keyring_lies_in_the_home_when_nothing_else_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(keys.VARIABLE, raising=False)
    monkeypatch.setattr(keys.settings, "BANGFU_HOME", tmp_path)
    assert keys.keyring_path() == tmp_path / "keys" / "keyring.json"


def test_a_changed_keyring_is_read_anew_at_the_next_value(ring: Path) -> None:
    assert cipher.encrypt("甲")[0] == 2
    assert keys.add_key() == 3
    assert cipher.encrypt("甲")[0] == 3
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert tokens.person_token("110101199003071234") == tokens.person_token("110101199003071234")
    # Another process's change comes through as well: the file is looked at, not remembered.
    changed = json.loads(ring.read_text())
    ring.write_text(json.dumps({**changed, "active": 1}))
    assert cipher.encrypt("甲")[0] == 1


def test_a_keyring_that_does_not_fit_on_the_disk_leaves_nothing_and_the_old_one_stays(
    ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ring.read_bytes()

    def no_room(_: int) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(keys.os, "fsync", no_room)
    with pytest.raises(OSError, match="no room"):
        keys.add_key()
    assert ring.read_bytes() == before
    assert [one.name for one in ring.parent.iterdir() if one.name.startswith(".keyring-")] == []


def test_the_key_that_encrypts_is_not_dropped(ring: Path) -> None:
    with pytest.raises(Refused, match="E-CRYPTO-KEY-NOT-THERE"):
        keys.drop_key(2)
    keys.drop_key(1)
    with pytest.raises(Refused, match="E-CRYPTO-KEY-NOT-THERE"):
        keys.drop_key(1)
    assert sorted(keys.get_keyring().encryption) == [2]


def test_of_three_keys_the_named_one_goes_wherever_it_stands(ring: Path) -> None:
    three = [{"id": number, "key": KEY_1} for number in (1, 2, 3)]
    for active, number, left in ((3, 2, [1, 3]), (1, 2, [1, 3]), (2, 1, [2, 3])):
        write(ring, encryption=three, active=active)
        keys.drop_key(number)
        assert sorted(keys.get_keyring().encryption) == left
        assert keys.get_keyring().active == active


def test_a_new_key_takes_the_next_id_and_the_last_one_is_255(ring: Path) -> None:
    for known, active, fresh in (((2, 3), 3, 4), ((2, 5), 3, None), (range(1, 255), 254, 255)):
        write(ring, encryption=[{"id": one, "key": KEY_1} for one in known], active=active)
        if fresh is None:
            with pytest.raises(Refused, match="E-CRYPTO-KEYRING"):
                keys.add_key()
        else:
            assert keys.add_key() == fresh
            assert keys.get_keyring().active == fresh


def test_a_keyring_is_read_once_for_as_long_as_its_file_stays(ring: Path) -> None:
    assert keys.get_keyring() is keys.get_keyring()


def test_all_255_ids_are_used_before_a_key_is_refused(ring: Path) -> None:
    every = [{"id": number, "key": KEY_1} for number in range(1, 256)]
    write(ring, encryption=every, active=255)
    with pytest.raises(Refused, match="E-CRYPTO-KEYRING-FULL"):
        keys.add_key()
    write(ring, encryption=every[100:], active=255)
    assert keys.add_key() == 1


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601])
def test_a_keyring_open_to_others_is_refused(ring: Path, mode: int) -> None:
    ring.chmod(mode)
    keys._load.cache_clear()
    with pytest.raises(Refused, match="E-CRYPTO-KEYRING-OPEN"):
        cipher.encrypt("甲")


@pytest.mark.parametrize(
    "changes",
    [
        {"active": 3},
        {"token": "0b"},
        {"token": "0b" * 31},
        {"token": "0b" * 33},
        {"encryption": [{"id": 1, "key": "0b"}]},
        {"encryption": [{"id": 1, "key": "0b" * 15}]},
        {"encryption": [{"id": 1, "key": "0b" * 17}]},
        *(
            {"encryption": [{"id": 1, "key": KEY_1}, {"id": number, "key": KEY_1}]}
            for number in (0, -1, 256, 300)
        ),
        {"encryption": [{"id": 1, "key": "no hex"}]},
        {"encryption": None},
    ],
)
def test_a_malformed_keyring_is_refused(ring: Path, changes: dict[str, object]) -> None:
    write(ring, **changes)
    with pytest.raises(Refused, match="E-CRYPTO-KEYRING"):
        cipher.encrypt("甲")


def test_an_encrypted_field_cannot_be_searched_or_serialised() -> None:
    field = EncryptedField()
    field.name = "id_number"
    with pytest.raises(FieldError, match="token"):
        field.get_lookup("exact")
    with pytest.raises(FieldError, match="token"):
        field.get_lookup("startswith")
    # Not the same object as the word in the code, as when it comes from a query.
    assert field.get_lookup("".join(["is", "null"])) is models.lookups.IsNull
    assert field.is_encrypted
    with pytest.raises(FieldError, match="serialised"):
        field.value_to_string(object())


def test_an_encrypted_field_is_text_in_python_and_ciphertext_in_the_database(ring: Path) -> None:
    field = EncryptedField()
    connection = SimpleNamespace(Database=SimpleNamespace(Binary=bytes))
    stored = field.get_db_prep_value("甲", connection)
    assert cipher.decrypt(stored) == "甲"
    assert field.get_db_prep_value(stored, connection) == stored
    assert field.get_db_prep_value(None, connection) is None
    # Django would write lazy text as it is, in clear.
    for value in (lazystr("甲"), 7, ["甲"]):
        with pytest.raises(TypeError, match="takes text"):
            field.get_db_prep_value(value, connection)
    assert field.from_db_value(memoryview(stored), None, connection) == "甲"
    assert field.from_db_value(None, None, connection) is None
    assert (field.to_python("甲"), field.to_python(None)) == ("甲", None)
