"""Batches: their states, their doubles, their pages, and who may see them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.intake import selectors, services
from bangfu.foundation.intake.domain import BatchState
from bangfu.foundation.intake.models import Batch
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.period import Period
from tests.feeds_kit import NOW, SHIQIAO, YUNXI, county

pytestmark = pytest.mark.django_db

OCTOBER = Period("2026-10")


def opened(sm3: str = "a" * 64, region=YUNXI, period: Period | None = OCTOBER):
    return services.open_batch(
        scope=county(region),
        at=NOW,
        dataset="medical/claim",
        region=region,
        file=services.IncomingFile("医保.csv", 10, sm3),
        period=period,
    )


def staged(**more):
    batch = opened(**more)
    return services.record_staging(
        scope=county(),
        at=NOW,
        batch_id=batch.id,
        counts={"rows": 1},
        mapping={},
        issues=[{"row": number} for number in range(250)],
        staged_path=".staged/x.parquet",
    )


def committed(**more):
    batch = staged(**more)
    return services.mark_committed(scope=county(), at=NOW, batch_id=batch.id)


@pytest.mark.evidence("ASVS-2.3.1", "GB22239-8.1.4.3-a")
def test_a_batch_goes_from_received_to_staged_to_committed_with_an_audit_row_each() -> None:
    batch = committed()
    assert batch.state == BatchState.COMMITTED
    assert batch.committed_at == NOW
    assert len(batch.issues) == 200
    with activate(county()):
        actions = list(
            AuditEvent.objects.filter(subject_id=str(batch.id))
            .order_by("id")
            .values_list("action", flat=True)
        )
    assert sorted(actions) == [
        "intake.batch.committed",
        "intake.batch.received",
        "intake.batch.staged",
    ]


@pytest.mark.evidence("ASVS-2.3.1")
@pytest.mark.parametrize("step", ["commit", "cancel", "stage", "refuse"])
def test_a_finished_batch_takes_no_further_step(step: str) -> None:
    batch = committed()
    asked = {"scope": county(), "at": NOW, "batch_id": batch.id}
    calls = {
        "commit": lambda: services.mark_committed(**asked),
        "cancel": lambda: services.cancel(**asked),
        "stage": lambda: services.record_staging(**asked, counts={}, mapping={}, issues=[]),
        "refuse": lambda: services.refuse(**asked, errors=[]),
    }
    with pytest.raises(Conflict) as caught:
        calls[step]()
    assert caught.value.code == "E-INTAKE-STATE"


def test_the_same_file_again_is_cancelled_with_a_link_to_the_first() -> None:
    first = committed()
    again = opened()
    assert again.state == BatchState.CANCELLED
    assert again.duplicate_of == first.id
    assert opened(period=Period("2026-09")).duplicate_of is None
    assert opened(sm3="b" * 64).duplicate_of is None


def test_a_staged_double_is_cancelled_when_the_other_is_committed() -> None:
    one, other = staged(), staged()
    services.mark_committed(scope=county(), at=NOW, batch_id=one.id)
    found = selectors.get_batch(county(), other.id)
    assert (found.state, found.duplicate_of) == (BatchState.CANCELLED, one.id)
    assert services.lock_for_commit(scope=county(), batch_id=other.id).duplicate_of == one.id


@pytest.mark.evidence("ASVS-2.3.4", "T14")
def test_the_database_refuses_a_second_commit_of_the_same_file() -> None:
    first = committed()
    with activate(county()):
        twin = Batch.objects.get(id=first.id)
        twin.pk = uuid4()
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)


def test_without_a_period_the_same_file_is_recognised_too() -> None:
    first = committed(period=None)
    assert opened(period=None).duplicate_of == first.id


def test_a_neighbour_sees_neither_batch_nor_page() -> None:
    batch = committed()
    with pytest.raises(NotFound) as caught:
        selectors.get_batch(county(SHIQIAO), batch.id)
    assert caught.value.code == "E-INTAKE-NOT-FOUND"
    assert selectors.list_batches(county(SHIQIAO)).items == []
    with pytest.raises(NotFound):
        services.cancel(scope=county(SHIQIAO), at=NOW, batch_id=batch.id)


def test_row_security_alone_hides_a_batch_from_a_neighbour(settings) -> None:
    batch = committed()
    settings.BANGFU_SCOPE_FILTER = False
    with pytest.raises(NotFound):
        selectors.get_batch(county(SHIQIAO), batch.id)
    assert selectors.get_batch(county(), batch.id).id == batch.id


def test_a_batch_of_another_county_is_not_opened() -> None:
    with pytest.raises(NotAllowed):
        services.open_batch(
            scope=county(SHIQIAO),
            at=NOW,
            dataset="medical/claim",
            region=YUNXI,
            file=services.IncomingFile("x", 1, "a" * 64),
        )


def test_pages_run_through_all_batches_newest_first_without_gap_or_repeat() -> None:
    made = [opened(sm3=f"{number:064x}").id for number in range(7)]
    seen, cursor = [], None
    while True:
        page = selectors.list_batches(county(), cursor=cursor, limit=3)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


def test_a_forged_cursor_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        selectors.list_batches(county(), cursor="1 OR 1=1")
    assert caught.value.code == "E-INTAKE-CURSOR"


@pytest.mark.parametrize("is_staged", [False, True])
def test_a_job_that_runs_again_continues_with_its_own_batch(is_staged: bool) -> None:
    job_id = uuid4()

    def attempt():
        return services.open_batch(
            scope=county(),
            at=NOW,
            dataset="medical/claim",
            region=YUNXI,
            file=services.IncomingFile("a.csv", 1, "a" * 64),
            period=OCTOBER,
            job_id=job_id,
        )

    asked = {"scope": county(), "at": NOW}
    first = attempt()
    if is_staged:
        services.record_staging(
            **asked, batch_id=first.id, counts={}, mapping={}, issues=[], staged_path="x"
        )
    second = attempt()
    assert (second.id, second.state, second.staged_path) == (first.id, BatchState.RECEIVED, "")
    services.record_staging(**asked, batch_id=first.id, counts={}, mapping={}, issues=[])
    assert len(selectors.list_batches(county()).items) == 1
