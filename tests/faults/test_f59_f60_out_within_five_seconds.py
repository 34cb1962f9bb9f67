"""F59, F60: whoever is disabled, loses a post or reaches the end of a temporary one is out within
five seconds: sessions, jobs that look up, jobs that do not, and downloads under way.

The jobs run in a real worker and the download goes over a real socket.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bangfu.foundation import files, jobs
from bangfu.foundation.access.scopes import activate, command_scope, scope_for_post
from bangfu.foundation.accounts import granting, managing, selectors
from bangfu.foundation.accounts.models import User
from bangfu.foundation.audit.origin import Origin, coming_from
from bangfu.foundation.intake import services as intake
from bangfu.foundation.jobs import handlers, watch
from bangfu.foundation.jobs.domain import JobState
from bangfu.foundation.jobs.worker import run_worker
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from tests.cast import AT, YUNXI, YUNXI_TOWN, Cast, Player, give_post

NATION = command_scope(RegionCode("000000000000"), "tests")
LIMIT = 5.0
STARTED = threading.Event()
WRITTEN = "WRITTEN BY A JOB WHOSE STARTER IS OUT"


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    """Handlers of these tests alone: one that looks up, one that computes, one inside SQL."""
    known = dict(handlers._handlers)
    STARTED.clear()

    @jobs.handler("test.looks_up")
    def looks_up(context: jobs.JobContext) -> None:
        for _ in range(600):
            STARTED.set()
            context.check_cancelled()
            time.sleep(0.05)

    @jobs.handler("test.never_looks_up")
    def never_looks_up(context: jobs.JobContext) -> None:
        with activate(context.scope):
            User.objects.filter(username="jia").update(display_name=WRITTEN)
            STARTED.set()
            for _ in range(600):
                time.sleep(0.05)

    @jobs.handler("test.inside_sql")
    def inside_sql(context: jobs.JobContext) -> None:
        with activate(context.scope), connection.cursor() as cursor:
            STARTED.set()
            cursor.execute("SELECT pg_sleep(30)")

    yield
    handlers._handlers.clear()
    handlers._handlers.update(known)


def end_county(cast: Cast) -> None:
    granting.end_post(scope=NATION, at=timezone.now(), post_id=cast.county.post_id, reason="调离")


def disable_county(cast: Cast) -> None:
    managing.set_active(
        scope=NATION, at=timezone.now(), user_id=cast.county.user.pk, active=False, reason="停用"
    )


def reach_the_last_day(cast: Cast) -> None:
    """What midnight does to a temporary post, done by day: its last day is over."""
    yesterday = timezone.localdate() - timedelta(days=1)
    granting.end_post(
        scope=NATION, at=timezone.now(), post_id=cast.county.post_id, valid_to=yesterday
    )


def start(player: Player, kind: str) -> Any:
    with coming_from(Origin(post_id=player.post_id)):
        return jobs.start(player.scope, kind, {}, at=timezone.now())


def seconds_until_done(cast: Cast, job_id: Any, act: Callable[[Cast], None]) -> float:
    """Run a worker, act once its job has begun, and return how long the job went on."""
    worker = threading.Thread(target=run_worker, kwargs={"wait": False, "signals": False})
    worker.start()
    assert STARTED.wait(20)
    act(cast)
    began = time.monotonic()
    nation = command_scope(RegionCode("000000000000"), "tests")
    while jobs.get_job(nation, job_id).state == JobState.RUNNING and time.monotonic() < began + 25:
        time.sleep(0.1)
    took = time.monotonic() - began
    worker.join(timeout=40)
    return took


@pytest.mark.evidence("F59", "F60", "T10")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [end_county, disable_county, reach_the_last_day])
def test_f59_f60_a_running_job_ends_with_its_starter(cast: Cast, act: Any) -> None:
    job = start(cast.county, "test.looks_up")
    assert seconds_until_done(cast, job.id, act) < LIMIT
    ended = jobs.get_job(NATION, job.id)
    assert (ended.state, ended.error["code"]) == (JobState.CANCELLED, "E-JOB-STARTER-OUT")


@pytest.mark.evidence("F59")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["test.never_looks_up", "test.inside_sql"])
def test_f59_a_job_that_does_not_look_up_is_stopped_and_writes_nothing(
    cast: Cast, kind: str
) -> None:
    job = start(cast.county, kind)
    assert seconds_until_done(cast, job.id, end_county) < LIMIT
    ended = jobs.get_job(NATION, job.id)
    assert (ended.state, ended.error["code"]) == (JobState.CANCELLED, "E-JOB-STARTER-OUT")
    assert not User.objects.filter(display_name=WRITTEN).exists()


STOPPED_AND_TRACED = """
import sys, threading, time
import django
django.setup()
from bangfu.foundation.jobs import watch
from bangfu.foundation.jobs.domain import Halted
from bangfu.kernel.region import RegionCode

