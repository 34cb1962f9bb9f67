"""Writing the audit log: what was done, what was read, what was refused."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections

from bangfu.foundation.access.scopes import reading, system_scope
from bangfu.foundation.audit import origin
from bangfu.foundation.audit.models import AuditEvent, Result
from bangfu.foundation.database import kept
from bangfu.kernel.actor import Actor
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

NATION = RegionCode("000000000000")
REFUSED = "access.request.refused"
_log = logging.getLogger(__name__)


def record(
    scope: Scope,
    action: str,
    *,
    at: datetime,
    subject_kind: str,
    subject_id: str,
    region_code: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row in the caller's transaction, so that write and row stand or fall together.

    `action` is dotted past tense (`intake.batch.committed`); `region_code` the place of the
    subject, which must lie in the scope; `detail` holds ids, counts and codes and never personal
    data. Raises RuntimeError outside a transaction: an audit row of its own proves nothing.
    """
    if not connections["default"].in_atomic_block:
        raise RuntimeError(f"{action}: record() belongs inside the transaction of its write")
    _add(scope, scope.actor, action, at, subject_kind, subject_id, region_code, detail or {})


def record_read(
    scope: Scope,
    action: str,
    *,
    at: datetime,
    subject_kind: str,
    subject_id: str,
    region_code: str,
    purpose: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row about a sensitive read (`registry.household.viewed`).

    Joins the caller's transaction and opens one of its own when there is none. `purpose` is what
    the reader gave as the reason, a code or their words (at most 200 characters); `detail` names
    fields and counts and never values. A read whose row cannot be written must not be answered,
    so errors go on to the caller.
    """
    _add(
        scope,
        scope.actor,
        action,
        at,
        subject_kind,
        subject_id,
        region_code,
        detail or {},
        purpose=purpose[:200],
    )


def record_refusal(
    *,
    at: datetime,
    code: str,
    status: int,
    method: str,
    route: str,
    request_id: str,
    actor: Actor | None = None,
    region_code: str | None = None,
    subject: str = "",
) -> None:
    """Add one row about a refused request; it never makes a refusal fail.

    `code` is of the error table, `route` the template of the address and not the address,
    `subject` the id that was asked for. Without `region_code` (nobody signed in, no post) the row
    belongs to the nation. A database that cannot write is said to the log: nothing was given away.
    """
    region = RegionCode(region_code) if region_code else NATION
    detail = {"code": code, "status": status, "method": method, "request_id": request_id}
    if subject:
        detail["subject"] = subject[:120]
    try:
        _add(
            system_scope(region, "audit"),
            actor,
            REFUSED,
            at,
            "http.route",
            route[:120],
            str(region),
            detail,
            result=Result.REFUSED,
        )
    except DatabaseError as error:
        _log.error("refusal %s of request %s: %s", code, request_id, type(error).__name__)


def _add(
    scope: Scope,
    actor: Actor | None,
    action: str,
    at: datetime,
    subject_kind: str,
    subject_id: str,
    region_code: str,
    detail: dict[str, Any],
    *,
    purpose: str = "",
    result: Result = Result.OK,
) -> UUID:
    came = origin.current()
    with reading(scope):
        row = AuditEvent(
            at=at,
            actor_kind=actor.kind if actor else "NOBODY",
            actor_id=actor.id[:120] if actor else "",
            actor_label=actor.label[:120] if actor else "",
            action=action,
            region_code=region_code,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail=detail,
            result=result,
            purpose=purpose,
            post_id=came.post_id,
            client=came.client,
        )
        kept.add(row)
    return row.id
