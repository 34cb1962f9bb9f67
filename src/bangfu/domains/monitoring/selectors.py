"""Reads of one proceeding. Outside the scope it does not exist; what is closed stays here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import checking, errands, instances, rows
from bangfu.domains.monitoring.advancing import open_clocks
from bangfu.domains.monitoring.books import definition_of
from bangfu.domains.monitoring.doers import doer_of, require_reader
from bangfu.domains.monitoring.domain.proceedings import (
    ClockRecord,
    HandlerRecord,
    OriginRecord,
    ProceedingRecord,
    StepRecord,
    next_offer,
)
from bangfu.domains.monitoring.errands import Errand
from bangfu.domains.monitoring.listing import ProceedingFilter as ProceedingFilter
from bangfu.domains.monitoring.listing import ProceedingPage as ProceedingPage
from bangfu.domains.monitoring.listing import iter_proceedings as iter_proceedings
from bangfu.domains.monitoring.listing import list_proceedings as list_proceedings
from bangfu.domains.monitoring.listing import matching, me
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingStep,
)
from bangfu.domains.monitoring.showing import Sight, cover, cover_origin, cover_step, sight_of
from bangfu.domains.monitoring.wording import Wording
from bangfu.foundation.access.columns import closed_classes
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.accounts.naming import names_of
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, DispatchRow, Offer, Value, offers


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that happened to a proceeding, oldest first, and the names of the people in it."""

    record: ProceedingRecord
    definition: Definition | None
    steps: list[StepRecord]
    clocks: list[ClockRecord]
    origins: list[OriginRecord]
    handlers: list[HandlerRecord]
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Detail:
    """One proceeding with its definition, handlers and the names of the people in its facts.

    `by_duty`: the reader sees free words only because it is his duty. `errand` is what is asked of
    whoever checks a clue; None where there is none, and to who may not read its matter.
    """

    record: ProceedingRecord
    definition: Definition | None
    handlers: list[HandlerRecord]
    names: dict[str, str]
    by_duty: bool
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """The steps that the reader may take, the next one by name ("" where there is none), the names
    of the facts that are known, and the row of the table by which a clue is checked."""

    revision: int
    state: str
    definition: Definition
    offers: tuple[Offer, ...]
    next_step: str
    known: frozenset[str]
    errand: DispatchRow | None = None


def get_proceeding(scope: Scope, proceeding_id: UUID, *, at: datetime) -> Detail:
    """Return one proceeding as the reader may see it. Raises NotFound E-MONITORING-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        handlers, errand = _handlers(row), errands.errand_of(row, at, scope, scope)
    sight, record, definition = _look(scope, row, handlers, at)
    shown = cover(sight, record, definition)
    return Detail(
        record=shown,
        definition=definition,
        handlers=handlers,
        names=_people([shown.facts], handlers),
        by_duty=sight.mine and bool(closed_classes(scope) & set(record.classes)),
        errand=errand if sight.is_open else None,
    )


def is_visible(scope: Scope, proceeding_id: UUID) -> bool:
    """Return whether the reader may open a proceeding at all."""
    if not scope.allows("PROCEEDING_READ"):
        return False
    with activate(scope):
        return rows.visible(scope).filter(id=proceeding_id).exists()


def reported(scope: Scope, made: ProceedingRecord, *, at: datetime) -> Detail:
    """Return what somebody who just wrote sees of it; a department sees its answer this once."""
    system = system_scope(RegionCode(made.region_code), "monitoring.answer")
    with activate(system):
        row = rows.find_row(system, made.id)
        handlers, errand = _handlers(row), errands.errand_of(row, at, system, scope)
    sight, record, definition = _look(scope, row, handlers, at)
    shown = cover(sight, record, definition)
    names = _people([shown.facts], handlers)
    asked = errand if sight.is_open else None
    return Detail(shown, definition, handlers, names, by_duty=False, errand=asked)


def definition_for(scope: Scope, proceeding_id: UUID, *, at: datetime) -> Definition:
    """Return the version that a proceeding of the scope runs by.

    Raises NotFound E-MONITORING-NOT-FOUND, Conflict E-MONITORING-VERSION.
    """
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
    return definition_of(Wording(at).book(row.region_code).book, row)


def assessed_level_of(scope: Scope, household_id: UUID) -> str:
    """Return the level that people last assessed a household with; "" where nobody has."""
    require_reader(scope)
    with activate(scope):
        found = rows.visible(scope).filter(household_id=household_id).exclude(assessed_level="")
        last = found.order_by("-changed_at", "-id").values_list("assessed_level", flat=True)
        return last.first() or ""


def count_proceedings(scope: Scope, filters: ProceedingFilter) -> int:
    """Return how many proceedings of the scope the filters find."""
    require_reader(scope)
    with activate(scope):
        return matching(scope, filters).count()


def get_timeline(scope: Scope, proceeding_id: UUID, *, at: datetime) -> Timeline:
    """Return everything that happened to a proceeding. Raises NotFound E-MONITORING-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        handlers = _handlers(row)
        steps = [_step(each) for each in row.steps.order_by("at", "id")]
        clocks = [_clock(each) for each in row.clocks.order_by("began_at", "clock")]
        origins = [_origin(each) for each in row.origins.order_by("at", "id")]
    sight, record, definition = _look(scope, row, handlers, at)
    covered = [cover_step(sight, each, definition) for each in steps]
    return Timeline(
        record=cover(sight, record, definition),
        definition=definition,
        steps=covered,
        clocks=clocks,
        origins=[cover_origin(sight, each) for each in origins],
        handlers=handlers,
        names=_people([each.facts for each in covered], handlers),
    )


