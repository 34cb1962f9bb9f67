"""F58: passwords and codes tried until one fits, sprayed, used twice, sessions fixed beforehand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import lockout
from bangfu.foundation.accounts.models import SignInAttempt
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from tests.cast import PASSWORD, Cast
from tests.sign_in_kit import call, enrol_totp, sign_in, steady_clock, totp

pytestmark = pytest.mark.usefixtures("steady_clock")
__all__ = ["steady_clock"]
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
HERE, ELSEWHERE = "10.1.0.5", "203.0.113.9"


def fail(
    times: int, *, username: str = "jia", address: str = ELSEWHERE, at: datetime = NOON
) -> int:
    """Try a wrong password so often; return how many tries were counted."""
    counted = 0
    for number in range(times):
        try:
            lockout.begin(username=username, address=address, at=at + timedelta(seconds=number))
        except lockout.TooManyAttempts:
            continue
        counted += 1
    return counted


def enter(*, username: str = "jia", address: str = HERE, at: datetime = NOON) -> None:
    """Sign in rightly."""
    lockout.succeed(lockout.begin(username=username, address=address, at=at), at=at)


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.3.1", "F58", "GB22239-8.1.4.1-b")
def test_five_failures_lock_an_account_for_a_quarter_of_an_hour() -> None:
    assert fail(8) == 5
    last = NOON + timedelta(seconds=4)
    assert fail(1, at=last + timedelta(minutes=14, seconds=59)) == 0
    assert fail(1, at=last + timedelta(minutes=15)) == 1


@pytest.mark.django_db
def test_a_success_in_between_begins_the_count_anew() -> None:
    fail(4, address=HERE)
    enter(at=NOON + timedelta(seconds=10))
    assert fail(4, address=HERE, at=NOON + timedelta(seconds=20)) == 4
    enter(at=NOON + timedelta(seconds=40))


@pytest.mark.django_db
def test_failures_spread_over_hours_lock_nobody() -> None:
    assert sum(fail(1, at=NOON + timedelta(minutes=20 * number)) for number in range(12)) == 12


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.1.1", "F58", "ASVS-6.3.1")
def test_a_stranger_who_fails_cannot_lock_the_holder_out() -> None:
    enter()
    assert fail(20, at=NOON + timedelta(minutes=1)) == 5
    enter(at=NOON + timedelta(minutes=2))
    with pytest.raises(lockout.TooManyAttempts, match="E-SIGN-IN-LOCKED"):
        lockout.begin(username="jia", address=ELSEWHERE, at=NOON + timedelta(minutes=2))


@pytest.mark.django_db
@pytest.mark.evidence("F58", "ASVS-6.3.1", "ASVS-2.4.1")
def test_one_password_sprayed_over_many_accounts_is_stopped_at_the_address() -> None:
    counted = sum(fail(1, username=f"user{number}", at=NOON) for number in range(60))
    assert counted == 20
    with pytest.raises(lockout.TooManyAttempts, match="E-SIGN-IN-ADDRESS"):
        lockout.begin(username="somebody", address=ELSEWHERE, at=NOON + timedelta(minutes=14))
    lockout.begin(username="somebody", address=ELSEWHERE, at=NOON + timedelta(minutes=16))


@pytest.mark.django_db
def test_an_office_behind_one_address_goes_on_working_while_it_is_sprayed_from() -> None:
    enter(address=ELSEWHERE)
    for number in range(30):
        fail(1, username=f"user{number}", at=NOON + timedelta(minutes=1))
    enter(address=ELSEWHERE, at=NOON + timedelta(minutes=2))


@pytest.mark.django_db(transaction=True)
@pytest.mark.evidence("F58")
def test_fifty_tries_at_once_count_as_five() -> None:
    def one(number: int) -> int:
        try:
            return fail(1, at=NOON)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, range(50))) == 5
    assert SignInAttempt.objects.count() == 5


@pytest.mark.evidence("ASVS-16.2.5")
@pytest.mark.django_db
def test_names_are_not_kept_and_case_and_spaces_make_no_new_account() -> None:
    fail(3, username="Jia ")
    assert fail(3, username="jIA") == 2
    assert {row.subject for row in SignInAttempt.objects.all()} == {lockout.subject_of("jia")}
    assert "jia" not in lockout.subject_of("jia")


@pytest.mark.django_db
@pytest.mark.evidence("F58", "GB22239-8.1.4.1-b", "ASVS-16.3.3", "ASVS-16.3.1")
def test_a_locked_account_refuses_the_right_password_too_and_the_log_says_so(cast: Cast) -> None:
    for number in range(5):
        assert sign_in(Client(), "jia", f"wrong password no {number}").status_code == 400
    locked = sign_in(Client(), "jia", PASSWORD)
    assert locked.status_code == 400
    assert locked.json()["errors"][0]["code"] == "too_many_login_attempts"
    # The same for a name that is nobody's.
    for number in range(5):
        sign_in(Client(), "nobody", f"wrong password no {number}")
    unknown = sign_in(Client(), "nobody", PASSWORD)
    assert unknown.content == locked.content
    with activate(command_scope(RegionCode("000000000000"), "tests")):
        log = list(AuditEvent.objects.order_by("id"))
    rows = [row for row in log if row.detail.get("subject") == str(cast.county.user.pk)]
    codes = [row.detail["code"] for row in rows]
    assert codes == ["E-SIGN-IN-MISMATCH"] * 5 + ["E-SIGN-IN-LOCKED"]
    assert {(row.region_code, row.result) for row in rows} == {("990101000000", "REFUSED")}
    written = "".join(str(row.detail) + row.subject_id for row in log)
    assert "wrong password" not in written
    assert "nobody" not in written


def with_factor(username: str) -> tuple[str, list[str]]:
    """Enrol an authenticator; return its secret and the recovery codes."""
    client = Client()
    sign_in(client, username)
    secret = enrol_totp(client)
    codes = call(client, "get", "account/authenticators/recovery-codes").json()["data"]
    return secret, codes["unused_codes"]


def half_way(username: str) -> Client:
    """Return a client that gave the password and owes the code."""
    client = Client()
    answer = sign_in(client, username)
    assert answer.status_code == 401
    pending = [flow for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]
    assert [flow["id"] for flow in pending] == ["mfa_authenticate"]
    return client


def give(client: Client, code: str) -> Any:
    return call(client, "post", "auth/2fa/authenticate", {"code": code})


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.5.1", "F58")
def test_a_code_is_used_once_even_in_its_own_half_minute(cast: Cast) -> None:
    secret, _ = with_factor("jia")
    code = totp(secret)
    assert give(half_way("jia"), code).status_code == 200
    assert give(half_way("jia"), code).status_code == 400


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.5.5", "F58")
def test_a_code_of_the_half_minute_before_or_after_is_refused(
    cast: Cast, steady_clock: float
) -> None:
    secret, _ = with_factor("jia")
    now = steady_clock
    client = half_way("jia")
    for other in (now - 30, now + 30):
        assert give(client, totp(secret, other)).status_code == 400
    assert give(client, totp(secret, now)).status_code == 200


@pytest.mark.evidence("F58", "ASVS-6.5.1")
@pytest.mark.django_db
def test_a_recovery_code_is_used_once(cast: Cast) -> None:
    _, codes = with_factor("jia")
    assert len(codes) == 10
    assert give(half_way("jia"), codes[3]).status_code == 200
    assert give(half_way("jia"), codes[3]).status_code == 400
    assert give(half_way("jia"), codes[4]).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.evidence("F58", "ASVS-6.5.1")
def test_a_code_or_recovery_code_given_many_times_at_once_opens_once(cast: Cast) -> None:
    secret, codes = with_factor("jia")

    def status(client: Client, code: str) -> int:
        try:
            return int(give(client, code).status_code)
        finally:
            connections["default"].close()

    for code in (totp(secret), codes[3]):
        clients = [half_way("jia") for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(status, clients, [code] * 4)) == [200, 400, 400, 400]


@pytest.mark.django_db
@pytest.mark.evidence("F58")
def test_a_code_of_one_account_opens_no_other(cast: Cast) -> None:
    with_factor("jia")
    secret, codes = with_factor("yi")
    client = half_way("jia")
    assert give(client, totp(secret)).status_code == 400
    assert give(client, codes[0]).status_code == 400
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.django_db
@pytest.mark.evidence("F58")
def test_five_wrong_codes_lock_the_second_factor(cast: Cast) -> None:
    secret, _ = with_factor("jia")
    wrong = f"{(int(totp(secret)) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert give(half_way("jia"), wrong).status_code == 400
    refused = give(half_way("jia"), totp(secret))
    assert refused.json()["errors"][0]["code"] == "too_many_login_attempts"


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-7.2.4", "F58")
def test_a_session_begun_before_signing_in_is_worth_nothing_afterwards(cast: Cast) -> None:
    fixed = Client()
    fixed.get("/_allauth/browser/v1/config")
    session = fixed.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    fixed.cookies["sessionid"] = before
    sign_in(fixed, "jia")
    after = fixed.cookies["sessionid"].value
    assert after != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/api/v1/session").status_code == 401


@pytest.mark.django_db
@pytest.mark.evidence("F58", "ASVS-7.2.4")
def test_the_session_changes_again_at_the_second_factor(cast: Cast) -> None:
    _, codes = with_factor("jia")
    client = half_way("jia")
    before = client.cookies["sessionid"].value
    assert give(client, codes[0]).status_code == 200
    assert client.cookies["sessionid"].value != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/api/v1/session").status_code == 401
