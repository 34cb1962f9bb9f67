"""Records of accounts, posts and proposals in the shapes of the wire."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bangfu.foundation.access import roles
from bangfu.foundation.access.roles import Role
from bangfu.foundation.accounts.domain import ProposalState
from bangfu.foundation.accounts.register import AccountRecord, ProposalRecord
from bangfu.foundation.accounts.selectors import PostRecord
from bangfu.foundation.regions import selectors as regions
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.departments import find_department, list_departments


def describe_role(role: Role) -> dict[str, Any]:
    """Return a role with the names of its permissions, in the order of the table."""
    return {
        "code": role.code,
        "zh": role.zh,
        "en": role.en,
        "levels": sorted(role.levels),
        "duty": role.duty,
        "is_administrator": role.is_administrator,
        "permissions": [
            {"code": one.code, "zh": one.zh, "en": one.en}
            for one in roles.list_permissions()
            if one.code in role.permissions
        ],
        "departments": [_department(one.code) for one in list_departments()]
        if role.is_departmental
        else [],
    }


def _department(code: str) -> dict[str, str] | None:
    found = find_department(code)
    return {"code": found.code, "zh": found.zh, "en": found.en} if found else None


def describe_account(scope: Scope, account: AccountRecord) -> dict[str, Any]:
    """Return an account as its administrators see it."""
    return {
        "username": account.username,
        "display_name": account.display_name,
        "duty": account.duty,
        "is_active": account.is_active,
        "is_home": account.home_code is not None,
        "is_self": str(account.id) == scope.actor.id,
        "last_login": account.last_login,
        "posts": [_post(post) for post in account.posts],
    }


def describe_proposal(scope: Scope, one: ProposalRecord) -> dict[str, Any]:
    """Return a proposal, and whether the reader may decide on it."""
    role = roles.get_role(one.role)
    own = scope.actor.id in (one.proposed_by, str(one.user_id))
    is_open = one.state == ProposalState.PROPOSED
    return {
        "id": str(one.id),
        "username": one.username,
        "display_name": one.display_name,
        "role": one.role,
        "role_zh": role.zh,
        "role_en": role.en,
        "region": place(one.region_code),
        "kind": one.kind,
        "department": _department(one.department),
        "office": one.office,
        "note": one.note,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "state": one.state,
        "proposed_by": one.proposed_by_label,
        "proposed_at": one.proposed_at,
        "decided_by": one.decided_by_label,
        "decided_at": one.decided_at,
        "reason": one.reason,
        "is_mine": one.proposed_by == scope.actor.id,
        "can_decide": is_open and not own and "ACCOUNTS_GRANT" in scope.permissions,
    }


def _post(post: PostRecord) -> dict[str, Any]:
    today = timezone.localdate()
    state = "IN_FORCE"
    if post.ended_at is not None or (post.valid_to is not None and post.valid_to < today):
        state = "ENDED"
    elif post.valid_from > today:
        state = "COMING"
    return {
        "id": str(post.id),
        "role": post.role,
        "role_zh": post.role_zh,
        "role_en": post.role_en,
        "region": place(post.region_code),
        "kind": post.kind,
        "department": _department(post.department),
        "office": post.office,
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
        "ended_at": post.ended_at,
        "state": state,
    }


def place(code: str) -> dict[str, Any]:
    """Return a place with its name and level."""
    found = regions.find_region(code)
    name = found.name if found else code
    return {"code": code, "name": name, "level": RegionCode(code).level}
