"""Reads and refusals stand in the log beside the writes, with where they came from."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit import origin, services
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from tests.cast import AT, YUNXI, YUNXI_VILLAGE, Cast

NATION = command_scope(RegionCode("000000000000"), "tests")
POST = UUID("01890000-0000-7000-8000-000000000001")


def _last() -> AuditEvent:
    with activate(NATION):
        return AuditEvent.objects.order_by("-id")[0]


@pytest.mark.evidence("ASVS-16.2.1", "GB22239-8.1.4.3-b", "T1")
@pytest.mark.django_db(transaction=True)
def test_a_read_is_recorded_with_its_reason_and_where_it_came_from(cast: Cast) -> None:
    assert cast.cadre.scope is not None
    with origin.coming_from(origin.Origin(POST, "192.0.2.7", "abc")):
        audit.record_read(
            cast.cadre.scope,
            "registry.household.viewed",
            at=AT,
            subject_kind="registry.household",
            subject_id="H9901010001",
            region_code=str(YUNXI_VILLAGE),
            purpose="VISIT",
        )
    row = _last()
    assert (row.action, row.result, row.purpose) == ("registry.household.viewed", "OK", "VISIT")
    assert (row.post_id, row.client, row.actor_label) == (POST, "192.0.2.7", "结对干部")


@pytest.mark.evidence("ASVS-16.3.2", "GB22239-8.1.4.3-a")
@pytest.mark.django_db
def test_a_refusal_before_sign_in_belongs_to_nobody_and_to_the_nation(cast: Cast) -> None:
    audit.record_refusal(
        at=AT, code="E-API-SIGN-IN", status=401, method="GET", route="households", request_id="r1"
    )
    row = _last()
    assert (row.actor_kind, row.actor_id, row.region_code) == ("NOBODY", "", "000000000000")
    assert (row.result, row.action) == ("REFUSED", services.REFUSED)
    assert row.detail["status"] == 401


@pytest.mark.evidence("ASVS-16.3.2", "GB22239-8.1.4.3-b")
@pytest.mark.django_db
def test_a_refusal_of_somebody_known_lies_in_their_place(cast: Cast) -> None:
    audit.record_refusal(
        at=AT,
        code="E-API-NOT-FOUND",
        status=404,
        method="GET",
        route="households/{household_no}",
        request_id="r2",
        actor=cast.neighbour.actor,
        region_code=str(YUNXI),
        subject="H9901010001",
    )
    row = _last()
    assert (row.actor_label, row.region_code) == ("丙", str(YUNXI))
    assert row.detail["subject"] == "H9901010001"


@pytest.mark.django_db
def test_a_refusal_stays_a_refusal_when_it_cannot_be_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(services, "_add", fail)
    audit.record_refusal(
        at=AT, code="E-API-NOT-FOUND", status=404, method="GET", route="x", request_id="r3"
    )
    assert "r3" in caplog.text
    assert "disk full" not in caplog.text
