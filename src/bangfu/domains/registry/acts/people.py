"""Acts of single people: birth, death, marriage, moves in and out, a change of head."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.registry.acts.doing import (
    Done,
    Setting,
    enter,
    make_head,
    perform,
    replace_leaving_head,
)
from bangfu.domains.registry.acts.ledger import HEAD, Ledger, Origin
from bangfu.domains.registry.acts.records import ActKind, ActRecord, Newcomer
from bangfu.kernel.errors import Conflict
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.scope import Scope


def record_birth(
    *, scope: Scope, at: datetime, source: Origin, on: date, household_no: str, child: Newcomer
) -> ActRecord:
    """Enter a newborn (新生儿) into a household.

    Raises InvalidValue E-ID-…, Conflict E-REGISTRY-PERSON-REGISTERED when the ID number is known.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        known = ledger.find_person(IdNumber.parse(child.id_number, today=on))
        if known is not None and ledger.current_membership(known) is not None:
            raise Conflict("E-REGISTRY-PERSON-REGISTERED")
        person = enter(ledger, household, _not_head(child), "BIRTH")
        return Done((person.id,))

    return perform(ActKind.BIRTH, Setting(scope, at, on, source), act)


def record_arrival(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    newcomer: Newcomer,
    kind: ActKind = ActKind.MOVE_IN,
) -> ActRecord:
    """Enter somebody who moves in (迁入) or marries into a household (婚入, kind MARRIAGE).

    A member of another household of the scope leaves it; somebody who was released by another
    town of the county is taken over; anybody else is entered anew. Raises Conflict
    E-REGISTRY-HELD-ELSEWHERE, E-REGISTRY-ALREADY-A-MEMBER, E-REGISTRY-MOVE-HEAD,
    E-REGISTRY-PERSON-DECEASED.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        person = enter(ledger, household, _not_head(newcomer), str(kind))
        return Done((person.id,))

    return perform(kind, Setting(scope, at, on, source), act)


def _not_head(newcomer: Newcomer) -> Newcomer:
    if newcomer.relation == HEAD:
        raise Conflict("E-REGISTRY-NEWCOMER-HEAD")
    return newcomer


def record_death(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    person_id: UUID,
    new_head: UUID | None = None,
) -> ActRecord:
    """End a member's membership because they died on the day `on` (死亡); the person is kept.

    Raises Conflict E-REGISTRY-NOT-A-MEMBER, E-REGISTRY-HEAD-NEEDED.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        membership = ledger.member(household, person_id)
        unsure = replace_leaving_head(ledger, household, {person_id}, new_head)
        ledger.end(membership, "DEATH")
        ledger.person(person_id).died_on = on
        return Done((person_id,), unsure=unsure)

    return perform(ActKind.DEATH, Setting(scope, at, on, source), act)


def record_departure(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    person_ids: Sequence[UUID],
    new_head: UUID | None = None,
) -> ActRecord:
    """End memberships of people who move out of the household and the town (迁出).

    They stay known and belong to no household until one enters them. Raises as `record_death`.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        leaving = [ledger.member(household, each) for each in person_ids]
        unsure = replace_leaving_head(ledger, household, set(person_ids), new_head)
        for membership in leaving:
            ledger.end(membership, "MOVE_OUT")
        return Done(tuple(person_ids), unsure=unsure)

    return perform(ActKind.MOVE_OUT, Setting(scope, at, on, source), act)


def change_head(
    *, scope: Scope, at: datetime, source: Origin, on: date, household_no: str, person_id: UUID
) -> ActRecord:
    """Make another member head (变更户主) and relate the others to them.

    Raises Conflict E-REGISTRY-NOT-A-MEMBER, E-REGISTRY-NOTHING-CHANGES.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        former = ledger.head(household)
        if former is not None and former.person_id == person_id:
            raise Conflict("E-REGISTRY-NOTHING-CHANGES")
        unsure = make_head(ledger, household, person_id)
        touched = (person_id,) if former is None else (person_id, former.person_id)
        return Done(touched, unsure=unsure)

    return perform(ActKind.HEAD_CHANGE, Setting(scope, at, on, source), act)
