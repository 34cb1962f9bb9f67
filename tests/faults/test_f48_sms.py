"""F48: an SMS leaves once; the worst that anybody sees is one repetition. F49 is the breaker's.

The gateway is a real one over HTTP on loopback (`bangfu.integrations.sms.fake`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections

from bangfu.foundation import notifications
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts.models import User
from bangfu.foundation.crypto.tokens import phone_token
from bangfu.foundation.notifications import delivering
from bangfu.foundation.notifications.delivering import deliver, system
from bangfu.foundation.notifications.models import Contact, Outbox, StoppedPhone
from bangfu.foundation.notifications.ports import Ports
from bangfu.integrations.sms.fake import FakeGateway, running
from bangfu.integrations.sms.gateway import HttpGateway
from tests.cast import AT, YUNXI_VILLAGE, Cast, Player

PHONE = "13812345678"
NIGHT = datetime.fromisoformat("2026-10-31T22:30:00+08:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """A gateway on loopback that this process sends to, patient for a quarter of a second."""
    with running() as found:
        client = HttpGateway(
            url=found.url, key_id=found.key_id, secret=found.secret, sender="平台", timeout=0.25
        )
        monkeypatch.setattr(Ports, "gateway", client)
        yield found


def reach(player: Player, phone: str = PHONE, *, is_on: bool = True) -> None:
    """Give a player a telephone that is proved."""
    with activate(system()):
        Contact.objects.create(
            user_id=player.user.pk,
            is_sms_on=is_on,
            phone=phone,
            phone_token=phone_token(phone),
            confirmed_at=AT,
            changed_at=AT,
        )


def tell(cast: Cast, *players: Player, at: datetime = AT, subject: str = "urgent") -> None:
    scope = cast.county.scope
    assert scope is not None
    with activate(scope):
        notifications.notify(
            scope=scope,
            at=at,
            users=[one.user.pk for one in players],
            subject=f"monitoring.{subject}",
            params={"number": "XS2026-000123", "due_on": at.date()},
            region=YUNXI_VILLAGE,
        )


def rows() -> list[Outbox]:
    with activate(system()):
        return list(Outbox.objects.order_by("id"))


def row() -> Outbox:
    [found] = rows()
    return found


@pytest.mark.evidence("F48", "T15")
@pytest.mark.django_db
def test_f48_a_message_is_sent_once_and_says_nothing_of_anybody(
    cast: Cast, gateway: FakeGateway
) -> None:
    reach(cast.cadre)
    tell(cast, cast.cadre)
    assert deliver(at=AT).sent == 1
    assert deliver(at=AT + HOUR).total == 0
    [sent] = gateway.sent
    assert sent["text"] == "您有一件紧急工作，编号 XS2026-000123，请立即登录平台办理。"
    assert (sent["to"], sent["template"]) == (PHONE, "URGENT")
    assert sent["params"] == {"number": "XS2026-000123"}
    assert (row().state, row().attempts) == ("SENT", 1)


class Killed(BaseException):
    """The worker's process is gone."""


@pytest.mark.evidence("F48")
@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.django_db
def test_f48_a_worker_killed_between_sending_and_marking_repeats_nothing(
    cast: Cast,
    gateway: FakeGateway,
    monkeypatch: pytest.MonkeyPatch,
    forgets: bool,
) -> None:
    gateway.behaviour.forgets_keys = forgets
    reach(cast.cadre)
    tell(cast, cast.cadre)
    _die_before_marking(monkeypatch)
    assert row().state == "SENDING"
    assert deliver(at=AT + timedelta(minutes=1)).total == 0  # the claim still holds
    assert deliver(at=AT + HOUR).sent == 1
    assert len(gateway.sent) == 1
    assert row().state == "SENT"


