"""Routes of accounts and posts: three administrators who share nothing, two persons a grant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils import timezone

from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import services
from bangfu.foundation.accounts.models import Post, PostProposal, User
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, Cast
from tests.offices_kit import Offices, ask, code_of

NATION = command_scope(RegionCode("000000000000"), "tests")
TERMS = {"region": "990101", "valid_from": "2026-01-01"}


def propose(offices: Offices, username: str = "newcomer", **terms: Any) -> tuple[int, Any]:
    body = {"username": username, "role": "COUNTY_OFFICER", **TERMS, **terms}
    return ask(offices.security, "post", "/accounts/proposals", **body)


def open_newcomer(offices: Offices) -> str:
    status, made = ask(
        offices.system, "post", "/accounts", username="newcomer", display_name="新人"
    )
    assert status == 201
    return str(made["password_half"])


@pytest.mark.django_db
def test_a_post_needs_an_account_a_proposal_and_a_second_person(offices: Offices) -> None:
    assert len(open_newcomer(offices)) == 9
    status, proposal = propose(offices)
    assert (status, proposal["state"], proposal["can_decide"]) == (201, "PROPOSED", False)
    newcomer = User.objects.get(username="newcomer")
    with activate(NATION):
        assert not Post.objects.filter(user=newcomer).exists()
    path = f"/accounts/proposals/{proposal['id']}"
    assert code_of(ask(offices.security, "post", f"{path}/approve")) == (
        409,
        "E-ACCOUNT-SECOND-PERSON",
    )
    assert code_of(ask(offices.system, "post", f"{path}/approve")) == (403, "E-API-PERMISSION")
    assert code_of(ask(offices.foreign, "post", f"{path}/approve")) == (404, "E-API-NOT-FOUND")
    status, decided = ask(offices.second, "post", f"{path}/approve")
    assert (status, decided["state"], decided["decided_by"]) == (200, "APPROVED", "second")
    with activate(NATION):
        post = Post.objects.get(user=newcomer)
        assert str(post.id) == proposal["id"]
        actions = AuditEvent.objects.filter(subject_id=str(post.id)).order_by("id")
        assert [event.action for event in actions] == [
            "accounts.post.proposed",
            "accounts.post.granted",
        ]
    assert code_of(ask(offices.second, "post", f"{path}/approve")) == (409, "E-ACCOUNT-DECIDED")


@pytest.mark.evidence("T10")
@pytest.mark.django_db
def test_nobody_grants_to_himself_neither_alone_nor_as_the_second(offices: Offices) -> None:
    own = propose(offices, "security", role="SECURITY_ADMINISTRATOR", office="农业农村局")
    assert code_of(own) == (409, "E-ACCOUNT-OWN-GRANT")
    status, other = propose(offices, "second", role="SECURITY_ADMINISTRATOR", region="990101")
    assert code_of((status, other)) == (400, "E-ACCOUNT-OFFICE")
    with activate(NATION):
        Post.objects.filter(user__username="audit").update(ended_at=timezone.now())
    status, other = propose(offices, "second", role="COUNTY_OFFICER")
    assert code_of((status, other)) == (409, "E-ACCOUNT-DUTY")


@pytest.mark.django_db
def test_an_administrator_is_of_one_duty_and_no_officer(offices: Offices) -> None:
    for username in ("system", "audit", "second"):
        assert code_of(propose(offices, username)) == (409, "E-ACCOUNT-DUTY")
    taken = propose(offices, "system", role="AUDIT_ADMINISTRATOR", office="审计局")
    assert code_of(taken) == (409, "E-ACCOUNT-DUTY")


@pytest.mark.django_db
def test_what_each_administrator_may_ask_and_may_not(offices: Offices) -> None:
    asked = {
        "/accounts": (200, 200, 403),
        "/accounts/proposals": (200, 200, 403),
        "/households": (403, 403, 403),
        "/imports": (403, 403, 403),
    }
    for path, expected in asked.items():
        found = tuple(
            ask(client, "get", path)[0]
            for client in (offices.system, offices.security, offices.audit)
        )
        assert found == expected, path
    opened = ask(offices.security, "post", "/accounts", username="x.y", display_name="x")
    assert opened[0] == 403
    body = {"username": "jia", "role": "COUNTY_OFFICER", **TERMS}
    assert ask(offices.system, "post", "/accounts/proposals", **body)[0] == 403


@pytest.mark.evidence("F50")
@pytest.mark.django_db
def test_f50_the_neighbours_administrator_sees_none_of_it(cast: Cast, offices: Offices) -> None:
    open_newcomer(offices)
    propose(offices)
    status, page = ask(offices.foreign, "get", "/accounts")
    assert status == 200
    assert {one["username"] for one in page["items"]} == {"foreign", "bing"}
    _, proposals = ask(offices.foreign, "get", "/accounts/proposals")
    assert {one["username"] for one in proposals["items"]} == {"foreign", "bing"}
    _, found = ask(offices.foreign, "get", "/accounts", q="newcomer")
    assert (found["items"], found["total"]) == ([], 0)
    body = {"username": "newcomer", "role": "COUNTY_OFFICER", "valid_from": "2026-01-01"}
    for region in ("990102", "990101"):
        path = "/accounts/proposals"
        assert ask(offices.foreign, "post", path, **body, region=region)[0] == 404


@pytest.mark.django_db
def test_f50_row_security_alone_hides_the_neighbours_accounts(
    offices: Offices, without_filter: None
) -> None:
    _, page = ask(offices.foreign, "get", "/accounts")
    assert {one["username"] for one in page["items"]} == {"foreign", "bing"}


@pytest.mark.django_db
def test_pages_follow_one_another(offices: Offices) -> None:
    _, first = ask(offices.system, "get", "/accounts", limit=2)
    _, second = ask(offices.system, "get", "/accounts", limit=2, cursor=first["next_cursor"])
    names = [one["username"] for one in first["items"] + second["items"]]
    assert names == sorted(names)
    assert len(set(names)) == 4
    assert ask(offices.system, "get", "/accounts", cursor="forged")[0] == 400


@pytest.mark.django_db
def test_ending_disabling_and_enabling(cast: Cast, offices: Offices) -> None:
    path = f"/accounts/posts/{cast.township.post_id}/end"
    assert ask(offices.security, "post", path, reason="调离")[0] == 403
    assert ask(offices.system, "post", path, reason="调离")[0] == 204
    assert code_of(ask(offices.system, "post", path, reason="调离")) == (
        409,
        "E-ACCOUNT-POST-ENDED",
    )
    foreign = f"/accounts/posts/{cast.neighbour.post_id}/end"
    assert ask(offices.system, "post", foreign, reason="x")[0] == 404
    open_newcomer(offices)
    status, account = ask(offices.system, "post", "/accounts/newcomer/disable", reason="离职")
    assert (status, account["is_active"]) == (200, False)
    assert code_of(propose(offices)) == (409, "E-ACCOUNT-DISABLED")
    assert ask(offices.system, "post", "/accounts/newcomer/enable", reason="恢复")[0] == 200
    own = ask(offices.system, "post", "/accounts/system/disable", reason="x")
    assert code_of(own) == (409, "E-ACCOUNT-SELF")


@pytest.mark.evidence("F45")
@pytest.mark.django_db
def test_f45_an_approver_who_lost_the_post_since_decides_nothing(offices: Offices) -> None:
    open_newcomer(offices)
    _, proposal = propose(offices)
    with activate(NATION):
        Post.objects.filter(user__username="second").update(ended_at=timezone.now())
    path = f"/accounts/proposals/{proposal['id']}/approve"
    assert ask(offices.second, "post", path)[0] == 403
    with activate(NATION):
        assert PostProposal.objects.get(id=proposal["id"]).state == "PROPOSED"


@pytest.mark.django_db
def test_a_proposal_is_rejected_with_a_reason_or_withdrawn_by_its_proposer(
    offices: Offices,
) -> None:
    open_newcomer(offices)
    _, one = propose(offices)
    assert code_of(propose(offices)) == (409, "E-ACCOUNT-PROPOSED")
    path = f"/accounts/proposals/{one['id']}"
    assert ask(offices.second, "post", f"{path}/withdraw")[0] == 409
    assert ask(offices.second, "post", f"{path}/reject", reason="")[0] == 422
    status, rejected = ask(offices.second, "post", f"{path}/reject", reason="无文号")
    assert (status, rejected["state"], rejected["reason"]) == (200, "REJECTED", "无文号")
    _, two = propose(offices)
    status, gone = ask(offices.security, "post", f"/accounts/proposals/{two['id']}/withdraw")
    assert (status, gone["state"]) == (200, "WITHDRAWN")


@pytest.mark.evidence("F60")
@pytest.mark.django_db
def test_f60_a_small_county_keeps_every_rule(offices: Offices, settings: Any) -> None:
    """With deputies and an audit post elsewhere, four eyes, own grants and duties hold as ever."""
    today = timezone.localdate()
    deputy = {
        "role": "SECURITY_ADMINISTRATOR",
        "kind": "DEPUTY",
        "office": "乡村振兴中心",
        "valid_from": str(today),
        "valid_to": str(today + timedelta(days=30)),
    }
    services.create_user(
        scope=command_scope(YUNXI, "tests"), at=timezone.now(), username="newcomer", password=None
    )
    assert code_of(propose(offices, **deputy)) == (400, "E-ACCOUNT-DEPUTY-SIZE")
    settings.BANGFU_SMALL_COUNTIES = frozenset({"990101"})
    long = propose(offices, **{**deputy, "valid_to": str(today + timedelta(days=120))})
    assert code_of(long) == (400, "E-ACCOUNT-TERM")
    audited = propose(offices, **{**deputy, "office": "审计局"})
    assert code_of(audited) == (400, "E-ACCOUNT-AUDIT-OFFICE")
    status, proposal = propose(offices, **deputy)
    assert status == 201
    path = f"/accounts/proposals/{proposal['id']}/approve"
    assert code_of(ask(offices.security, "post", path)) == (409, "E-ACCOUNT-SECOND-PERSON")
    assert ask(offices.second, "post", path)[0] == 200
    newcomer = Client()
    newcomer.force_login(User.objects.get(username="newcomer"))
    own = {"username": "newcomer", "region": "990101", **deputy}
    assert code_of(ask(newcomer, "post", "/accounts/proposals", **own)) == (
        409,
        "E-ACCOUNT-OWN-GRANT",
    )
    assert code_of(propose(offices, "system")) == (409, "E-ACCOUNT-DUTY")


def post_of(user: User, **values: Any) -> None:
    kept = {
        "role": "COUNTY_OFFICER",
        "duty": "BUSINESS",
        "region_code": str(YUNXI),
        "valid_from": "2026-01-01",
        "proposed_by": "a",
        "approved_by": "b",
    }
    with activate(NATION), transaction.atomic():
        Post.objects.create(user=user, **{**kept, **values})


@pytest.mark.evidence("T10")
@pytest.mark.django_db
def test_the_database_itself_refuses_what_the_rules_refuse(cast: Cast) -> None:
    user = cast.public.user
    for values in (
        {"proposed_by": "a", "approved_by": "a"},
        {"proposed_by": str(user.pk)},
        {"approved_by": str(user.pk)},
        {"role": "SYSTEM_ADMINISTRATOR"},
        {"role": "AUDITOR", "duty": "SYSTEM"},
        {"kind": "DEPUTY"},
    ):
        with pytest.raises(IntegrityError):
            post_of(user, **values)
    officer = cast.county.user
    with pytest.raises(IntegrityError):
        post_of(officer, role="AUDIT_ADMINISTRATOR", duty="AUDIT", office="审计局")
    for change in (
        {"role": "TOWNSHIP_OFFICER"},
        {"region_code": str(SHIQIAO)},
        {"approved_by": "somebody else"},
        {"valid_from": "2025-01-01"},
    ):
        with (
            pytest.raises((IntegrityError, InternalError)),
            activate(NATION),
            transaction.atomic(),
        ):
            Post.objects.filter(id=cast.county.post_id).update(**change)
