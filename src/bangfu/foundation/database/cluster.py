"""A PostgreSQL of our own: made, started and stopped by us, for trying out and for tests.

`up` leaves a server that answers `SELECT 1`, whatever it finds: nothing, a stopped cluster, a
running one, or what a crash left. It listens on 127.0.0.1 alone, on a free port that is kept, and
takes passwords by scram-sha-256. Django is not needed here.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from bangfu.foundation.database import archive, processes, roles, saved
from bangfu.foundation.database.binaries import (
    Programs,
    RunAs,
    find_programs,
    run_as,
    shared_folder,
)
from bangfu.foundation.database.saved import SavedConnection
from bangfu.kernel.errors import NotFound, Refused

START_SECONDS = 60.0
STOP_SECONDS = 30
LOG = "server.log"
OUR_SETTINGS = "bangfu.conf"
_LOG_LINES = 12

_SETTINGS = """\
# Written anew by every `bangfu db up`.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '256MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
max_wal_size = '2GB'
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
# Statements and details quote rows: no name and no ID number may get into the server's log.
log_statement = 'none'
log_min_duration_statement = -1
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""
# For data that nobody will miss after a power cut: the tests'.
_NOT_DURABLE = """\
fsync = off
full_page_writes = off
"""


@dataclass(frozen=True, slots=True)
class Status:
    """What `bangfu db status` shows of our cluster."""

    exists: bool
    running: bool
    pid: int | None
    port: int | None
    data: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Everything that decides how the programs are called."""

    home: Path
    user: RunAs
    programs: Programs
    data: Path

    def call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return its output.

        The output goes to a file: a pipe would stay open as long as the server that pg_ctl left.
        """
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self.programs.path(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data.parent,
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **self.user.options(),
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def up(home: Path, *, durable: bool = True) -> SavedConnection:
    """Start the cluster in `home`/pg, making it first if need be, and return its connection.

    Two calls at once: one starts it, the other waits and finds it running. Raises Refused:
    E-DB-NO-POSTGRES, E-DB-VERSION, E-DB-USER, E-DB-INITDB, E-DB-START (with the server's log).
    """
    home = Path(home).resolve()
    make_folder(home)
    with locked(home):
        place = place_of(home)
        if not (place.data / "PG_VERSION").exists():
            _initialise(place, durable=durable)
        connection = _connection(place)
        is_running = processes.postmaster_pid(place.data) is not None
        # One that was killed a moment ago still looks as if it ran: it ends while we wait.
        if not (is_running and _comes_up(place, connection)):
            connection = _start(place, connection, durable=durable)
            if not _comes_up(place, connection):
                raise Refused("E-DB-START", log=log_tail(place.data))
        roles.ensure(connection)
        return connection


def adopt(home: Path) -> None:
    """Let a copied home use the data that was copied with it, on a port of its own.

    Raises NotFound E-DB-NOT-RUNNING without a saved connection, Refused E-DB-OTHER-HOME when the
    data was not copied with it: it may lie outside a home.
    """
    home = Path(home).resolve()
    connection = saved.read(home)
    with locked(home):
        own = saved.data_places(home)[0]
        if not (own / "PG_VERSION").exists():
            raise Refused("E-DB-OTHER-HOME", home=str(home), data=connection.data)
        if connection.data != str(own):
            # The same passwords open the original: its port must not be asked by mistake.
            saved.save(home, replace(connection, data=str(own), port=free_port()))


def down(home: Path) -> bool:
    """Stop the cluster; returns whether it was running."""
    home = Path(home).resolve()
    if not saved.folder(home).is_dir():
        return False
    with locked(home):
        place = place_of(home)
        if processes.postmaster_pid(place.data) is None:
            return False
        for mode in ("fast", "immediate"):
            done = place.call(
                "pg_ctl", "stop", "-D", str(place.data), "-m", mode, "-w", "-t", str(STOP_SECONDS)
            )
            if done.returncode == 0 or processes.postmaster_pid(place.data) is None:
                return True
        raise Refused("E-DB-STOP", reason=done.stdout.strip()[-300:])


def status(home: Path) -> Status:
    """Return how the cluster stands; running means that it answers `SELECT 1`."""
    try:
        connection = saved.load(Path(home))
    except NotFound:
        return Status(False, False, None, None, None, None)
    data = Path(connection.data)
    pid = processes.postmaster_pid(data)
    version = answer(connection) if pid is not None else None
    return Status(data.is_dir(), version is not None, pid, connection.port, str(data), version)


def destroy(home: Path) -> None:
    """Stop the cluster and delete its data and passwords. What else lies in `home` stays."""
    home = Path(home).resolve()
    down(home)
    if not saved.folder(home).is_dir():
        return
    with locked(home):
        data = _data_folder(home, run_as())
        shutil.rmtree(data, ignore_errors=True)
        archive.remove(data)
        (saved.folder(home) / saved.FILE).unlink(missing_ok=True)
        outside = data.parent
        if outside != saved.folder(home) and outside.is_dir() and not any(outside.iterdir()):
            outside.rmdir()


def make_folder(home: Path) -> None:
    """Make the folder of the cluster's own files in the home."""
    folder = saved.folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    # Passed through by the database user when root starts it; the files in it are 0600.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Let one process at a time make, start or stop the cluster of a home."""
    with (saved.folder(home) / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def place_of(home: Path) -> Place:
    """Return what the cluster of a home is run by; its data need not be there yet."""
    user = run_as()
    data = _data_folder(home, user)
    version = data / "PG_VERSION"
    major = int(version.read_text(encoding="ascii")) if version.exists() else None
    return Place(home, user, find_programs(user, major), data)


def _data_folder(home: Path, user: RunAs) -> Path:
    """Return the data folder: where it is already, else in the home, else where `user` can go."""
    try:
        return Path(saved.load(home).data)
    except NotFound:
        folder = saved.folder(home)
    if user.reaches(folder):
        return folder / "data"
    shared_folder()
    outside = saved.data_places(home)[1]
    outside.parent.mkdir(mode=0o711, exist_ok=True)
    return outside


def _initialise(place: Place, *, durable: bool) -> None:
    """Make the cluster beside its place and move it there whole, so that none is half made."""
    fresh = place.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    passwords = {role: secrets.token_urlsafe(24) for role in saved.ROLES}
    with tempfile.NamedTemporaryFile("w", dir=place.data.parent, prefix=".initdb-") as file:
        file.write(passwords["admin"] + "\n")
        file.flush()
        if place.user.switch:
            os.chown(fresh, place.user.uid, place.user.gid)
            os.chown(file.name, place.user.uid, place.user.gid)
        done = place.call(
            "initdb",
            *("-D", str(fresh), "-U", saved.ROLES["admin"], f"--pwfile={file.name}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
            *(() if durable else ("--no-sync",)),
        )
    if done.returncode != 0:
        raise Refused("E-DB-INITDB", reason=done.stdout.strip()[-300:])
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"\ninclude '{OUR_SETTINGS}'\n")
    connection = SavedConnection(
        host="127.0.0.1",
        port=free_port(),
        data=str(place.data),
        binaries=str(place.programs.folder),
        run_as=place.user.name,
        passwords=passwords,
    )
    saved.save(place.home, connection)
    fresh.rename(place.data)


def _connection(place: Place) -> SavedConnection:
    """Return the saved connection. Raises Refused E-DB-CONNECTION-LOST when only data is left."""
    try:
        return saved.load(place.home)
    except NotFound as error:
        raise Refused("E-DB-CONNECTION-LOST", data=str(place.data)) from error


def _start(place: Place, connection: SavedConnection, *, durable: bool) -> SavedConnection:
    processes.clear_away(place.data)
    if not _is_free(connection.port):
        connection = replace(connection, port=free_port())
        saved.save(place.home, connection)
    write_settings(place, connection.port, durable=durable)
    log = place.data / LOG
    done = place.call("pg_ctl", "start", "-W", "-D", str(place.data), "-l", str(log))
    if done.returncode != 0:
        raise Refused("E-DB-START", log=log_tail(place.data) or done.stdout.strip()[-300:])
    return connection


def write_settings(place: Place, port: int, *, durable: bool) -> None:
    """Write our settings of the server, which its own file of settings includes."""
    path = place.data / OUR_SETTINGS
    more = archive.write_script(place.data) if durable else _NOT_DURABLE
    path.write_text(_SETTINGS.format(port=port) + more, "utf-8")
    if place.user.switch:
        os.chown(path, place.user.uid, place.user.gid)
    path.chmod(0o600)


def _comes_up(place: Place, connection: SavedConnection) -> bool:
    """Wait until the server answers `SELECT 1`; after a crash it replays its log first.

    Returns False when its process has ended. Raises Refused E-DB-START when it runs, but has not
    answered within `START_SECONDS`.
    """
    if not _until(lambda: processes.postmaster_pid(place.data) is not None, 5.0):
        return False

    def settled() -> bool:
        return answer(connection) is not None or processes.postmaster_pid(place.data) is None

    _until(settled, START_SECONDS)
    if answer(connection) is not None:
        return True
    if processes.postmaster_pid(place.data) is None:
        return False
    raise Refused("E-DB-START", log=log_tail(place.data))


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answer(connection: SavedConnection) -> str | None:
    """Return the server's version when it answers `SELECT 1` to our password, else None."""
    address = connection.url("admin", "postgres").text(with_password=True)
    try:
        with psycopg.connect(address, connect_timeout=3, autocommit=True) as server:
            server.execute("SELECT 1").fetchone()
            return str(server.info.parameter_status("server_version"))
    except psycopg.OperationalError:
        return None


def log_tail(data: Path) -> str:
    """Return the last lines of the server's log."""
    try:
        lines = (data / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(lines[-_LOG_LINES:])


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
