"""A cluster out of a base backup: unpack it beside its place, replay the log, end as a new one.

Where the base and the log files come from is the caller's affair: `unpack` fills a folder with the
base, and `feed` is a folder of log files that the caller fills while PostgreSQL asks for them.
"""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from bangfu.foundation.database import cluster, processes, saved
from bangfu.foundation.database.binaries import find_programs
from bangfu.foundation.database.cluster import Place
from bangfu.foundation.database.saved import SavedConnection
from bangfu.kernel.errors import Refused

ASKED, NAMES, HAVE, SCRIPT = "asked", "names", "have", "fetch.sh"
_TARGET_NOT_REACHED = "recovery ended before configured recovery target was reached"
_START_SECONDS = 3600.0

# PostgreSQL waits at most two minutes for a file that was promised.
_SCRIPT = """\
#!/bin/sh
# $1: name of the log file, $2: where it is wanted.
cd {folder} || exit 255
grep -qx "$1" names || exit 1
echo "$1" > asked.new && mv asked.new asked
tries=0
until [ -f "have/$1" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 6000 ] || exit 255
  sleep 0.02
done
cd "$OLDPWD" && cp {folder}/have/"$1" "$2"
"""


@dataclass(frozen=True, slots=True)
class Target:
    """How far to replay: up to an instant, a named point, or (neither) to the end of the log."""

    at: str = ""
    name: str = ""

    def settings(self) -> str:
        """Return PostgreSQL's settings for it."""
        if self.name:
            return f"recovery_target_name = '{self.name}'\n"
        return f"recovery_target_time = '{self.at}'\n" if self.at else ""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The new cluster, which runs, and the time of the last transaction that it holds."""

    connection: SavedConnection
    last_commit: str | None
    whole_log: bool


class TargetNotReached(Exception):
    """The log ended before the instant that was asked for."""


def recover(
    home: Path,
    passwords: dict[str, str],
    unpack: Callable[[Path], None],
    watch: Callable[[Path], Callable[[], None]],
    target: Target,
    *,
    durable: bool = True,
) -> Recovered:
    """Make the cluster of an empty home out of a base and its log; it runs when this returns.

    `watch` gets the feed's folder, begins to fill it, and returns a function that raises what went
    wrong meanwhile. Raises Refused E-RESTORE-NOT-EMPTY, E-RESTORE-REPLAY; what was made is removed.
    """
    home = Path(home).resolve()
    cluster.make_folder(home)
    with cluster.locked(home):
        place = cluster.place_of(home)
        if place.data.exists() or (saved.folder(home) / saved.FILE).exists():
            raise Refused("E-RESTORE-NOT-EMPTY", home=str(home), found=str(place.data))
        feed = place.data.with_name("feed")
        try:
            return _recover(place, passwords, unpack, watch, target, feed, durable=durable)
        except BaseException:
            _undo(place)
            raise
        finally:
            shutil.rmtree(feed, ignore_errors=True)


def _recover(
    place: Place,
    passwords: dict[str, str],
    unpack: Callable[[Path], None],
    watch: Callable[[Path], Callable[[], None]],
    target: Target,
    feed: Path,
    *,
    durable: bool,
) -> Recovered:
    fresh = place.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    unpack(fresh)
    major = int((fresh / "PG_VERSION").read_text(encoding="ascii"))
    place = replace(place, programs=find_programs(place.user, major))
    _make_feed(feed)
    check = watch(feed)
    if place.user.switch:
        _give(fresh, place)
        _give(feed, place)
    connection = SavedConnection(
        host="127.0.0.1",
        port=cluster.free_port(),
        data=str(place.data),
        binaries=str(place.programs.folder),
        run_as=place.user.name,
        passwords=passwords,
    )
    fresh.rename(place.data)
    whole = not (target.at or target.name)
    try:
        _replay(place, connection, feed, target, check, durable=durable)
    except TargetNotReached:
        # Nothing was committed after the instant, so the end of the log is the state at it.
        if not target.at:
            raise Refused("E-RESTORE-REPLAY", log=cluster.log_tail(place.data)) from None
        whole = True
        _replay(place, connection, feed, Target(), check, durable=durable)
    saved.save(place.home, connection)
    return Recovered(connection, _last_commit(connection), whole)


def _make_feed(feed: Path) -> None:
    shutil.rmtree(feed, ignore_errors=True)
    (feed / HAVE).mkdir(parents=True)
    script = _SCRIPT.format(folder=shlex.quote(str(feed)))
    (feed / SCRIPT).write_text(script, encoding="utf-8")


def _give(folder: Path, place: Place) -> None:
    """Make the database's user the owner of all that was unpacked."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, place.user.uid, place.user.gid, follow_symlinks=False)


