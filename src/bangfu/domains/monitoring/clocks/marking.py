"""Entries in a history that are no steps of the procedure: the state stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.models import Proceeding, ProceedingStep
from bangfu.kernel.scope import Scope
from bangfu.procedures import Value
from bangfu.standards.marks import Mark


def mark_of(
    row: Proceeding,
    mark: Mark,
    *,
    scope: Scope,
    at: datetime,
    facts: Mapping[str, Value] | None = None,
    note: str = "",
) -> ProceedingStep:
    """Return an entry about a proceeding, not yet stored; `facts` are codes, days and numbers."""
    return ProceedingStep(
        region_code=row.region_code,
        proceeding=row,
        at=at,
        by=scope.actor.label[:120],
        by_id=scope.actor.id[:120],
        step=str(mark),
        from_state=row.state,
        to_state=row.state,
        facts=instances.seal(facts or {}),
        note=note[:1000],
    )
