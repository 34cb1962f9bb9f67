"""F56: requests that fail in every way leave no name and no ID number in any log.

A served installation is asked for planted people by address, query, form, file and header; the
database refuses rows that hold them; a job fails over them. Then every log is searched: what
server and worker print, what PostgreSQL writes, every log file of the home.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from bangfu.foundation.database.saved import SavedConnection
from tests.api.conftest import World, build
from tests.cast import make_cast
from tests.demo_kit import BANGFU

pytestmark = [pytest.mark.slow]
CARD = "99010119700102003X"
NAMES = ("卡那瑞", "石破天惊")
PLANTED = (CARD, CARD[:17], *NAMES, "kanarui", "13900007777")
FORM = "multipart/form-data; boundary=x"


@pytest.fixture
def filled(transactional_db: None) -> World:
    """The small country, committed, so that a server can see it."""
    return build(make_cast())


@pytest.fixture
def served(filled: World, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A real server and worker; yields the port and the file that both print to."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    printed = tmp_path / "printed.log"
    with printed.open("w") as output:
        process = subprocess.Popen(
            [str(BANGFU), "serve", "--port", str(port)],
            env={
                **os.environ,
                "BANGFU_SECRET_KEY": settings.SECRET_KEY,
                "BANGFU_SECOND_FACTOR": "off",
                "BANGFU_RATE_LIMITS": "false",
            },
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(port, process)
            yield port, printed
        finally:
            process.terminate()
            process.wait(60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/v1/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("no answer")


def form(fields: dict[str, str], file: tuple[str, bytes]) -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'
    return b"".join([*parts, head.encode(), file[1], b"\r\n--x--\r\n"])


def attempts() -> Iterator[tuple[str, str, bytes | None, dict[str, str]]]:
    """Yield method, path, body and headers of requests that carry the planted people."""
    json_type = {"Content-Type": "application/json"}
    for word in PLANTED:
        yield "GET", f"/api/v1/households/{quote(word)}", None, {}
        yield "GET", f"/api/v1/{quote(word)}", None, {}
        yield "GET", f"/{quote(word)}.php", None, {}
        yield "GET", f"/api/v1/households?q={quote(word)}", None, {}
        for asked in ({"q": word}, {"limit": word}, {word: 1}, {"q": word, "cursor": word}):
            yield "POST", "/api/v1/households/search", json.dumps(asked).encode(), json_type
        yield "GET", f"/api/v1/households?limit={quote(word)}", None, {}
        yield "GET", f"/api/v1/households?{quote(word)}=1", None, {}
        yield "GET", f"/api/v1/jobs/{quote(word)}", None, {}
        yield "GET", f"/api/v1/households?cursor={quote(word)}", None, {}
        yield "GET", "/api/v1/session", None, {"Cookie": f"sessionid={quote(word)}"}
        yield "GET", "/api/v1/session", None, {"Host": f"{quote(word).replace('%', '-')}.example"}
        yield "GET", "/api/v1/overview", None, {"Referer": quote(word), "User-Agent": quote(word)}
        yield "PATCH", f"/api/v1/households/{quote(word)}", b"{}", json_type
        for body in ({"kind": word, "household_no": word, "happened_on": word}, {word: word}, word):
            yield "POST", "/api/v1/changes", json.dumps(body).encode(), json_type
        facts = {"name": word, "id_number": word, "relation": word}
        birth = {"kind": "BIRTH", "household_no": "H9901010001", "happened_on": "2026-10-01"}
        yield "POST", "/api/v1/changes", json.dumps({**birth, "facts": facts}).encode(), json_type
        yield "POST", "/api/v1/changes", f'{{"a": "{word}'.encode(), json_type
        fields = {"dataset": "police/death", "region": "990101", "period": "2026-10"}
        yield (
            "POST",
            "/api/v1/imports",
            form(fields, (f"{word}.csv", word.encode())),
            {"Content-Type": FORM},
        )
        table = f"身份证号,姓名,死亡日期\n{CARD},{word},{word}\n".encode()
        yield "POST", "/api/v1/imports", form(fields, ("a.csv", table)), {"Content-Type": FORM}
        yield "POST", "/api/v1/imports", f"--x\r\n{word}".encode(), {"Content-Type": FORM}
        login = json.dumps({"username": word, "password": word}).encode()
        yield "POST", "/_allauth/browser/v1/auth/login", login, json_type


def drive(port: int, client: Client) -> dict[int, int]:
    """Send them all as 甲; return how many were answered with which status."""
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'t' * 32}"
    answered: dict[int, int] = {}
    for method, path, body, headers in attempts():
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        sent = {"Cookie": cookies, "X-CSRFToken": "t" * 32, **headers}
        connection.request(method, path, body, sent)
        status = connection.getresponse().status
        answered[status] = answered.get(status, 0) + 1
        connection.close()
    return answered


def refused_by_the_database() -> int:
    """Run statements over the planted people that PostgreSQL refuses; return how many."""
    refused = 0
    name = settings.DATABASES["default"]["NAME"]
    assert name
    from django.db import DatabaseError, connection, transaction

    for statement in (
        f"SELECT '{NAMES[0]}'::uuid",
        f"SELECT '{CARD}'::date",
        f"INSERT INTO regions_region (code, name, level) VALUES ('1', '{NAMES[0]}', 9)",
        f"SELECT {CARD}",
        f'SELECT 1/0 AS "{NAMES[1]}"',
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError:
            refused += 1
    return refused


def logs(home: Path) -> list[Path]:
    return [one for one in home.rglob("*") if one.is_file() and one.suffix in (".log", ".json")]


@pytest.mark.evidence("F56", "ASVS-16.2.5", "ASVS-16.5.1")
def test_f56_no_log_holds_a_name_or_an_id_number(
    served: tuple[int, Path], filled: World, db_cluster: SavedConnection
):
    port, printed = served
    answered = drive(port, filled.client(filled.cast.county))
    assert sum(answered.values()) > 100
    assert not [status for status in answered if status >= 500], answered
    assert {400, 404, 422} <= set(answered), answered
    assert refused_by_the_database() == 5
    time.sleep(2)
    places = [printed, Path(db_cluster.data) / "server.log"]
    for place in places:
        text = place.read_text(encoding="utf-8", errors="replace")
        found = {word for word in PLANTED if word in text or quote(word) in text}
        assert found == set(), (place.name, found)
