"""Administrators' and auditors' accounts: one asks, another agrees, neither is the holder."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from click.testing import CliRunner
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils import timezone

from bangfu.cli import accounts as cli
from bangfu.foundation.access.scopes import activate, command_scope, scope_for_post
from bangfu.foundation.accounts import guarding, selectors, services, terminal
from bangfu.foundation.accounts.models import GuardedAct, Post, User
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import BangfuError, NotAllowed
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, Cast
from tests.offices_kit import Offices, administrator, ask, code_of

NATION = command_scope(RegionCode("000000000000"), "tests")
ACTS = "/accounts/acts"
WHY = "调离岗位"


def want(client: Client, act: str, username: str, **more: Any) -> tuple[int, Any]:
    return ask(client, "post", ACTS, username=username, act=act, reason=WHY, **more)


def is_active(username: str) -> bool:
    return bool(User.objects.get(username=username).is_active)


def post_id(username: str) -> str:
    with activate(NATION):
        return str(Post.objects.get(user__username=username).id)


@pytest.mark.evidence("T10")
@pytest.mark.django_db
def test_an_auditor_is_disabled_by_two_and_by_no_one_alone(offices: Offices) -> None:
    alone = ask(offices.system, "post", "/accounts/audit/disable", reason=WHY)
    assert code_of(alone) == (409, "E-ACCOUNT-GUARDED")
    status, act = want(offices.system, "DISABLE", "audit")
    assert (status, act["state"], act["can_decide"]) == (201, "PROPOSED", False)
    assert is_active("audit")
    path = f"{ACTS}/{act['id']}/agree"
    assert ask(offices.system, "post", path)[0] == 403
    assert ask(offices.audit, "post", path)[0] == 403
    assert ask(offices.foreign, "post", path)[0] == 404
    assert is_active("audit")
    status, done = ask(offices.security, "post", path)
    assert (status, done["state"], done["decided_by"]) == (200, "APPROVED", "security")
    assert not is_active("audit")
    assert ask(offices.audit, "get", "/audit/events")[0] == 401
    assert code_of(ask(offices.second, "post", path)) == (409, "E-ACCOUNT-DECIDED")
    with activate(NATION):
        rows = AuditEvent.objects.filter(detail__act_id=act["id"]).order_by("id")
        assert [row.action for row in rows] == ["accounts.act.proposed", "accounts.user.disabled"]


@pytest.mark.evidence("T10")
@pytest.mark.parametrize("step", ["disable", "enable"])
@pytest.mark.django_db
def test_no_administrator_does_it_alone(offices: Offices, step: str) -> None:
    for username in ("security", "second", "audit"):
        refused = ask(offices.system, "post", f"/accounts/{username}/{step}", reason=WHY)
        assert code_of(refused) == (409, "E-ACCOUNT-GUARDED")


@pytest.mark.evidence("T10")
@pytest.mark.django_db
def test_neither_of_the_two_knows_the_new_password_whole(offices: Offices) -> None:
    holder = User.objects.get(username="audit")
    _, act = want(offices.system, "RESET_PASSWORD", "audit")
    first = act["password_half"]
    with activate(NATION):
        assert GuardedAct.objects.get(id=act["id"]).first_half == first
    assert ask(offices.system, "get", ACTS)[1]["items"][0]["password_half"] == ""
    _, done = ask(offices.security, "post", f"{ACTS}/{act['id']}/agree")
    second = done["password_half"]
    holder.refresh_from_db()
    assert holder.check_password(f"{first}-{second}")
    assert not holder.check_password(first)
    assert not holder.check_password(second)
    assert first not in second
    with activate(NATION):
        assert GuardedAct.objects.get(id=act["id"]).first_half is None


@pytest.mark.django_db
def test_two_reset_a_second_factor_and_end_a_post_and_let_an_account_in_again(
    offices: Offices,
) -> None:
    holder = User.objects.get(username="audit")
    Authenticator.objects.create(user=holder, type=Authenticator.Type.TOTP, data={"secret": ""})
    _, reset = want(offices.system, "RESET_FACTORS", "audit")
    assert Authenticator.objects.filter(user=holder).count() == 1
    assert ask(offices.second, "post", f"{ACTS}/{reset['id']}/agree")[0] == 200
    assert Authenticator.objects.filter(user=holder).count() == 0

    own = post_id("audit")
    alone = ask(offices.system, "post", f"/accounts/posts/{own}/end", reason=WHY)
    assert code_of(alone) == (409, "E-ACCOUNT-GUARDED")
    status, end = want(offices.system, "END_POST", "audit", post_id=own)
    assert (status, end["role_zh"]) == (201, "审计管理员")
    assert code_of(want(offices.system, "END_POST", "audit", post_id=own)) == (
        409,
        "E-ACCOUNT-ACT-WAITS",
    )
    assert ask(offices.second, "post", f"{ACTS}/{end['id']}/agree")[0] == 200
    with activate(NATION):
        assert Post.objects.get(id=own).ended_at is not None
    late = want(offices.system, "END_POST", "audit", post_id=own)
    assert code_of(late) == (409, "E-ACCOUNT-POST-ENDED")

    User.objects.filter(pk=holder.pk).update(is_active=False)
    _, back = want(offices.system, "ENABLE", "audit")
    assert not is_active("audit")
    assert ask(offices.second, "post", f"{ACTS}/{back['id']}/agree")[0] == 200
    assert is_active("audit")


@pytest.mark.django_db
def test_the_holder_neither_asks_nor_agrees_and_an_officer_takes_one(offices: Offices) -> None:
    assert code_of(want(offices.system, "DISABLE", "system")) == (409, "E-ACCOUNT-SELF")
    _, act = want(offices.system, "DISABLE", "security")
    own = ask(offices.security, "post", f"{ACTS}/{act['id']}/agree")
    assert code_of(own) == (409, "E-ACCOUNT-SELF")
    ask(offices.system, "post", "/accounts", username="newcomer", display_name="新人")
    assert code_of(want(offices.system, "DISABLE", "newcomer")) == (409, "E-ACCOUNT-ORDINARY")
    assert want(offices.security, "DISABLE", "audit")[0] == 403
    stray = want(offices.system, "END_POST", "audit", post_id=post_id("second"))
    assert stray[0] == 404


@pytest.mark.evidence("F50")
@pytest.mark.django_db
def test_f50_the_neighbour_neither_sees_nor_decides_nor_asks(cast: Cast, offices: Offices) -> None:
    _, act = want(offices.system, "DISABLE", "audit")
    their_system = administrator("their-system", "SYSTEM_ADMINISTRATOR", SHIQIAO, "石桥县")
    for client in (offices.foreign, their_system):
        assert ask(client, "get", ACTS)[1] == {"items": []}
    assert ask(offices.foreign, "post", f"{ACTS}/{act['id']}/reject", reason="不同意")[0] == 404
    assert ask(their_system, "post", f"{ACTS}/{act['id']}/withdraw")[0] == 404
    assert want(their_system, "DISABLE", "audit")[0] == 404
    bing = Client()
    bing.force_login(cast.neighbour.user)
    assert ask(bing, "get", ACTS)[0] == 403


@pytest.mark.django_db
def test_it_is_refused_with_a_reason_or_taken_back_and_then_nothing_happens(
    offices: Offices,
) -> None:
    _, one = want(offices.system, "DISABLE", "audit")
    assert ask(offices.second, "post", f"{ACTS}/{one['id']}/reject", reason="")[0] == 422
    status, done = ask(offices.second, "post", f"{ACTS}/{one['id']}/reject", reason="人还在岗")
    assert (status, done["state"], done["answer"]) == (200, "REJECTED", "人还在岗")
    _, two = want(offices.system, "DISABLE", "audit")
    status, done = ask(offices.system, "post", f"{ACTS}/{two['id']}/withdraw")
    assert (status, done["state"]) == (200, "WITHDRAWN")
    assert is_active("audit")


@pytest.mark.evidence("F45")
@pytest.mark.django_db
def test_f45_whoever_lost_the_post_since_agrees_to_nothing(offices: Offices) -> None:
    _, act = want(offices.system, "DISABLE", "audit")
    user = User.objects.get(username="second")
    (post,) = selectors.active_posts(user, timezone.localdate())
    begun = scope_for_post(post, selectors.actor_of(user))
    with activate(NATION):
        Post.objects.filter(user__username="second").update(ended_at=timezone.now())
    assert ask(offices.second, "post", f"{ACTS}/{act['id']}/agree")[0] == 403
    # A request that began while the post was held.
    with pytest.raises(NotAllowed):
        guarding.agree_to_act(scope=begun, at=timezone.now(), act_id=UUID(act["id"]))
    assert is_active("audit")


@pytest.mark.django_db
def test_a_small_county_finds_its_second_person_in_a_deputy(
    cast: Cast, offices: Offices, settings: Any
) -> None:
    """The county's one security administrator is to be disabled; the prefecture may agree, and
    so may a deputy."""
    settings.BANGFU_SMALL_COUNTIES = frozenset({"990101"})
    today = timezone.localdate()
    terms = {
        "username": "deputy",
        "role": "SECURITY_ADMINISTRATOR",
        "region": "990101",
        "kind": "DEPUTY",
        "office": "乡村振兴中心",
        "valid_from": str(today),
        "valid_to": str(today + timedelta(days=30)),
    }
    services.create_user(
        scope=command_scope(YUNXI, "tests"), at=timezone.now(), username="deputy", password=None
    )
    _, proposal = ask(offices.security, "post", "/accounts/proposals", **terms)
    ask(offices.second, "post", f"/accounts/proposals/{proposal['id']}/approve")
    deputy = Client()
    deputy.force_login(User.objects.get(username="deputy"))
    prefecture = administrator(
        "above", "SECURITY_ADMINISTRATOR", RegionCode("990100000000"), "市数据局"
    )
    for username, client in (("security", deputy), ("second", prefecture)):
        _, act = want(offices.system, "DISABLE", username)
        status, done = ask(client, "post", f"{ACTS}/{act['id']}/agree")
        assert (status, done.get("state")) == (200, "APPROVED")
        assert not is_active(username)


@pytest.mark.evidence("T10")
@pytest.mark.django_db
def test_the_database_itself_refuses_one_person_twice_and_a_second_decision(
    offices: Offices,
) -> None:
    _, act = want(offices.system, "RESET_PASSWORD", "audit")
    holder, proposer = (str(User.objects.get(username=one).pk) for one in ("audit", "system"))
    decided = {"state": "APPROVED", "decided_at": timezone.now(), "first_half": None}
    refused: tuple[dict[str, Any], ...] = (
        {**decided, "decided_by": proposer},
        {**decided, "decided_by": holder},
        {**decided, "decided_by": ""},
        {"state": "APPROVED", "decided_at": timezone.now(), "decided_by": "x"},
        {"act": "DISABLE"},
        {"user_id": UUID(proposer)},
        {"reason": "另一个理由"},
    )
    for change in refused:
        with (
            pytest.raises((IntegrityError, InternalError)),
            activate(NATION),
            transaction.atomic(),
        ):
            GuardedAct.objects.filter(id=act["id"]).update(**change)
    ask(offices.security, "post", f"{ACTS}/{act['id']}/agree")
    with pytest.raises((IntegrityError, InternalError)), activate(NATION), transaction.atomic():
        GuardedAct.objects.filter(id=act["id"]).update(state="REJECTED")


@pytest.mark.django_db
def test_at_the_terminal_two_persons_are_named(offices: Offices) -> None:
    line = ["disable", "audit", "--region", "990101", "--by", "李明", "--reason", WHY]

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli.command, [*line, *arguments])

    for second, code in (
        ([], "E-ACCOUNT-GUARDED"),
        (["--approved-by", "李明"], "E-ACCOUNT-SECOND-PERSON"),
    ):
        refused = run(*second).exception
        assert isinstance(refused, BangfuError)
        assert refused.code == code
        assert is_active("audit")
    assert run("--approved-by", "赵强").exit_code == 0
    assert not is_active("audit")
    line[0] = "enable"
    assert run("--approved-by", "赵强").exit_code == 0
    line[:] = ["reset-password", "audit", "--region", "990101", "--by", "李明"]
    made = run("--approved-by", "赵强").output.split()[-1]
    assert User.objects.get(username="audit").check_password(made)
    line[0] = "reset-factor"
    assert run("--approved-by", "赵强").exit_code == 0
    line[:] = ["end", post_id("audit"), "--region", "990101", "--by", "李明", "--reason", WHY]
    assert isinstance(run().exception, BangfuError)
    assert run("--approved-by", "赵强").exit_code == 0
    with activate(NATION):
        assert GuardedAct.objects.filter(state="APPROVED").count() == 5


@pytest.mark.django_db
def test_the_provinces_sign_in_is_joined_to_an_administrator_by_two(offices: Offices) -> None:
    one = terminal.Persons(command_scope(YUNXI, "sso: 李明"))
    with pytest.raises(BangfuError, match="E-ACCOUNT-GUARDED"):
        terminal.join_sso(one, "audit", "p-1")
    two = dataclasses.replace(one, second=command_scope(YUNXI, "sso: 赵强"))
    terminal.join_sso(two, "audit", "p-1")
    assert SocialAccount.objects.get(uid="p-1").user.username == "audit"
    with pytest.raises(BangfuError, match="E-ACCOUNT-GUARDED"):
        terminal.separate_sso(one, "audit")
    terminal.separate_sso(two, "audit")
    assert not SocialAccount.objects.filter(uid="p-1").exists()
    # Into an account that is no administrator's two let somebody, and one keeps him out.
    ask(offices.system, "post", "/accounts", username="newcomer", display_name="新人")
    with pytest.raises(BangfuError, match="E-ACCOUNT-GUARDED"):
        terminal.join_sso(one, "newcomer", "p-2")
    terminal.join_sso(two, "newcomer", "p-2")
    assert SocialAccount.objects.get(uid="p-2").user.username == "newcomer"
    terminal.separate_sso(one, "newcomer")
    assert not SocialAccount.objects.filter(uid="p-2").exists()
