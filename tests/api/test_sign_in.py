"""Signing in through allauth's headless interface, and what a session knows of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bangfu.foundation.accounts import sessions
from bangfu.foundation.accounts.models import PasswordRecord
from tests.cast import PASSWORD, Cast
from tests.sign_in_kit import ALLAUTH, change_password, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.evidence("ASVS-7.2.2", "ASVS-16.3.1")
def test_the_right_password_signs_in_and_the_session_says_what_was_proved(cast: Cast) -> None:
    client = Client()
    assert sign_in(client, "jia").status_code == 200
    answer = client.get("/api/v1/session").json()
    assert answer["user"]["username"] == "jia"
    assert answer["second_factor"] == "NOT_NEEDED"
    assert answer["password"]["state"] == "VALID"
    assert client.get("/api/v1/households").status_code == 200


@pytest.mark.evidence("T8")
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(cast: Cast) -> None:
    wrong = sign_in(Client(), "jia", "another long password")
    unknown = sign_in(Client(), "nobody-here", "another long password")
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert wrong.status_code == 400


@pytest.mark.evidence("ASVS-7.3.1", "GB22239-8.1.4.1-b")
def test_a_session_ends_when_nothing_was_asked_for_half_an_hour(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    _age(client, sessions.SEEN, timedelta(minutes=31))
    refused = client.get("/api/v1/households")
    assert (refused.status_code, refused.json()["code"]) == (401, "E-API-SIGN-IN")


@pytest.mark.evidence("ASVS-7.3.2")
def test_a_session_in_use_goes_on_and_ends_after_ten_hours_all_the_same(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    _age(client, sessions.SEEN, timedelta(minutes=29))
    assert client.get("/api/v1/households").status_code == 200
    assert client.session[sessions.SEEN] > timezone.now().timestamp() - 60
    _age(client, sessions.BEGAN, timedelta(hours=10, minutes=1))
    assert client.get("/api/v1/households").status_code == 401


@pytest.mark.evidence("ASVS-7.2.2", "ASVS-7.6.2")
def test_a_session_that_never_signed_in_here_is_none(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    session = client.session
    del session[sessions.BEGAN]
    session.save()
    assert client.get("/api/v1/session").status_code == 401


def test_an_expired_password_holds_everything_up_until_it_is_changed(cast: Cast) -> None:
    PasswordRecord.objects.filter(user=cast.county.user).update(
        set_at=timezone.now() - timedelta(days=91)
    )
    client = Client()
    sign_in(client, "jia")
    session = client.get("/api/v1/session").json()
    assert (session["password"]["state"], session["active_post_id"]) == ("CHANGE", None)
    refused = client.get("/api/v1/households")
    assert (refused.status_code, refused.json()["code"]) == (401, "E-API-PASSWORD-CHANGE")
    assert change_password(client, PASSWORD, "a different and long one").status_code == 200
    assert client.get("/api/v1/households").status_code == 200


def test_a_password_that_ends_within_a_fortnight_is_announced(cast: Cast) -> None:
    PasswordRecord.objects.filter(user=cast.county.user).update(
        set_at=timezone.now() - timedelta(days=80)
    )
    client = Client()
    sign_in(client, "jia")
    password = client.get("/api/v1/session").json()["password"]
    due = timezone.localdate() + timedelta(days=10)
    assert password == {"state": "ENDING", "due_on": due.isoformat()}
    assert client.get("/api/v1/households").status_code == 200


@pytest.mark.evidence("ASVS-6.4.2", "ASVS-6.3.4", "ASVS-15.2.3", "GB22239-8.1.4.4-b")
@pytest.mark.parametrize(
    "path",
    [
        "auth/signup",
        "auth/password/request",
        "auth/password/reset",
        "auth/code/request",
        "auth/provider/redirect",
        "auth/provider/token",
        "auth/provider/signup",
        "account/email",
        "account/phone",
        "account/providers",
        "auth/sessions/",
        "tokens/refresh",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_addresses_of_allauth_that_we_do_not_use_are_not_there(
    cast: Cast, path: str, method: str
) -> None:
    for client in (Client(), _signed_in("jia")):
        answer = getattr(client, method)(f"{ALLAUTH}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "E-API-NOT-FOUND")


@pytest.mark.evidence("ASVS-7.4.2")
def test_somebody_disabled_is_out_at_the_next_request_and_cannot_come_back(cast: Cast) -> None:
    client = _signed_in("jia")
    cast.county.user.is_active = False
    cast.county.user.save(update_fields=["is_active"])
    assert client.get("/api/v1/households").status_code == 401
    assert sign_in(Client(), "jia").status_code != 200


def _signed_in(username: str) -> Client:
    client = Client()
    assert sign_in(client, username).status_code == 200
    return client


def _age(client: Client, stamp: str, by: timedelta) -> None:
    session = client.session
    session[stamp] = int((timezone.now() - by).timestamp())
    session.save()
