"""The county decides about a batch that was held back: release it, or discard it, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring.clues import making
from bangfu.domains.monitoring.clues.holding import SUBJECT, HeldRecord, to_record
from bangfu.domains.monitoring.domain.breaker import BatchState
from bangfu.domains.monitoring.models.clues import HeldBatch
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.screening.hits import list_hits
from bangfu.domains.screening.selectors import find_run
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, narrowed
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

RELEASED, DISCARDED = "monitoring.clues.released", "monitoring.clues.discarded"
SHOWN = 50
_LONGEST = 500


def list_held(scope: Scope, *, waiting: bool = False) -> list[HeldRecord]:
    """Return the batches of the scope's counties, newest first, at most 50; those that wait for
    a decision only with `waiting`."""
    require(scope, making.PERMISSION)
    with activate(scope):
        rows = in_scope(HeldBatch.objects.all(), scope).order_by("-id")
        if waiting:
            rows = rows.filter(state=BatchState.HELD)
        return [to_record(row) for row in rows[:SHOWN]]


def release(
    *, scope: Scope, at: datetime, batch_id: UUID, reason: str
) -> tuple[HeldRecord, making.MadeClues]:
    """Make the clues of a held batch after all.

    Raises NotFound E-CLUES-HELD, Conflict E-CLUES-HELD-DECIDED, E-CLUES-OLD-RUN when the county
    was screened again since, InvalidValue E-CLUES-REASON.
    """
    with activate(scope):
        row = _decide(scope, at, batch_id, reason, BatchState.RELEASED)
        county = RegionCode(row.region_code)
        run = find_run(scope, county)
        if run is None or run.id != row.run_id:
            newest = run.period if run else ""
            raise Conflict("E-CLUES-OLD-RUN", period=row.period, newest=newest)
        _record(scope, at, row, RELEASED)
        made = making.make(narrowed(scope, county), at, run, list_hits(run))
        for follow in Ports.made:
            follow(narrowed(scope, county), at, county)
    return to_record(row), made


def discard(*, scope: Scope, at: datetime, batch_id: UUID, reason: str) -> HeldRecord:
    """Make no clues of a held batch, whatever is asked later. Raises as `release`."""
    with activate(scope):
        row = _decide(scope, at, batch_id, reason, BatchState.DISCARDED)
        _record(scope, at, row, DISCARDED)
    return to_record(row)


def _decide(
    scope: Scope, at: datetime, batch_id: UUID, reason: str, state: BatchState
) -> HeldBatch:
    """The batch with the decision, saved; the slower of two who decide is told so (F45)."""
    require(scope, making.PERMISSION)
    said = reason.strip()
    if not said or len(said) > _LONGEST:
        raise InvalidValue("E-CLUES-REASON", limit=_LONGEST)
    rows = in_scope(HeldBatch.objects.select_for_update(), scope)
    row = rows.filter(id=batch_id).first()
    if row is None:
        raise NotFound("E-CLUES-HELD")
    if row.state != BatchState.HELD:
        raise Conflict("E-CLUES-HELD-DECIDED")
    row.state, row.reason, row.decided_at = state, said, at
    row.decided_by, row.decided_by_id = scope.actor.label[:120], scope.actor.id[:120]
    row.save()
    return row


def _record(scope: Scope, at: datetime, row: HeldBatch, action: str) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"period": row.period, "clues": row.clues, "reason": row.reason},
    )
