"""No one person gets into somebody else's account: what lets in takes two, whoever's it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from bangfu.cli import accounts as cli
from bangfu.foundation.access.roles import list_roles
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts.models import AccountHome, GuardedAct, Post, User
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import LENGTH, PREFIX_LENGTHS, RegionCode
from tests.cast import PASSWORD, SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast, give_post
from tests.offices_kit import Offices, administrator, ask, code_of
from tests.sign_in_kit import (
    call,
    change_password,
    enrol_totp,
    sign_in,
    steady_clock,
    totp,
)

pytestmark = [pytest.mark.usefixtures("steady_clock"), pytest.mark.django_db]
__all__ = ["steady_clock"]
NATION = command_scope(RegionCode("000000000000"), "tests")
PREFECTURE = RegionCode("990100000000")
ACTS = "/accounts/acts"
WHY = "忘记密码"
STEPS = ("disable", "enable", "unlock", "sessions/end")
OWN = "the newcomer's own 17 words"


def want(client: Client, act: str, username: str) -> tuple[int, Any]:
    return ask(client, "post", ACTS, username=username, act=act, reason=WHY)


def agree(client: Client, act: Any) -> tuple[int, Any]:
    return ask(client, "post", f"{ACTS}/{act['id']}/agree")


def home_is(user: Any, region: RegionCode) -> None:
    """The cast was opened by the nation's administrator; let a place answer for an account."""
    with activate(NATION):
        AccountHome.objects.filter(user=user).update(region_code=str(region))


def waiting(username: str) -> dict[str, Any]:
    """The one act that waits for an account, as the wire would name it."""
    with activate(NATION):
        act = GuardedAct.objects.get(user__username=username, state="PROPOSED")
    return {"id": str(act.id)}


@pytest.mark.evidence("T10", "F50")
def test_a_system_administrator_does_not_become_an_officer(cast: Cast, offices: Offices) -> None:
    """He tries each button that he has; the officer's password and second step stay."""
    home_is(cast.county.user, YUNXI)
    officer = Client()
    sign_in(officer, "jia")
    secret = enrol_totp(officer)
    for gone in ("password", "second-factor/reset"):
        assert ask(offices.system, "post", f"/accounts/jia/{gone}")[0] == 404
    halves = []
    for act in ("RESET_PASSWORD", "RESET_FACTORS"):
        status, asked = want(offices.system, act, "jia")
        assert (status, asked["state"], asked["can_decide"]) == (201, "PROPOSED", False)
        assert agree(offices.system, asked)[0] == 403
        halves.append(asked["password_half"])
    assert (len(halves[0]), halves[1]) == (9, "")
    assert ask(offices.system, "post", "/accounts/jia/unlock")[0] == 204
    assert ask(offices.system, "post", "/accounts/jia/sessions/end")[0] == 204
    for step in ("disable", "enable"):
        assert ask(offices.system, "post", f"/accounts/jia/{step}", reason=WHY)[0] == 200
    assert sign_in(Client(), "jia", halves[0]).status_code == 400
    # The officer is as before: 401 asks for the code, which still opens.
    again = Client()
    assert sign_in(again, "jia").status_code == 401
    assert again.get("/api/v1/households").status_code == 401
    code = totp(secret)
    assert call(again, "post", "auth/2fa/authenticate", {"code": code}).status_code == 200
    assert again.get("/api/v1/households").status_code == 200


def place_of(levels: frozenset[int]) -> RegionCode:
    """The lowest place within 云溪县 at which a role may be held; else the county's ancestor."""
    level = max(levels)
    return RegionCode(YUNXI_VILLAGE.value[: PREFIX_LENGTHS[level]].ljust(LENGTH, "0"))


@pytest.mark.evidence("T10")
@pytest.mark.parametrize("role", [one.code for one in list_roles()])
def test_of_no_role_is_the_account_anybodys_alone(cast: Cast, role: str) -> None:
    """The administrators of the nation, who answer for every place, and each of their buttons."""
    place = place_of(next(one for one in list_roles() if one.code == role).levels)
    nation = RegionCode("000000000000")
    clients = {
        duty: administrator(f"nation-{duty.lower()}", f"{duty}_ADMINISTRATOR", nation, duty)
        for duty in ("SYSTEM", "SECURITY", "AUDIT")
    }
    administrator("holder", role, place, "另一单位")
    holder = User.objects.get(username="holder")
    Authenticator.objects.create(user=holder, type=Authenticator.Type.TOTP, data={"secret": ""})
    made = {}
    for act in ("RESET_PASSWORD", "RESET_FACTORS"):
        assert want(clients["SECURITY"], act, "holder")[0] == 403
        assert want(clients["AUDIT"], act, "holder")[0] == 403
        status, made[act] = want(clients["SYSTEM"], act, "holder")
        assert status == 201
        assert agree(clients["SYSTEM"], made[act])[0] == 403
        assert agree(clients["AUDIT"], made[act])[0] == 403
    before = holder.password
    holder.refresh_from_db()
    assert holder.password == before
    assert Authenticator.objects.filter(user=holder).count() == 1
    status, done = agree(clients["SECURITY"], made["RESET_PASSWORD"])
    holder.refresh_from_db()
    whole = f"{made['RESET_PASSWORD']['password_half']}-{done['password_half']}"
    assert (status, holder.check_password(whole)) == (200, True)
    # The second step is in force until it is asked for and agreed to by itself.
    assert Authenticator.objects.filter(user=holder).count() == 1
    assert agree(clients["SECURITY"], made["RESET_FACTORS"])[0] == 200
    assert Authenticator.objects.filter(user=holder).count() == 0


