"""Signing in by a province's OpenID Connect, against a real provider on loopback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import oidc_provider_mock
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import recovery
from bangfu.foundation.accounts.domain import Act
from bangfu.foundation.accounts.models import User
from bangfu.foundation.audit.models import AuditEvent
from bangfu.integrations.sso.configuration import providers
from bangfu.integrations.sso.provider import SsoAdapter
from bangfu.kernel.errors import Conflict, NotFound, Refused
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, Cast
from tests.offices_kit import two_do
from tests.redirect_kit import sends_on
from tests.sign_in_kit import call, enrol_totp, sign_in, stop_clock, totp

pytestmark = pytest.mark.django_db
NATION = command_scope(RegionCode("000000000000"), "tests")
START = "/api/v1/sign-in/sso"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider of OpenID Connect on this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def province(settings: Any, issuer: str) -> str:
    """The installation uses it."""
    settings.SOCIALACCOUNT_PROVIDERS = providers(
        issuer=issuer, client_id="bangfu", secret="s" * 32, name="省统一认证", claim="sub"
    )
    return issuer


def start(client: Client, to: str = "/") -> str:
    answer = client.post(START, {"next": to}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    url: str = answer.json()["url"]
    return url


def vouch(url: str, sub: str) -> str:
    """Sign in at the province as `sub`; return the address that the browser is sent back to."""
    answer = requests.post(url, data={"sub": sub}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(client: Client, address: str) -> Any:
    parts = urlsplit(address)
    assert parts.path == "/_allauth/sso/callback"
    return client.get(f"{parts.path}?{parts.query}")


def join(cast: Cast, number: str = "prov-1001") -> None:
    two_do(cast.county.user, Act.JOIN_SSO, number=number)


@pytest.mark.evidence("ASVS-6.8.1", "ASVS-10.5.2")
def test_a_person_whom_an_administrator_joined_to_an_account_signs_in(
    cast: Cast, province: str
) -> None:
    join(cast)
    client = Client()
    assert client.get(START).json() == {"name": "省统一认证"}
    url = start(client, "/households?hint=urgent&sort=no")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert len(asked["state"]) >= 16
    back = come_back(client, vouch(url, "prov-1001"))
    assert back.status_code == 302
    where = urlsplit(back["Location"])
    assert (where.netloc, where.path) == ("", "/sign-in")
    assert parse_qs(where.query) == {"next": ["/households?hint=urgent&sort=no"]}
    session = client.get("/api/v1/session").json()
    assert session["user"]["username"] == "jia"
    assert client.get("/api/v1/households").status_code == 200


def test_nobody_signs_up_by_it(cast: Cast, province: str) -> None:
    before = User.objects.count()
    client = Client()
    back = come_back(client, vouch(start(client), "prov-9999"))
    assert "error=signup_closed" in back["Location"]
    assert client.get("/api/v1/session").status_code == 401
    assert (User.objects.count(), SocialAccount.objects.count()) == (before, 0)
    with activate(NATION):
        refused = AuditEvent.objects.filter(detail__code="E-SSO-UNKNOWN").count()
    assert refused == 1


@pytest.mark.evidence("GB22239-8.1.4.1-d", "ASVS-6.8.4")
def test_the_second_factor_is_asked_after_it_too(
    cast: Cast, province: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(cast)
    first = Client()
    sign_in(first, "jia")
    # The province's vouching carries the true time, which a stopped clock would contradict.
    with pytest.MonkeyPatch.context() as patch:
        stop_clock(patch)
        secret = enrol_totp(first)
    client = Client()
    come_back(client, vouch(start(client), "prov-1001"))
    assert client.get("/api/v1/session").status_code == 401
    pending = call(client, "get", "auth/session").json()["data"]["flows"]
    assert any(flow["id"] == "mfa_authenticate" and flow["is_pending"] for flow in pending)
    stop_clock(monkeypatch)
    call(client, "post", "auth/2fa/authenticate", {"code": totp(secret)})
    assert client.get("/api/v1/session").json()["second_factor"] == "DONE"


@pytest.mark.evidence("ASVS-10.1.1", "GB22239-8.1.4.11-a")
def test_of_what_the_province_tells_only_the_number_is_kept(cast: Cast, province: str) -> None:
    requests.put(
        f"{province}/users/prov-1001",
        json={"name": "卡那瑞", "email": "kanarui@example.org", "id_card": "99010219700102003X"},
        timeout=10,
    ).raise_for_status()
    join(cast)
    client = Client()
    come_back(client, vouch(start(client), "prov-1001"))
    row = SocialAccount.objects.get()
    assert (row.provider, row.uid, row.extra_data) == ("province", "prov-1001", {})
    cast.county.user.refresh_from_db()
    assert (cast.county.user.display_name, cast.county.user.email) == ("甲", "")
    assert "卡那瑞" not in str(client.session.items())


@pytest.mark.evidence("ASVS-10.1.2", "ASVS-10.2.1", "ASVS-7.6.2")
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(cast: Cast, province: str) -> None:
    join(cast)
    asked, victim = Client(), Client()
    address = vouch(start(asked), "prov-1001")
    come_back(victim, address)
    assert victim.get("/api/v1/session").status_code == 401
    come_back(asked, address)
    assert asked.get("/api/v1/session").status_code == 200
    asked.delete("/_allauth/browser/v1/auth/session")
    come_back(asked, address)
    assert asked.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("fault", ["none", "HS256", "other-key", "other-audience", "other-sub"])
@pytest.mark.evidence(
    "ASVS-9.1.2", "ASVS-6.8.2", "ASVS-9.2.1", "ASVS-9.2.3", "ASVS-9.1.3", "ASVS-10.5.4"
)
def test_a_token_that_the_province_did_not_sign_for_us_is_refused(
    cast: Cast, province: str, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    join(cast)
    honest = SsoAdapter.get_access_token_data

    def forged(self: Any, *args: Any, **kwargs: Any) -> Any:
        data = honest(self, *args, **kwargs)
        claims = jwt.decode(data["id_token"], options={"verify_signature": False})
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if fault == "none":
            data["id_token"] = jwt.encode(claims, None, algorithm="none")
        elif fault == "HS256":
            data["id_token"] = jwt.encode(claims, "x" * 32, algorithm="HS256")
        elif fault == "other-key":
            data["id_token"] = jwt.encode(claims, key, algorithm="RS256")
        return data

    monkeypatch.setattr(SsoAdapter, "get_access_token_data", forged)
    if fault == "other-sub":
        monkeypatch.setattr(SsoAdapter, "_fetch_user_info", lambda self, token: {"sub": "x"})
    if fault == "other-audience":
        decode = SsoAdapter._decode_id_token

        def for_another(self: Any, app: Any, token: str) -> Any:
            app.client_id = "another"
            return decode(self, app, token)

        monkeypatch.setattr(SsoAdapter, "_decode_id_token", for_another)
    client = Client()
    back = come_back(client, vouch(start(client), "prov-1001"))
    assert (back.status_code, "error=" in back["Location"]) == (302, True)
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.evidence("ASVS-10.5.2")
def test_joining_an_account_is_the_administrators_not_its_holders(
    cast: Cast, province: str
) -> None:
    from allauth.socialaccount.adapter import get_adapter
    from allauth.socialaccount.models import SocialLogin
    from django.core.exceptions import PermissionDenied

    login = SocialLogin(account=SocialAccount(provider="province", uid="prov-7"))
    login.state = {"process": "connect"}
    with pytest.raises(PermissionDenied):
        get_adapter().pre_social_login(None, login)


@pytest.mark.evidence("ASVS-7.6.1")
def test_a_number_belongs_to_one_account_and_separating_ends_its_sessions(
    cast: Cast, province: str
) -> None:
    join(cast)
    at, other = timezone.now(), cast.township.user
    with pytest.raises(Conflict, match="E-SSO-TAKEN"):
        two_do(other, Act.JOIN_SSO, number="prov-1001")
    with pytest.raises(NotFound):
        two_do(other, Act.JOIN_SSO, region=SHIQIAO, number="prov-5")
    client = Client()
    come_back(client, vouch(start(client), "prov-1001"))
    recovery.separate_sso(scope=NATION, at=at, user_id=cast.county.user.pk)
    assert client.get("/api/v1/session").status_code == 401
    back = come_back(client, vouch(start(client), "prov-1001"))
    assert "error=" in back["Location"]


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("//evil.example/x", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/changes", "/changes"),
    ],
)
@pytest.mark.evidence("F55")
def test_it_comes_back_to_this_site_alone(cast: Cast, province: str, to: str, kept: str) -> None:
    join(cast)
    client = Client()
    back = come_back(client, vouch(start(client, to), "prov-1001"))
    where = urlsplit(back["Location"])
    assert (where.netloc, parse_qs(where.query)["next"]) == ("", [kept])


def test_without_one_there_is_no_button_and_no_way_in(cast: Cast) -> None:
    client = Client()
    assert client.get(START).json() == {"name": None}
    assert client.post(START, {}, content_type="application/json").status_code == 404
    assert client.get("/_allauth/sso/callback?code=1&state=2").status_code == 404


@pytest.mark.evidence("ASVS-16.5.2")
def test_a_province_that_does_not_answer_is_said_so(cast: Cast, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = providers(
        issuer="http://127.0.0.1:9", client_id="bangfu", secret="s", name="省", claim="sub"
    )
    answer = Client().post(START, {}, content_type="application/json")
    assert answer.json()["code"] == "E-SSO-UNREACHABLE"


@pytest.mark.evidence("ASVS-12.3.2")
@pytest.mark.parametrize(
    ("issuer", "client_id", "code"),
    [
        ("http://sso.example.org", "bangfu", "E-SSO-ISSUER"),
        ("ftp://localhost", "bangfu", "E-SSO-ISSUER"),
        ("https://sso.example.org", "", "E-SSO-SETTINGS"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(issuer: str, client_id: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        providers(issuer=issuer, client_id=client_id, secret="s", name="省", claim="sub")


@pytest.mark.evidence("ASVS-10.5.1", "ASVS-9.2.1")
@pytest.mark.parametrize("fault", ["no-nonce", "other-nonce", "other-issuer"])
def test_a_token_of_another_start_or_issuer_is_refused(
    cast: Cast, province: str, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    join(cast)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    honest = SsoAdapter.get_access_token_data

    def replayed(self: Any, *args: Any, **kwargs: Any) -> Any:
        data = honest(self, *args, **kwargs)
        claims = jwt.decode(data["id_token"], options={"verify_signature": False})
        assert claims["nonce"] == asked
        if fault == "no-nonce":
            del claims["nonce"]
        claims |= {"other-nonce": {"nonce": "n"}, "other-issuer": {"iss": "https://x"}}.get(
            fault, {}
        )
        data["id_token"] = jwt.encode(claims, key, algorithm="RS256")
        return data

    monkeypatch.setattr(SsoAdapter, "get_access_token_data", replayed)
    # Signed by a key that the province has: nothing but the claim is wrong.
    monkeypatch.setattr(SsoAdapter, "_key", lambda self, number: key.public_key())
    client = Client()
    url = start(client)
    (asked,) = parse_qs(urlsplit(url).query)["nonce"]
    assert len(asked) >= 32
    assert parse_qs(urlsplit(start(client)).query)["nonce"] != [asked]
    back = come_back(client, vouch(url, "prov-1001"))
    assert (back.status_code, "error=" in back["Location"]) == (302, True)
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.evidence("ASVS-10.5.3")
@pytest.mark.parametrize(
    "told",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {}],
)
def test_a_description_of_another_issuer_or_without_https_is_refused(
    cast: Cast, province: str, settings: Any, told: dict[str, str]
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["sso"]["APPS"][0]
    # With or without the slash it is the same issuer.
    app["settings"]["server_url"] += "/"
    app["settings"]["openid_configuration_overrides"] = told
    answer = Client().post(START, {}, content_type="application/json")
    assert answer.json().get("code") == ("E-SSO-OTHER-ISSUER" if told else None)


@pytest.mark.evidence("ASVS-15.3.2")
def test_nobody_is_followed_to_another_address(cast: Cast, province: str, settings: Any) -> None:
    with sends_on(province) as (address, asked):
        settings.SOCIALACCOUNT_PROVIDERS = providers(
            issuer=address, client_id="bangfu", secret="s", name="省", claim="sub"
        )
        answer = Client().post(START, {}, content_type="application/json")
        assert answer.json()["code"] == "E-SSO-UNREACHABLE"
        assert asked == ["GET /.well-known/openid-configuration"]
