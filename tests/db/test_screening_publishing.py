"""Hints over spans of months: what is written, what is not, what an earlier month leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from bangfu.domains.screening.domain import Changes, Severity
from bangfu.domains.screening.models import HouseholdHint
from bangfu.domains.screening.publishing import publish_hints
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7

pytestmark = pytest.mark.django_db

COUNTY = RegionCode("990101000000")
VILLAGE = "990101100201"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WANG, LI, ZHAO = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def in_county():
    with activate(command_scope(COUNTY, "test")):
        yield


def row(household: UUID, severity: Severity, *fired: str, reason: str = "") -> tuple:
    return (household, VILLAGE, int(severity), reason, reason, list(fired), [])


def publish(month: str, *rows: tuple, later: str | None = None) -> Changes:
    return publish_hints(
        rows, region=COUNTY, period=Period(month), next_period=later, run_id=uuid7(), at=NOW
    )


def standing(month: str) -> dict[UUID, str]:
    rows = HouseholdHint.objects.filter(valid_from__lte=month)
    return {
        hint.household_id: Severity(hint.severity).word
        for hint in rows
        if hint.valid_to is None or hint.valid_to > month
    }


def spans(household: UUID) -> list[tuple]:
    rows = HouseholdHint.objects.filter(household_id=household).order_by("valid_from")
    return [(one.valid_from, one.valid_to, Severity(one.severity).word) for one in rows]


def test_the_first_run_writes_a_row_for_every_household_also_without_a_hint():
    changes = publish("2026-08", row(WANG, Severity.URGENT, "a"), row(LI, Severity.NONE))
    assert changes == Changes(new=1, changed=0, gone=0, written=2)
    assert standing("2026-08") == {WANG: "urgent", LI: "none"}


def test_the_same_run_again_writes_nothing():
    rows = [row(WANG, Severity.URGENT, "a"), row(LI, Severity.NONE)]
    publish("2026-08", *rows)
    before = list(HouseholdHint.objects.order_by("id").values_list())
    assert publish("2026-08", *rows) == Changes()
    assert list(HouseholdHint.objects.order_by("id").values_list()) == before


def test_an_unchanged_hint_is_carried_into_the_next_month_without_a_new_row():
    publish("2026-08", row(WANG, Severity.URGENT, "a"), row(LI, Severity.NONE))
    changes = publish("2026-09", row(WANG, Severity.URGENT, "a"), row(LI, Severity.ATTENTION, "b"))
    assert changes == Changes(new=1, changed=0, gone=0, written=1)
    assert spans(WANG) == [("2026-08", None, "urgent")]
    assert spans(LI) == [("2026-08", "2026-09", "none"), ("2026-09", None, "attention")]


def test_a_hint_that_went_is_counted_as_gone_and_one_with_other_rules_as_changed():
    publish("2026-08", row(WANG, Severity.URGENT, "a"), row(LI, Severity.ATTENTION, "b"))
    changes = publish("2026-09", row(WANG, Severity.NONE), row(LI, Severity.ATTENTION, "b", "c"))
    assert (changes.new, changes.changed, changes.gone) == (0, 1, 1)


def test_a_new_reason_alone_is_written_but_counts_as_no_change():
    publish("2026-08", row(WANG, Severity.URGENT, "a", reason="自付 21,300 元"))
    changes = publish("2026-09", row(WANG, Severity.URGENT, "a", reason="自付 22,000 元"))
    assert changes == Changes(new=0, changed=0, gone=0, written=1)


def test_a_household_that_left_the_register_ends_its_span():
    publish("2026-08", row(WANG, Severity.URGENT, "a"), row(LI, Severity.NONE))
    assert publish("2026-09", row(LI, Severity.NONE)).gone == 1
    assert standing("2026-09") == {LI: "none"}
    assert standing("2026-08") == {WANG: "urgent", LI: "none"}


def test_running_a_month_again_replaces_that_month_only():
    publish("2026-08", row(WANG, Severity.NONE))
    publish("2026-09", row(WANG, Severity.ATTENTION, "a"))
    publish("2026-09", row(WANG, Severity.URGENT, "a"))
    assert spans(WANG) == [("2026-08", "2026-09", "none"), ("2026-09", None, "urgent")]


def test_screening_an_earlier_month_again_does_not_change_a_later_one():
    publish("2026-08", row(WANG, Severity.NONE), row(LI, Severity.NONE))
    publish("2026-10", row(WANG, Severity.NONE), row(LI, Severity.URGENT, "a"))
    publish("2026-09", row(WANG, Severity.ATTENTION, "b"), row(LI, Severity.NONE), later="2026-10")
    assert standing("2026-08") == {WANG: "none", LI: "none"}
    assert standing("2026-09") == {WANG: "attention", LI: "none"}
    assert standing("2026-10") == {WANG: "none", LI: "urgent"}


def test_a_household_new_in_an_earlier_month_does_not_appear_in_the_later_one():
    publish("2026-10", row(LI, Severity.NONE))
    publish("2026-09", row(LI, Severity.NONE), row(ZHAO, Severity.URGENT, "a"), later="2026-10")
    assert standing("2026-10") == {LI: "none"}
    assert spans(ZHAO) == [("2026-09", "2026-10", "urgent")]


def test_another_countys_hints_are_neither_seen_nor_ended():
    neighbour = command_scope(RegionCode("990102000000"), "test")
    with activate(neighbour):
        publish_hints(
            [(ZHAO, "990102100201", int(Severity.URGENT), "", "", ["a"], [])],
            region=RegionCode("990102000000"),
            period=Period("2026-08"),
            next_period=None,
            run_id=uuid7(),
            at=NOW,
        )
    publish("2026-08", row(WANG, Severity.NONE))
    assert standing("2026-08") == {WANG: "none"}
    with activate(neighbour):
        assert standing("2026-08") == {ZHAO: "urgent"}


def test_a_row_of_another_county_cannot_be_published():
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        publish("2026-08", (ZHAO, "990102100201", 3, "", "", ["a"], []))


def test_no_temporary_table_is_left_behind():
    publish("2026-08", row(WANG, Severity.URGENT, "a"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'screening_incoming%'")
        assert cursor.fetchone() == (0,)
