"""Messages to people: written with what they tell, read by their person alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import connection, transaction

from bangfu.foundation import notifications
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.notifications.models import Message, Outbox
from bangfu.kernel.errors import InvalidValue, NotAllowed
from bangfu.kernel.region import RegionCode
from tests.cast import AT, SHIQIAO, YUNXI_VILLAGE, Cast

NATION = RegionCode("000000000000")
DISPATCHED = {"number": "XS2026-000123", "due_on": date(2026, 11, 6)}


def tell(cast: Cast, *users: UUID, subject: str = "monitoring.dispatched", key: str = "") -> int:
    """Write a message as 甲 to the users."""
    params = {"count": 3} if subject == "assistance.paired" else DISPATCHED
    with activate(cast.county.scope):
        return notifications.notify(
            scope=cast.county.scope,
            at=AT,
            users=users,
            subject=subject,
            params=params,
            link="/proceedings/019f3fa",
            region=YUNXI_VILLAGE,
            key=key,
        )


def seen(scope: object) -> list[str]:
    """What the database alone shows under a scope."""
    with activate(scope):  # type: ignore[arg-type]
        return sorted(str(one) for one in Message.objects.values_list("user_id", flat=True))


@pytest.mark.django_db
def test_a_person_sees_his_own_messages_and_no_officer_around_him_does(cast: Cast) -> None:
    assert tell(cast, cast.cadre.user.pk, cast.township.user.pk) == 2
    assert seen(cast.cadre.scope) == [str(cast.cadre.user.pk)]
    assert seen(cast.township.scope) == [str(cast.township.user.pk)]
    for other in (cast.county, cast.neighbour, cast.auditor):
        assert seen(other.scope) == []
    assert len(seen(system_scope(NATION, "messages"))) == 2
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_a_message_is_gone_with_the_act_that_it_tells_of(cast: Cast) -> None:
    with transaction.atomic():
        tell(cast, cast.cadre.user.pk, subject="monitoring.urgent")
        transaction.set_rollback(True)
    worker = system_scope(NATION, "messages")
    assert seen(worker) == []
    with activate(worker):
        assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_what_is_known_by_a_key_is_told_once(cast: Cast) -> None:
    for _ in range(2):
        tell(cast, cast.cadre.user.pk, subject="monitoring.urgent", key="urgent:1")
    tell(cast, cast.township.user.pk, subject="monitoring.urgent", key="urgent:1")
    worker = system_scope(NATION, "messages")
    assert len(seen(worker)) == 2
    with activate(worker):
        assert Outbox.objects.count() == 2


@pytest.mark.django_db
def test_only_subjects_with_a_text_for_it_leave_by_sms(cast: Cast) -> None:
    tell(cast, cast.cadre.user.pk, subject="assistance.paired")
    with activate(system_scope(NATION, "messages")):
        assert Message.objects.count() == 1
        assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("number", "due_on"),
    [
        ("王桂兰", date(2026, 11, 6)),
        ("XS510722198001011234", date(2026, 11, 6)),
        ("XS2026-000123 低保户", date(2026, 11, 6)),
        ("XS2026-000123", "尽快"),
        (None, date(2026, 11, 6)),
    ],
)
@pytest.mark.django_db
def test_t15_a_name_a_long_number_or_words_never_get_into_a_message(
    cast: Cast, number: str | None, due_on: object
) -> None:
    with activate(cast.county.scope), pytest.raises(InvalidValue) as refused:
        notifications.notify(
            scope=cast.county.scope,
            at=AT,
            users=[cast.cadre.user.pk],
            subject="monitoring.dispatched",
            params={"number": number, "due_on": due_on},
        )
    assert refused.value.code == "E-MESSAGE-PARAM"
    assert "王桂兰" not in str(refused.value.params)


@pytest.mark.django_db
def test_one_parameter_too_many_is_refused_and_so_is_an_unknown_subject(cast: Cast) -> None:
    with activate(cast.county.scope):
        for subject, params, code in (
            ("monitoring.dispatched", {**DISPATCHED, "name": "王桂兰"}, "E-MESSAGE-PARAM"),
            ("monitoring.dispatched", {"number": "XS2026-000123"}, "E-MESSAGE-PARAM"),
            ("monitoring.gossip", {}, "E-MESSAGE-SUBJECT"),
        ):
            with pytest.raises(InvalidValue) as refused:
                notifications.notify(
                    scope=cast.county.scope,
                    at=AT,
                    users=[cast.cadre.user.pk],
                    subject=subject,
                    params=params,
                )
            assert refused.value.code == code


@pytest.mark.parametrize(
    "link", ["//evil.example/a", "https://evil.example", "/a b", "javascript:1"]
)
@pytest.mark.django_db
def test_a_link_stays_within_the_console(cast: Cast, link: str) -> None:
    with activate(cast.county.scope), pytest.raises(InvalidValue) as refused:
        notifications.notify(
            scope=cast.county.scope,
            at=AT,
            users=[cast.cadre.user.pk],
            subject="monitoring.dispatched",
            params=DISPATCHED,
            link=link,
        )
    assert refused.value.code == "E-MESSAGE-LINK"


@pytest.mark.django_db
def test_nobody_writes_about_a_place_outside_his_scope(cast: Cast) -> None:
    with activate(cast.county.scope), pytest.raises(NotAllowed):
        notifications.notify(
            scope=cast.county.scope,
            at=AT,
            users=[cast.cadre.user.pk],
            subject="monitoring.dispatched",
            params=DISPATCHED,
            region=SHIQIAO,
        )


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_a_mistake_of_ours(cast: Cast) -> None:
    with pytest.raises(RuntimeError):
        notifications.notify(
            scope=cast.county.scope,
            at=AT,
            users=[cast.cadre.user.pk],
            subject="monitoring.dispatched",
            params=DISPATCHED,
        )


@pytest.mark.django_db
def test_the_database_lets_a_person_change_nothing_of_a_message_but_that_it_was_read(
    cast: Cast,
) -> None:
    tell(cast, cast.cadre.user.pk)
    with activate(cast.cadre.scope):
        assert Message.objects.update(read_at=AT) == 1
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE notifications_message SET subject = 'digest.daily'")
        # The platform's own work alone deletes what was read; for a person there is nothing.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM notifications_message")
            assert cursor.rowcount == 0
    with activate(cast.county.scope):
        assert Message.objects.update(read_at=None) == 0