def _replay(
    place: Place,
    connection: SavedConnection,
    feed: Path,
    target: Target,
    check: Callable[[], None],
    *,
    durable: bool,
) -> None:
    """Start the server and wait until it has replayed the log and is a server of its own."""
    processes.clear_away(place.data)
    cluster.write_settings(place, connection.port, durable=durable)
    command = f'sh {shlex.quote(str(feed / SCRIPT))} "%f" "%p"'.replace("'", "''")
    with (place.data / cluster.OUR_SETTINGS).open("a", encoding="utf-8") as file:
        file.write(f"restore_command = '{command}'\n{target.settings()}")
        file.write("recovery_target_action = 'promote'\narchive_command = 'true'\n")
    signal = place.data / "recovery.signal"
    signal.touch(mode=0o600)
    if place.user.switch:
        os.chown(signal, place.user.uid, place.user.gid)
    (place.data / cluster.LOG).unlink(missing_ok=True)
    log = place.data / cluster.LOG
    done = place.call("pg_ctl", "start", "-W", "-D", str(place.data), "-l", str(log))
    if done.returncode != 0:
        raise Refused("E-RESTORE-REPLAY", log=cluster.log_tail(place.data))
    _wait(place, connection, check)


def _wait(place: Place, connection: SavedConnection, check: Callable[[], None]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    seen = False
    while time.monotonic() < deadline:
        check()
        alive = processes.postmaster_pid(place.data) is not None
        if alive and _is_primary(connection):
            return
        if seen and not alive:
            break
        seen = seen or alive or (place.data / cluster.LOG).exists()
        time.sleep(0.1)
    log = cluster.log_tail(place.data)
    if _TARGET_NOT_REACHED in log:
        raise TargetNotReached
    raise Refused("E-RESTORE-REPLAY", log=log)


def _is_primary(connection: SavedConnection) -> bool:
    address = connection.url("admin", "postgres").text(with_password=True)
    try:
        with psycopg.connect(address, connect_timeout=3, autocommit=True) as server:
            return server.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    except psycopg.OperationalError:
        return False


def _last_commit(connection: SavedConnection) -> str | None:
    address = connection.url("admin", "postgres").text(with_password=True)
    with psycopg.connect(address, autocommit=True) as server:
        row = server.execute("SELECT pg_last_xact_replay_timestamp()").fetchone()
    return row[0].isoformat() if row and row[0] else None


def _undo(place: Place) -> None:
    """Take away what was made; nothing of it was there before."""
    if processes.postmaster_pid(place.data) is not None:
        place.call("pg_ctl", "stop", "-D", str(place.data), "-m", "immediate", "-w")
    for folder in (place.data, place.data.with_name("data.new")):
        shutil.rmtree(folder, ignore_errors=True)
    (saved.folder(place.home) / saved.FILE).unlink(missing_ok=True)
    outside = place.data.parent
    if outside != saved.folder(place.home) and outside.is_dir():
        shutil.rmtree(outside / "feed", ignore_errors=True)
        if not any(outside.iterdir()):
            outside.rmdir()
