"""Writes of posts: proposed by one person, decided on by another, ended by the administrator.

Nobody grants to himself and nobody decides on what he proposed; the database refuses it as well
(`accounts_post_four_eyes`, `accounts_post_nobody_grants_to_himself`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.roles import ADMINISTRATORS, get_role, require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts import homes, leaving
from bangfu.foundation.accounts.domain import (
    Colleague,
    PostKind,
    ProposalState,
    Terms,
    check_department,
    check_four_eyes,
    check_ordinary,
    check_small_county,
    check_terms,
)
from bangfu.foundation.accounts.models import Post, PostProposal, User
from bangfu.foundation.accounts.selectors import in_force_posts
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import clocks
from bangfu.standards.departments import find_department

GRANT, MANAGE = "ACCOUNTS_GRANT", "ACCOUNTS_MANAGE"


def propose_post(
    *, scope: Scope, at: datetime, user: User, role: str, region: RegionCode, terms: Terms
) -> UUID:
    """Propose a post for a user and return the proposal's id; it has no effect until approved.

    Raises NotAllowed without ACCOUNTS_GRANT or for a place outside the scope, InvalidValue
    E-ACCESS-ROLE, E-ACCESS-ROLE-LEVEL, E-ACCOUNT-DATES, -TERM, -OFFICE, -DEPUTY or -DEPARTMENT,
    Refused E-ACCOUNT-DEPUTY-SIZE or -AUDIT-OFFICE, Conflict E-ACCOUNT-OWN-GRANT, -DUTY,
    -POST-EXISTS or -PROPOSED (the same post waits already).
    """
    require(scope, GRANT, region)
    holder, proposer = str(user.pk), scope.actor
    check_four_eyes(holder=holder, proposer=proposer.id, decider="")
    with activate(scope):
        _check(user, role, region, terms, at)
        values = asdict(terms) | {"office": terms.office.strip(), "note": terms.note.strip()}
        try:
            with transaction.atomic():
                made = PostProposal.objects.create(
                    user=user,
                    role=role,
                    duty=get_role(role).duty,
                    region_code=str(region),
                    proposed_by=proposer.id,
                    proposed_by_label=proposer.label,
                    proposed_at=at,
                    **values,
                )
        except IntegrityError as error:
            raise Conflict("E-ACCOUNT-PROPOSED", role=role) from error
        _audit(scope, "accounts.post.proposed", at, made.id, region, _detail(made))
    return made.id


def approve_post(*, scope: Scope, at: datetime, proposal_id: UUID) -> UUID:
    """Approve what somebody else proposed and return the id of the post, in force from its day.

    What was refused at the proposal is looked at again, and the place that answers for the account
    contains the post from here on. Raises as `propose_post`, NotFound
    E-ACCOUNT-PROPOSAL-NOT-FOUND, Conflict E-ACCOUNT-DECIDED, E-ACCOUNT-SECOND-PERSON.
    """
    with activate(scope):
        proposal = _open(scope, proposal_id, at)
        region = RegionCode(proposal.region_code)
        terms = terms_of(proposal)
        _check_eyes(scope, proposal)
        _check(proposal.user, proposal.role, region, terms, at)
        _decide(scope, proposal, ProposalState.APPROVED, at)
        _take_duty(proposal.user, proposal.duty)
        values = asdict(terms)
        values.pop("note")
        try:
            with transaction.atomic():
                Post.objects.create(
                    id=proposal.id,
                    user=proposal.user,
                    role=proposal.role,
                    duty=proposal.duty,
                    region_code=proposal.region_code,
                    proposed_by=proposal.proposed_by,
                    approved_by=scope.actor.id,
                    **values,
                )
        except IntegrityError as error:
            raise Conflict("E-ACCOUNT-POST-EXISTS", role=proposal.role) from error
        homes.widen(scope, proposal.user_id, region)
        _audit(scope, "accounts.post.granted", at, proposal.id, region, _detail(proposal))
    return proposal.id


def reject_post(*, scope: Scope, at: datetime, proposal_id: UUID, reason: str) -> None:
    """Reject what somebody else proposed. Raises as `approve_post`, InvalidValue
    E-ACCOUNT-REASON without a reason."""
    if not reason.strip():
        raise InvalidValue("E-ACCOUNT-REASON")
    with activate(scope):
        proposal = _open(scope, proposal_id, at)
        _check_eyes(scope, proposal)
        _decide(scope, proposal, ProposalState.REJECTED, at, reason)
        region = RegionCode(proposal.region_code)
        _audit(scope, "accounts.post.rejected", at, proposal.id, region, {"reason": reason[:200]})


def withdraw_post(*, scope: Scope, at: datetime, proposal_id: UUID) -> None:
    """Take back one's own proposal. Raises NotFound, Conflict E-ACCOUNT-DECIDED or
    E-ACCOUNT-NOT-YOURS."""
    with activate(scope):
        proposal = _open(scope, proposal_id, at)
        if proposal.proposed_by != scope.actor.id:
            raise Conflict("E-ACCOUNT-NOT-YOURS")
        _decide(scope, proposal, ProposalState.WITHDRAWN, at)
        region = RegionCode(proposal.region_code)
        _audit(scope, "accounts.post.withdrawn", at, proposal.id, region, {})


def grant_post(
    *,
    scope: Scope,
    approver: Scope,
    at: datetime,
    user: User,
    role: str,
    region: RegionCode,
    valid_from: date,
    valid_to: date | None = None,
    kind: PostKind = PostKind.REGULAR,
    office: str = "",
    note: str = "",
    department: str = "",
) -> UUID:
    """Let `scope` propose and `approver` approve a post in one transaction; return its id.

    For commands, where both persons are named at the terminal. Raises as `propose_post` and
    `approve_post`.
    """
    terms = Terms(valid_from, valid_to, kind, office, note, department)
    with activate(scope):
        made = propose_post(scope=scope, at=at, user=user, role=role, region=region, terms=terms)
        post = approve_post(scope=approver, at=at, proposal_id=made)
    user.refresh_from_db(fields=["duty"])
    return post


def end_post(
    *,
    scope: Scope,
    at: datetime,
    post_id: UUID,
    valid_to: date | None = None,
    reason: str = "",
) -> None:
    """End a post at once, or let it end on a day (its last one).

    What its holder does in it stops within five seconds: sessions at their next request, jobs and
    exports at their next look. Raises NotAllowed without ACCOUNTS_MANAGE, NotFound also for a
    post outside the scope, InvalidValue E-ACCOUNT-DATES for a day before its first or after its
    last, Conflict E-ACCOUNT-POST-ENDED, E-ACCOUNT-GUARDED for an administrator's post, whose end
    two persons decide (`guarding`).
    """
    require(scope, MANAGE)
    with activate(scope):
        post = in_scope(Post.objects.select_for_update(), scope).filter(id=post_id).first()
        if post is None:
            raise NotFound("E-ACCOUNT-POST-NOT-FOUND")
        check_ordinary(post.duty)
        finish(post, at=at, valid_to=valid_to)
        detail = {"to": str(valid_to) if valid_to else "at once", "reason": reason[:200]}
        _audit(scope, "accounts.post.ended", at, post.id, RegionCode(post.region_code), detail)


def finish(post: Post, *, at: datetime, valid_to: date | None) -> None:
    """End a post, whoever calls having asked whether it may. Raises as `end_post`."""
    if post.ended_at is not None:
        raise Conflict("E-ACCOUNT-POST-ENDED")
    if valid_to is None:
        post.ended_at = at
    elif valid_to < post.valid_from or (post.valid_to and valid_to > post.valid_to):
        raise InvalidValue("E-ACCOUNT-DATES")
    else:
        post.valid_to = valid_to
    post.save(update_fields=["valid_to", "ended_at"])
    if valid_to is None or valid_to < timezone.localdate(at):
        leaving.tell(leaving.Left(post.user_id, RegionCode(post.region_code), at, post.id))


def terms_of(proposal: PostProposal) -> Terms:
    """Return the terms of a proposal."""
    return Terms(
        proposal.valid_from,
        proposal.valid_to,
        PostKind(proposal.kind),
        proposal.office,
        proposal.note,
        proposal.department,
    )


def is_small(region: RegionCode) -> bool:
    """Whether the place is in a county that the installation runs in small-county mode."""
    return str(region)[:6] in settings.BANGFU_SMALL_COUNTIES


def _check(user: User, role: str, region: RegionCode, terms: Terms, at: datetime) -> None:
    found = get_role(role)
    if region.level not in found.levels:
        raise InvalidValue("E-ACCESS-ROLE-LEVEL", role=role, region=str(region))
    today = timezone.localdate(at)
    longest = {
        PostKind.TEMPORARY: clocks.get("posts.temporary_days", today).value,
        PostKind.DEPUTY: clocks.get("posts.deputy_days", today).value,
    }
    check_department(
        terms.department,
        is_departmental=found.is_departmental,
        is_known=find_department(terms.department) is not None,
    )
    check_terms(terms, is_administrator=found.is_administrator, longest=longest)
    if not user.is_active:
        raise Conflict("E-ACCOUNT-DISABLED")
    if user.duty and user.duty != found.duty:
        raise Conflict("E-ACCOUNT-DUTY", role=role)
    if found.is_administrator:
        check_small_county(role, terms, _colleagues(user, region, today), is_small(region))


def _colleagues(user: User, region: RegionCode, today: date) -> list[Colleague]:
    others = in_force_posts(today).filter(region_code=str(region), role__in=list(ADMINISTRATORS))
    return [Colleague(post.role, post.office) for post in others.exclude(user_id=user.pk)]


def _open(scope: Scope, proposal_id: UUID, at: datetime) -> PostProposal:
    """Return an undecided proposal, locked; its decider's own post is held until the end."""
    require(scope, GRANT)
    hold_own_post(scope, at)
    rows = in_scope(PostProposal.objects.select_for_update(), scope)
    proposal = rows.filter(id=proposal_id).first()
    if proposal is None:
        raise NotFound("E-ACCOUNT-PROPOSAL-NOT-FOUND")
    if proposal.state != ProposalState.PROPOSED:
        raise Conflict("E-ACCOUNT-DECIDED")
    return proposal


