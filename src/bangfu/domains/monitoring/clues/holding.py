"""A flood of clues is held back until the county has looked at it (熔断, F49)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring.clues.messages import tell_held
from bangfu.domains.monitoring.clues.planning import Plan
from bangfu.domains.monitoring.domain.breaker import BatchState, weigh
from bangfu.domains.monitoring.models.clues import HeldBatch
from bangfu.domains.screening.domain import RunRecord
from bangfu.foundation import audit
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.standards.breakers import breaker_for

HELD = "monitoring.clues.held"
SUBJECT = "monitoring.held_batch"


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A batch that was held back, as other code sees it. `share_limit` is a part of 1; `rules`
    rule → households hit."""

    id: UUID
    region_code: str
    run_id: UUID
    period: str
    held_at: datetime
    clues: int
    households: int
    screened: int
    village_code: str
    village_clues: int
    exceeded: str
    share_limit: float
    village_limit: int
    rules: dict[str, int]
    state: str
    reason: str
    decided_at: datetime | None
    decided_by: str

    @property
    def is_released(self) -> bool:
        """Whether its clues may be made."""
        return self.state == BatchState.RELEASED


def find(run_id: UUID) -> HeldRecord | None:
    """Return the batch of a run, None where there is none; inside `activate`."""
    row = HeldBatch.objects.filter(run_id=run_id).first()
    return to_record(row) if row else None


def hold(scope: Scope, at: datetime, run: RunRecord, plan: Plan) -> HeldRecord | None:
    """Hold the new clues of a plan back where they are too many; None where they are not."""
    county = RegionCode(run.region_code)
    limits = breaker_for(county, local_day(at))
    places = [(clue.household_id, clue.home.region_code) for clue in plan.new]
    flood = weigh(places, run.households, limits)
    if flood.exceeded is None:
        return None
    counted = Counter(hit.rule_id for clue in plan.new for hit in clue.hits)
    row = HeldBatch.objects.create(
        region_code=run.region_code,
        run_id=run.id,
        period=run.period,
        held_at=at,
        clues=flood.clues,
        households=flood.households,
        screened=flood.screened,
        village_code=flood.village_code,
        village_clues=flood.village_clues,
        exceeded=str(flood.exceeded),
        share_limit=round(float(limits.share), 4),
        village_limit=limits.village,
        rules=dict(sorted(counted.items())),
    )
    audit.record(
        scope,
        HELD,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=run.region_code,
        detail={"period": run.period, "clues": row.clues, "exceeded": row.exceeded},
    )
    tell_held(scope, at, row)
    return to_record(row)


def to_record(row: HeldBatch) -> HeldRecord:
    """Return the plain record of a row."""
    return HeldRecord(
        id=row.id,
        region_code=row.region_code,
        run_id=row.run_id,
        period=row.period,
        held_at=row.held_at,
        clues=row.clues,
        households=row.households,
        screened=row.screened,
        village_code=row.village_code,
        village_clues=row.village_clues,
        exceeded=row.exceeded,
        share_limit=float(row.share_limit),
        village_limit=row.village_limit,
        rules=dict(row.rules),
        state=row.state,
        reason=row.reason,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
