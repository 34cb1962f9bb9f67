"""Clues from a screening: what its hits ask of people, opened, joined and handed on in one go.

One transaction for a county's run. Run again it writes nothing; two workers wait for each other;
a flood is held back until the county has looked at it (F49).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import connection

from bangfu.domains.monitoring.clues import explained, holding, planning, reading, suspicions
from bangfu.domains.monitoring.clues.holding import HeldRecord
from bangfu.domains.monitoring.clues.planning import Plan
from bangfu.domains.monitoring.clues.suspicions import Grounds
from bangfu.domains.monitoring.clues.writing import Handed, Writer
from bangfu.domains.screening.domain import RunRecord
from bangfu.domains.screening.hits import Hit, known_false, list_hits
from bangfu.domains.screening.selectors import find_run
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, narrowed
from bangfu.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

MADE = "monitoring.clues.made"
PERMISSION = "CLUE_DISPATCH"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('monitoring.clues.' || %s, 0))"


@dataclass(frozen=True, slots=True)
class MadeClues:
    """What came of a run: clues opened, of which handed on; suspicions opened (疑点); reports
    joined to open ones; hits that stay silent because they were answered; answered ones whose
    facts changed; open ones whose hits are gone; hits of households that are no longer there;
    suspicions withheld because the signature was taken back. `held` where they are too many to be
    made."""

    run_id: UUID
    period: str
    opened: int = 0
    dispatched: int = 0
    suspected: int = 0
    joined: int = 0
    silent: int = 0
    changed: int = 0
    gone: int = 0
    absent: int = 0
    withheld: int = 0
    held: HeldRecord | None = None


def make_clues(*, scope: Scope, at: datetime, region: RegionCode, period: Period) -> MadeClues:
    """Make the clues of a county's newest run, which has to be of the month `period`.

    Raises NotAllowed E-ACCESS-REGION, Refused E-CLUES-COUNTY for a place that is no county,
    NotFound E-SCREENING-NO-RUN, E-SCREENING-FOLDER, Conflict E-CLUES-OLD-RUN for a month
    that is not the newest.
    """
    require(scope, PERMISSION)
    check_county(scope, region)
    run = find_run(scope, region, period)
    if run is None or run.period != str(period):
        raise NotFound("E-SCREENING-NO-RUN", region=str(region))
    newest = find_run(scope, region)
    if newest is not None and newest.id != run.id:
        raise Conflict("E-CLUES-OLD-RUN", period=run.period, newest=newest.period)
    return make(narrowed(scope, region), at, run, list_hits(run))


def check_county(scope: Scope, region: RegionCode) -> None:
    """Refuse a place outside the scope, and one that is no county."""
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))
    if region.level != COUNTY:
        raise Refused("E-CLUES-COUNTY", region=str(region))


def make(
    scope: Scope,
    at: datetime,
    run: RunRecord,
    hits: list[Hit],
    settled: planning.Settled | None = None,
) -> MadeClues:
    """Make the clues of a run's hits under the scope of its county, or hold them back.

    `settled` says which answered hits the run knows to be false (by default what its own files
    say, `screening.hits.known_false`).
    """
    county = RegionCode(run.region_code)
    with activate(scope):
        lock(county)
        grounds = suspicions.grounds_of(run, hits, at)
        found = planning.plan(
            hits,
            reading.read(scope, county, run, hits),
            settled or partial(known_false, run),
            grounds.allow,
        )
        before = holding.find(run.id)
        if before is not None and not before.is_released:
            return _told(run, found, held=before)
        if found.is_empty:
            return _told(run, found)
        if before is None:
            held = holding.hold(scope, at, run, found)
            if held is not None:
                return _told(run, found, held=held)
        return _write(scope, at, run, found, grounds)


def lock(county: RegionCode) -> None:
    """Let one deed on a county's clues be done at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(county)])


def _write(scope: Scope, at: datetime, run: RunRecord, found: Plan, grounds: Grounds) -> MadeClues:
    county = RegionCode(run.region_code)
    live = explained.live_in(*county.bounds)
    explained.end([live[key] for key in found.changed if key in live], local_day(at))
    writer = Writer(scope, at, run)
    suspected = [clue for clue in found.new if clue.is_suspicion]
    clues = [clue for clue in found.new if not clue.is_suspicion]
    handed: Handed = writer.open(clues)
    writer.suspect(suspected, grounds)
    writer.join(found.joined)
    writer.note_gone(found.gone)
    made = _told(run, found, opened=len(clues), dispatched=handed.dispatched)
    audit.record(
        scope,
        MADE,
        at=at,
        subject_kind="screening.run",
        subject_id=str(run.id),
        region_code=run.region_code,
        detail={
            "period": run.period,
            "opened": made.opened,
            "dispatched": made.dispatched,
            "suspected": made.suspected,
            "joined": made.joined,
            "changed": made.changed,
            "gone": made.gone,
            "numbers": list(handed.numbers),
        },
    )
    return made


def _told(
    run: RunRecord,
    found: Plan,
    *,
    opened: int = 0,
    dispatched: int = 0,
    held: HeldRecord | None = None,
) -> MadeClues:
    is_written = held is None
    return MadeClues(
        run_id=run.id,
        period=run.period,
        opened=opened,
        dispatched=dispatched,
        suspected=len(found.new) - opened if is_written else 0,
        joined=len(found.joined) if is_written else 0,
        silent=found.silent,
        changed=len(found.changed) if is_written else 0,
        gone=len(found.gone) if is_written else 0,
        absent=found.absent,
        withheld=found.withheld,
        held=held,
    )