def hold_own_post(scope: Scope, at: datetime) -> None:
    """Refuse a decider whose post has ended since the request began, and keep it from ending
    before the decision stands (F45). Raises NotAllowed."""
    if scope.actor.kind != "USER":
        return
    held = in_force_posts(timezone.localdate(at)).select_for_update()
    roles = [post.role for post in held.filter(user_id=scope.actor.id, user__is_active=True)]
    if not any(GRANT in get_role(role).permissions for role in roles):
        raise NotAllowed("E-ACCESS-PERMISSION", permission=GRANT)


def _check_eyes(scope: Scope, proposal: PostProposal) -> None:
    check_four_eyes(
        holder=str(proposal.user_id), proposer=proposal.proposed_by, decider=scope.actor.id
    )


def _decide(
    scope: Scope, proposal: PostProposal, state: ProposalState, at: datetime, reason: str = ""
) -> None:
    proposal.state, proposal.decided_at, proposal.reason = state, at, reason[:200]
    proposal.decided_by, proposal.decided_by_label = scope.actor.id, scope.actor.label
    fields = ["state", "decided_at", "decided_by", "decided_by_label", "reason"]
    proposal.save(update_fields=fields)


def _take_duty(user: User, duty: str) -> None:
    """Make the account one of `duty` for good, unless it is of another."""
    if not User.objects.filter(pk=user.pk, duty__in=["", duty]).update(duty=duty):
        raise Conflict("E-ACCOUNT-DUTY", role=duty)


def _detail(proposal: PostProposal) -> dict[str, Any]:
    return {
        "user": str(proposal.user_id),
        "role": proposal.role,
        "kind": proposal.kind,
        **({"department": proposal.department} if proposal.department else {}),
        "from": str(proposal.valid_from),
        "to": str(proposal.valid_to),
        "proposed_by": proposal.proposed_by,
    }


def _audit(
    scope: Scope,
    action: str,
    at: datetime,
    subject_id: UUID,
    region: RegionCode,
    detail: dict[str, Any],
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="accounts.post",
        subject_id=str(subject_id),
        region_code=str(region),
        detail=detail,
    )