@pytest.mark.evidence("T10")
def test_whoever_opens_an_account_does_not_know_its_first_password(offices: Offices) -> None:
    """Else he would sign in before its holder, and wait for the post that others grant."""
    _, made = ask(offices.system, "post", "/accounts", username="newcomer", display_name="新人")
    first = made["password_half"]
    assert sign_in(Client(), "newcomer", first).status_code == 400
    assert not User.objects.get(username="newcomer").has_usable_password()
    _, listed = ask(offices.second, "get", ACTS)
    (act,) = listed["items"]
    assert (act["act"], act["username"], act["password_half"]) == ("FIRST_PASSWORD", "newcomer", "")
    assert agree(offices.system, act)[0] == 403
    status, done = agree(offices.second, act)
    second = done["password_half"]
    assert (status, len(first), len(second)) == (200, 9, 14)
    for half in (first, second):
        assert sign_in(Client(), "newcomer", half).status_code == 400
    client = Client()
    assert sign_in(client, "newcomer", f"{first}-{second}").status_code == 200
    assert client.get("/api/v1/session").json()["password"]["state"] == "CHANGE"
    assert change_password(client, f"{first}-{second}", OWN).status_code == 200
    give_post(User.objects.get(username="newcomer"), "COUNTY_OFFICER", RegionCode.parse("990101"))
    assert client.get("/api/v1/households").status_code == 200
    with activate(NATION):
        rows = AuditEvent.objects.filter(detail__act_id=act["id"]).order_by("id")
        assert [row.action for row in rows] == ["accounts.password.reset"]
        opened = AuditEvent.objects.filter(
            action="accounts.user.created", detail__username="newcomer"
        )
        assert opened.count() == 1


def test_a_first_password_that_was_refused_is_asked_for_again(offices: Offices) -> None:
    ask(offices.system, "post", "/accounts", username="newcomer", display_name="新人")
    act = waiting("newcomer")
    assert ask(offices.second, "post", f"{ACTS}/{act['id']}/reject", reason="查无此人")[0] == 200
    assert not User.objects.get(username="newcomer").has_usable_password()
    # It is asked for by opening alone, and by its own name with nobody else's account.
    forged = want(offices.system, "FIRST_PASSWORD", "newcomer")
    assert forged[0] == 422
    status, again = want(offices.system, "RESET_PASSWORD", "newcomer")
    assert (status, len(again["password_half"])) == (201, 9)


@pytest.mark.evidence("F50")
def test_nobody_answers_for_an_account_that_holds_a_post_above(
    cast: Cast, offices: Offices
) -> None:
    """Opened in the county, promoted to the prefecture: from then on the prefecture's."""
    ask(offices.system, "post", "/accounts", username="promoted", display_name="高升")
    promoted = User.objects.get(username="promoted")
    act = waiting("promoted")
    with activate(NATION):
        assert AccountHome.objects.get(user=promoted).region_code == "990101000000"
    give_post(promoted, "PREFECTURE_OFFICER", PREFECTURE)
    with activate(NATION):
        assert AccountHome.objects.get(user=promoted).region_code == str(PREFECTURE)
    nobody = [ask(offices.system, "post", f"/accounts/nobody/{one}", reason=WHY) for one in STEPS]
    # Also where the home was written before this rule.
    for home in (PREFECTURE, YUNXI):
        home_is(promoted, home)
        for step, other in zip(STEPS, nobody, strict=True):
            refused = ask(offices.system, "post", f"/accounts/promoted/{step}", reason=WHY)
            assert code_of(refused) == (404, "E-API-NOT-FOUND"), step
            assert refused[1].keys() == other[1].keys(), step
        for name in ("RESET_PASSWORD", "RESET_FACTORS"):
            assert want(offices.system, name, "promoted")[0] == 404
        # Asked for while the account was the county's, and not yet agreed to.
        assert agree(offices.security, act)[0] == 404
    assert not User.objects.get(username="promoted").has_usable_password()
    above = administrator("above", "SECURITY_ADMINISTRATOR", PREFECTURE, "市数据局")
    assert agree(above, act)[0] == 200
    system = administrator("above-system", "SYSTEM_ADMINISTRATOR", PREFECTURE, "市数据局")
    assert want(system, "RESET_PASSWORD", "promoted")[0] == 201
    assert ask(system, "post", "/accounts/promoted/disable", reason=WHY)[0] == 200


