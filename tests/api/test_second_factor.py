"""Who needs a second factor, and what a session that has not used one may do: nothing."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY as METHODS,
)
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from bangfu.foundation.access import roles
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import second_factor
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from tests.cast import Cast
from tests.sign_in_kit import call, enrol_totp, sign_in, steady_clock, totp

pytestmark = pytest.mark.usefixtures("steady_clock")
__all__ = ["steady_clock"]
VILLAGE, COUNTY, NATION = "990101101201", "990101000000", "000000000000"


@dataclass(frozen=True)
class Held:
    role: str
    region_code: str


@pytest.fixture
def required(settings: pytest.FixtureRequest) -> None:
    settings.BANGFU_SECOND_FACTOR = "required"


@pytest.mark.parametrize(
    ("policy", "role", "place", "is_demanded"),
    [
        ("required", "COUNTY_OFFICER", COUNTY, True),
        ("required", "TOWNSHIP_OFFICER", "990101101000", True),
        ("required", "VILLAGE_OFFICER", VILLAGE, False),
        ("required", "PAIRED_CADRE", VILLAGE, False),
        ("required", "SYSTEM_ADMINISTRATOR", COUNTY, True),
        ("required", "AUDIT_ADMINISTRATOR", COUNTY, True),
        ("administrators", "COUNTY_OFFICER", COUNTY, False),
        ("administrators", "SYSTEM_ADMINISTRATOR", COUNTY, True),
        ("administrators", "SECURITY_ADMINISTRATOR", COUNTY, True),
        ("administrators", "AUDIT_ADMINISTRATOR", COUNTY, True),
        ("off", "SYSTEM_ADMINISTRATOR", COUNTY, False),
        ("off", "COUNTY_OFFICER", COUNTY, False),
        ("required", "PARTNER", COUNTY, False),
        ("required", "HOUSEHOLD", VILLAGE, False),
    ],
)
@pytest.mark.evidence("GB22239-8.1.4.1-d")
def test_the_setting_says_who_needs_one(
    settings: pytest.FixtureRequest, policy: str, role: str, place: str, is_demanded: bool
) -> None:
    # As the environment gives it: equal to the word, not the same object.
    settings.BANGFU_SECOND_FACTOR = "".join(list(policy))
    assert second_factor.is_demanded([Held(role, place)]) is is_demanded


def test_one_post_that_needs_it_is_enough(settings: pytest.FixtureRequest) -> None:
    settings.BANGFU_SECOND_FACTOR = "required"
    posts = [Held("PAIRED_CADRE", VILLAGE), Held("COUNTY_OFFICER", COUNTY)]
    assert second_factor.is_demanded(posts)
    assert not second_factor.is_demanded([])


def test_every_duty_but_business_and_the_public_administers(
    settings: pytest.FixtureRequest,
) -> None:
    settings.BANGFU_SECOND_FACTOR = "administrators"
    for role in roles.list_roles():
        if role.duty in (roles.SYSTEM, roles.SECURITY, roles.AUDIT):
            assert second_factor.is_demanded([Held(role.code, NATION)]), role.code


def state(client: Client) -> str:
    return str(client.get("/api/v1/session").json()["second_factor"])


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.3.3", "GB22239-8.1.4.1-d", "ASVS-7.5.1")
def test_a_password_alone_opens_nothing_until_a_factor_is_set_up(
    cast: Cast, required: None
) -> None:
    client = Client()
    sign_in(client, "jia")
    session = client.get("/api/v1/session").json()
    assert (session["second_factor"], session["active_post_id"]) == ("ENROL", None)
    assert session["permissions"] == []
    refused = client.get("/api/v1/households")
    assert (refused.status_code, refused.json()["code"]) == (401, "E-API-SECOND-FACTOR")
    enrol_totp(client)
    assert state(client) == "DONE"
    assert client.get("/api/v1/households").status_code == 200


@pytest.mark.evidence("ASVS-6.3.3")
@pytest.mark.django_db
def test_whoever_has_one_gives_it_at_every_sign_in(cast: Cast, required: None) -> None:
    first = Client()
    sign_in(first, "jia")
    secret = enrol_totp(first)
    second = Client()
    assert sign_in(second, "jia").status_code == 401
    assert second.get("/api/v1/session").status_code == 401
    assert call(second, "post", "auth/2fa/authenticate", {"code": totp(secret)}).status_code == 200
    assert state(second) == "DONE"


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-7.5.1", "F58")
def test_a_session_from_before_the_factor_must_use_it_and_may_not_touch_it(
    cast: Cast, required: None
) -> None:
    client = Client()
    client.force_login(cast.county.user)
    other = Client()
    sign_in(other, "jia")
    secret = enrol_totp(other)
    assert state(client) == "REQUIRED"
    assert client.get("/api/v1/households").status_code == 401
    for method, path in (
        ("get", "account/authenticators"),
        ("delete", "account/authenticators/totp"),
        ("post", "account/authenticators/recovery-codes"),
        ("get", "account/authenticators/webauthn"),
        ("post", "account/password/change"),
        ("delete", "auth/sessions"),
    ):
        refused = call(client, method, path, {} if method != "get" else None)
        assert (refused.status_code, refused.json()["code"]) == (401, "E-API-SECOND-FACTOR"), path
    done = call(client, "post", "auth/2fa/reauthenticate", {"code": totp(secret)})
    assert done.status_code == 200
    assert state(client) == "DONE"


@pytest.mark.django_db
def test_taking_the_last_factor_away_asks_for_a_new_one_at_once(cast: Cast, required: None) -> None:
    client = Client()
    sign_in(client, "jia")
    enrol_totp(client)
    assert call(client, "delete", "account/authenticators/totp").status_code == 200
    assert state(client) == "ENROL"
    assert client.get("/api/v1/households").status_code == 401


@pytest.mark.evidence("GB22239-8.1.5.1-a", "GB22239-8.1.5.3-a")
@pytest.mark.django_db
def test_a_village_cadre_needs_none_and_an_administrator_always(cast: Cast, required: None) -> None:
    cadre, auditor = Client(), Client()
    sign_in(cadre, "cadre")
    sign_in(auditor, "auditor")
    assert state(cadre) == "NOT_NEEDED"
    assert state(auditor) == "ENROL"


@pytest.fixture
def request_of(cast: Cast, rf: RequestFactory) -> HttpRequest:
    """A session that signed in by its password and by a code in a message."""
    request = rf.get("/")
    request.user, request.session = cast.county.user, SessionStore()
    for method in ("password", "code"):
        record_authentication(request, request.user, method)
    return request


def methods(request: HttpRequest) -> list[str]:
    return [one["method"] for one in request.session[METHODS]]


@pytest.mark.django_db
def test_only_a_second_factor_counts_as_one(request_of: HttpRequest) -> None:
    assert not second_factor.has_used(request_of)
    codes = Authenticator(id=1, type="".join(list("recovery_codes")))
    second_factor.note_enrolled(request_of, codes)
    assert methods(request_of) == ["password", "code"]
    second_factor.note_enrolled(request_of, Authenticator(id=2, type="".join(list("totp"))))
    assert methods(request_of) == ["password", "code", "mfa"]
    assert second_factor.has_used(request_of)


@pytest.mark.django_db
def test_a_session_forgets_the_factor_with_the_last_one_and_nothing_else(
    request_of: HttpRequest,
) -> None:
    user, kind = request_of.user, Authenticator.Type
    left = Authenticator.objects.create(user=user, type=kind.TOTP, data={})
    Authenticator.objects.create(user=user, type=kind.RECOVERY_CODES, data={})
    second_factor.note_enrolled(request_of, left)
    second_factor.note_removed(request_of)
    assert methods(request_of) == ["password", "code", "mfa"]
    request_of.session[METHODS] = json.loads(json.dumps(request_of.session[METHODS]))
    left.delete()
    second_factor.note_removed(request_of)
    assert methods(request_of) == ["password", "code"]


@pytest.mark.django_db
def test_a_reset_takes_them_all_and_says_how_many(cast: Cast) -> None:
    user, kind = cast.county.user, Authenticator.Type
    for each in (kind.TOTP, kind.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=each, data={})
    assert second_factor.reset(user) == 2
    assert second_factor.reset(user) == 0


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-7.4.3", "F59", "ASVS-16.3.1")
def test_changing_a_factor_ends_the_other_sessions_and_is_in_the_audit_log(cast: Cast) -> None:
    here, there = Client(), Client()
    sign_in(here, "jia")
    sign_in(there, "jia")
    enrol_totp(here)
    assert there.get("/api/v1/session").status_code == 401
    assert here.get("/api/v1/session").status_code == 200
    with activate(command_scope(RegionCode(NATION), "tests")):
        rows = list(AuditEvent.objects.filter(action__startswith="accounts.factor").order_by("id"))
    assert [(row.action, row.detail["kind"]) for row in rows] == [
        ("accounts.factor.added", "recovery_codes"),
        ("accounts.factor.added", "totp"),
    ] or [(row.action, row.detail["kind"]) for row in rows] == [
        ("accounts.factor.added", "totp"),
        ("accounts.factor.added", "recovery_codes"),
    ]
    assert {row.region_code for row in rows} == {COUNTY}


@pytest.mark.evidence("ASVS-6.5.4")
@pytest.mark.django_db
def test_secrets_lie_encrypted_and_are_shown_once(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    secret = enrol_totp(client)
    codes = call(client, "get", "account/authenticators/recovery-codes").json()["data"]
    assert len(codes["unused_codes"]) == 10
    again = call(client, "get", "account/authenticators/recovery-codes").json()["data"]
    assert "unused_codes" not in again
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes["unused_codes"])


def recovery_set() -> Authenticator:
    return Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)


@pytest.mark.evidence("ASVS-6.5.2")
@pytest.mark.django_db
def test_of_recovery_codes_that_were_shown_only_salted_hashes_are_left(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    enrol_totp(client)
    assert "seed" in recovery_set().data
    assert recovery_set().wrap().validate_code(recovery_set().wrap().generate_codes()[0]) is False
    codes = call(client, "get", "account/authenticators/recovery-codes").json()["data"]
    data = recovery_set().data
    assert {"seed", "used_mask"}.isdisjoint(data)
    # Whoever has the database and the key as well still has hashes alone, each with its own salt.
    opened = [decrypt(one).split("$") for one in data["hashes"]]
    assert {(scheme, rounds) for scheme, rounds, _, _ in opened} == {("pbkdf2-sha256", "60000")}
    assert len({salt for _, _, salt, _ in opened}) == 10
    assert {len(b64decode(salt)) for _, _, salt, _ in opened} == {16}
    assert not any(code in str(opened) for code in codes["unused_codes"])

    assert recovery_set().wrap().validate_code(f" {codes['unused_codes'][7]} ") is True
    assert recovery_set().wrap().validate_code(codes["unused_codes"][7]) is False
    shown = call(client, "get", "account/authenticators").json()["data"]
    (left,) = [one for one in shown if one["type"] == "recovery_codes"]
    assert (left["total_code_count"], left["unused_code_count"]) == (10, 9)
    assert "unused_codes" not in left


@pytest.mark.django_db
def test_sets_from_before_are_hashed_by_the_migration_and_go_on_working(cast: Cast) -> None:
    codes = RecoveryCodes.activate(cast.county.user).generate_codes()
    row = recovery_set()
    row.data |= {"viewed_at": 1.0, "used_mask": 0b101}
    row.save()
    unseen = RecoveryCodes.activate(cast.township.user).instance
    migration = import_module("bangfu.foundation.accounts.migrations.0006_recovery_codes_hashed")
    for _ in range(2):
        migration.hash_codes(apps, SimpleNamespace(connection=connection))
        row.refresh_from_db()
        assert len(row.data["hashes"]) == 8
        assert "seed" not in row.data
    assert row.wrap().validate_code(codes[0]) is False
    assert row.wrap().validate_code(codes[1]) is True
    unseen.refresh_from_db()
    assert "seed" in unseen.data


@pytest.mark.django_db
def test_a_neighbour_cannot_use_or_see_anything_of_it(cast: Cast) -> None:
    jia, bing = Client(), Client()
    sign_in(jia, "jia")
    enrol_totp(jia)
    sign_in(bing, "bing")
    assert call(bing, "get", "account/authenticators").json()["data"] == []
    sessions = call(jia, "get", "auth/sessions").json()["data"]
    stolen = call(bing, "delete", "auth/sessions", {"sessions": [sessions[0]["id"]]})
    assert stolen.status_code == 400
    assert jia.get("/api/v1/session").status_code == 200
