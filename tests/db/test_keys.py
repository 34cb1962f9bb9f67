"""Changing the key that encrypts: everything is encrypted anew while others write, a rotation
that was killed goes on, and a lost keyring is not replaced by a new one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, connections

from bangfu.domains.registry.acts.values import to_json
from bangfu.domains.registry.models import Act, Household, Person, Source
from bangfu.foundation import files
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.selectors import list_events
from bangfu.foundation.crypto import cipher, holdings, keys, rotation
from bangfu.foundation.crypto.services import retire_key, rotate_keys
from bangfu.foundation.crypto.tokens import person_token
from bangfu.foundation.database import scope_keys
from bangfu.foundation.files import services as files_of
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import AS_OF, NOW, add_household, add_source, id_number
from tests.cast import YUNXI, add_small_country

NATION = command_scope(RegionCode("000000000000"), "tests")
COUNTY = command_scope(YUNXI, "tests")
VILLAGE = "990101101201"
PHONE = "13900000000"

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def own_scope_key(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A signing key of this test's own: a rotation changes it, and the session's signs for all
    workers' databases."""
    mine = tmp_path / "scope.json"
    shutil.copy2(scope_keys.path(), mine)
    with monkeypatch.context() as patch:
        patch.setenv(scope_keys.VARIABLE, str(mine))
        yield
    with connections["owner"].cursor() as cursor:
        scope_keys.tell(cursor)
    connections["owner"].close()


@pytest.fixture(autouse=True)
def no_other_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other workers have open in databases of their own on the same server is not waited
    for; that a rotation waits for what is open is held by tests/unit/test_key_rotation.py."""
    monkeypatch.setattr(rotation, "_OLDEST", rotation._NEXT)


def others_write() -> bool:
    """Return whether another worker has a transaction open that wrote something."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock'"
            " AND a.datname <> current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring of this test's own, known to child processes too."""
    path = tmp_path / "keyring.json"
    monkeypatch.setenv(keys.VARIABLE, str(path))
    add_small_country()
    keys.create(path)
    yield path
    connections["owner"].close()


def add_people(source: Source, number: int, first: int = 100) -> list[UUID]:
    """Add people with a telephone, number by number."""
    people = [
        Person(
            region_code=VILLAGE,
            name="甲",
            id_number=id_number("990101", first + each),
            id_token=person_token(id_number("990101", first + each)),
            phone=f"139{first + each:08d}",
            phone_token="0" * 64,
            source=source,
            as_of=AS_OF,
            recorded_at=NOW,
        )
        for each in range(number)
    ]
    with activate(COUNTY):
        return [one.id for one in Person.objects.bulk_create(people)]


def add_register() -> UUID:
    """Add a household with an earlier version, a telephone, and an act that keeps ciphertext."""
    with activate(COUNTY):
        source = add_source(YUNXI, "云溪县名册.xlsx")
        home = add_household(source, "H1", VILLAGE, "王大山", "wangdashan", 1, phone=PHONE)
        Household.objects.filter(id=home).update(phone_token="1" * 64, net_income=1)
        Act.objects.create(
            region_code=VILLAGE,
            kind="CORRECTION",
            happened_on=AS_OF,
            households=[home],
            persons=[],
            changes=[
                {
                    "table": "household",
                    "id": str(home),
                    "before": {"phone": None, "net_income": "1"},
                    "after": {"phone": to_json("household", "phone", PHONE), "net_income": "2"},
                }
            ],
            source_id=uuid7(),
            recorded_at=NOW,
            recorded_by="甲",
        )
    add_people(source, 40)
    return home


def under(key: int) -> int:
    """Return how many values lie under a key."""
    return sum(held.by_key.get(key, 0) for held in rotation.status())


