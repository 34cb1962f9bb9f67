"""云溪县's administrators, signed in, and how they ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from bangfu.foundation.access.scopes import command_scope
from bangfu.foundation.accounts import guarding, services
from bangfu.foundation.accounts.domain import Act, Asked
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, give_post

NATION = RegionCode("000000000000")


@dataclass
class Offices:
    """云溪县's administrators, signed in, and one of 石桥县."""

    system: Client
    security: Client
    second: Client
    audit: Client
    foreign: Client


def administrator(username: str, role: str, region: RegionCode, office: str) -> Client:
    """Open an account, give it the post and return a browser that is signed in."""
    user = services.create_user(
        scope=command_scope(region, "tests"),
        at=timezone.now(),
        username=username,
        password=None,
        display_name=username,
    )
    give_post(user, role, region, office=office)
    client = Client()
    client.force_login(user)
    return client


def make_offices() -> Offices:
    """Open the accounts, grant the posts and sign everybody in."""
    return Offices(
        system=administrator("system", "SYSTEM_ADMINISTRATOR", YUNXI, "农业农村局"),
        security=administrator("security", "SECURITY_ADMINISTRATOR", YUNXI, "农业农村局"),
        second=administrator("second", "SECURITY_ADMINISTRATOR", YUNXI, "数据局"),
        audit=administrator("audit", "AUDIT_ADMINISTRATOR", YUNXI, "审计局"),
        foreign=administrator("foreign", "SECURITY_ADMINISTRATOR", SHIQIAO, "石桥县"),
    )


def two_do(user: Any, act: Act, *, region: RegionCode = NATION, number: str = "") -> str:
    """Let two persons at the terminal do an act with an account; return its new password or ""."""
    return guarding.do_at_terminal(
        scope=command_scope(region, "tests"),
        approver=command_scope(region, "tests, second person"),
        at=timezone.now(),
        user_id=user.pk,
        asked=Asked(act, "tests"),
        number=number,
    )


def ask(client: Client, method: str, path: str, **body: Any) -> tuple[int, Any]:
    """Ask a route; return the status and what it answers."""
    send = getattr(client, method)
    arguments = {} if method == "get" else {"content_type": "application/json"}
    response = send(f"/api/v1{path}", body, **arguments)
    return response.status_code, response.json() if response.content else None


def code_of(answer: tuple[int, Any]) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer[0], answer[1]["code"]