starter = watch.Starter("USER", "nobody", None, frozenset(), RegionCode("990101000000"))
try:
    with watch.guarded(starter) as guard:
        guard.out_since, guard.is_cancelled = time.monotonic() - 60, True
        looking = threading.Thread(target=watch.look_at, args=(guard,))
        looking.start()
        looking.join()
        time.sleep(5)
except Halted:
    print("stopped")
sys.settrace(lambda *_: None)
len([one for one in map(lambda one: one, range(3))])
sys.settrace(None)
print("went on")
"""


@pytest.mark.evidence("F59")
def test_f59_a_process_whose_job_was_stopped_goes_on_as_before() -> None:
    # Python would look at every call for what is to rise, and never come to an end when traced.
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_AND_TRACED], timeout=60, capture_output=True, text=True
    )
    assert (done.stdout.split("\n")[:2], done.returncode) == (["stopped", "went on"], 0), (
        done.stderr
    )


@pytest.mark.evidence("F59")
@pytest.mark.django_db(transaction=True)
def test_f59_a_queued_job_does_not_begin(cast: Cast) -> None:
    job = start(cast.county, "test.looks_up")
    end_county(cast)
    run_worker(wait=False, signals=False)
    assert not STARTED.is_set()
    ended = jobs.get_job(NATION, job.id)
    assert (ended.state, ended.error["code"]) == (JobState.CANCELLED, "E-JOB-STARTER-OUT")


@pytest.mark.evidence("F60")
@pytest.mark.django_db(transaction=True)
def test_f60_another_post_of_the_starter_does_not_keep_the_job_alive(cast: Cast) -> None:
    give_post(cast.county.user, "COUNTY_OFFICER", RegionCode("990102000000"))
    job = start(cast.county, "test.looks_up")
    assert seconds_until_done(cast, job.id, end_county) < LIMIT
    assert jobs.get_job(NATION, job.id).state == JobState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_f59_the_jobs_of_others_go_on(cast: Cast) -> None:
    guard = watch.Guard(
        watch.Starter(
            "USER",
            cast.neighbour.actor.id,
            cast.neighbour.post_id,
            cast.neighbour.scope.permissions,
            cast.neighbour.scope.region,
        )
    )
    end_county(cast)
    watch.look_at(guard)
    assert not guard.is_out


@pytest.mark.django_db
def test_f59_a_post_counts_for_its_own_permissions_and_place_alone(cast: Cast) -> None:
    player, now = cast.county, timezone.now()
    held = player.scope.permissions
    ask = selectors.is_in_force
    assert ask(player.actor.id, player.post_id, held, now)
    assert ask(player.actor.id, None, held, now, region=YUNXI_TOWN)
    assert not ask(player.actor.id, None, held, now, region=RegionCode("990102000000"))
    assert not ask(player.actor.id, player.post_id, {*held, "ACCOUNTS_GRANT"}, now)
    assert not ask(player.actor.id, cast.township.post_id, {"REGISTRY_READ"}, now)
    assert not ask(cast.township.actor.id, player.post_id, {"REGISTRY_READ"}, now)
    assert not ask(player.actor.id, player.post_id, held, AT.replace(year=2025))


@pytest.mark.evidence("F59", "ASVS-7.4.2", "ASVS-7.4.5")
@pytest.mark.django_db(transaction=True)
def test_f59_an_officer_disabled_with_five_sessions_is_out_of_all(cast: Cast) -> None:
    sessions = [Client() for _ in range(5)]
    for client in sessions:
        client.force_login(cast.county.user)
        assert client.get("/api/v1/regions", {"q": "云溪"}).status_code == 200
    disable_county(cast)
    began = time.monotonic()
    assert [client.get("/api/v1/session").status_code for client in sessions] == [401] * 5
    assert time.monotonic() - began < LIMIT
    managing.set_active(
        scope=NATION, at=timezone.now(), user_id=cast.county.user.pk, active=True, reason="恢复"
    )
    assert sessions[0].get("/api/v1/session").status_code == 401


@pytest.mark.evidence("F60")
@pytest.mark.django_db(transaction=True)
def test_f60_the_next_request_uses_the_new_post(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.county.user)
    assert client.get("/api/v1/imports").status_code == 200
    end_county(cast)
    assert client.get("/api/v1/imports").status_code == 403
    give_post(cast.county.user, "TOWNSHIP_OFFICER", YUNXI_TOWN)
    answer = client.get("/api/v1/session").json()
    assert [post["role"] for post in answer["posts"]] == ["TOWNSHIP_OFFICER"]
    assert "FEEDS_IMPORT" not in answer["permissions"]


def big_download(cast: Cast, size: int) -> str:
    """Give 云溪县 an import with an error workbook of `size` bytes; return its path."""
    scope = scope_for_post(
        selectors.active_posts(cast.county.user, timezone.localdate())[0], cast.county.actor
    )
    with activate(scope):
        stored = files.save(scope, "bad.xlsx", b"x" * size, "import.errors", at=AT)
        batch = intake.open_batch(
            scope=scope,
            at=AT,
            dataset="police/death",
            region=YUNXI,
            file=intake.IncomingFile("bad.xlsx", 9, "ab" * 32, stored.id),
            period=Period("2026-10"),
        )
        intake.record_staging(
            scope=scope,
            at=AT,
            batch_id=batch.id,
            counts={"rows": 1},
            mapping={},
            issues=[],
            error_file_id=stored.id,
        )
    return f"/api/v1/imports/{batch.id}/errors.xlsx"


@pytest.mark.evidence("F59", "T10")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [end_county, disable_county])
def test_f59_a_download_under_way_stops(cast: Cast, live_server: Any, act: Any) -> None:
    size = 24 * 1024 * 1024
    path = big_download(cast, size)
    client = Client()
    client.force_login(cast.county.user)
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    address = urlsplit(live_server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        head = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n"
        head += "Connection: close\r\n\r\n"
        line.sendall(head.encode())
        first = line.recv(65536)
        while b"\r\n\r\n" not in first:
            first += line.recv(65536)
        assert b"200 OK" in first
        assert f"Content-Length: {size}".encode() in first
        time.sleep(1.2)
        act(cast)
        began, received = time.monotonic(), len(first)
        while chunk := line.recv(65536):
            received += len(chunk)
            assert time.monotonic() - began < LIMIT
    assert received < size / 2


@pytest.mark.evidence("GB22239-8.1.5.1-a", "GB22239-8.1.5.1-b")
@pytest.mark.django_db
def test_f59_only_those_who_answer_for_an_account_disable_it(cast: Cast) -> None:
    at = timezone.now()
    ask = {"at": at, "user_id": cast.county.user.pk, "active": False, "reason": "x"}
    with pytest.raises(NotFound):
        managing.set_active(scope=command_scope(RegionCode("990102000000"), "tests"), **ask)