def bangfu(*arguments: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bangfu.cli.main", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


@pytest.mark.evidence("ASVS-11.2.2")
@pytest.mark.evidence("ASVS-11.2.2", "GB22239-8.1.4.8-b")
def test_everything_is_encrypted_anew_and_reads_the_same(ring: Path) -> None:
    home = add_register()
    before = under(1)
    # 41 ID numbers, 40 telephones of people; the household's, its earlier version's, the act's.
    assert before == 41 + 40 + 1 + 1 + 1
    found, signing = rotate_keys(scope=NATION, at=NOW, batch=7)
    assert (found.key, found.is_new, found.rewritten, found.left) == (2, True, before, 0)
    assert found.is_settled
    assert signing is not None
    assert (under(1), under(2)) == (0, before)
    with activate(COUNTY):
        household = Household.objects.get(id=home)
        assert household.phone == PHONE
        assert [version.phone for version in household.versions.all()] == [PHONE]
        known = Person.objects.filter(phone__isnull=False)
        numbers = set(known.values_list("id_number", flat=True))
        kept = Act.objects.get().changes[0]
    assert numbers == {id_number("990101", each) for each in range(100, 140)}
    assert cipher.decrypt(bytes.fromhex(kept["after"]["phone"])) == PHONE
    assert (kept["before"], kept["after"]["net_income"]) == (
        {"phone": None, "net_income": "1"},
        "2",
    )


def test_a_change_of_keys_is_no_change_of_the_register(ring: Path) -> None:
    home = add_register()
    rotate_keys(scope=NATION, at=NOW)
    rotate_keys(scope=NATION, at=NOW)
    with activate(COUNTY):
        household = Household.objects.get(id=home)
        assert household.versions.count() == 1
        assert household.recorded_at == NOW
        assert not Person.pgh_event_model.objects.exists()
    actions = [event.action for event in list_events(NATION, subject_kind="crypto.keyring")]
    assert actions == ["crypto.rotation.ended", "crypto.rotation.started"] * 2


def test_an_old_key_goes_only_when_nothing_needs_it(ring: Path) -> None:
    add_register()
    keys.add_key()
    with pytest.raises(Refused, match="E-CRYPTO-KEY-IN-USE"):
        retire_key(scope=NATION, at=NOW, number=1)
    found, _ = rotate_keys(scope=NATION, at=NOW)
    assert (found.key, found.is_new) == (2, False)
    retire_key(scope=NATION, at=NOW, number=1)
    assert sorted(keys.get_keyring().encryption) == [2]
    assert all(held.is_readable for held in rotation.status())


def test_rows_that_others_hold_are_left_and_taken_next_time(ring: Path) -> None:
    add_register()
    waiting, release = threading.Event(), threading.Event()

    def hold() -> None:
        with activate(COUNTY):
            list(Person.objects.select_for_update().order_by("id")[:3])
            waiting.set()
            release.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert waiting.wait(10)
    found, signing = rotate_keys(scope=NATION, at=NOW, patience=0.5)
    release.set()
    holder.join()
    assert found.left in (5, 6)
    assert signing is None
    found, _ = rotate_keys(scope=NATION, at=NOW)
    assert (found.is_new, found.left) == (False, 0)


def test_killed_in_the_middle_it_goes_on_where_it_stopped(ring: Path) -> None:
    add_register()
    with activate(COUNTY):
        source = Source.objects.get()
    add_people(source, 150, first=200)
    before = under(1)
    child = bangfu("keys", "rotate", "--batch", "1")
    deadline = time.monotonic() + 240
    while under(2) < 5 and time.monotonic() < deadline:
        assert child.poll() is None, child.communicate()[1]
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    done = under(2)
    assert 5 <= done < before
    # Half and half, and everything is read and written meanwhile.
    with activate(COUNTY):
        assert len({str(one.id_number) for one in Person.objects.all()}) == 191
    result = json.loads(bangfu("keys", "rotate", "--json").communicate(timeout=120)[0])
    assert (result["new"], result["key"], result["left"]) == (False, 2, 0)
    assert result["rewritten"] == before - done
    assert (under(1), under(2)) == (0, before)


@pytest.mark.evidence("ASVS-11.2.2")
def test_a_server_that_goes_on_writing_loses_nothing(ring: Path) -> None:
    """A writer adds people and changes telephones all the time; every last value it wrote is
    there afterwards, under the new key, and it never met an error."""
    add_register()
    with activate(COUNTY):
        source = Source.objects.get()
    ids = add_people(source, 60, first=300)
    written: dict[UUID, str] = {}
    failures: list[BaseException] = []
    stop = threading.Event()

    def write() -> None:
        turn = 0
        try:
            while not stop.is_set():
                turn += 1
                one = ids[turn % len(ids)]
                phone = f"138{turn:08d}"
                with activate(COUNTY):
                    person = Person.objects.select_for_update().get(id=one)
                    person.phone, person.phone_token = phone, f"{turn:064x}"
                    person.save()
                written[one] = phone
                if turn % 10 == 0 and turn < 3000:
                    new = add_people(source, 1, first=400 + turn // 10)
                    written[new[0]] = f"139{400 + turn // 10:08d}"
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        output, errors = bangfu("keys", "rotate", "--batch", "5", "--json").communicate(timeout=200)
        time.sleep(0.3)
    finally:
        stop.set()
        writer.join()
    assert failures == []
    result = json.loads(output)
    assert (result["new"], result["left"]) == (True, 0), errors
    assert result["settled"] or others_write(), errors
    assert len(written) > 60
    with activate(COUNTY):
        kept = dict(Person.objects.filter(id__in=written).values_list("id", "phone"))
    assert kept == written
    assert under(1) == 0


@pytest.mark.evidence("ASVS-13.3.1")
def test_a_lost_keyring_is_refused_and_none_is_made(ring: Path) -> None:
    add_register()
    ring.rename(ring.with_suffix(".gone"))
    with pytest.raises(Refused, match="E-CRYPTO-KEYRING-LOST"):
        cipher.encrypt("甲")
    child = bangfu("keys", "status", "--json")
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 1
    assert json.loads(output)["errors"][0]["code"] == "E-CRYPTO-KEYRING-LOST"
    assert not ring.exists()
    ring.with_suffix(".gone").rename(ring)
    assert cipher.decrypt(cipher.encrypt("甲")) == "甲"


def test_a_new_installation_makes_its_own(ring: Path) -> None:
    ring.unlink()
    assert not holdings.holds_ciphertext()
    assert cipher.decrypt(cipher.encrypt("甲")) == "甲"
    assert ring.exists()


def test_another_installations_keyring_is_seen_by_the_status(ring: Path) -> None:
    add_register()
    ring.unlink()
    keys.create(ring)
    assert not any(held.is_readable for held in rotation.status() if held.by_key)


def kept_files(number: int) -> list[FileRecord]:
    """Keep so many files of a county."""
    return [
        files.save(COUNTY, f"{each}.jpg", f"paper {each}".encode(), "changes.evidence", at=NOW)
        for each in range(number)
    ]


def lay_in_clear(record: FileRecord, content: bytes) -> None:
    """Put a file where it lay before files were encrypted."""
    (files_of.folder() / record.path).write_bytes(content)


def by_key() -> dict[int, int]:
    return {held.name: held for held in rotation.status()}["files_stored"].by_key


@pytest.mark.evidence("ASVS-11.2.2", "GB22239-8.1.4.8-b")
def test_stored_files_get_the_new_key_too(ring: Path) -> None:
    kept = kept_files(4)
    assert by_key() == {1: 4}
    (files_of.folder() / kept[3].path).unlink()
    found, _ = rotate_keys(scope=NATION, at=NOW)
    assert (found.key, found.columns, found.left) == (2, {"files_stored": 3}, 0)
    assert by_key() == {2: 3}
    for each in range(3):
        assert files.open_file(COUNTY, kept[each].id).read() == f"paper {each}".encode()
    retire_key(scope=NATION, at=NOW, number=1)
    assert files.open_file(COUNTY, kept[0].id).read() == b"paper 0"


def test_files_in_clear_from_before_are_encrypted_under_the_present_key(ring: Path) -> None:
    kept = kept_files(3)
    lay_in_clear(kept[0], b"paper 0")
    assert by_key() == {0: 1, 1: 2}
    found, _ = rotate_keys(scope=NATION, at=NOW)
    assert (found.key, found.is_new, found.columns) == (1, False, {"files_stored": 1})
    assert by_key() == {1: 3}
    assert b"paper" not in (files_of.folder() / kept[0].path).read_bytes()
    assert files.open_file(COUNTY, kept[0].id).read() == b"paper 0"


def test_a_damaged_file_is_named_left_alone_and_holds_its_key(ring: Path) -> None:
    kept = kept_files(3)
    keys.add_key()
    lay_in_clear(kept[0], b"another")
    sealed = (files_of.folder() / kept[1].path).read_bytes()
    lay_in_clear(kept[1], sealed[:-1])
    found, _ = rotate_keys(scope=NATION, at=NOW)
    names = sorted(f"files/{one.path}" for one in kept[:2])
    assert (found.damaged, found.left, found.is_new) == (names, 2, False)
    assert by_key() == {0: 1, 1: 1, 2: 1}
    assert not {held.name: held for held in rotation.status()}["files_stored"].is_readable
    with pytest.raises(Refused, match="E-CRYPTO-KEY-IN-USE"):
        retire_key(scope=NATION, at=NOW, number=1)
    # Restored from the backup, they get the present key.
    lay_in_clear(kept[0], b"paper 0")
    lay_in_clear(kept[1], sealed)
    found, _ = rotate_keys(scope=NATION, at=NOW)
    assert (found.key, found.damaged, found.left) == (2, [], 0)
    assert by_key() == {2: 3}


def test_a_keyring_is_not_replaced_while_a_stored_file_needs_it(ring: Path) -> None:
    kept = kept_files(1)
    ring.rename(ring.with_suffix(".gone"))
    with pytest.raises(Refused, match="E-CRYPTO-KEYRING-LOST"):
        cipher.encrypt("甲")
    lay_in_clear(kept[0], b"paper 0")
    assert cipher.decrypt(cipher.encrypt("甲")) == "甲"


def test_every_encrypted_column_is_found(ring: Path) -> None:
    found = {one.name for one in holdings.list_holdings()}
    assert {
        "registry_person.id_number",
        "registry_person_version.id_number",
        "registry_household.account",
        "registry_household_version.account",
        "changes_request.facts",
        "changes_request_version.facts",
        "feeds_authorization.person_name",
        "registry_act.changes",
        "mfa_authenticator.data",
    } <= found
