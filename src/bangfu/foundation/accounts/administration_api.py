"""Routes of accounts and posts: opened and ended by the system administrator, granted by two
security administrators. Nobody else sees them."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from bangfu.foundation.access import roles
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.accounts import granting, guarding, managing, recovery, register
from bangfu.foundation.accounts.administration_schemas import (
    AccountIn,
    AccountList,
    AccountMade,
    AccountOut,
    AccountReasonIn,
    PostEndIn,
    ProposalIn,
    ProposalList,
    ProposalOut,
    RoleOut,
)
from bangfu.foundation.accounts.administration_view import (
    describe_account,
    describe_proposal,
    describe_role,
)
from bangfu.foundation.accounts.domain import PostKind, ProposalState, Terms
from bangfu.foundation.http import cursors
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.kernel.region import RegionCode

router = Router(tags=["accounts"])

READ = Permit("ACCOUNTS_MANAGE", "ACCOUNTS_GRANT")
MANAGE = Permit("ACCOUNTS_MANAGE")
GRANT = Permit("ACCOUNTS_GRANT")
_LIST = "accounts"


@router.get("/accounts/roles", auth=READ, response={200: list[RoleOut], **REFUSALS})
def list_account_roles(request: HttpRequest) -> Any:
    """Return the table of roles as standards/roles.yaml has it."""
    return [describe_role(role) for role in roles.list_roles()]


@router.get("/accounts", auth=READ, response={200: AccountList, **REFUSALS})
def list_accounts(
    request: HttpRequest,
    q: str = Query("", max_length=60),
    role: str = Query("", max_length=40),
    state: Literal["ACTIVE", "DISABLED"] | None = Query(None),
    cursor: str = Query("", max_length=600),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Return a page of the accounts of the region, with their posts there."""
    scope = scope_of(request)
    after = cursors.unseal(_LIST, cursor)
    page = register.list_accounts(
        scope,
        on=timezone.localdate(),
        q=q,
        role=role,
        active=None if state is None else state == "ACTIVE",
        after=str(after[0]) if after else "",
        limit=limit,
    )
    more = cursors.seal(_LIST, [page.next_after]) if page.next_after else None
    items = [describe_account(scope, one) for one in page.items]
    return {"items": items, "next_cursor": more, "total": page.total}


@router.post("/accounts", auth=MANAGE, response={201: AccountMade, **REFUSALS})
def open_account(request: HttpRequest, body: AccountIn) -> Any:
    """Open an account without a post. The answer holds the first half of its first password, once;
    a security administrator sees the other half when agreeing to it."""
    made = guarding.open_account(
        scope=scope_of(request),
        at=timezone.now(),
        username=body.username,
        display_name=body.display_name.strip(),
    )
    return Status(201, {"username": body.username, "password_half": made.half})


@router.post("/accounts/{username}/disable", auth=MANAGE, response={200: AccountOut, **REFUSALS})
def disable_account(request: HttpRequest, username: str, body: AccountReasonIn) -> Any:
    """Disable an account; its sessions, jobs and running exports end within five seconds."""
    return _set_active(request, username, active=False, reason=body.reason)


@router.post("/accounts/{username}/enable", auth=MANAGE, response={200: AccountOut, **REFUSALS})
def enable_account(request: HttpRequest, username: str, body: AccountReasonIn) -> Any:
    """Let a disabled account be used again; it signs in anew."""
    return _set_active(request, username, active=True, reason=body.reason)


def _set_active(request: HttpRequest, username: str, *, active: bool, reason: str) -> Any:
    scope = scope_of(request)
    account = register.get_account(scope, username)
    managing.set_active(
        scope=scope, at=timezone.now(), user_id=account.id, active=active, reason=reason
    )
    return describe_account(scope, register.get_account(scope, username))


