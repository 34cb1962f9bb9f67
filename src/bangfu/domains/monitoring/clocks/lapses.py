"""Steps that fall due by time alone: what the system may take once a term has fully passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring.books import book_for, definition_of
from bangfu.domains.monitoring.clocks.locks import lock_rows
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.services import take_by_system
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Definition, Level, StepDef, Taken
from bangfu.procedures.model import GuardKind

BATCH = 200


@dataclass
class Lapses:
    """How many steps were taken, and the numbers of proceedings whose version the county's pack
    no longer has (it was changed behind the platform's back)."""

    taken: int = 0
    lost: tuple[str, ...] = ()


def timed_steps(definition: Definition, state: str) -> list[StepDef]:
    """Return the steps of a state that the system takes by itself: nothing is brought, a term
    has to have passed."""
    return [step for step in definition.steps_from(state) if _is_timed(definition, step)]


def _is_timed(definition: Definition, step: StepDef) -> bool:
    kinds = {definition.guards[name].kind for name in step.guards}
    is_ours = any(who.level is Level.SYSTEM for who in step.who)
    return is_ours and not step.takes and GuardKind.FULL in kinds


def lapse(scope: Scope, at: datetime) -> Lapses:
    """Take every timed step of the scope that is due at an instant.

    Only proceedings with an overdue clock are looked at: a term runs as long as its clock.
    """
    found, lost = Lapses(), []
    for one, definition in _kinds(scope, at):
        if definition is None:
            lost.append(one.no)
            continue
        for step in timed_steps(definition, one.state):
            found.taken += _take_all(scope, at, one, step.name)
    found.lost = tuple(sorted(lost))
    return found


def _kinds(scope: Scope, at: datetime) -> Iterator[tuple[Proceeding, Definition | None]]:
    """One overdue proceeding for each county, version and state, with its definition."""
    keys = ("county_code", "procedure", "version", "digest", "state")
    with activate(scope):
        rows = in_scope(Proceeding.objects.all(), scope).filter(
            closed_at__isnull=True, next_due_on__lt=local_day(at)
        )
        kinds = list(rows.order_by(*keys, "id").distinct(*keys))
    books = {}
    for one in kinds:
        county = RegionCode(one.region_code).county
        if county not in books:
            books[county] = book_for(county, at).book
        try:
            yield one, definition_of(books[county], one)
        except Conflict:
            yield one, None


def _take_all(scope: Scope, at: datetime, like: Proceeding, step: str) -> int:
    count, last = 0, UUID(int=0)
    while True:
        with activate(scope):
            rows = in_scope(Proceeding.objects.all(), scope).filter(
                county_code=like.county_code,
                procedure=like.procedure,
                version=like.version,
                digest=like.digest,
                state=like.state,
                closed_at__isnull=True,
                next_due_on__lt=local_day(at),
                id__gt=last,
            )
            wanted = list(rows.order_by("id").values_list("id", flat=True)[:BATCH])
            for row in lock_rows(scope, wanted):
                if row.state == like.state:
                    taken = take_by_system(row, step, {}, scope=scope, at=at)
                    count += isinstance(taken, Taken)
        if len(wanted) < BATCH:
            return count
        last = wanted[-1]