@pytest.mark.evidence("F48")
@pytest.mark.django_db
def test_f48_where_the_gateway_knows_nothing_one_repetition_is_the_most(
    cast: Cast, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It forgets keys and cannot be asked: killed twice, the message is given up, not sent on."""
    gateway.behaviour.forgets_keys = gateway.behaviour.cannot_be_asked = True
    reach(cast.cadre)
    tell(cast, cast.cadre)
    _die_before_marking(monkeypatch)
    _die_before_marking(monkeypatch, at=AT + HOUR)
    for hours in (2, 3, 24):
        deliver(at=AT + hours * HOUR)
    assert len(gateway.sent) == 2
    assert (row().state, row().reason) == ("DEAD", "UNCLEAR")


def _die_before_marking(monkeypatch: pytest.MonkeyPatch, at: datetime = AT) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_mark", die)
        with pytest.raises(Killed):
            deliver(at=at)


@pytest.mark.evidence("F48")
@pytest.mark.parametrize("trouble", ["slow", "silent", "fault"])
@pytest.mark.django_db
def test_f48_an_answer_that_never_came_is_asked_about_before_it_is_repeated(
    cast: Cast, gateway: FakeGateway, trouble: str
) -> None:
    how = gateway.behaviour
    how.forgets_keys = True
    if trouble == "slow":
        how.delay_seconds = 0.6
    elif trouble == "silent":
        how.silent_next = 1
    else:
        how.fault_next, how.takes_on_fault = 1, True
    reach(cast.cadre)
    tell(cast, cast.cadre)
    assert deliver(at=AT).later == 1
    assert row().unclear == 1
    how.delay_seconds = 0
    assert deliver(at=AT + HOUR).sent == 1
    assert len(gateway.sent) == 1


@pytest.mark.evidence("F48")
@pytest.mark.django_db
def test_f48_a_full_gateway_is_left_alone_for_as_long_as_it_asks(
    cast: Cast, gateway: FakeGateway
) -> None:
    gateway.behaviour.quota_next, gateway.behaviour.retry_after = 1, 1800
    reach(cast.cadre)
    tell(cast, cast.cadre)
    assert deliver(at=AT).reasons == {"QUOTA": 1}
    assert row().next_at == AT + timedelta(seconds=1800)
    assert deliver(at=AT + timedelta(minutes=29)).total == 0
    assert deliver(at=AT + timedelta(minutes=30)).sent == 1
    assert row().unclear == 0


@pytest.mark.django_db
def test_f48_waits_double_and_end_in_a_letter_that_one_can_see(
    cast: Cast, gateway: FakeGateway
) -> None:
    gateway.behaviour.busy_next = 100
    reach(cast.cadre)
    tell(cast, cast.cadre)
    at, waits = AT, []
    for _ in range(8):
        deliver(at=at)
        waits.append(int((row().next_at - at).total_seconds() // 60))
        at = row().next_at
    # 2 minutes, doubled up to 240; at the eighth attempt it is given up.
    assert waits == [2, 4, 8, 16, 32, 64, 128, 0]
    assert (row().state, row().reason, row().attempts) == ("DEAD", "BUSY", 8)


@pytest.mark.django_db
def test_a_number_that_is_none_is_given_up_at_once_and_a_refusal_is_remembered(
    cast: Cast, gateway: FakeGateway
) -> None:
    gateway.behaviour.bad_numbers = {"13900000001"}
    gateway.behaviour.stopped = {"13900000002"}
    reach(cast.cadre, "13900000001")
    reach(cast.township, "13900000002")
    tell(cast, cast.cadre, cast.township)
    assert deliver(at=AT).reasons == {"NUMBER": 1, "STOPPED": 1}
    assert StoppedPhone.objects.get().token == phone_token("13900000002")
    asked = gateway.requests
    tell(cast, cast.township)
    assert deliver(at=AT).reasons == {"STOPPED": 1}
    assert gateway.requests == asked


@pytest.mark.django_db
def test_f48_a_bounce_said_twice_counts_once_and_the_telephone_gets_no_more(
    cast: Cast, gateway: FakeGateway
) -> None:
    gateway.behaviour.unreachable = {PHONE}
    reach(cast.cadre)
    tell(cast, cast.cadre)
    assert deliver(at=AT).sent == 1
    deliver(at=AT + HOUR)
    assert (row().state, row().reason) == ("DEAD", "BOUNCED")
    assert gateway.bounces == []
    tell(cast, cast.cadre)
    assert deliver(at=AT + HOUR).reasons == {"BOUNCED": 1}
    assert len(gateway.sent) == 1


@pytest.mark.django_db
def test_nobody_gets_an_sms_who_did_not_ask_for_it_or_is_no_longer_here(
    cast: Cast, gateway: FakeGateway
) -> None:
    reach(cast.cadre, is_on=False)
    reach(cast.township)
    User.objects.filter(pk=cast.township.user.pk).update(is_active=False)
    tell(cast, cast.cadre, cast.township, cast.auditor)
    assert deliver(at=AT).reasons == {"OFF": 2, "GONE": 1}
    assert gateway.requests == 0


@pytest.mark.django_db
def test_quiet_hours_wait_until_morning_but_for_what_is_urgent(
    cast: Cast, gateway: FakeGateway
) -> None:
    reach(cast.cadre)
    tell(cast, cast.cadre, at=NIGHT, subject="supervised")
    tell(cast, cast.cadre, at=NIGHT, subject="urgent")
    done = deliver(at=NIGHT)
    assert (done.sent, done.reasons) == (1, {"QUIET": 1})
    waiting = next(one for one in rows() if one.state == "WAITING")
    assert waiting.next_at == datetime.fromisoformat("2026-11-01T08:00:00+08:00")
    assert waiting.attempts == 0
    assert deliver(at=waiting.next_at).sent == 1


@pytest.mark.django_db
def test_a_wrong_signature_loses_no_message(
    cast: Cast, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(cast.cadre)
    tell(cast, cast.cadre)
    right = Ports.gateway
    wrong = HttpGateway(
        url=gateway.url, key_id=gateway.key_id, secret="another", sender="平台", timeout=1
    )
    monkeypatch.setattr(Ports, "gateway", wrong)
    assert deliver(at=AT).reasons == {"SIGNATURE": 1}
    monkeypatch.setattr(Ports, "gateway", right)
    assert deliver(at=AT + HOUR).sent == 1


@pytest.mark.django_db
def test_a_gateway_that_is_not_there_was_surely_not_reached(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as gone:
        pass
    client = HttpGateway(url=gone.url, key_id="a", secret="b", sender="平台", timeout=1)
    monkeypatch.setattr(Ports, "gateway", client)
    reach(cast.cadre)
    tell(cast, cast.cadre)
    assert deliver(at=AT).reasons == {"UNREACHABLE": 1}
    assert (row().state, row().unclear) == ("WAITING", 0)


@pytest.mark.evidence("F48")
@pytest.mark.django_db(transaction=True)
def test_f48_two_workers_at_once_send_each_message_once(cast: Cast, gateway: FakeGateway) -> None:
    gateway.behaviour.delay_seconds = 0.02
    gateway.behaviour.forgets_keys = True
    reach(cast.cadre)
    for _ in range(12):
        tell(cast, cast.cadre)
    counted: list[int] = []

    def work() -> None:
        try:
            counted.append(deliver(at=AT).sent)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sum(counted) == len(gateway.sent) == 12
    assert {UUID(one["key"]) for one in gateway.sent} == {one.id for one in rows()}
