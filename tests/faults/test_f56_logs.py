"""F56: requests that fail in every way leave no name and no ID number in any log.

A served installation is asked for planted people by address, query, form, file and header. Every
route of the interface gets them in each parameter and in each field that takes text, in bodies that
fit, that fit but for the words, and that fit nothing, from somebody who may call it; the database
refuses rows that hold them. Then every log is searched: what server and worker print, what
PostgreSQL writes, every log file of the home.
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
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from bangfu.foundation.access import roles
from bangfu.foundation.database.saved import SavedConnection
from bangfu.kernel.region import RegionCode
from tests.api.isolation.asked import Asker, required
from tests.api.isolation.asking import Route, routes
from tests.api.isolation.bodies import example_of, form_of
from tests.api.isolation.conftest import post
from tests.api.isolation.country import VILLAGES
from tests.api.isolation.victims import Country, fill
from tests.demo_kit import BANGFU

pytestmark = [pytest.mark.slow]
CARD = "99010119700102003X"
NAMES = ("卡那瑞", "石破天惊")
PLANTED = (CARD, CARD[:17], *NAMES, "kanarui", "13900007777")
FORM = "multipart/form-data; boundary=x"
# One text with all of them, as somebody types it; and a name alone, which no detector refuses.
SENTENCE = f"{NAMES[0]}（{CARD}）石破天惊 kanarui 电话13900007777 住院"
TEXTS = (SENTENCE, NAMES[1])
HOME = VILLAGES[0]
LEVELS = ("000000000000", "990000000000", "990100000000", "990101000000", "990101101000")
# Ends the session of whoever asks, or moves it to another post.
LEFT_OUT = {"change_post"}
Request = tuple[str, str, bytes | None, dict[str, str]]
JSON_TYPE = {"Content-Type": "application/json"}


@pytest.fixture
def filled(transactional_db: None) -> Country:
    """The country of the matrix, committed, so that a server can see it."""
    with transaction.atomic():
        return fill()


@pytest.fixture
def served(filled: Country, tmp_path: Path) -> Iterator[tuple[int, Path]]:
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


def attempts() -> Iterator[Request]:
    """Yield method, path, body and headers of requests that carry the planted people."""
    json_type = JSON_TYPE
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


def planted(route: Route, things: Any, text: str) -> Iterator[Request]:
    """Yield requests that carry the text to one route, the worst first and what may pass last."""
    fitting, strange = route.path, route.path
    for name in route.path_names:
        kind = route.kind(name)
        known = "police" if kind is None else things.names[kind]
        fitting = fitting.replace(f"{{{name}}}", quote(str(known)))
        strange = strange.replace(f"{{{name}}}", quote(text))
    prefix = "/api/v1"
    if strange != fitting:
        yield route.method, prefix + strange, b"{}" if route.json_body else None, JSON_TYPE
    for name, _ in route.queries:
        yield route.method, f"{prefix}{fitting}?{name}={quote(text)}", None, {}
    yield route.method, f"{prefix}{fitting}?{quote(text)}=1", None, {}
    if route.form_body is not None:
        fields = {**form_of(route.form_body.get("properties", {}), HOME)}
        for more in (dict.fromkeys(route.form_body.get("properties", {}), text), fields):
            sent = form({**more, "note": text}, (f"{NAMES[0]}.csv", text.encode()))
            yield route.method, prefix + fitting, sent, {"Content-Type": FORM}
    elif route.json_body is not None:
        for body in bodies(route.json_body, things, text):
            yield route.method, prefix + fitting, body, JSON_TYPE


def bodies(schema: dict[str, Any], things: Any, text: str) -> Iterator[bytes]:
    """Yield bodies with the text: broken, of a wrong shape, in every field, in each alone, and in
    all fields that take free text."""
    names = list(schema.get("properties", {}))
    good = example_of(schema, HOME, things)
    good |= {
        name: things.names.get(name.removesuffix("_id"), things.names["proceeding"])
        for name in good
        if _is_id(schema["properties"][name])
    }
    free = [name for name in names if _takes_text(schema["properties"][name])]
    wrong: list[Any] = [
        text,
        [text],
        {text: text},
        dict.fromkeys(names, text),
        {name: {text: [text]} for name in names},
        {name: [text] for name in names},
        *({**good, name: text} for name in names),
        {**good, text: text},
        {**good, **dict.fromkeys(free, text)},
    ]
    yield f'{{"a": "{text}'.encode()
    for body in wrong:
        yield json.dumps(body, ensure_ascii=False).encode()


def _is_id(rule: dict[str, Any]) -> bool:
    return any(one.get("format") == "uuid" for one in [rule, *rule.get("anyOf", [])])


def _takes_text(rule: dict[str, Any]) -> bool:
    kinds = [rule, *rule.get("anyOf", [])]
    return any(
        one.get("type") == "string" and not {"enum", "format", "pattern"} & set(one)
        for one in kinds
    )


def askers() -> list[Asker]:
    """Return a signed-in holder of each role, in 云溪's line of places."""
    found = []
    for role in roles.list_roles():
        level = min(role.levels, key=lambda one: abs(one - 3))
        place = RegionCode(LEVELS[level]) if level < len(LEVELS) else HOME.code
        found.append(post(role.code, place))
    return found


