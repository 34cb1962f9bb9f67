"""The demo's accounts: one for each kind of reader, all with the password that the demo shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from bangfu.cli.demo.places import COUNTY, NEIGHBOUR
from bangfu.foundation.access.scopes import command_scope, scope_for_post
from bangfu.foundation.accounts import selectors, services
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

PASSWORD = "demo-Yunxi-2026"  # noqa: S105 (shown on the sign-in page of an invented county)
SINCE = date(2026, 1, 1)


@dataclass(frozen=True)
class Account:
    """An account with its one post."""

    username: str
    display_name: str
    role: str
    region: str
    label_zh: str
    label_en: str
    # Where the holder works.
    office: str = ""
    # Whose data the post is for; of department users alone.
    department: str = ""


ACCOUNTS = (
    Account(
        "yunxi_county", "田建国", "COUNTY_OFFICER", COUNTY,
        "云溪县 县级帮扶干部", "County officer of Yunxi",
    ),
    Account(
        "yunxi_town", "向秀英", "TOWNSHIP_OFFICER", "990101101000",
        "云溪县清水镇 乡镇干部", "Township officer of Qingshui in Yunxi",
    ),
    Account(
        "yunxi_village", "覃德福", "VILLAGE_OFFICER", "990101101200",
        "清水镇一个村的村干部", "Village officer of one village in Qingshui",
    ),
    Account(
        "yunxi_cadre", "彭志强", "PAIRED_CADRE", "990101101200",
        "清水镇一个村的结对干部", "Paired cadre of one village in Qingshui",
    ),
    Account(
        "shiqiao_county", "麻永林", "COUNTY_OFFICER", NEIGHBOUR,
        "石桥县 县级帮扶干部(邻县)", "County officer of the neighbour Shiqiao",
    ),
    Account(
        "yunxi_medical", "龚玉兰", "DEPARTMENT_USER", COUNTY,
        "云溪县医保局 部门数据员", "Data officer of Yunxi's medical insurance office",
        department="MEDICAL_INSURANCE",
    ),
    Account(
        "yunxi_system", "龙国庆", "SYSTEM_ADMINISTRATOR", COUNTY,
        "云溪县 系统管理员(账号)", "System administrator of Yunxi (accounts)",
        "云溪县农业农村局",
    ),
    Account(
        "yunxi_security", "滕海燕", "SECURITY_ADMINISTRATOR", COUNTY,
        "云溪县 安全管理员(授权)", "Security administrator of Yunxi (posts)",
        "云溪县农业农村局",
    ),
    Account(
        "yunxi_security2", "杨秀峰", "SECURITY_ADMINISTRATOR", COUNTY,
        "云溪县 安全管理员(第二人)", "Second security administrator of Yunxi",
        "云溪县政务服务和数据局",
    ),
    Account(
        "yunxi_audit", "石开明", "AUDIT_ADMINISTRATOR", COUNTY,
        "云溪县 审计管理员", "Audit administrator of Yunxi",
        "云溪县审计局",
    ),
)  # fmt: skip


def _ensure(account: Account) -> Scope:
    """Make an account with its post unless it is there; return its scope."""
    region = RegionCode(account.region)
    at = timezone.now()
    scope = command_scope(region, "demo")
    try:
        user = selectors.get_user(account.username)
    except NotFound:
        user = services.create_user(
            scope=scope,
            at=at,
            username=account.username,
            password=PASSWORD,
            display_name=account.display_name,
        )
    posts = selectors.active_posts(user, timezone.localdate(at))
    if not posts:
        services.grant_post(
            scope=scope,
            approver=command_scope(region, "demo, second person"),
            at=at,
            user=user,
            role=account.role,
            region=region,
            valid_from=SINCE,
            office=account.office,
            department=account.department,
        )
        posts = selectors.active_posts(user, timezone.localdate(at))
    return scope_for_post(posts[0], selectors.actor_of(user))


def make_accounts(home: Path) -> dict[str, Scope]:
    """Make all accounts, return their scopes by user name, and list them for the sign-in page."""
    scopes = {account.username: _ensure(account) for account in ACCOUNTS}
    folder = home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accounts.json").write_text(
        json.dumps(shown(), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return scopes


def shown() -> list[dict[str, Any]]:
    """Return what the sign-in page shows of the accounts."""
    return [
        {
            "username": account.username,
            "password": PASSWORD,
            "label_zh": account.label_zh,
            "label_en": account.label_en,
        }
        for account in ACCOUNTS
    ]