@pytest.mark.evidence("F50")
def test_an_account_with_a_post_to_come_next_door_is_the_prefectures(
    cast: Cast, offices: Offices
) -> None:
    home_is(cast.township.user, YUNXI)
    next_year = timezone.localdate() + timedelta(days=365)
    there = RegionCode("990102101000")
    give_post(cast.township.user, "TOWNSHIP_OFFICER", there, valid_from=next_year)
    assert want(offices.system, "RESET_PASSWORD", "yi")[0] == 404
    _, page = ask(offices.system, "get", "/accounts", q="yi")
    (line,) = [one for one in page["items"] if one["username"] == "yi"]
    assert line["is_home"] is False
    # The posts themselves count, whatever the home says.
    home_is(cast.township.user, YUNXI)
    assert want(offices.system, "RESET_PASSWORD", "yi")[0] == 404
    with activate(NATION):
        ended = Post.objects.filter(user=cast.township.user, region_code=str(there))
        ended.update(ended_at=timezone.now())
    assert want(offices.system, "RESET_PASSWORD", "yi")[0] == 201


def test_ending_all_sessions_takes_one_person_and_opens_nothing(
    cast: Cast, offices: Offices
) -> None:
    here, there = Client(), Client()
    sign_in(here, "yi")
    sign_in(there, "yi")
    path = "/accounts/yi/sessions/end"
    home_is(cast.township.user, YUNXI)
    assert ask(offices.security, "post", path)[0] == 403
    assert ask(offices.audit, "post", path)[0] == 403
    next_door = administrator("next-door", "SYSTEM_ADMINISTRATOR", SHIQIAO, "石桥县")
    assert ask(next_door, "post", path)[0] == 404
    assert here.get("/api/v1/session").status_code == 200
    assert ask(offices.system, "post", path)[0] == 204
    for client in (here, there):
        assert client.get("/api/v1/session").status_code == 401
    assert sign_in(here, "yi", PASSWORD).status_code == 200
    with activate(NATION):
        (row,) = AuditEvent.objects.filter(action="accounts.sessions.ended")
        assert (row.subject_id, row.detail) == (str(cast.township.user.pk), {"count": 2})


def told(client: Client) -> list[tuple[str, str]]:
    """The messages of whoever is signed in: what they say, and where they lead."""
    items = ask(client, "get", "/messages")[1]["items"]
    return [(one["text"], one["link"]) for one in items]


def at_the_terminal(*line: str) -> None:
    done = CliRunner().invoke(cli.command, [*line, "--by", "李明", "--approved-by", "赵强"])
    assert done.exit_code == 0, done.output


@pytest.mark.evidence("T10")
def test_what_two_names_did_at_the_terminal_is_told_to_those_who_watch(
    cast: Cast, offices: Offices
) -> None:
    """Nobody proves there who he is. The nation's `--region` hides it from nobody: an account's own
    place counts."""
    home_is(cast.county.user, YUNXI)
    place = ("--region", "990101")
    at_the_terminal("open", "newcomer", "--name", "新人", *place)
    at_the_terminal("grant", "newcomer", "COUNTY_OFFICER", *place)
    at_the_terminal("reset-password", "jia", "--region", "000000000000")
    at_the_terminal("reset-factor", "jia", *place)
    said = [
        f"有人在服务器上办理了云溪县的账号：{act}。请核对是否知情。"
        for act in ("重置第二步验证", "重发密码", "授予岗位", "开设账号")
    ]
    for client, link in (
        (offices.security, "/accounts"),
        (offices.second, "/accounts"),
        (offices.audit, "/audit"),
    ):
        assert told(client) == [(one, link) for one in said]
    # The deed is the system administrator's; next door it is nobody's business.
    for client in (offices.system, offices.foreign):
        assert told(client) == []


def test_where_nobody_watches_the_nearest_place_above_is_told(cast: Cast) -> None:
    above = administrator("above", "SECURITY_ADMINISTRATOR", PREFECTURE, "市数据局")
    at_the_terminal("open", "newcomer", "--name", "新人", "--region", "990101")
    assert [link for _, link in told(above)] == ["/accounts"]
