"""What two persons do with an account: one asks, another agrees.

A system administrator who could disable the auditor, or sign in as the security administrator or
as any officer, would hold all powers (三权分立, GB/T 22239-2019 8.1.5). So he asks, with a reason,
and a security administrator of this level or above agrees; neither may be the account's own
holder. That goes for every act with an administrator's or auditor's account, and for what lets
somebody into any account: a password, the first one too, a second factor taken away, a person of
the province's sign-in. The database refuses one person twice as well
(`accounts_guarded_four_eyes`). Of a new password each of the two gets half, so that neither can
sign in with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.accounts import granting, homes, managing, recovery, services, watching
from bangfu.foundation.accounts.domain import (
    Act,
    Asked,
    ProposalState,
    check_second_person,
    takes_two,
)
from bangfu.foundation.accounts.models import GuardedAct, Post, User
from bangfu.foundation.accounts.selectors import require_reader
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

GRANT, MANAGE = granting.GRANT, granting.MANAGE
# Groups of a new password that the proposer gets; the rest is the decider's.
_FIRST_GROUPS = 2
_PASSWORDS = (Act.FIRST_PASSWORD, Act.RESET_PASSWORD)


@dataclass(frozen=True, slots=True)
class ActRecord:
    """An act as other code sees it, with the names of the account and, for the end of a post,
    its role."""

    id: UUID
    user_id: UUID
    username: str
    display_name: str
    act: Act
    region_code: str
    role: str
    valid_to: date | None
    reason: str
    state: ProposalState
    proposed_by: str
    proposed_by_label: str
    proposed_at: datetime
    decided_by_label: str
    decided_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Made:
    """An act that was proposed or agreed to, and the half of a new password that this person is
    shown once; "" when there is none."""

    id: UUID
    half: str


def list_acts(scope: Scope, *, limit: int = 100) -> list[ActRecord]:
    """Return the newest acts of the scope. Raises NotAllowed without a permission on accounts."""
    require_reader(scope)
    with activate(scope):
        rows = in_scope(GuardedAct.objects.select_related("user").defer("first_half"), scope)
        return _records(list(rows.order_by("-id")[:limit]))


def get_act(scope: Scope, act_id: UUID) -> ActRecord:
    """Return an act of the scope. Raises NotAllowed, NotFound E-ACCOUNT-ACT-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        rows = in_scope(GuardedAct.objects.select_related("user").defer("first_half"), scope)
        row = rows.filter(id=act_id).first()
        if row is None:
            raise NotFound("E-ACCOUNT-ACT-NOT-FOUND")
        return _records([row])[0]


def open_account(*, scope: Scope, at: datetime, username: str, display_name: str) -> Made:
    """Open an account and ask for its first password; until somebody agrees nobody can sign in.

    The opening is its own reason, and one row of the audit log. Raises as `services.create_user`.
    """
    with activate(scope):
        user = services.create_user(
            scope=scope, at=at, username=username, password=None, display_name=display_name
        )
        first = Asked(Act.FIRST_PASSWORD, "")
        row, half = _ask(scope, at, user, str(scope.region), first)
    return Made(row.id, half)


def propose_act(*, scope: Scope, at: datetime, user_id: UUID, asked: Asked) -> Made:
    """Ask for an act on an account; nothing happens to it until somebody agrees.

    Raises NotAllowed without ACCOUNTS_MANAGE, NotFound for an account or post of another place or
    one that holds a post outside the scope, InvalidValue E-ACCOUNT-REASON, Conflict
    E-ACCOUNT-SELF, E-ACCOUNT-ORDINARY (one person is enough), E-ACCOUNT-POST-ENDED,
    E-ACCOUNT-ACT-WAITS (it has been asked for already).
    """
    require(scope, MANAGE)
    check_second_person(subject=str(user_id), proposer=scope.actor.id, decider="")
    if not asked.reason.strip():
        raise InvalidValue("E-ACCOUNT-REASON")
    with activate(scope):
        user, region = _subject(scope, user_id, asked)
        row, half = _ask(scope, at, user, region, asked)
        _audit(scope, "accounts.act.proposed", at, row, {"reason": row.reason})
    return Made(row.id, half)


