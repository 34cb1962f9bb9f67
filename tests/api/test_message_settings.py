"""SMS in one's own settings: a telephone counts once its code came back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from bangfu.cli import messages as command
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.notifications import contacts
from bangfu.foundation.notifications.delivering import deliver, system
from bangfu.foundation.notifications.models import Contact, Outbox
from bangfu.foundation.notifications.ports import Ports
from bangfu.integrations.sms.fake import FakeGateway, running
from bangfu.integrations.sms.gateway import HttpGateway
from bangfu.kernel.errors import Conflict
from tests.api.test_messages import client_of
from tests.cast import Cast
from tests.faults.test_f48_sms import tell

PATH = "/api/v1/messages/settings"
PHONE = "13812345678"


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """A gateway on loopback that this process sends to."""
    with running() as found:
        client = HttpGateway(
            url=found.url, key_id=found.key_id, secret=found.secret, sender="平台", timeout=2
        )
        monkeypatch.setattr(Ports, "gateway", client)
        yield found


def post(client: Client, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(PATH + path, body, content_type="application/json")
    return answer.status_code, answer.json()


def code_of(gateway: FakeGateway) -> str:
    """The code that stands in the last SMS."""
    return str(gateway.sent[-1]["params"]["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.django_db
def test_a_telephone_is_proved_by_its_code_and_shown_masked(
    cast: Cast, gateway: FakeGateway
) -> None:
    client = client_of(cast.cadre)
    assert post(client, "", is_sms_on=True)[1]["code"] == "E-MESSAGE-PHONE"
    status, found = post(client, "/phone", phone=PHONE)
    assert (status, found["pending_phone"], found["phone"]) == (200, "138****5678", "")
    assert gateway.sent[0]["text"] == f"验证码 {code_of(gateway)}，10 分钟内有效。请勿告诉他人。"
    status, found = post(client, "/phone/confirm", code=code_of(gateway))
    assert (status, found["phone"], found["is_sms_on"]) == (200, "138****5678", True)
    assert post(client, "", is_sms_on=False)[1]["is_sms_on"] is False
    with activate(system()):
        kept = Contact.objects.get()
        assert (kept.phone, kept.code_hash) == (PHONE, "")
        actions = set(AuditEvent.objects.values_list("action", flat=True))
        details = json.dumps(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert {"messages.code.asked", "messages.phone.confirmed", "messages.settings.changed"} <= (
        actions
    )
    assert PHONE not in details
    assert code_of(gateway) not in details


@pytest.mark.evidence("F58")
@pytest.mark.django_db
def test_f58_a_code_cannot_be_guessed_used_twice_or_used_by_another(
    cast: Cast, gateway: FakeGateway
) -> None:
    mine, theirs = client_of(cast.cadre), client_of(cast.neighbour)
    post(mine, "/phone", phone=PHONE)
    code = code_of(gateway)
    assert post(theirs, "/phone/confirm", code=code)[1]["code"] == "E-MESSAGE-CODE-OVER"
    for _ in range(5):
        assert post(mine, "/phone/confirm", code=wrong(code))[1]["code"] == "E-MESSAGE-CODE"
    # The sixth try is not looked at, though it is right.
    assert post(mine, "/phone/confirm", code=code)[1]["code"] == "E-MESSAGE-CODE-OVER"
    post(mine, "/phone", phone=PHONE)
    again = code_of(gateway)
    assert post(mine, "/phone/confirm", code=again)[0] == 200
    assert post(mine, "/phone/confirm", code=again)[1]["code"] == "E-MESSAGE-CODE-OVER"


@pytest.mark.django_db
def test_a_code_is_old_after_ten_minutes(cast: Cast, gateway: FakeGateway) -> None:
    scope, now = cast.cadre.scope, timezone.now()
    assert scope is not None
    contacts.ask_code(scope=scope, at=now, phone=PHONE, language="zh")
    with pytest.raises(Conflict):
        contacts.confirm(
            scope=scope, at=now + timedelta(minutes=10), code=code_of(gateway), language="zh"
        )
    before = now + timedelta(minutes=9, seconds=59)
    contacts.confirm(scope=scope, at=before, code=code_of(gateway), language="zh")


@pytest.mark.evidence("T8")
@pytest.mark.django_db
def test_nobodys_telephone_can_be_flooded(cast: Cast, gateway: FakeGateway) -> None:
    client = client_of(cast.cadre)
    for _ in range(5):
        assert post(client, "/phone", phone=PHONE)[0] == 200
    assert post(client, "/phone", phone=PHONE)[1]["code"] == "E-MESSAGE-CODES"
    assert len(gateway.sent) == 5
    assert post(client, "/phone", phone="23812345678")[1]["code"] == "E-MESSAGE-PHONE-NUMBER"


@pytest.mark.django_db
def test_without_a_gateway_it_says_so_and_a_broken_one_keeps_the_old_telephone(
    cast: Cast, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(cast.cadre)
    post(client, "/phone", phone=PHONE)
    post(client, "/phone/confirm", code=code_of(gateway))
    gateway.behaviour.fault_next = 1
    assert post(client, "/phone", phone="13900000001")[1]["code"] == "E-MESSAGE-GATEWAY"
    assert client.get(PATH).json()["phone"] == "138****5678"
    monkeypatch.setattr(Ports, "gateway", None)
    assert post(client, "/phone", phone=PHONE)[1]["code"] == "E-MESSAGE-GATEWAY"
    assert client.get(PATH).json()["is_available"] is False


@pytest.mark.evidence("T2")
@pytest.mark.django_db
def test_nobody_reads_anothers_telephone_by_the_database_either(
    cast: Cast, gateway: FakeGateway
) -> None:
    client = client_of(cast.cadre)
    post(client, "/phone", phone=PHONE)
    post(client, "/phone/confirm", code=code_of(gateway))
    for other in (cast.county, cast.township, cast.neighbour, cast.auditor):
        assert other.scope is not None
        with activate(other.scope):
            assert not Contact.objects.exists()
        assert client_of(other).get(PATH).json()["phone"] == ""


@pytest.mark.django_db
def test_the_terminal_lists_what_did_not_get_out_and_tries_it_again(
    cast: Cast, gateway: FakeGateway
) -> None:
    client, run = client_of(cast.cadre), CliRunner()
    post(client, "/phone", phone=PHONE)
    post(client, "/phone/confirm", code=code_of(gateway))
    gateway.behaviour.bad_numbers = {PHONE}
    tell(cast, cast.cadre)
    assert deliver(at=timezone.now()).dead == 1
    listed = run.invoke(command.command, ["dead", "--region", "990101", "--json"])
    (item,) = json.loads(listed.stdout)["items"]
    assert (item["subject"], item["reason"]) == ("monitoring.urgent", "NUMBER")
    assert PHONE not in listed.stdout
    elsewhere = run.invoke(command.command, ["dead", "--region", "990102", "--json"])
    assert json.loads(elsewhere.stdout) == {"items": []}
    gateway.behaviour.bad_numbers = set()
    arguments = ["dead", "--region", "990101", "--retry", item["id"]]
    assert run.invoke(command.command, arguments).stdout.strip() == "none"
    sent = run.invoke(command.command, ["deliver", "--json"])
    assert json.loads(sent.stdout)["sent"] == 1
    stopped = run.invoke(command.command, ["stop", PHONE, "--region", "990101"])
    assert stopped.exit_code == 0, stopped.output
    tell(cast, cast.cadre)
    assert deliver(at=timezone.now()).reasons == {"STOPPED": 1}
    with activate(system()):
        assert Outbox.objects.filter(state="SENT").count() == 1
