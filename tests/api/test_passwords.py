"""What a password must be, which ones were used before, who may give one."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from bangfu.foundation.access.scopes import command_scope, restored_scope
from bangfu.foundation.accounts import guarding, recovery
from bangfu.foundation.accounts.domain import Act, Asked
from bangfu.foundation.accounts.models import PasswordRecord
from bangfu.foundation.accounts.passwords import PasswordRules, without_common_words
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from tests.cast import PASSWORD, SHIQIAO, YUNXI, Cast
from tests.offices_kit import two_do
from tests.sign_in_kit import call, change_password, enrol_totp, sign_in, steady_clock

pytestmark = pytest.mark.usefixtures("steady_clock")
__all__ = ["steady_clock"]
NATION = RegionCode("000000000000")
FIRST = "first-Chosen-71"


def codes(password: str) -> set[str]:
    try:
        PasswordRules().validate(password)
    except ValidationError as error:
        return {str(one.code) for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("Kd7-mwqzt.vy", set()),  # 12, four kinds
        ("Kd7-mwqzt.v", {"E-PASSWORD-SHORT"}),  # 11
        ("kdzmwqztxvyt", {"E-PASSWORD-PLAIN"}),  # 12 of one kind
        ("kd7zmwqztxvy", {"E-PASSWORD-PLAIN"}),  # two kinds
        ("Kd7zmwqztxvy", set()),  # three kinds
        ("correct horse battery", set()),  # long
        ("correcthorsebatt", set()),  # 16 of one kind
        ("correcthorsebat", {"E-PASSWORD-PLAIN"}),  # 15
        ("田里的油菜花开得正好还有三块地没收呢", set()),  # any letters of the world
        ("Bangfu2026Admin123", {"E-PASSWORD-COMMON"}),
        ("woaini5201314woaini", {"E-PASSWORD-COMMON"}),
        ("121212121212121212", {"E-PASSWORD-COMMON"}),
        ("x" * 129, {"E-PASSWORD-LONG"}),
    ],
)
@pytest.mark.evidence("ASVS-6.2.1", "ASVS-6.2.4", "ASVS-6.2.9", "ASVS-6.2.11", "GB22239-8.1.4.1-a")
def test_what_a_password_must_be(password: str, reasons: set[str]) -> None:
    assert codes(password) == reasons


def test_reasons_are_said_in_the_readers_language() -> None:
    for language, word in (("zh-hans", "至少需要 12 个字符"), ("en", "At least 12 characters")):
        with translation.override(language), pytest.raises(ValidationError, match=word):
            PasswordRules().validate("Kd7-mwqzt.v")


@pytest.mark.evidence("ASVS-6.2.11")
def test_what_guessers_try_is_taken_out_longest_first() -> None:
    assert without_common_words("Password123kdz") == "kdz"


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.2.8")
def test_a_password_counts_as_it_was_typed_with_spaces_at_its_ends(cast: Cast) -> None:
    client, typed = Client(), f" {FIRST}  "
    sign_in(client, "jia")
    assert change_password(client, f" {PASSWORD}", typed).status_code == 400
    assert change_password(client, PASSWORD, typed).status_code == 200
    for wrong in (FIRST, typed.strip(), typed.rstrip(), typed.lstrip(), f"{typed} "):
        assert sign_in(Client(), "jia", wrong).status_code == 400
        # Five in a row would lock the account.
        assert sign_in(Client(), "jia", typed).status_code == 200
    assert change_password(client, typed.rstrip(), "another-Chosen-71").status_code == 400
    assert change_password(client, typed, "another-Chosen-71").status_code == 200


@pytest.mark.django_db
@pytest.mark.evidence("GB22239-8.1.4.1-a")
def test_none_of_the_last_five_comes_back(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    used = [PASSWORD, *(f"chosen number {word} of mine" for word in "一二三四五")]
    for old, new in pairwise(used):
        assert change_password(client, old, new).status_code == 200
    refused = change_password(client, used[-1], used[2])
    assert refused.json()["errors"][0]["code"] == "E-PASSWORD-USED"
    assert PasswordRecord.objects.filter(user=cast.county.user).count() == 5
    assert change_password(client, used[-1], PASSWORD).status_code == 200


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.2.2", "ASVS-6.2.3", "F59", "ASVS-7.4.3")
def test_changing_it_needs_the_old_one_and_ends_the_other_sessions(cast: Cast) -> None:
    here, there = Client(), Client()
    sign_in(here, "jia")
    sign_in(there, "jia")
    wrong = change_password(here, "not the old password", "a new one that is long")
    assert wrong.status_code == 400
    assert there.get("/api/v1/session").status_code == 200
    assert change_password(here, PASSWORD, "a new one that is long").status_code == 200
    assert there.get("/api/v1/session").status_code == 401
    assert here.get("/api/v1/session").status_code == 200
    assert sign_in(Client(), "jia").status_code == 400
    assert sign_in(Client(), "jia", "a new one that is long").status_code == 200


def id_of(player: object) -> UUID:
    found: UUID = player.user.pk  # type: ignore[attr-defined]
    return found


@pytest.mark.django_db
def test_a_password_given_by_an_administrator_must_be_changed_first(cast: Cast) -> None:
    client = Client()
    sign_in(client, "jia")
    given = two_do(cast.county.user, Act.RESET_PASSWORD)
    assert client.get("/api/v1/session").status_code == 401
    sign_in(client, "jia", given)
    assert client.get("/api/v1/session").json()["password"]["state"] == "CHANGE"
    assert client.get("/api/v1/households").status_code == 401
    assert change_password(client, given, FIRST).status_code == 200
    assert client.get("/api/v1/households").status_code == 200


@pytest.mark.django_db
@pytest.mark.evidence("ASVS-6.4.1")
def test_a_password_given_by_an_administrator_lets_in_for_a_week(cast: Cast) -> None:
    at, week = timezone.now(), timedelta(days=7)
    given = two_do(cast.county.user, Act.RESET_PASSWORD)
    PasswordRecord.objects.filter(user=cast.county.user, is_provisional=False).delete()
    newest = PasswordRecord.objects.filter(user=cast.county.user)
    newest.update(set_at=at - week + timedelta(minutes=5))
    assert sign_in(Client(), "jia", given).status_code == 200
    newest.update(set_at=at - week)
    refused = sign_in(Client(), "jia", given)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "E-SIGN-IN-LAPSED"
    # Only whoever knows the password learns that it has lapsed.
    assert "LAPSED" not in sign_in(Client(), "jia", "wrong password 1").content.decode()


def test_a_given_password_can_be_read_out_and_meets_the_rules() -> None:
    given = {recovery.new_password() for _ in range(200)}
    assert len(given) == 200
    assert all(codes(one) == set() for one in given)
    assert not set("".join(given)) & set("l1o0i")


@pytest.mark.evidence("ASVS-7.4.5", "ASVS-6.4.3", "ASVS-16.3.1")
@pytest.mark.django_db
def test_unlocking_resetting_and_ending_sessions(cast: Cast) -> None:
    scope, at = command_scope(NATION, "tests"), timezone.now()
    client = Client()
    sign_in(client, "jia")
    enrol_totp(client)
    for number in range(5):
        sign_in(Client(), "jia", f"wrong password no {number}")
    assert recovery.unlock(scope=scope, at=at, user_id=id_of(cast.county)) == 5
    assert sign_in(Client(), "jia").status_code == 401  # the code is wanted next
    two_do(cast.county.user, Act.RESET_FACTORS)
    assert not is_mfa_enabled(cast.county.user)
    assert client.get("/api/v1/session").status_code == 401
    assert sign_in(client, "jia").status_code == 200
    assert recovery.end_sessions(scope=scope, at=at, user_id=id_of(cast.county)) == 1
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.evidence("ASVS-6.4.4")
@pytest.mark.django_db
def test_the_neighbours_administrator_reaches_nobody_here_and_nobody_resets_himself(
    cast: Cast,
) -> None:
    at, user_id = timezone.now(), id_of(cast.township)
    with pytest.raises(NotFound):
        recovery.unlock(scope=command_scope(SHIQIAO, "tests"), at=at, user_id=user_id)
    for write in (recovery.unlock, recovery.end_sessions, recovery.separate_sso):
        with pytest.raises(NotAllowed):
            write(scope=cast.county.scope, at=at, user_id=user_id)
    permissions = frozenset({"ACCOUNTS_MANAGE"})
    own = restored_scope(YUNXI, permissions, cast.township.actor)
    with pytest.raises(Conflict, match="E-ACCOUNT-SELF"):
        recovery.separate_sso(scope=own, at=at, user_id=user_id)
    asked = Asked(Act.RESET_FACTORS, "tests")
    with pytest.raises(Conflict, match="E-ACCOUNT-SELF"):
        guarding.propose_act(scope=own, at=at, user_id=user_id, asked=asked)


@pytest.mark.django_db
def test_a_weak_password_is_not_given(cast: Cast) -> None:
    with pytest.raises(InvalidValue, match="E-ACCOUNT-PASSWORD"):
        recovery.give_password(cast.county.user, "short", at=timezone.now())


@pytest.mark.django_db
def test_an_account_without_a_password_cannot_be_given_one_by_its_holder(cast: Cast) -> None:
    user = cast.county.user
    user.refresh_from_db()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    client = Client()
    client.force_login(user)
    answer = call(client, "post", "account/password/change", {"new_password": FIRST})
    assert answer.status_code == 404