def agree_to_act(*, scope: Scope, at: datetime, act_id: UUID, number: str = "") -> Made:
    """Agree to what somebody else asked for, which is done in the same transaction.

    `number` is the person's at the province, for JOIN_SSO alone. Raises NotAllowed without
    ACCOUNTS_GRANT, NotFound (also when the account got a post outside the scope since), Conflict
    E-ACCOUNT-DECIDED, -SECOND-PERSON, -SELF, -POST-ENDED.
    """
    with activate(scope):
        row = _agreed(scope, act_id, at)
        first = str(row.first_half or "")
        _decide(scope, row, ProposalState.APPROVED, at)
        action, detail, half = _carry_out(row, at, first, number)
        _audit(scope, action, at, row, {**detail, "reason": row.reason})
    return Made(row.id, half)


def reject_act(*, scope: Scope, at: datetime, act_id: UUID, reason: str) -> None:
    """Refuse what somebody else asked for. Raises as `agree_to_act`, InvalidValue
    E-ACCOUNT-REASON without a reason."""
    if not reason.strip():
        raise InvalidValue("E-ACCOUNT-REASON")
    with activate(scope):
        row = _open_for_decision(scope, act_id, at)
        _decide(scope, row, ProposalState.REJECTED, at, reason.strip())
        _audit(scope, "accounts.act.rejected", at, row, {"reason": row.answer})


def withdraw_act(*, scope: Scope, at: datetime, act_id: UUID) -> None:
    """Take back what one asked for. Raises NotAllowed without ACCOUNTS_MANAGE, NotFound, Conflict
    E-ACCOUNT-DECIDED, E-ACCOUNT-NOT-YOURS."""
    require(scope, MANAGE)
    with activate(scope):
        row = _find(scope, act_id)
        if row.proposed_by != scope.actor.id:
            raise Conflict("E-ACCOUNT-NOT-YOURS")
        _decide(scope, row, ProposalState.WITHDRAWN, at)
        _audit(scope, "accounts.act.withdrawn", at, row, {})


def do_at_terminal(
    *,
    scope: Scope,
    approver: Scope | None,
    at: datetime,
    user_id: UUID,
    asked: Asked,
    number: str = "",
) -> str:
    """Do an act for two persons at the terminal, in one transaction; return a new password,
    whole. Whoever watches over accounts is told.

    Raises as `propose_act` and `agree_to_act`, Conflict E-ACCOUNT-GUARDED without an approver.
    """
    if approver is None:
        raise Conflict("E-ACCOUNT-GUARDED")
    with activate(scope):
        proposed = propose_act(scope=scope, at=at, user_id=user_id, asked=asked)
        agreed = agree_to_act(scope=approver, at=at, act_id=proposed.id, number=number)
        place = RegionCode(get_act(scope, proposed.id).region_code)
        watching.tell(watching.Done(scope, at, place, asked.act))
    return "-".join(half for half in (proposed.half, agreed.half) if half)


