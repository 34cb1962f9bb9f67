"""A worker that is killed in the middle leaves nothing half done, and its job is done later."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

from bangfu.foundation import jobs
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.files.models import StoredFile
from bangfu.foundation.jobs import handlers
from bangfu.foundation.jobs.domain import JobState
from bangfu.foundation.jobs.models import Job
from bangfu.foundation.jobs.worker import retry_stalled, run_worker
from tests.cast import AT, Cast

KIND = "test.slow_write"
# The same handler in the child: it writes a row in a transaction and then waits to be killed.
CHILD = """
import sys, time
import django
django.setup()
from bangfu.foundation import jobs
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.jobs.worker import run_worker
from tests.db_writes import write_one

@jobs.handler("test.slow_write")
def slow_write(context):
    with activate(context.scope):
        write_one(context.scope)
        print("written", flush=True)
        time.sleep(60)

run_worker(wait=False)
"""


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    known = dict(handlers._handlers)

    @jobs.handler(KIND)
    def quick_write(context: jobs.JobContext) -> None:
        from tests.db_writes import write_one

        with activate(context.scope):
            write_one(context.scope)

    yield
    handlers._handlers.clear()
    handlers._handlers.update(known)


def _count(cast: Cast) -> int:
    with activate(cast.county.scope):
        return StoredFile.objects.count()


@pytest.mark.django_db(transaction=True)
def test_f64_kill_9_of_the_worker_rolls_back_and_the_job_runs_again(cast: Cast) -> None:
    job = jobs.start(cast.county.scope, KIND, {}, at=AT)
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=root,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert _count(cast) == 0
    assert jobs.get_job(cast.county.scope, job.id).state == JobState.RUNNING
    time.sleep(0.2)
    asyncio.run(_recover())
    run_worker(wait=False, signals=False)
    assert jobs.get_job(cast.county.scope, job.id).state == JobState.DONE
    assert _count(cast) == 1
    with activate(cast.county.scope):
        assert Job.objects.get(id=job.id).attempts == 2


async def _recover() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            assert await retry_stalled(worker_app, seconds=0.1) == 1
