"""Whether the server answers, and whether what it shows is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from bangfu import __version__
from bangfu.foundation.http.permits import Open
from bangfu.foundation.http.schemas import Schema

router = Router(tags=["health"])


class DemoAccount(Schema):
    """An account of the invented county, with the password that everybody may know."""

    username: str
    password: str
    label_zh: str
    label_en: str


class HealthOut(Schema):
    """`is_demo`: this installation holds invented families; every page says so.

    `asks_second_factor` is false only in a demo that lets its known accounts in by password alone.
    """

    status: str
    version: str
    is_demo: bool
    asks_second_factor: bool
    demo_accounts: list[DemoAccount]


def demo_accounts(home: Path) -> list[dict[str, Any]]:
    """Return the accounts that `bangfu demo` left for the sign-in page; none in a real one."""
    path = home / "demo" / "accounts.json"
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@router.get(
    "/health",
    auth=Open("says that the server answers, and names the accounts of a demo"),
    response=HealthOut,
)
def get_health(request: HttpRequest) -> Any:
    """Say that the server answers, and show the accounts of a demo."""
    accounts = demo_accounts(Path(settings.BANGFU_HOME))
    return {
        "status": "ok",
        "version": __version__,
        "is_demo": bool(accounts),
        "asks_second_factor": not accounts or settings.BANGFU_SECOND_FACTOR != "off",
        "demo_accounts": accounts,
    }