def drive_routes(port: int, country: Country, known: list[Asker]) -> dict[str, dict[int, int]]:
    """Send the planted people to every route; return by route the statuses and how many."""
    may = required()
    answered: dict[str, dict[int, int]] = {}
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for route in routes():
        if route.name in LEFT_OUT:
            continue
        wanted = may[route.name]
        asker = next(one for one in known if wanted is None or wanted & one.permissions)
        session = asker.client.cookies["sessionid"].value
        cookies = f"sessionid={session}; csrftoken={'t' * 32}"
        counts = answered.setdefault(route.name, {})
        for text in TEXTS:
            for method, path, body, headers in planted(route, country.things[HOME], text):
                sent = {"Cookie": cookies, "X-CSRFToken": "t" * 32, **headers}
                connection.request(method, path, body, sent)
                answer = connection.getresponse()
                answer.read()
                counts[answer.status] = counts.get(answer.status, 0) + 1
    connection.close()
    return answered


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


def logs(*folders: Path) -> list[Path]:
    """Return every log of some folders: by its name, or because it lies among logs."""
    return sorted(
        one
        for folder in folders
        for one in folder.rglob("*")
        if one.is_file() and (".log" in one.name or one.parent.name in ("log", "logs", "pg_log"))
    )


def search(places: list[Path]) -> dict[str, set[str]]:
    """Return which of the planted words stand in which files, written or as in addresses."""
    found = {}
    for place in places:
        text = place.read_text(encoding="utf-8", errors="replace")
        escaped = text.encode("utf-8", "replace").decode("unicode_escape", "replace")
        words = {
            word
            for word in PLANTED
            if word in text or quote(word) in text or word in escaped or repr(word)[1:-1] in text
        }
        if words:
            found[str(place)] = words
    return found


@pytest.mark.evidence("F56", "ASVS-16.2.5", "ASVS-16.5.1")
def test_f56_no_log_holds_a_name_or_an_id_number(
    served: tuple[int, Path], filled: Country, db_cluster: SavedConnection
):
    port, printed = served
    known = askers()
    officer = next(one for one in known if one.role == "COUNTY_OFFICER")
    answered = drive(port, officer.client)
    assert sum(answered.values()) > 100
    assert not [status for status in answered if status >= 500], answered
    assert {400, 404, 422} <= set(answered), answered
    by_route = drive_routes(port, filled, known)
    broken = {name: counts for name, counts in by_route.items() if max(counts) >= 500}
    assert broken == {}
    # Nobody was stopped at the door: each was heard, refused or done by somebody who may ask.
    deaf = {name for name, counts in by_route.items() if set(counts) <= {401, 403, 405, 429}}
    assert deaf == set()
    written = {route.name for route in routes() if route.json_body or route.form_body}
    assert {
        name for name in written - LEFT_OUT if not {400, 409, 422} & set(by_route[name])
    } == set()
    assert refused_by_the_database() == 5
    time.sleep(2)
    places = [printed, *logs(Path(settings.BANGFU_HOME), Path(db_cluster.data))]
    assert Path(db_cluster.data) / "server.log" in places
    assert search(places) == {}


def test_the_search_finds_what_is_in_any_log_of_a_folder(tmp_path: Path) -> None:
    for name, text in {
        "a/worker.log": f"failed for {NAMES[0]}",
        "a/worker.log.1": f"GET /api/v1/households/{quote(NAMES[1])}",
        "log/postgres": f'{{"statement": "{CARD}"}}',
        "b/printed.log": json.dumps({"error": NAMES[0]}),
        "b/data.txt": NAMES[0],
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert {Path(one).name: words for one, words in search(logs(tmp_path)).items()} == {
        "worker.log": {NAMES[0]},
        "worker.log.1": {NAMES[1]},
        "postgres": {CARD, CARD[:17]},
        "printed.log": {NAMES[0]},
    }
