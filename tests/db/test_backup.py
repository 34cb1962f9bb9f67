"""A backup of our own cluster comes back: whole, to an instant, or not at all; never over data."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from bangfu.foundation.backup import drill, keys, plans, restoring, shipping, state, store
from bangfu.foundation.backup.archiver import Archiver
from bangfu.foundation.backup.keys import BackupKey
from bangfu.foundation.backup.plans import Plan
from bangfu.foundation.backup.records import Item, Manifest, Mark
from bangfu.foundation.database import archive, cluster, processes, saved
from bangfu.kernel.errors import Refused
from tests.backup_kit import Office, folder, now, office, quiet


@pytest.fixture(scope="module")
def lived() -> Iterator[tuple[Office, datetime]]:
    """An office that was backed up, and the instant between what came later and what came last."""
    with office() as found:
        found.backup()
        found.ask("INSERT INTO kept SELECT generate_series(1001, 1500)")
        found.write("lake/b.parquet", "before")
        Archiver(found.home).once()
        between = now()
        time.sleep(0.05)
        found.ask(
            "INSERT INTO kept SELECT generate_series(1501, 2000)", "DELETE FROM kept WHERE id < 11"
        )
        found.write("lake/b.parquet", "after")
        found.write("lake/c.parquet", "last")
        found.ship()
        yield found, between


@pytest.fixture
def new_home() -> Iterator[Path]:
    """Where to restore into."""
    with folder() as found:
        yield found / "new"
        cluster.destroy(found / "new")


def rows(home: Path) -> list[Any]:
    cluster.up(home, durable=False)
    return Office(home, home).ask("SELECT count(*)::int, min(id), max(id) FROM kept")


def texts(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((home / "lake").iterdir())}


@pytest.mark.evidence("GB22239-8.1.4.9-a", "F68", "T12")
def test_everything_that_was_shipped_comes_back(
    lived: tuple[Office, datetime], new_home: Path
) -> None:
    done = lived[0].restore(new_home)
    assert rows(new_home) == [(1990, 11, 2000)]
    assert texts(new_home) == {"a.parquet": "first", "b.parquet": "after", "c.parquet": "last"}
    assert (done.keys_missing, done.whole_log, done.files) == (False, True, 3)
    assert state.read(new_home) == {}
    # What was restored keeps no log for a set that it is not of.
    assert not archive.folder_of(Path(saved.load(new_home).data)).exists()


@pytest.mark.evidence("GB22239-8.1.4.9-a")
def test_at_an_instant_what_came_before_is_there_and_what_came_after_is_not(
    lived: tuple[Office, datetime], new_home: Path
) -> None:
    found, between = lived
    done = found.restore(new_home, between)
    assert rows(new_home) == [(1500, 1, 1500)]
    assert texts(new_home) == {"a.parquet": "first", "b.parquet": "before"}
    assert not done.whole_log
    assert done.last_commit is not None
    assert datetime.fromisoformat(done.last_commit) < between


def test_an_instant_after_the_last_commit_gives_the_last_state(
    lived: tuple[Office, datetime], new_home: Path
) -> None:
    found, _ = lived
    reaches = plans.make(found.place, keys.load(found.home)).reaches
    assert found.restore(new_home, reaches).whole_log
    assert rows(new_home) == [(1990, 11, 2000)]


@pytest.mark.parametrize(("hours", "code"), [(-1, "E-BACKUP-NONE"), (1, "E-RESTORE-AT")])
def test_an_instant_that_no_backup_reaches_is_refused(
    lived: tuple[Office, datetime], hours: int, code: str
) -> None:
    found, between = lived
    with pytest.raises(Refused) as caught:
        plans.make(found.place, keys.load(found.home), between + timedelta(hours=hours))
    assert caught.value.code == code


def test_a_home_with_anything_in_it_is_never_restored_into(
    lived: tuple[Office, datetime], new_home: Path
) -> None:
    found, _ = lived
    plan = plans.make(found.place, keys.load(found.home))
    (new_home / "files").mkdir(parents=True)
    for target in (found.home, new_home):
        with pytest.raises(Refused) as caught:
            restoring.restore(plan, target, found.keyring, quiet)
        assert caught.value.code == "E-RESTORE-NOT-EMPTY"
    assert found.ask("SELECT count(*)::int FROM kept") == [(1990,)]
    assert [path.name for path in new_home.iterdir()] == ["files"]


def test_a_cluster_that_lies_outside_its_home_survives_a_restore_into_that_home(
    lived: tuple[Office, datetime], new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody empties a home whose cluster lies elsewhere, as root's may, and restores."""
    found, _ = lived
    (new_home / "pg" / "data").mkdir(parents=True)
    (new_home / "pg" / "data" / "PG_VERSION").write_text("18\n")
    plan = plans.make(found.place, keys.load(found.home))
    monkeypatch.setattr(restoring, "ALLOWED", restoring.ALLOWED | {"pg"})
    with pytest.raises(Refused) as caught:
        restoring.restore(plan, new_home, found.keyring, quiet)
    assert caught.value.code == "E-RESTORE-NOT-EMPTY"
    assert (new_home / "pg" / "data" / "PG_VERSION").exists()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def first(place: Path, pattern: str) -> Path:
    return sorted(place.glob(pattern))[0]


