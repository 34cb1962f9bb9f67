"""An installation under load whose processes are killed as hard as can be, one after another.

What counts is what was acknowledged: a list handed in with status 202, a row whose commit came
back. All of it must be there when everything stands again.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bangfu.cli import serve
from bangfu.foundation.crypto import keys
from bangfu.foundation.database import cluster, processes, saved
from bangfu.foundation.files import disk
from tests.backup_kit import folder
from tests.demo_kit import demo_environment

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a" * 32
HEAD = "身份证号,姓名,死亡日期,登记日期,数据来源\n"
# In the new home: tables, the cast, and a session of the county officer's.
_SET_UP = """
import django
django.setup()
from django.test import Client
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from bangfu.foundation.database.migrate import migrate
migrate()
from tests.cast import make_cast
cast = make_cast()
client = Client()
client.force_login(cast.county.user)
print(client.cookies["sessionid"].value)
"""


@dataclass
class Load:
    """What was acknowledged: batches handed in and numbers committed; what was refused, counted."""

    batches: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    broken: int = 0

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return len(self.batches) + len(self.numbers)


class Victim:
    """The processes of an installation, each of which can be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **demo_environment(home),
            "DJANGO_SETTINGS_MODULE": "bangfu.server.settings",
            "BANGFU_SECOND_FACTOR": "off",
            "BANGFU_RATE_LIMITS": "false",
            "PYTHONPATH": str(ROOT),
        }
        self.session = ""

    def set_up(self) -> None:
        """Make the cluster, the tables, the cast and a session."""
        cluster.up(self.home)
        done = subprocess.run(
            [sys.executable, "-c", _SET_UP],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        self.session = done.stdout.split()[-1]
        self.ask("owner", "CREATE TABLE kept (id bigint PRIMARY KEY)")
        for name in ("server", "worker"):
            self.start(name)
        self.wait()

    def ask(self, role: str, statement: str, *values: Any) -> list[Any]:
        """Run one statement in a connection and transaction of its own."""
        address = saved.load(self.home).url(role).text(with_password=True)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as server:
            done = server.execute(statement, values)
            return done.fetchall() if done.description else []

    def start(self, name: str) -> None:
        """Start the server or the worker as `bangfu serve` does."""
        command = serve.commands("127.0.0.1", self.port)[name]
        self.running[name] = subprocess.Popen(
            command, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill a process, with what it has started, and start it again."""
        if name == "database":
            pid = processes.postmaster_pid(Path(saved.load(self.home).data))
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            cluster.up(self.home)
            return
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()
        self.start(name)

    def wait(self, seconds: float = 120.0) -> None:
        """Wait until a signed-in request is answered."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.request("GET", "/api/v1/imports")[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError("the server does not come back")

    def stop(self) -> None:
        """End what was started."""
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        cluster.destroy(self.home)

    def request(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of an answer; status 0 when none came."""
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            **({"Content-Type": kind} if kind else {}),
        }
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] == b"{" else {}
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            line.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _form(name: str) -> tuple[bytes, str]:
    """Return a list of deaths that nobody has handed in before, as a form."""
    mark = uuid.uuid4().hex
    parts = {"dataset": "police/death", "region": "990101", "period": "2026-10"}
    lines = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in parts.items()
    ]
    lines.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{HEAD}{mark}\r\n--{mark}--\r\n"
    )
    return "".join(lines).encode(), f"multipart/form-data; boundary={mark}"


def _hand_in(victim: Victim, load: Load, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        body, kind = _form(f"list{number}")
        status, answer = victim.request("POST", "/api/v1/imports", body, kind)
        if status == 202:
            load.batches.append(answer["batch_id"])
        else:
            load.broken += 1
            time.sleep(0.05)


def _commit(victim: Victim, load: Load, stop: threading.Event, first: int) -> None:
    number = first
    while not stop.is_set():
        number += 2
        try:
            victim.ask("owner", "INSERT INTO kept VALUES (%s)", number)
            load.numbers.append(number)
        except psycopg.Error:
            load.broken += 1
            time.sleep(0.02)


@contextmanager
def under_load(victim: Victim) -> Iterator[Load]:
    """Hand in lists and commit rows from four threads, until the block ends."""
    load, stop = Load(), threading.Event()
    acts: list[Callable[[], None]] = [
        lambda: _hand_in(victim, load, stop),
        lambda: _hand_in(victim, load, stop),
        lambda: _commit(victim, load, stop, 0),
        lambda: _commit(victim, load, stop, 1),
    ]
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def lost(victim: Victim, load: Load) -> list[str]:
    """Return the acknowledged writes that are not there."""
    there = {row[0] for row in victim.ask("owner", "SELECT id FROM kept")}
    missing = [str(number) for number in load.numbers if number not in there]
    for batch in load.batches:
        if victim.request("GET", f"/api/v1/imports/{batch}")[0] != 200:
            missing.append(batch)
    ring = keys.read_file(victim.home / "keys" / "keyring.json")
    rows = victim.ask("admin", "SELECT id::text, path, size, sm3 FROM files_stored")
    for owner, path, size, sm3 in rows:
        file = victim.home / "files" / path
        if not file.is_file() or disk.content_of(file, owner, ring) != (size, sm3):
            missing.append(path)
    return missing


def kill_and_count(rounds: int, seed: int) -> dict[str, Any]:
    """Kill so many times in a random order; return counts, and what was lost."""
    source = random.Random(seed)
    order = [("server", "worker", "database")[number % 3] for number in range(rounds)]
    source.shuffle(order)
    began = time.monotonic()
    with folder() as found:
        victim = Victim(found / "home")
        victim.home.mkdir(mode=0o711)
        try:
            victim.set_up()
            with under_load(victim) as load:
                for name in order:
                    time.sleep(source.uniform(0.1, 0.5))
                    victim.kill(name)
                    victim.wait()
            missing = lost(victim, load)
        finally:
            victim.stop()
    return {
        "seed": seed,
        "kills": {name: order.count(name) for name in ("server", "worker", "database")},
        "acknowledged": load.acknowledged,
        "acknowledged_by_http": len(load.batches),
        "broken_off": load.broken,
        "lost": missing,
        "seconds": round(time.monotonic() - began, 1),
    }
