"""Our own PostgreSQL comes up again whatever a crash left, as root and as an ordinary user."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bangfu.foundation.database import binaries, cluster, processes, saved

IS_ROOT = os.geteuid() == 0
WAYS = ["as root", "as a user"] if IS_ROOT else ["as a user"]
_fork = multiprocessing.get_context("fork")


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that any user can pass through."""
    with _folder() as folder:
        yield folder / "home"
        cluster.destroy(folder / "home")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bangfu-cluster-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Running:
    """A cluster with a thousand rows, run in one of the two ways."""

    home: Path
    way: str

    @property
    def pid_file(self) -> Path:
        """The file in which the server says who it is."""
        return self.home / "pg/data/postmaster.pid"

    def pid(self) -> int:
        """The server's pid, as the file says."""
        return int(self.pid_file.read_text().split()[0])

    def kill(self) -> None:
        """Kill the server as hard as can be."""
        os.kill(self.pid(), signal.SIGKILL)

    def claim(self, pid: int) -> None:
        """Let the pid file name another process."""
        lines = self.pid_file.read_text().splitlines()
        self.pid_file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")

    def up(self) -> saved.SavedConnection:
        """Start it again, and see that the rows are there."""
        connection = _in_child(self.way, _up, self.home)
        assert _ask(connection, "SELECT count(*) FROM kept") == [(1000,)]
        return connection


@pytest.fixture(scope="module", params=WAYS)
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    with _folder() as folder:
        _in_child(request.param, _start_and_fill, folder / "home")
        yield Running(folder / "home", request.param)
        _in_child(request.param, cluster.destroy, folder / "home")


def _up(home: Path) -> saved.SavedConnection:
    return cluster.up(home, durable=False)


def _become_ordinary() -> None:
    """Give up root for good, as nobody."""
    entry = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = "/"


def _work(way: str, bin_folder: str, pipe: Any, act: Callable[..., Any], *args: Any) -> None:
    if IS_ROOT and way == "as a user":
        os.environ[binaries.BIN_VARIABLE] = bin_folder
        _become_ordinary()
    try:
        pipe.send(("done", act(*args)))
    except BaseException as error:
        pipe.send(("failed", f"{error!r} {getattr(error, 'params', '')}"))


def _in_child(way: str, act: Callable[..., Any], *args: Any) -> Any:
    """Run `act` in a process of its own, as root or as an ordinary user; return what it returns.

    The interpreter may lie below /root, so the user cannot start it: the child is forked.
    """
    programs = binaries.find_programs(binaries.run_as())
    ours, theirs = _fork.Pipe()
    child = _fork.Process(target=_work, args=(way, str(programs.folder), theirs, act, *args))
    child.start()
    # Whoever dies without a word must not leave us waiting.
    theirs.close()
    try:
        kind, value = ours.recv()
    except EOFError:
        pytest.fail("the child died")
    finally:
        child.join(timeout=60)
    assert kind == "done", value
    return value


def _ask(connection: saved.SavedConnection, query: str) -> list[Any]:
    with psycopg.connect(connection.url("app").text(with_password=True), autocommit=True) as app:
        return list(app.execute(query).fetchall()) if query.startswith("SELECT") else []


def _start_and_fill(home: Path) -> saved.SavedConnection:
    connection = _up(home)
    with psycopg.connect(connection.url("owner").text(with_password=True), autocommit=True) as own:
        own.execute("CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 1000)")
        own.execute("GRANT SELECT ON kept TO bangfu_app")
    return connection


def test_it_starts_again_at_once_after_kill_9(running: Running) -> None:
    before, killed = saved.load(running.home), running.pid()
    running.kill()
    again = running.up()
    assert running.pid() != killed
    assert again == before


def test_a_server_that_dies_while_it_is_waited_for_is_started_again(running: Running) -> None:
    killed = running.pid()
    os.kill(killed, signal.SIGSTOP)
    death = threading.Timer(0.5, running.kill)
    death.start()
    running.up()
    death.join()
    assert running.pid() != killed


def test_a_pid_file_with_the_pid_of_another_program_is_stale(running: Running) -> None:
    running.kill()
    other = subprocess.Popen(["sleep", "60"])
    try:
        running.claim(other.pid)
        running.up()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_zombie_is_stale(running: Running) -> None:
    running.kill()
    zombie = os.fork()
    if zombie == 0:
        os._exit(0)
    try:
        stat = Path(f"/proc/{zombie}/stat")
        _until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
        running.claim(zombie)
        running.up()
    finally:
        os.waitpid(zombie, 0)


def test_a_server_of_other_data_does_not_count_as_ours(running: Running) -> None:
    data = running.home / "pg" / "data"
    assert processes.is_postmaster(running.pid(), data)
    assert not processes.is_postmaster(running.pid(), data.with_name("other"))
    assert not processes.is_postmaster(os.getpid(), data)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_busy_process_that_outlived_its_server_makes_way(running: Running) -> None:
    address = saved.load(running.home).url("app").text(with_password=True)
    busy = psycopg.connect(address, autocommit=True)
    query = "SELECT count(*) FROM generate_series(1, 100000000000) AS n WHERE n % 7 = 8"

    def ask() -> None:
        with pytest.raises(psycopg.OperationalError):
            busy.execute(query)

    thread = threading.Thread(target=ask)
    thread.start()
    data = running.home / "pg" / "data"
    _until(lambda: any(b"SELECT" in _title(pid) for pid in processes.orphans(data)))
    running.kill()
    time.sleep(0.3)
    assert processes.orphans(data)
    running.up()
    thread.join(timeout=20)


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_of_two_ups_at_once_one_starts_it_and_both_find_it(home: Path) -> None:
    found: list[Any] = []

    def up() -> None:
        found.append(_in_child(WAYS[0], _up, home))

    threads = [threading.Thread(target=up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=90)
    assert len(found) == 2
    assert found[0] == found[1]
    assert _ask(found[0], "SELECT 1") == [(1,)]


def test_an_initdb_that_was_broken_off_leaves_nothing_in_the_way(home: Path) -> None:
    half = home / "pg" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    connection = cluster.up(home, durable=False)
    assert _ask(connection, "SELECT 1") == [(1,)]
    assert not half.exists()