def swap(place: Path, pattern: str) -> None:
    one, other = sorted(place.glob(pattern))[:2]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def remove(place: Path, pattern: str) -> None:
    """Remove two: one of the four belongs to an earlier moment alone, and is not missed now."""
    for one in sorted(place.glob(pattern))[:2]:
        one.unlink()


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the base cut by one byte": lambda place: cut(first(place, "*/base/*/data.enc")),
    "one bit of the base": lambda place: flip(first(place, "*/base/*/data.enc")),
    "one bit of the manifest": lambda place: flip(first(place, "*/base/*/manifest.enc")),
    "the manifest cut by one byte": lambda place: cut(first(place, "*/base/*/manifest.enc")),
    "one bit of a journal entry": lambda place: flip(sorted(place.glob("*/journal/*"))[-1]),
    "one bit of the log": lambda place: flip(sorted(place.glob("*/wal/*.enc"))[-1]),
    "a log file gone": lambda place: sorted(place.glob("*/wal/*.enc"))[-1].unlink(),
    "two log files exchanged": lambda place: swap(place, "*/wal/0*0?.enc"),
    "two files exchanged": lambda place: swap(place, "*/files/*/*.enc"),
    "files gone": lambda place: remove(place, "*/files/*/*.enc"),
}


@pytest.mark.evidence("F68", "GB22239-8.1.4.9-a", "GB39786-8.4-g")
@pytest.mark.parametrize("damage", DAMAGE)
def test_f68_a_damaged_backup_is_refused_before_anything_is_touched(
    lived: tuple[Office, datetime], tmp_path: Path, damage: str
) -> None:
    found, _ = lived
    place = tmp_path / "place"
    shutil.copytree(found.place, place)
    key = keys.load(found.home)
    plans.verify(plans.make(place, key), quiet)
    DAMAGE[damage](place)
    with pytest.raises(Refused) as caught:
        restoring.restore(plans.make(place, key), tmp_path / "new", found.keyring, quiet)
    assert caught.value.code == "E-BACKUP-DAMAGED"
    assert not (tmp_path / "new").exists()


@pytest.mark.evidence("F68")
def test_f68_another_key_or_another_keyring_is_refused_before_anything_is_touched(
    lived: tuple[Office, datetime], tmp_path: Path
) -> None:
    found, _ = lived
    with pytest.raises(Refused) as caught:
        plans.make(found.place, BackupKey(b"x" * 32))
    assert caught.value.code == "E-BACKUP-KEY"
    other = tmp_path / "keyring.json"
    other.write_text('{"token": "0c0c"}')
    plan = plans.make(found.place, keys.load(found.home))
    with pytest.raises(Refused) as caught:
        restoring.restore(plan, tmp_path / "new", other, quiet)
    assert caught.value.code == "E-RESTORE-KEYRING"
    assert not (tmp_path / "new").exists()


@pytest.mark.evidence("GB39786-8.4-e", "GB22239-8.1.4.8-b")
def test_nothing_in_the_place_of_backups_can_be_read(lived: tuple[Office, datetime]) -> None:
    found, _ = lived
    passwords = saved.load(found.home).passwords.values()
    secrets = [b"first", b"kept", b"parquet", *(one.encode() for one in passwords)]
    for path in (one for one in found.place.rglob("*") if one.is_file()):
        assert path.stat().st_mode & 0o077 == 0
        content = path.read_bytes()
        assert not [one for one in secrets if one in content], path


