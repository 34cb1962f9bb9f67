"""Writes of proceedings: one function a deed, one transaction, one audit row a step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import checking, errands, instances, opening, rows
from bangfu.domains.monitoring.advancing import SUBJECT, advance, open_clocks
from bangfu.domains.monitoring.books import book_for, definition_of
from bangfu.domains.monitoring.doers import doer_of
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.opening import Report as Report
from bangfu.domains.monitoring.ports import Asked, Ports
from bangfu.domains.monitoring.selectors import Detail
from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.procedures import (
    Done,
    Refusal,
    Taken,
    Value,
    as_error,
)
from bangfu.procedures import take as take_step

Facts = Mapping[str, Value]
VIEWED = "monitoring.proceeding.viewed"


def open_proceeding(
    *,
    scope: Scope,
    at: datetime,
    procedure: str,
    household_no: str | None,
    region: RegionCode | None,
    facts: Facts,
    report: Report,
    language: str = "zh",
) -> ProceedingRecord:
    """Open a clue or a suspicion about a household of the scope, or a place where none is known.

    A clue of a matter about which the household has an open clue is joined to it: a report more,
    no number more (`joined_now`). Raises Refused E-MONITORING-OPENS-OTHERWISE for another
    procedure, NotFound for a household or place that the scope does not hold, Conflict
    E-REGISTRY-HOUSEHOLD-CLOSED, InvalidValue E-MONITORING-PLACE, E-MONITORING-RISK, and what
    `procedures.as_error` gives for a refusal.
    """
    return opening.open_by_hand(scope, at, procedure, household_no, region, facts, report, language)


def take(
    *,
    scope: Scope,
    at: datetime,
    proceeding_id: UUID,
    step: str,
    facts: Facts,
    revision: int | None = None,
    note: str = "",
    language: str = "zh",
    worked_out: Collection[str] = (),
) -> ProceedingRecord:
    """Take a step of a proceeding of the scope.

    `revision` is the one that the doer looked at; `worked_out` as in `ports.Asked`. Raises
    NotFound E-MONITORING-NOT-FOUND; Conflict E-MONITORING-REVISION when somebody was quicker
    (F45), E-MONITORING-VERSION when the county's pack no longer has the version it runs by;
    NotAllowed when the doer lost the post since; InvalidValue E-MONITORING-PERSON, -HANDLERS,
    -DEPARTMENT; what `Ports.before` raises; and for a refusal of the machine what
    `procedures.as_error` gives, in `language`.
    """
    with activate(scope):
        row = rows.find_row(scope, proceeding_id, lock=True)
        if revision is not None and revision != row.revision:
            raise Conflict("E-MONITORING-REVISION", no=row.no)
        county = book_for(RegionCode(row.region_code), at, scope)
        definition = definition_of(county.book, row)
        doer = doer_of(scope)
        known = definition.steps.get(step)
        if known is not None:
            checking.check_post(scope, at, known, doer)
            checking.check_facts(scope, at, row, definition, facts)
            asked = Asked(scope, at, row, definition, known, facts, worked_out)
            for check in Ports.before:
                check(asked)
            for derive in Ports.derived:
                facts = {**facts, **derive(asked)}
        clocks = open_clocks(row)
        done = Done(step, doer, at, facts)
        instance = instances.to_instance(row, clocks)
        running = instance.deadlines.keys()
        terms = errands.terms_for(county, definition, row, step, running, at=at, scope=scope)
        taken = take_step(definition, instance, done, terms)
        if isinstance(taken, Refusal):
            raise as_error(definition, taken, language)
        checking.check_handlers(definition.steps[step], facts)
        advance(row, definition, taken, scope=scope, at=at, note=note, facts=facts, clocks=clocks)
        return rows.to_record(row)


def take_by_system(
    row: Proceeding,
    step: str,
    facts: Facts,
    *,
    scope: Scope,
    at: datetime,
    note: str = "",
    tells: bool = True,
    by: Actor | None = None,
) -> Taken | Refusal:
    """Take a step of a locked row as the system; inside `activate`, nothing is raised for a
    refusal. `scope` is a system's (`doers.system_of`); `tells` as in `advance`; `by` is who had
    it take the step."""
    county = book_for(RegionCode(row.region_code), at, scope)
    definition = definition_of(county.book, row)
    clocks = open_clocks(row)
    done = Done(step, doer_of(scope), at, facts)
    instance = instances.to_instance(row, clocks)
    running = instance.deadlines.keys()
    terms = errands.terms_for(county, definition, row, step, running, at=at, scope=scope)
    taken = take_step(definition, instance, done, terms)
    if isinstance(taken, Taken):
        actor = by or scope.actor
        advance(
            row, definition, taken, scope=scope, at=at, note=note, facts=facts, clocks=clocks,
            tells=tells, by=actor.label, by_id=actor.id,
        )  # fmt: skip
    return taken


def note_view(scope: Scope, found: Detail, *, at: datetime) -> None:
    """Write down that somebody opened a proceeding, and whether it showed more than the post
    opens because it is his duty (need to know)."""
    record = found.record
    audit.record_read(
        scope,
        VIEWED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(record.id),
        region_code=record.region_code,
        detail={"no": record.no, "by_duty": found.by_duty, "classes": list(record.classes)},
    )
