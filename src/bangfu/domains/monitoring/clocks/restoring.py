"""An act of the register that is undone (撤销) gives proceedings back what it took from them.

What went along with a merged household goes back to its own; what was ended because nobody belonged
to its household any more, or was joined by the merger, goes on where it stood: state, clocks that
ran, handlers. Only what the platform itself ended is brought back, and only where no step came
after; what cannot be brought back says so in its history. Reports that a clue handed over stay with
the other one as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from bangfu.domains.monitoring import instances
from bangfu.domains.monitoring.advancing import SUBJECT, open_clocks, put_instance
from bangfu.domains.monitoring.books import book_for, definition_of
from bangfu.domains.monitoring.clocks.marking import mark_of
from bangfu.domains.monitoring.domain.proceedings import (
    CLEARING,
    CLUE,
    IDENTIFICATION,
    OTHER,
    STATUS,
    highest,
)
from bangfu.domains.monitoring.models import (
    Proceeding,
    ProceedingClock,
    ProceedingHandler,
    ProceedingStep,
)
from bangfu.domains.registry.selectors.standing import list_standings
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import in_scope
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Instance
from bangfu.procedures.model import ClockDef, Value
from bangfu.standards.marks import Mark

REHOMED = "monitoring.proceeding.rehomed"
# Who ends what has no household any more: the act's listener and the sweeper.
_ENDED_BY = ("system:monitoring.households", "system:monitoring.sweep")
_ENDINGS = ("VOID", "CLOSE", "JOIN")


def restore(scope: Scope, at: datetime, households: Collection[UUID]) -> int:
    """Bring back what undone acts took from proceedings of some households; return how many.

    Inside `activate` of a scope that holds the whole county; where they stand now is followed
    afterwards.
    """
    standings = list_standings(scope, list(households))
    living = [each for each, home in standings.items() if home.closed_on is None]
    rows = in_scope(Proceeding.objects.all(), scope).filter(household_id__in=living)
    found = list(rows.select_for_update().order_by("id"))
    moved = [_go_home(row, living) for row in found if row.closed_at is None]
    brought = [_reopen(scope, at, row) for row in found if row.closed_at is not None]
    return sum(moved) + sum(brought)


def _go_home(row: Proceeding, living: Collection[UUID]) -> bool:
    """Give an open proceeding back to the household of the act that it came from."""
    history = row.versions  # type: ignore[attr-defined]
    past = history.filter(household_id__in=living).exclude(household_id=row.household_id)
    before = past.order_by("-pgh_id").values_list("household_id", flat=True).first()
    if before is None or _rival(row, before) is not None:
        return False
    Proceeding.objects.filter(id=row.id).update(household_id=before)
    return True


def _reopen(scope: Scope, at: datetime, row: Proceeding) -> bool:
    last = row.steps.order_by("-at", "-id").first()
    if last is None or last.step not in _ENDINGS or last.by_id not in _ENDED_BY:
        return False
    rival = _rival(row, row.household_id)
    try:
        definition = definition_of(book_for(RegionCode(row.region_code), at).book, row)
    except Conflict:
        definition = None
    if rival is not None or definition is None:
        other = {"no": rival.no} if rival else {}
        _say(scope, at, row, Mark.NOT_RESTORED, other)
        return False
    _put_back(row, last, definition, at)
    _say(scope, at, row, Mark.RESTORED, {})
    return True


def _rival(row: Proceeding, household_id: UUID | None) -> Proceeding | None:
    """The open proceeding of a household beside which this one cannot stand."""
    same = Proceeding.objects.filter(
        household_id=household_id, procedure=row.procedure, closed_at__isnull=True
    ).exclude(id=row.id)
    if row.procedure == CLUE and row.risk not in ("", OTHER):
        return same.filter(risk=row.risk).first()
    return same.first() if row.procedure in (IDENTIFICATION, CLEARING, STATUS) else None


def _put_back(row: Proceeding, last: ProceedingStep, definition: Definition, at: datetime) -> None:
    """The row, its clocks and its handlers as they were before the last step."""
    brought = instances.unseal(last.facts)
    facts = {name: v for name, v in instances.unseal(row.facts).items() if name not in brought}
    ended_at, outcome = row.closed_at, row.outcome
    assert ended_at is not None, "only what is closed is put back"
    _run_again(row, definition, last.from_state, facts, ended_at)
    clocks = open_clocks(row)
    running = {one.clock: instances.to_deadline(one.data) for one in clocks}
    instance = Instance(
        row.procedure,
        row.version,
        last.from_state,
        MappingProxyType(facts),
        MappingProxyType(running),
        at,
    )
    put_instance(row, definition, instance)
    climbed = [rung for clock in clocks for rung in clock.climbed]
    row.overdue_level = highest(rung["level"] for rung in climbed)
    row.is_supervised = any(rung["is_supervised"] for rung in climbed)
    row.joined_to_id = None
    row.save()
    handlers = ProceedingHandler.objects.filter(proceeding_id=row.id, until=ended_at)
    handlers.filter(end_reason=outcome).update(until=None, end_reason="")


def _run_again(
    row: Proceeding,
    definition: Definition,
    state: str,
    facts: Mapping[str, Value],
    ended_at: datetime,
) -> None:
    """Let the clocks run again that the end stopped; of one that began twice the newest."""
    newest: dict[str, ProceedingClock] = {}
    for clock in row.clocks.filter(ended_on=local_day(ended_at)).order_by("began_at"):
        known = definition.clocks.get(clock.clock)
        if known is not None and _runs(known, state, facts):
            newest[clock.clock] = clock
    for clock in newest.values():
        clock.ended_on, clock.is_late = None, None
        clock.save(update_fields=["ended_on", "is_late"])


def _runs(clock: ClockDef, state: str, facts: Mapping[str, Value]) -> bool:
    is_stopped = bool(clock.until) and all(name in facts for name in clock.until)
    return state in clock.runs_in and not is_stopped


def _say(
    scope: Scope, at: datetime, row: Proceeding, mark: Mark, facts: Mapping[str, Value]
) -> None:
    mark_of(row, mark, scope=scope, at=at, facts=facts).save(force_insert=True)
    audit.record(
        scope,
        REHOMED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, "to": row.region_code, "why": str(mark)},
    )
