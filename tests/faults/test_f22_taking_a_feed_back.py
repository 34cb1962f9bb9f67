"""F22: a file is taken back after it was used: what it replaced returns, what used it is listed."""

from __future__ import annotations

import pytest

from bangfu.domains.feeds import selectors, services
from bangfu.domains.feeds.domain import LandingState
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake.domain import BatchState
from bangfu.kernel.errors import Conflict, NotFound, Refused
from tests.feeds_kit import CLAIM_HEAD, NOW, SHIQIAO, YUNXI, claim, county, take_in, write_csv

pytestmark = pytest.mark.django_db


def landed(tmp_path, name: str = "a.csv", paid: str = "100.00", **more):
    return take_in(write_csv(tmp_path / name, CLAIM_HEAD, [claim(1, paid=paid)]), **more)


def revert(batch_id, reason: str = "医保局撤回"):
    return services.revert_batch(scope=county(), at=NOW, batch_id=batch_id, reason=reason)


@pytest.mark.evidence("T14")
def test_f22_a_reverted_batch_is_out_of_force_and_out_of_the_partitions(
    tmp_path, django_capture_on_commit_callbacks
) -> None:
    batch_id = landed(tmp_path).batch_id
    before = selectors.get_landing(county(), batch_id)
    with django_capture_on_commit_callbacks(execute=True):
        revert(batch_id)
    assert selectors.list_landings(county(), county=YUNXI) == []
    after = selectors.get_landing(county(), batch_id)
    assert after.state == LandingState.REVERTED
    root = services.lake.lake_root()
    assert not (root / before.path).exists()
    assert (root / after.path).is_file()
    done = batches.get_batch(county(), batch_id)
    assert (done.state, done.reason) == (BatchState.REVERTED, "医保局撤回")
    with activate(county()):
        actions = AuditEvent.objects.filter(subject_id=str(batch_id)).values_list(
            "action", flat=True
        )
        assert "intake.batch.reverted" in actions


def test_f22_the_runs_that_used_it_are_listed(tmp_path) -> None:
    batch_id = landed(tmp_path).batch_id
    for run in ("run-1", "run-1", "run-2"):
        services.record_use(
            scope=county(),
            at=NOW,
            batch_ids=[batch_id],
            used_by_kind="screening.run",
            used_by_id=run,
            label="2026-10",
        )
    done = revert(batch_id)
    assert [(item["kind"], item["id"]) for item in done["dependants"]] == [
        ("screening.run", "run-1"),
        ("screening.run", "run-2"),
    ]
    assert batches.get_batch(county(), batch_id).detail["dependants"] == done["dependants"]


def test_f22_what_it_had_replaced_is_in_force_again(tmp_path) -> None:
    first = landed(tmp_path).batch_id
    second = landed(tmp_path, "b.csv", paid="101.00", supersede=True, reason="更正").batch_id
    done = revert(second)
    assert done["restored"] == first
    live = selectors.list_landings(county(), county=YUNXI)
    assert [item.batch_id for item in live] == [first]
    assert (services.lake.lake_root() / live[0].path).is_file()
    assert batches.get_batch(county(), first).state == BatchState.COMMITTED


def test_f22_the_same_file_may_come_again_after_it_was_taken_back(tmp_path) -> None:
    revert(landed(tmp_path).batch_id)
    assert landed(tmp_path).state == BatchState.COMMITTED


def test_f22_a_batch_is_taken_back_once_by_its_own_county_with_a_reason(tmp_path) -> None:
    batch_id = landed(tmp_path).batch_id
    with pytest.raises(Refused) as caught:
        revert(batch_id, reason=" ")
    assert caught.value.code == "E-FEED-REASON"
    with pytest.raises(NotFound):
        services.revert_batch(scope=county(SHIQIAO), at=NOW, batch_id=batch_id, reason="撤回")
    revert(batch_id)
    with pytest.raises(Conflict) as again:
        revert(batch_id)
    assert again.value.code == "E-INTAKE-STATE"
