"""Jobs: the same handler in the worker and at once, under the starter's scope and nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from bangfu.foundation import jobs
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.jobs import handlers, services
from bangfu.foundation.jobs.domain import JobState
from bangfu.foundation.jobs.models import Job
from bangfu.foundation.jobs.worker import run_worker
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound, Refused
from tests.cast import AT, YUNXI, YUNXI_TOWN, Cast

SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    """Handlers of these tests alone."""
    known = dict(handlers._handlers)
    SEEN.clear()

    @jobs.handler("test.look")
    def look(context: jobs.JobContext, word: str) -> dict[str, Any]:
        with activate(context.scope):
            visible = sorted(set(Job.objects.values_list("region_code", flat=True)))
        SEEN.append((word, context.scope, visible))
        context.progress(3, 3, "looking")
        return {"word": word, "on": AT.date()}

    @jobs.handler("test.refuse")
    def refuse(context: jobs.JobContext) -> None:
        raise Refused("E-INTAKE-STATE", state="A", wanted="B")

    @jobs.handler("test.break")
    def break_down(context: jobs.JobContext) -> None:
        raise ZeroDivisionError("张三 110101199003071234")

    @jobs.handler("test.wait")
    def wait(context: jobs.JobContext) -> None:
        SEEN.append("waiting")
        for _ in range(200):
            context.check_cancelled()
            threading.Event().wait(0.05)

    yield
    handlers._handlers.clear()
    handlers._handlers.update(known)


@pytest.mark.django_db
def test_run_now_runs_the_handler_and_keeps_its_result(cast: Cast) -> None:
    said = []
    job = jobs.run_now(
        cast.county.scope,
        "test.look",
        {"word": "云"},
        at=AT,
        progress=lambda done, total, message: said.append((done, total, message)),
    )
    assert job.state == JobState.DONE
    assert job.result == {"word": "云", "on": "2026-10-31"}
    assert (job.done, job.total, job.message) == (3, 3, "looking")
    assert said == [(3, 3, "looking")]


@pytest.mark.django_db
def test_a_refusal_is_kept_with_its_code_and_goes_on_to_the_command(cast: Cast) -> None:
    with pytest.raises(Refused):
        jobs.run_now(cast.county.scope, "test.refuse", {}, at=AT)
    (job,) = jobs.list_jobs(cast.county.scope)
    assert job.state == JobState.FAILED
    assert job.error == {"code": "E-INTAKE-STATE", "params": {"state": "A", "wanted": "B"}}


@pytest.mark.evidence("ASVS-16.2.5", "ASVS-16.5.1")
@pytest.mark.django_db
def test_a_strange_error_leaves_no_personal_data_in_the_job(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError):
        jobs.run_now(cast.county.scope, "test.break", {}, at=AT)
    (job,) = jobs.list_jobs(cast.county.scope)
    assert job.error == {"code": "E-JOB-UNEXPECTED", "params": {}}


@pytest.mark.django_db
def test_an_unknown_kind_is_refused_before_anything_is_queued(cast: Cast) -> None:
    with pytest.raises(InvalidValue, match="E-JOB-KIND"):
        jobs.start(cast.county.scope, "test.nothing", {}, at=AT)
    assert jobs.list_jobs(cast.county.scope) == []


@pytest.mark.evidence("ASVS-8.2.2", "T2")
@pytest.mark.django_db
def test_f51_a_job_of_another_county_does_not_exist_for_us(cast: Cast) -> None:
    job = jobs.start(cast.county.scope, "test.look", {"word": "x"}, at=AT)
    assert jobs.get_job(cast.county.scope, job.id).id == job.id
    for player in (cast.neighbour, cast.township):
        assert jobs.find_job(player.scope, job.id) is None
        with pytest.raises(NotFound, match="E-JOB-NOT-FOUND"):
            jobs.cancel(player.scope, job.id, at=AT)


@pytest.mark.django_db
def test_a_queued_job_that_is_cancelled_ends_at_once_and_only_once(cast: Cast) -> None:
    job = jobs.start(cast.county.scope, "test.look", {"word": "x"}, at=AT)
    assert jobs.cancel(cast.county.scope, job.id, at=AT).state == JobState.CANCELLED
    with pytest.raises(Conflict, match="E-JOB-FINISHED"):
        jobs.cancel(cast.county.scope, job.id, at=AT)
    services.run_queued(job.id, YUNXI)
    assert SEEN == []


@pytest.mark.evidence("ASVS-8.3.1")
@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_a_queued_job_under_the_scope_of_its_starter(cast: Cast) -> None:
    job = jobs.start(cast.township.scope, "test.look", {"word": "乡"}, at=AT)
    jobs.start(cast.county.scope, "test.look", {"word": "县"}, at=AT)
    run_worker(wait=False, signals=False)
    done = jobs.get_job(cast.township.scope, job.id)
    assert (done.state, done.result) == (JobState.DONE, {"word": "乡", "on": "2026-10-31"})
    word, scope, visible = SEEN[0]
    assert (word, scope.region, scope.actor) == ("乡", YUNXI_TOWN, cast.township.actor)
    assert scope.permissions == cast.township.scope.permissions
    assert visible == [str(YUNXI_TOWN)]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_queues_nothing(cast: Cast) -> None:
    def fail() -> None:
        with transaction.atomic():
            jobs.start(cast.county.scope, "test.look", {"word": "x"}, at=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    run_worker(wait=False, signals=False)
    assert SEEN == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'bangfu.jobs.run'"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_running_job_stops_at_its_next_check_when_asked(cast: Cast) -> None:
    job = jobs.start(cast.county.scope, "test.wait", {}, at=AT)
    worker = threading.Thread(target=run_worker, kwargs={"wait": False, "signals": False})
    worker.start()
    while not SEEN:
        threading.Event().wait(0.02)
    jobs.cancel(cast.county.scope, job.id, at=AT)
    worker.join(timeout=20)
    assert jobs.get_job(cast.county.scope, job.id).state == JobState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_f64_a_job_whose_worker_was_killed_is_tried_again_but_not_for_ever(cast: Cast) -> None:
    job = jobs.start(cast.county.scope, "test.look", {"word": "x"}, at=AT)
    with activate(cast.county.scope):
        Job.objects.filter(id=job.id).update(state=JobState.RUNNING, attempts=1)
    services.run_queued(job.id, YUNXI)
    assert jobs.get_job(cast.county.scope, job.id).state == JobState.DONE
    with activate(cast.county.scope):
        Job.objects.filter(id=job.id).update(state=JobState.RUNNING, attempts=3)
    services.run_queued(job.id, YUNXI)
    failed = jobs.get_job(cast.county.scope, job.id)
    assert (failed.state, failed.error) == (
        JobState.FAILED,
        {"code": "E-JOB-INTERRUPTED", "params": {}},
    )


@pytest.mark.evidence("GB22239-8.1.4.3-a")
@pytest.mark.django_db
def test_each_step_of_a_job_has_its_audit_row(cast: Cast) -> None:
    job = jobs.run_now(cast.county.scope, "test.look", {"word": "x"}, at=AT)
    with activate(cast.county.scope):
        rows = AuditEvent.objects.filter(subject_id=str(job.id)).order_by("id")
        assert [row.action for row in rows] == ["jobs.job.queued", "jobs.job.done"]
