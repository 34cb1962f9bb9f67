"""What was decided here goes on the list of what is to be entered; decided again, it is no second
item."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bangfu.domains.reconciliation.domain import ItemState
from bangfu.domains.reconciliation.expecting import Expected, expect
from bangfu.domains.reconciliation.models import ReconciliationItem
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.uuid7 import uuid7
from tests.cast import SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast

FIRST, AGAIN = datetime(2026, 11, 2, 2, 0, tzinfo=UTC), datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
ORIGIN = uuid7()
LISTED = ("column", "here", "state", "first_seen_on", "last_seen_on", "done_on")


def decided(at: datetime, *fields: Expected, origin: object = ORIGIN) -> int:
    return expect(
        scope=command_scope(YUNXI, "tests"),
        at=at,
        region=YUNXI_VILLAGE,
        household_no="H1",
        head_name="王大山",
        fields=fields,
        origin=origin,  # type: ignore[arg-type]
    )


def listed(cast: Cast) -> list[tuple[object, ...]]:
    with activate(cast.county.scope):
        return list(ReconciliationItem.objects.order_by("column").values_list(*LISTED))


def test_a_field_decided_again_is_the_same_item_opened_anew(cast: Cast) -> None:
    status = Expected("risk_status", "ACTIVE")
    assert decided(FIRST, status, Expected("monitored_category", "SUDDEN_HARDSHIP")) == 2
    day = date(2026, 11, 2)
    assert listed(cast) == [
        ("monitored_category", "SUDDEN_HARDSHIP", "OPEN", day, day, None),
        ("risk_status", "ACTIVE", "OPEN", day, day, None),
    ]
    with activate(cast.county.scope):
        ids = set(ReconciliationItem.objects.values_list("id", flat=True))
        ReconciliationItem.objects.update(state=ItemState.DONE, done_on=date(2026, 11, 20))
    assert decided(AGAIN, Expected("risk_status", "CLEARED"), origin=uuid7()) == 1
    later = date(2026, 12, 1)
    assert listed(cast) == [
        ("monitored_category", "SUDDEN_HARDSHIP", "DONE", day, day, date(2026, 11, 20)),
        ("risk_status", "CLEARED", "OPEN", day, later, None),
    ]
    with activate(cast.county.scope):
        assert set(ReconciliationItem.objects.values_list("id", flat=True)) == ids
        assert set(ReconciliationItem.objects.values_list("reconciliation_id", flat=True)) == {
            ORIGIN
        }
        kept = AuditEvent.objects.filter(action="reconciliation.items.expected").order_by("at")
        assert [one.detail["fields"] for one in kept] == [2, 1]
    with activate(command_scope(SHIQIAO, "tests")):
        assert not ReconciliationItem.objects.exists()


@pytest.mark.parametrize("count", [1, 7])
def test_fields_are_put_on_the_list_in_one_statement(cast: Cast, count: int) -> None:
    fields = [Expected(f"column{number}", "X") for number in range(count)]
    with CaptureQueriesContext(connection) as asked:
        decided(FIRST, *fields)
    written = [one for one in asked.captured_queries if "reconciliation_item" in one["sql"]]
    assert len(written) == 1
    assert len(listed(cast)) == count