def _ask(
    scope: Scope, at: datetime, user: User, region: str, asked: Asked
) -> tuple[GuardedAct, str]:
    """Keep an act that waits; return it, and the asker's half of a password or ""."""
    half = _first_half() if asked.act in _PASSWORDS else ""
    try:
        with transaction.atomic():
            row = GuardedAct.objects.create(
                user=user,
                act=asked.act,
                region_code=region,
                post_id=asked.post_id if asked.act is Act.END_POST else None,
                valid_to=asked.valid_to,
                reason=asked.reason.strip()[:200],
                first_half=half or None,
                proposed_by=scope.actor.id,
                proposed_by_label=scope.actor.label,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise Conflict("E-ACCOUNT-ACT-WAITS") from error
    return row, half


def _subject(scope: Scope, user_id: UUID, asked: Asked) -> tuple[User, str]:
    """Return whose account it is and the place that answers for it."""
    if asked.act is Act.END_POST:
        posts = in_scope(Post.objects.select_related("user"), scope).filter(user_id=user_id)
        post = posts.filter(id=asked.post_id).first() if asked.post_id else None
        if post is None:
            raise NotFound("E-ACCOUNT-POST-NOT-FOUND")
        if post.ended_at is not None:
            raise Conflict("E-ACCOUNT-POST-ENDED")
        user, region = post.user, post.region_code
    else:
        home = homes.find_home(scope, user_id)
        user, region = home.user, home.region_code
    if not takes_two(asked.act, user.duty):
        raise Conflict("E-ACCOUNT-ORDINARY")
    return user, region


def _find(scope: Scope, act_id: UUID) -> GuardedAct:
    row = in_scope(GuardedAct.objects.select_for_update(), scope).filter(id=act_id).first()
    if row is None:
        raise NotFound("E-ACCOUNT-ACT-NOT-FOUND")
    if row.state != ProposalState.PROPOSED:
        raise Conflict("E-ACCOUNT-DECIDED")
    return row


def _open_for_decision(scope: Scope, act_id: UUID, at: datetime) -> GuardedAct:
    require(scope, GRANT)
    granting.hold_own_post(scope, at)
    row = _find(scope, act_id)
    check_second_person(subject=str(row.user_id), proposer=row.proposed_by, decider=scope.actor.id)
    return row


def _agreed(scope: Scope, act_id: UUID, at: datetime) -> GuardedAct:
    """Return an act to agree to, whose account the decider's place still answers for."""
    row = _open_for_decision(scope, act_id, at)
    if row.act != Act.END_POST:
        homes.find_home(scope, row.user_id)
    return row


def _decide(
    scope: Scope, row: GuardedAct, state: ProposalState, at: datetime, answer: str = ""
) -> None:
    row.state, row.decided_at, row.answer, row.first_half = state, at, answer[:200], None
    row.decided_by, row.decided_by_label = scope.actor.id, scope.actor.label
    fields = ["state", "decided_at", "answer", "first_half", "decided_by", "decided_by_label"]
    row.save(update_fields=fields)


def _carry_out(
    row: GuardedAct, at: datetime, first: str, number: str
) -> tuple[str, dict[str, Any], str]:
    """Do it; return how the audit log calls it, what it says, and the decider's half."""
    user, act = User.objects.select_for_update().get(pk=row.user_id), Act(row.act)
    if act in (Act.DISABLE, Act.ENABLE):
        managing.switch(user, active=act is Act.ENABLE)
        return managing.action_of(active=act is Act.ENABLE), {}, ""
    if act is Act.END_POST and row.post_id:
        post = Post.objects.select_for_update().get(id=row.post_id)
        granting.finish(post, at=at, valid_to=row.valid_to)
        last = str(row.valid_to) if row.valid_to else "at once"
        return "accounts.post.ended", {"post": str(row.post_id), "to": last}, ""
    if act is Act.RESET_FACTORS:
        return "accounts.factors.reset", dict(recovery.take_factors(user)), ""
    if act in _PASSWORDS:
        second = _second_half()
        ended = recovery.give_password(user, f"{first}-{second}", at=at)
        return "accounts.password.reset", {"sessions_ended": ended}, second
    if act is Act.JOIN_SSO:
        recovery.join_number(user, number)
        return "accounts.sso.joined", {}, ""
    return "accounts.sso.separated", {"sessions_ended": recovery.drop_numbers(user)}, ""


def _first_half() -> str:
    return "-".join(recovery.new_password().split("-")[:_FIRST_GROUPS])


def _second_half() -> str:
    return "-".join(recovery.new_password().split("-")[_FIRST_GROUPS:])


def _records(rows: list[GuardedAct]) -> list[ActRecord]:
    ended = Post.objects.filter(id__in=[row.post_id for row in rows if row.post_id])
    roles = dict(ended.values_list("id", "role"))
    return [_record(row, roles.get(row.post_id, "") if row.post_id else "") for row in rows]


def _record(row: GuardedAct, role: str) -> ActRecord:
    return ActRecord(
        id=row.id,
        user_id=row.user_id,
        username=row.user.username,
        display_name=row.user.display_name,
        act=Act(row.act),
        region_code=row.region_code,
        role=role,
        valid_to=row.valid_to,
        reason=row.reason,
        state=ProposalState(row.state),
        proposed_by=row.proposed_by,
        proposed_by_label=row.proposed_by_label,
        proposed_at=row.proposed_at,
        decided_by_label=row.decided_by_label,
        decided_at=row.decided_at,
        answer=row.answer,
    )


def _audit(
    scope: Scope, action: str, at: datetime, row: GuardedAct, detail: dict[str, Any]
) -> None:
    both = {"act": row.act, "act_id": str(row.id), "proposed_by": row.proposed_by}
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="accounts.user",
        subject_id=str(row.user_id),
        region_code=str(RegionCode(row.region_code)),
        detail={**both, **detail},
    )