def _look(
    scope: Scope, row: Proceeding, handlers: Sequence[HandlerRecord], at: datetime
) -> tuple[Sight, ProceedingRecord, Definition | None]:
    asking = me(scope)
    mine = any(each.until is None and each.user_id == asking for each in handlers)
    record = rows.to_record(row)
    definition = Wording(at).definition(row.region_code, row.procedure, row.version)
    return sight_of(scope, record, mine=mine), record, definition


def _handlers(row: Proceeding) -> list[HandlerRecord]:
    return [
        HandlerRecord(each.user_id, each.since, each.until, each.end_reason)
        for each in row.handlers.order_by("since", "id")
    ]


def _people(
    facts: Iterable[Mapping[str, Value]], handlers: Sequence[HandlerRecord]
) -> dict[str, str]:
    wanted = {each.user_id for each in handlers}
    for known in facts:
        for value in known.values():
            if isinstance(value, tuple):
                wanted |= {UUID(one) for one in value if _is_account(one)}
    return {str(user): name for user, name in names_of(wanted).items()}


def _is_account(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _step(row: ProceedingStep) -> StepRecord:
    return StepRecord(
        id=row.id,
        at=row.at,
        by=row.by,
        by_id=row.by_id,
        step=row.step,
        from_state=row.from_state,
        to_state=row.to_state,
        facts=instances.unseal(row.facts),
        note=row.note,
    )


def _clock(row: ProceedingClock) -> ClockRecord:
    return ClockRecord(
        clock=row.clock,
        counted_from=row.counted_from,
        due_on=row.due_on,
        is_provisional=row.is_provisional,
        extended=row.extended,
        climbed=tuple(row.climbed),
        began_at=row.began_at,
        ended_on=row.ended_on,
        is_late=row.is_late,
    )


def _origin(row: ClueOrigin) -> OriginRecord:
    return OriginRecord(
        id=row.id,
        at=row.at,
        by=row.by,
        by_id=row.by_id,
        source=row.source,
        words=str(row.words),
        reporter=str(row.reporter),
        run_id=row.run_id,
        rule_id=row.rule_id,
        period=row.period,
    )


def offers_of(scope: Scope, proceeding_id: UUID, *, at: datetime) -> Offers:
    """Return the steps that the reader may take now, and the next one.

    Raises NotFound E-MONITORING-NOT-FOUND, Conflict E-MONITORING-VERSION.
    """
    require_reader(scope)
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        clocks = open_clocks(row)
        errand = errands.row_of(row, errands.handed_on_at(row, at), scope)
    county = Wording(at).book(row.region_code)
    definition = definition_of(county.book, row)
    instance = instances.to_instance(row, clocks)
    terms = county.terms(row.region_code)
    found = tuple(
        replace(
            each, asks=(*checking.asked(each), *errands.asked(definition, instance, each, errand))
        )
        for each in offers(definition, instance, doer_of(scope), local_day(at), terms)
    )
    known = frozenset(instance.facts)
    best = next_offer(definition, row.state, known, found)
    return Offers(row.revision, row.state, definition, found, best, known, errand)
