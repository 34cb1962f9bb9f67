"""One act on many clues (批量派发、改派、并入): all or nothing, with what is refused said by row.

An act can be undone as long as nothing else has happened to any of its clues: what was handed on
is called back, what was handed to somebody else goes back to who had it. What was joined stays so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring.clues import bulk_taking
from bangfu.domains.monitoring.clues.bulk_advancing import advance_many
from bangfu.domains.monitoring.clues.bulk_taking import Refused, Taker
from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.listing import ProceedingFilter, matching
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.models.clues import BulkAct
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.procedures import Value

PERMISSION = "CLUE_DISPATCH"
DONE, UNDONE = "monitoring.clues.done_together", "monitoring.clues.undone"
SUBJECT = "monitoring.bulk_act"
MOST = 10_000
_TAKEN_BACK = "撤回批量办理"


class Act(StrEnum):
    """What is done with many clues: hand on, hand to somebody else, join to another."""

    DISPATCH = "DISPATCH"
    REASSIGN = "REASSIGN"
    JOIN = "JOIN"

    @property
    def can_undo(self) -> bool:
        """Whether it can be taken back: a clue that was joined is at its end."""
        return self is not Act.JOIN


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with the clues: `handlers` are accounts (none: as the county's table says),
    `joined_to` the number of a clue."""

    act: Act
    handlers: tuple[str, ...] = ()
    reason: str = ""
    joined_to: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What was done: all clues, or none where any is refused or nothing was to be written."""

    act: Act
    act_id: UUID | None = None
    done: int = 0
    refusals: tuple[Refused, ...] = field(default=())


def act_on_many(
    *, scope: Scope, at: datetime, ids: Sequence[UUID], wish: Wish, dry_run: bool = False
) -> BulkResult:
    """Do one thing with up to 10,000 clues of the scope, or say by clue why not.

    With `dry_run` nothing is written and `done` says how many it would be. Raises NotFound
    E-MONITORING-NOT-FOUND where the scope has none of them, InvalidValue
    E-CLUES-BULK-SIZE, E-MONITORING-PERSON, E-CLUES-JOIN-TARGET, NotAllowed for a lost post.
    """
    require(scope, PERMISSION)
    wanted = list(dict.fromkeys(ids))
    if not 0 < len(wanted) <= MOST:
        raise InvalidValue("E-CLUES-BULK-SIZE", limit=MOST)
    with activate(scope):
        taker = Taker(scope, at, wanted)
        if not taker.rows:
            raise NotFound("E-MONITORING-NOT-FOUND")
        facts = _facts(scope, at, taker, wish)
        taker.take(str(wish.act), facts)
        if taker.refused or dry_run:
            done = 0 if taker.refused else len(taker.walks)
            return BulkResult(wish.act, None, done, tuple(taker.refused))
        row = _keep(scope, at, wish.act, taker)
        advance_many(taker.walks, scope=scope, at=at)
        items = {item["id"]: item for item in row.items}
        for walk in taker.walks:
            items[str(walk.row.id)]["revision"] = walk.row.revision
        row.save(force_insert=True)
        _record(scope, at, row, DONE)
    return BulkResult(wish.act, row.id, row.count, ())


def find_matching(scope: Scope, filters: ProceedingFilter, count: int) -> list[UUID]:
    """Return the clues that filters find, where they are still as many as somebody saw.

    Raises InvalidValue E-CLUES-BULK-SIZE for more than 10,000, Conflict E-CLUES-BULK-COUNT where
    some came or went since.
    """
    require(scope, PERMISSION)
    with activate(scope):
        found = matching(scope, replace(filters, procedure=CLUE)).order_by("id")
        ids = list(found.values_list("id", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise InvalidValue("E-CLUES-BULK-SIZE", limit=MOST)
    if len(ids) != count:
        raise Conflict("E-CLUES-BULK-COUNT", seen=count, now=len(ids))
    return ids


def undo(*, scope: Scope, at: datetime, act_id: UUID) -> BulkResult:
    """Take an act on many clues back, all or nothing.

    Raises NotFound E-CLUES-BULK, Conflict E-CLUES-BULK-UNDONE, E-CLUES-BULK-NO-UNDO.
    """
    require(scope, PERMISSION)
    with activate(scope):
        rows = in_scope(BulkAct.objects.select_for_update(), scope)
        row = rows.filter(id=act_id).first()
        if row is None:
            raise NotFound("E-CLUES-BULK")
        act = Act(row.act)
        if row.undone_at is not None:
            raise Conflict("E-CLUES-BULK-UNDONE")
        if not act.can_undo:
            raise Conflict("E-CLUES-BULK-NO-UNDO")
        items = {UUID(item["id"]): item for item in row.items}
        taker = Taker(scope, at, list(items))
        taker.expect({clue: item["revision"] for clue, item in items.items()})
        taker.take(*_way_back(act, items))
        if taker.refused:
            return BulkResult(act, None, 0, tuple(taker.refused))
        advance_many(taker.walks, scope=scope, at=at)
        row.undone_at, row.undone_by = at, scope.actor.label[:120]
        row.save(update_fields=["undone_at", "undone_by"])
        _record(scope, at, row, UNDONE)
    return BulkResult(act, act_id, row.count, ())


def _facts(
    scope: Scope, at: datetime, taker: Taker, wish: Wish
) -> Mapping[UUID, Mapping[str, Value]]:
    """What the step brings with it, by clue."""
    if wish.act is Act.JOIN:
        target = bulk_taking.join_target(scope, wish.joined_to)
        taker.refuse(
            (row for row in taker.rows if row.id == target.id or not _same_home(row, target)),
            "E-CLUES-JOIN-OTHER",
        )
        return {row.id: {"joined_to": target.no} for row in taker.rows}
    reason: dict[str, Value] = {"handover_reason": wish.reason} if wish.reason.strip() else {}
    brought = reason if wish.act is Act.REASSIGN else {}
    if wish.handlers:
        taker.check_people(wish.handlers)
        return {row.id: {"handlers": wish.handlers, **brought} for row in taker.rows}
    found: dict[UUID, Mapping[str, Value]] = {}
    for row, handlers in taker.by_table():
        if handlers:
            found[row.id] = {"handlers": handlers, **brought}
    taker.refuse((row for row in taker.rows if row.id not in found), "E-CLUES-NOBODY")
    return found


def _same_home(row: Proceeding, target: Proceeding) -> bool:
    return row.household_id is not None and row.household_id == target.household_id


def _way_back(
    act: Act, items: Mapping[UUID, Mapping[str, Any]]
) -> tuple[str, Mapping[UUID, Mapping[str, Value]]]:
    """The step that takes an act back, with what it brings by clue."""
    if act is Act.DISPATCH:
        return "RECALL", {clue: {"handover_reason": _TAKEN_BACK} for clue in items}
    return "REASSIGN", {
        clue: {"handlers": tuple(item["handlers"]), "handover_reason": _TAKEN_BACK}
        for clue, item in items.items()
    }


def _keep(scope: Scope, at: datetime, act: Act, taker: Taker) -> BulkAct:
    """The row of an act, not yet stored, with what stood before it."""
    return BulkAct(
        id=uuid7(),
        region_code=str(scope.region),
        act=str(act),
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        count=len(taker.walks),
        items=taker.before(),
    )


def _record(scope: Scope, at: datetime, row: BulkAct, action: str) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"act": row.act, "count": row.count},
    )