def test_a_pass_that_was_killed_leaves_nothing_twice(lived: tuple[Office, datetime]) -> None:
    found, _ = lived
    current = shipping.current_set(found.home)
    spool = shipping.spool_of(found.home)
    assert current is not None
    assert spool is not None
    found.ask("INSERT INTO kept VALUES (3000)", "DELETE FROM kept WHERE id = 3000")
    found.ship()
    head = shipping.read_head(current)
    # Killed after the journal was written and before the log file left the spool.
    name = max(head.wal)
    (spool / name).write_bytes(b"".join(current.blocks(f"wal/{name}.enc")))
    before = sorted(path.name for path in (current.folder / "journal").iterdir())
    Archiver(found.home).once()
    assert not (spool / name).exists()
    assert sorted(path.name for path in (current.folder / "journal").iterdir()) == before
    plans.verify(plans.make(found.place, keys.load(found.home)), quiet)


@pytest.mark.evidence("GB22239-8.1.4.9-a", "T12")
def test_a_drill_compares_rows_and_files_and_cleans_up_after_itself(
    lived: tuple[Office, datetime], new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = lived
    new_home.mkdir(mode=0o711)
    monkeypatch.setattr(tempfile, "tempdir", str(new_home))
    content = (found.home / "lake" / "a.parquet").read_bytes()
    running = hashes.Hash(hashes.SM3())
    running.update(content)
    found.write("files/x/one", content.decode())
    line = f"(gen_random_uuid(), 'x/one', {len(content)}, '{running.finalize().hex()}')"
    found.ask(f"INSERT INTO files_stored VALUES {line}")
    done = drill.drill(found.home, found.place, found.keyring, None, quiet)
    assert (done.wrong, done.stored_files, done.audit) == ([], 1, "not checked")
    assert done.rows == 1990 + 1
    assert state.read(found.home)["good_drill"]["base"] == done.base
    found.ask("UPDATE files_stored SET size = size + 1")
    worse = drill.drill(found.home, found.place, found.keyring, None, quiet)
    assert worse.wrong == ["files/x/one"]
    known = state.read(found.home)
    assert (known["drill"]["ok"], known["good_drill"]["at"]) == (False, done.at)
    assert list(new_home.iterdir()) == []
    assert processes.postmaster_pid(Path(saved.load(found.home).data)) is not None


def test_a_drill_tells_a_row_that_did_not_come_back(
    lived: tuple[Office, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = lived
    found.ask("DELETE FROM files_stored")
    make = plans.make

    def one_more(*args: Any) -> Plan:
        plan = make(*args)
        rows = {**plan.mark.rows, "public.kept": plan.mark.rows["public.kept"] + 1}
        return replace(plan, mark=replace(plan.mark, rows=rows))

    monkeypatch.setattr(plans, "make", one_more)
    done = drill.drill(found.home, found.place, found.keyring, lambda home: "row 7", quiet)
    assert done.wrong == ["public.kept: 1991 → 1990"]
    assert done.audit == "not checked"  # this database is not one that `bangfu audit` knows


def test_with_little_room_the_log_is_left_out_rather_than_filling_the_disk(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    archive.write_script(data)
    archive.begin(data)
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "df").write_text("#!/bin/sh\necho head\necho x 9 9 1048575 99% /\n")
    (bin_folder / "df").chmod(0o755)
    (tmp_path / "0001").write_text("log")
    path = os.environ["PATH"]
    call = f"cd {data} && PATH={bin_folder}:{path} sh {archive.SCRIPT} {tmp_path}/0001 0001"
    assert os.system(call) == 0
    assert [one.name for one in archive.folder_of(data).iterdir()] == [archive.GAP]
    assert os.system(call.replace(f"{bin_folder}:", "")) == 0
    assert (archive.folder_of(data) / "0001").read_text() == "log"


def test_a_log_with_a_file_missing_is_refused_by_name(tmp_path: Path) -> None:
    found = store.make_set(tmp_path, "s", BackupKey(b"k" * 32))
    wal = tuple(
        Item(name, f"wal/{name}.enc", 1, "", 1, "")
        for name in ("000000010000000000000002", "000000010000000000000004")
    )
    at = now().isoformat()
    data = Item("data", "base/b/data.enc", 1, "", 1, "")
    manifest = Manifest(
        "b", at, at, "18", 16 << 20, "1", wal[0].name, data, {}, "", 0, store.ZERO,
        Mark("", at, "", {}), wal, (),
    )  # fmt: skip
    found.write_manifest(manifest)
    with pytest.raises(Refused) as caught:
        plans.make(tmp_path, found.key)
    assert (caught.value.code, caught.value.params["file"]) == (
        "E-BACKUP-GAP", "000000010000000000000003",
    )  # fmt: skip
