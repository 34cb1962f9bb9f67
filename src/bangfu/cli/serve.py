"""bangfu serve: the web server, the worker of jobs and the archiver, as child processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import click

from bangfu.cli.output import language, say, setup_django
from bangfu.kernel.errors import Refused

STOP_SECONDS = 15.0


def check_database() -> None:
    """Refuse to serve without a database or before its migrations.

    Raises Refused E-SERVE-DATABASE, E-SERVE-MIGRATIONS.
    """
    from django.db import OperationalError, connection, connections
    from django.db.migrations.executor import MigrationExecutor

    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connections["owner"])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise Refused("E-SERVE-DATABASE") from error
    if waiting:
        raise Refused("E-SERVE-MIGRATIONS", count=len(waiting))


def check_port(host: str, port: int) -> None:
    """Refuse a port that somebody listens at: the server would silently share it.

    Raises Refused E-SERVE-PORT.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # So that a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused("E-SERVE-PORT", host=host, port=port) from error


def commands(host: str, port: int) -> dict[str, list[str]]:
    """Return the command lines of the processes."""
    return {
        "server": [
            *(sys.executable, "-m", "granian", "bangfu.server.wsgi:application"),
            *("--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "4", "--no-ws"),
            *("--log-level", "warning"),
        ],
        "worker": [
            *(sys.executable, "-m", "bangfu.server.worker"),
        ],
        # Idle until the first `bangfu backup`; from then on no write waits a minute to be safe.
        "archiver": [
            *(sys.executable, "-m", "bangfu.cli.main", "backup", "ship", "--watch"),
        ],
    }


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bangfu.server.settings"}
    # A session of its own: Ctrl-C reaches this process alone, which then stops both in order.
    return subprocess.Popen(list(command), env=environment, start_new_session=True)


def _stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all to end; after 15 seconds end them, with whatever processes they have started."""
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"SIGKILL {process.pid}")
        # Each is the leader of a group of its own; what it left behind ends here.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _raise_exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def run(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, or until one of the processes ends by itself.

    Raises Refused E-SERVE-ENDED in the latter case.
    """
    running: dict[str, subprocess.Popen[bytes]] = {}
    earlier = {one: signal.signal(one, _raise_exit) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        for name, command_line in commands(host, port).items():
            running[name] = _start(command_line)
        while all(process.poll() is None for process in running.values()):
            time.sleep(0.2)
        ended = next(name for name, process in running.items() if process.poll() is not None)
        raise Refused("E-SERVE-ENDED", name=ended, status=running[ended].returncode)
    finally:
        for one in earlier:
            signal.signal(one, signal.SIG_IGN)
        _stop(running)
        for one, handler in earlier.items():
            signal.signal(one, handler)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, type=int, help="Port to listen at.")
def command(host: str, port: int) -> None:
    """Serve the console and the interface, and work off background jobs."""
    setup_django()
    check_database()
    check_port(host, port)
    where = f"http://{host}:{port}"
    say(f"Bangfu {where} · Ctrl-C" if language() == "en" else f"帮扶 {where} · 按 Ctrl-C 结束")
    run(host, port)