@router.post("/accounts/{username}/unlock", auth=MANAGE, response={204: None, **REFUSALS})
def unlock_account(request: HttpRequest, username: str) -> Any:
    """Forget the failed attempts at an account, so that it can sign in at once."""
    scope = scope_of(request)
    account = register.get_account(scope, username)
    recovery.unlock(scope=scope, at=timezone.now(), user_id=account.id)
    return Status(204, None)


@router.post("/accounts/{username}/sessions/end", auth=MANAGE, response={204: None, **REFUSALS})
def end_account_sessions(request: HttpRequest, username: str) -> Any:
    """End every session of an account; its holder signs in anew."""
    scope = scope_of(request)
    account = register.get_account(scope, username)
    recovery.end_sessions(scope=scope, at=timezone.now(), user_id=account.id)
    return Status(204, None)


@router.post("/accounts/posts/{post_id}/end", auth=MANAGE, response={204: None, **REFUSALS})
def end_account_post(request: HttpRequest, post_id: UUID, body: PostEndIn) -> Any:
    """End a post at once, or on a day; what is done in it stops within five seconds."""
    granting.end_post(
        scope=scope_of(request),
        at=timezone.now(),
        post_id=post_id,
        valid_to=body.valid_to,
        reason=body.reason,
    )
    return Status(204, None)


@router.get("/accounts/proposals", auth=READ, response={200: ProposalList, **REFUSALS})
def list_post_proposals(
    request: HttpRequest,
    state: Literal["PROPOSED", "APPROVED", "REJECTED", "WITHDRAWN"] | None = Query(None),
) -> Any:
    """Return the newest proposals of posts in the region."""
    scope = scope_of(request)
    found = register.list_proposals(scope, state=ProposalState(state) if state else None)
    return {
        "items": [describe_proposal(scope, one) for one in found],
        "is_small_county": granting.is_small(scope.region),
    }


@router.post("/accounts/proposals", auth=GRANT, response={201: ProposalOut, **REFUSALS})
def propose_post(request: HttpRequest, body: ProposalIn) -> Any:
    """Propose a post; it has no effect until a second security administrator approves it."""
    scope = scope_of(request)
    terms = Terms(
        body.valid_from,
        body.valid_to,
        PostKind(body.kind),
        body.office,
        body.note,
        body.department,
    )
    with activate(scope):
        user = register.find_user(scope, body.username)
        made = granting.propose_post(
            scope=scope,
            at=timezone.now(),
            user=user,
            role=body.role,
            region=RegionCode.parse(body.region),
            terms=terms,
        )
    return Status(201, describe_proposal(scope, register.get_proposal(scope, made)))


@router.post(
    "/accounts/proposals/{proposal_id}/approve",
    auth=GRANT,
    response={200: ProposalOut, **REFUSALS},
)
def approve_post(request: HttpRequest, proposal_id: UUID) -> Any:
    """Approve what another security administrator proposed: the post is in force from its day."""
    scope = scope_of(request)
    granting.approve_post(scope=scope, at=timezone.now(), proposal_id=proposal_id)
    return describe_proposal(scope, register.get_proposal(scope, proposal_id))


@router.post(
    "/accounts/proposals/{proposal_id}/reject",
    auth=GRANT,
    response={200: ProposalOut, **REFUSALS},
)
def reject_post(request: HttpRequest, proposal_id: UUID, body: AccountReasonIn) -> Any:
    """Reject what another security administrator proposed, with a reason."""
    scope = scope_of(request)
    granting.reject_post(
        scope=scope, at=timezone.now(), proposal_id=proposal_id, reason=body.reason
    )
    return describe_proposal(scope, register.get_proposal(scope, proposal_id))


@router.post(
    "/accounts/proposals/{proposal_id}/withdraw",
    auth=GRANT,
    response={200: ProposalOut, **REFUSALS},
)
def withdraw_post(request: HttpRequest, proposal_id: UUID) -> Any:
    """Take back one's own proposal."""
    scope = scope_of(request)
    granting.withdraw_post(scope=scope, at=timezone.now(), proposal_id=proposal_id)
    return describe_proposal(scope, register.get_proposal(scope, proposal_id))
