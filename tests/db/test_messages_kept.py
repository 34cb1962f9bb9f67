"""Messages are kept for their term, and what did not get out is sent again or given up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from bangfu.foundation import notifications
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.notifications import keeping, outgoing, selectors
from bangfu.foundation.notifications.delivering import system
from bangfu.foundation.notifications.models import Message, Outbox
from bangfu.foundation.notifications.reading import mark_all_read
from bangfu.kernel.errors import NotAllowed, NotFound
from bangfu.standards import messages
from tests.cast import AT, SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast

TERM = timedelta(days=365)


def tell(cast: Cast, at: datetime, *, outbox: str = "SENT") -> None:
    """Tell the cadre of an urgent task, which leaves by SMS, as it stands in the outbox."""
    scope = cast.county.scope
    assert scope is not None
    with activate(scope):
        notifications.notify(
            scope=scope,
            at=at,
            users=[cast.cadre.user.pk],
            subject="monitoring.urgent",
            params={"number": "XS2026-000123", "due_on": at.date()},
            region=YUNXI_VILLAGE,
        )
    with activate(system()):
        Outbox.objects.filter(created_at=at).update(state=outbox, done_at=at)


def read_all(cast: Cast, at: datetime) -> None:
    assert cast.cadre.scope is not None
    mark_all_read(scope=cast.cadre.scope, at=at)


def left() -> tuple[list[datetime], int]:
    with activate(system()):
        times = list(Message.objects.order_by("created_at").values_list("created_at", flat=True))
        return times, Outbox.objects.count()


def test_the_term_is_longer_than_the_nine_months_of_f48() -> None:
    assert messages.get_count(keeping.KEPT_DAYS, AT.date()) >= 275


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 5000])
def test_what_was_read_and_is_older_than_the_term_goes_with_what_was_sent(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(keeping, "BATCH", batch)
    old, older = AT - TERM - timedelta(seconds=1), AT - TERM - timedelta(days=9)
    for at in (older, old, AT - TERM):
        tell(cast, at)
    read_all(cast, AT)
    assert keeping.delete_read(at=AT) == 2
    assert left() == ([AT - TERM], 1)
    rows = AuditEvent.objects.filter(action="messages.read.deleted")
    with activate(system()):
        assert sum(row.detail["messages"] for row in rows) == 2
    assert keeping.delete_read(at=AT) == 0


@pytest.mark.django_db
def test_what_nobody_read_and_what_has_not_left_yet_stay(cast: Cast) -> None:
    tell(cast, AT - 2 * TERM, outbox="WAITING")
    read_all(cast, AT)
    tell(cast, AT - TERM - timedelta(days=1))
    assert keeping.delete_read(at=AT) == 0
    assert left()[1] == 2


@pytest.mark.django_db
def test_nobody_but_the_platform_deletes_a_message(cast: Cast) -> None:
    tell(cast, AT - 2 * TERM)
    read_all(cast, AT)
    for player in (cast.cadre, cast.county):
        assert player.scope is not None
        with activate(player.scope):
            try:
                with transaction.atomic():
                    Outbox.objects.all().delete()
                    Message.objects.all().delete()
            except DatabaseError:
                continue
    assert len(left()[0]) == 1
    assert left()[1] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "state", "action"),
    [
        (outgoing.retry, ("WAITING", ""), "messages.outbox.retried"),
        (outgoing.give_up, ("SKIPPED", "GIVEN_UP"), "messages.outbox.given_up"),
    ],
)
def test_a_dead_message_is_sent_again_or_given_up_once_and_written_down(
    cast: Cast, act: object, state: tuple[str, str], action: str
) -> None:
    tell(cast, AT, outbox="DEAD")
    scope = command_scope(YUNXI, "tests")
    (dead,) = selectors.list_dead(scope)
    with pytest.raises(NotFound, match="E-MESSAGE-NOT-DEAD"):
        act(scope=command_scope(SHIQIAO, "tests"), at=AT, outbox_id=dead.id)  # type: ignore[operator]
    with pytest.raises(NotAllowed):
        act(scope=cast.county.scope, at=AT, outbox_id=dead.id)  # type: ignore[operator]
    act(scope=scope, at=AT, outbox_id=dead.id)  # type: ignore[operator]
    assert selectors.list_dead(scope) == []
    with activate(system()):
        row = Outbox.objects.get()
        assert (row.state, row.reason) == state
        assert AuditEvent.objects.filter(action=action, subject_id=str(row.id)).count() == 1
    with pytest.raises(NotFound, match="E-MESSAGE-NOT-DEAD"):
        act(scope=scope, at=AT, outbox_id=dead.id)  # type: ignore[operator]
