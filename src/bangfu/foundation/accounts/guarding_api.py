"""Routes of acts on accounts that two persons decide: a system administrator asks, a security
administrator agrees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from bangfu.foundation.access import roles
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts import guarding, register
from bangfu.foundation.accounts.administration_schemas import AccountReasonIn
from bangfu.foundation.accounts.administration_view import place
from bangfu.foundation.accounts.domain import Act, Asked, ProposalState
from bangfu.foundation.accounts.guarding import ActRecord
from bangfu.foundation.accounts.guarding_schemas import ActIn, ActList, ActOut
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.scope import Scope

router = Router(tags=["accounts"])

READ = Permit("ACCOUNTS_MANAGE", "ACCOUNTS_GRANT")
MANAGE = Permit("ACCOUNTS_MANAGE")
GRANT = Permit("ACCOUNTS_GRANT")


def _describe(scope: Scope, one: ActRecord, half: str = "") -> dict[str, Any]:
    is_own = scope.actor.id in (one.proposed_by, str(one.user_id))
    is_open = one.state == ProposalState.PROPOSED
    role = roles.get_role(one.role) if one.role else None
    return {
        "id": str(one.id),
        "username": one.username,
        "display_name": one.display_name,
        "act": one.act,
        "region": place(one.region_code),
        "role_zh": role.zh if role else "",
        "role_en": role.en if role else "",
        "valid_to": one.valid_to,
        "reason": one.reason,
        "state": one.state,
        "proposed_by": one.proposed_by_label,
        "proposed_at": one.proposed_at,
        "decided_by": one.decided_by_label,
        "decided_at": one.decided_at,
        "answer": one.answer,
        "is_mine": one.proposed_by == scope.actor.id,
        "can_decide": is_open and not is_own and "ACCOUNTS_GRANT" in scope.permissions,
        "password_half": half,
    }


@router.get("/accounts/acts", auth=READ, response={200: ActList, **REFUSALS})
def list_guarded_acts(request: HttpRequest) -> Any:
    """Return the newest acts on accounts of the region that take two persons."""
    scope = scope_of(request)
    return {"items": [_describe(scope, one) for one in guarding.list_acts(scope)]}


@router.post("/accounts/acts", auth=MANAGE, response={201: ActOut, **REFUSALS})
def propose_act(request: HttpRequest, body: ActIn) -> Any:
    """Ask for an act on an account that takes two; nothing happens until somebody agrees."""
    scope = scope_of(request)
    with activate(scope):
        user = register.find_user(scope, body.username)
        made = guarding.propose_act(
            scope=scope,
            at=timezone.now(),
            user_id=user.pk,
            asked=Asked(Act(body.act), body.reason, body.post_id, body.valid_to),
        )
    return Status(201, _describe(scope, guarding.get_act(scope, made.id), made.half))


@router.post("/accounts/acts/{act_id}/agree", auth=GRANT, response={200: ActOut, **REFUSALS})
def agree_to_act(request: HttpRequest, act_id: UUID) -> Any:
    """Agree to what a system administrator asked for; it is done at once."""
    scope = scope_of(request)
    made = guarding.agree_to_act(scope=scope, at=timezone.now(), act_id=act_id)
    return _describe(scope, guarding.get_act(scope, act_id), made.half)


@router.post("/accounts/acts/{act_id}/reject", auth=GRANT, response={200: ActOut, **REFUSALS})
def reject_act(request: HttpRequest, act_id: UUID, body: AccountReasonIn) -> Any:
    """Refuse what a system administrator asked for, with a reason."""
    scope = scope_of(request)
    guarding.reject_act(scope=scope, at=timezone.now(), act_id=act_id, reason=body.reason)
    return _describe(scope, guarding.get_act(scope, act_id))


@router.post("/accounts/acts/{act_id}/withdraw", auth=MANAGE, response={200: ActOut, **REFUSALS})
def withdraw_act(request: HttpRequest, act_id: UUID) -> Any:
    """Take back what one asked for oneself."""
    scope = scope_of(request)
    guarding.withdraw_act(scope=scope, at=timezone.now(), act_id=act_id)
    return _describe(scope, guarding.get_act(scope, act_id))
