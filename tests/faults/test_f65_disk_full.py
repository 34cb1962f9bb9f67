"""F65: a full disk is refused as such; what can be read is read; freed, everything goes on.

The disks are real and small (tmpfs) and mounted by root, as which CI runs; without it these fail.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bangfu.foundation.backup import shipping, state
from bangfu.foundation.backup.archiver import Archiver
from bangfu.foundation.database import cluster, saved
from bangfu.foundation.http import storage
from bangfu.kernel.errors import Refused
from tests.backup_kit import folder, office
from tests.cast import Cast
from tests.database_kit import admin_connection

pytestmark = pytest.mark.evidence("F65")
HEAD = "身份证号,姓名,死亡日期,登记日期,数据来源\n"


@contextmanager
def small_disk(mebibytes: int) -> Iterator[Path]:
    """A disk of so many MiB, that the database's user can use."""
    with folder() as found:
        place = found / "disk"
        place.mkdir()
        size = f"size={mebibytes}m,mode=0777"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free; removing the file that is returned frees it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            while True:
                try:
                    file.write(b"x" * size)
                except OSError:
                    break
    return filler


def client_of(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.county.user)
    return client


def hand_in(client: Client, size: int = 50_000) -> Any:
    """Hand in a list; what is in it does not matter before a worker reads it."""
    content = (HEAD + "x" * size).encode()
    form = {"dataset": "police/death", "region": "990101", "period": "2026-10"}
    file = SimpleUploadedFile("死亡名单.csv", content)
    return client.post("/api/v1/imports", {**form, "file": file})


def is_refused_as_full(response: Any) -> None:
    assert response.status_code == 507
    assert response.json()["code"] == "E-API-STORAGE"
    assert "磁盘已满" in response.json()["message"]


@pytest.mark.django_db
def test_f65_no_room_for_a_stored_file(cast: Cast, settings: Any) -> None:
    client = client_of(cast)
    with small_disk(2) as disk:
        settings.BANGFU_HOME = disk
        filler = fill(disk)
        is_refused_as_full(hand_in(client))
        assert client.get("/api/v1/imports").status_code == 200
        assert [path.name for path in disk.rglob("*") if path.is_file()] == ["filler"]
        filler.unlink()
        assert is_known(client, hand_in(client))


@pytest.mark.django_db
def test_f65_no_room_for_an_upload_on_its_way(cast: Cast, settings: Any, tmp_path: Path) -> None:
    client = client_of(cast)
    settings.BANGFU_HOME = tmp_path
    with small_disk(4) as disk:
        (tmp_path / "uploads").symlink_to(disk)
        filler = fill(disk)
        refused = hand_in(client, 3_000_000)
        is_refused_as_full(refused)
        # What had come in goes at once, though the request is still remembered.
        assert [path.name for path in disk.iterdir() if path.is_file()] == ["filler"]
        filler.unlink()
        assert hand_in(client, 3_000_000).status_code == 202


def is_known(client: Client, started: Any) -> bool:
    """Whether a list that was taken can be asked for."""
    assert started.status_code == 202
    found = client.get(f"/api/v1/imports/{started.json()['batch_id']}")
    return bool(found.status_code == 200 and found.json()["state"] == "RECEIVED")


@contextmanager
def table_on(disk: Path, connection: saved.SavedConnection, table: str) -> Iterator[None]:
    with admin_connection(connection) as server:
        server.execute(f"CREATE TABLESPACE f65_small LOCATION '{disk}'")
        try:
            server.execute(f"ALTER TABLE {table} SET TABLESPACE f65_small")
            yield
        finally:
            server.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            server.execute("DROP TABLESPACE f65_small")


@pytest.mark.django_db(transaction=True)
def test_f65_no_room_for_rows(
    cast: Cast, settings: Any, tmp_path: Path, db_cluster: saved.SavedConnection
) -> None:
    client = client_of(cast)
    settings.BANGFU_HOME = tmp_path
    with small_disk(4) as disk:
        owner = Path(saved.load(Path(db_cluster.data).parents[1]).data).stat()
        os.chown(disk, owner.st_uid, owner.st_gid)
        disk.chmod(0o700)
        with table_on(disk, db_cluster, "files_stored"):
            filler = fill(disk)
            taken = [hand_in(client)]
            while taken[-1].status_code == 202 and len(taken) < 100:  # a page has room left
                taken.append(hand_in(client))
            is_refused_as_full(taken.pop())
            assert all(is_known(client, one) for one in taken)
            assert client.get("/api/v1/households").status_code == 200
            filler.unlink()
            assert is_known(client, hand_in(client))


def write_until_full(connection: saved.SavedConnection, disk: Path) -> tuple[list[int], str]:
    """Write rows one by one while the disk fills; return those acknowledged and the refusal."""
    acknowledged: list[int] = []
    address = connection.url("owner").text(with_password=True)
    try:
        with psycopg.connect(address, autocommit=True) as own:
            for number in range(100_000):
                own.execute("INSERT INTO kept VALUES (%s, repeat('x', 2000))", [number])
                acknowledged.append(number)
    except psycopg.Error as error:
        return acknowledged, type(error).__name__
    return acknowledged, ""


def answers(connection: saved.SavedConnection) -> int | None:
    """Return the number of rows that a reader sees; None when the server does not answer."""
    address = connection.url("owner").text(with_password=True)
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=3) as own:
            row = own.execute("SELECT count(*)::int FROM kept").fetchone()
            return row[0] if row else None
    except psycopg.OperationalError:
        return None


def test_f65_no_room_for_the_log_loses_no_acknowledged_row() -> None:
    with small_disk(160) as disk:
        home = disk / "home"
        home.mkdir(mode=0o711)
        connection = cluster.up(home)
        try:
            with psycopg.connect(connection.url("owner").text(with_password=True)) as own:
                own.execute("CREATE TABLE kept (id int, content text)")
            acknowledged, refusal = write_until_full(connection, disk)
            # Rows that find no room are refused one by one; a log that finds none stops the
            # server, which is back as soon as there is room.
            assert refusal in ("DiskFull", "OperationalError", "AdminShutdown")
            assert len(acknowledged) > 100
            seen = answers(connection)
            assert seen is None or seen >= len(acknowledged)
            subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)
            deadline = time.monotonic() + 60
            while answers(connection) is None and time.monotonic() < deadline:
                cluster.up(home)
            found = answers(connection)
            assert found is not None
            assert len(acknowledged) <= found <= len(acknowledged) + 1
        finally:
            cluster.destroy(home)


def test_f65_no_room_in_the_place_of_backups_harms_nothing_and_catches_up() -> None:
    with small_disk(40) as disk, office() as found:
        made = Archiver(found.home)
        object.__setattr__(found, "place", disk / "place")
        found.backup()
        filler = fill(disk)
        found.ask("INSERT INTO kept VALUES (5000)")
        with pytest.raises(Refused) as caught:
            found.ship()
        assert caught.value.code == "E-BACKUP-WRITE"
        spool = shipping.spool_of(found.home)
        assert spool is not None
        waiting = [path.name for path in spool.iterdir() if len(path.name) == 24]
        assert waiting
        filler.unlink()
        assert made.once() is not None
        assert [path.name for path in spool.iterdir() if len(path.name) == 24] == []
        assert state.read(found.home)["shipping"]["ok"] is True


def test_a_full_disk_is_known_behind_other_errors() -> None:
    error = ValueError()
    error.__cause__ = OSError(28, "No space left on device")
    assert storage.is_full(error)
    assert not storage.is_full(OSError(2, "No such file"))
