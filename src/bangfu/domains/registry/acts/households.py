"""Acts of whole households: split, divorce, merge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.registry.acts.doing import (
    Done,
    Setting,
    family_of,
    perform,
    relations_to,
    replace_leaving_head,
)
from bangfu.domains.registry.acts.kinship import OTHER, Kin, carried
from bangfu.domains.registry.acts.ledger import HEAD, Ledger, Origin
from bangfu.domains.registry.acts.records import ActKind, ActRecord, Mover
from bangfu.domains.registry.models import Household
from bangfu.kernel.errors import Conflict
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7


def split_household(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    movers: Sequence[Mover],
    head: UUID,
    new_head: UUID | None = None,
    new_household_no: str = "",
    inherited: Sequence[str] = (),
    kind: ActKind = ActKind.SPLIT,
) -> ActRecord:
    """Move members to a household of their own in the same village (分户), with `head` its head.

    `new_head` follows in the old household when its head moves. Without a number the new household
    gets one of its own behind the old number (9901-2) until the national system gives another.
    `inherited` are household columns that go on in the new household with their sources, so that
    nobody loses a status by the split alone. Raises Conflict E-REGISTRY-SPLIT-ALL,
    E-REGISTRY-HEAD-NEEDED, E-REGISTRY-NOT-A-MEMBER, E-REGISTRY-NUMBER-TAKEN.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        ids = {mover.person_id for mover in movers}
        leaving = [ledger.member(household, mover.person_id) for mover in movers]
        if head not in ids:
            raise Conflict("E-REGISTRY-NOT-A-MEMBER")
        if len(leaving) == len(ledger.members(household)):
            raise Conflict("E-REGISTRY-SPLIT-ALL")
        relations, unsure = relations_to(family_of(ledger, household), head, movers)
        unsure += replace_leaving_head(ledger, household, ids, new_head)
        number = _number(ledger, household, new_household_no)
        opened = _open_household(ledger, household, number, inherited)
        for membership in leaving:
            ledger.end(membership, str(kind))
            person = ledger.person(membership.person_id)
            ledger.join(opened, person, relations[person.id])
        return Done(tuple(ids), new_household_no=number, unsure=unsure)

    return perform(kind, Setting(scope, at, on, source), act)


def _number(ledger: Ledger, household: Household, wanted: str) -> str:
    """Return the wanted number if it is free, else the next one behind the old number."""
    if wanted:
        if ledger.is_number_taken(wanted):
            raise Conflict("E-REGISTRY-NUMBER-TAKEN", household_no=wanted)
        return wanted
    stem = household.household_no[:36]
    return next(
        number
        for number in (f"{stem}-{count}" for count in range(2, 1000))
        if not ledger.is_number_taken(number)
    )


def _open_household(
    ledger: Ledger, household: Household, number: str, inherited: Sequence[str]
) -> Household:
    """Return a new household beside the old one; inherited facts keep their source and day."""
    origin = {"source": str(household.source_id), "as_of": household.as_of.isoformat()}
    values = {name: getattr(household, name) for name in inherited}
    known = {name: value for name, value in values.items() if value is not None}
    return ledger.add_household(
        Household(
            id=uuid7(),
            region_code=household.region_code,
            household_no=number,
            source_id=ledger.source.id,
            as_of=ledger.on,
            recorded_at=ledger.at,
            field_sources={name: household.field_sources.get(name, origin) for name in known},
            **known,
        )
    )


def join_household(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    movers: Sequence[Mover],
    to_household_no: str,
    new_head: UUID | None = None,
    kind: ActKind = ActKind.DIVORCE,
) -> ActRecord:
    """Move members to another household that is there already, such as a parent's after a divorce.

    A mover without a relation becomes OTHER there. Raises as `split_household`, and Conflict
    E-REGISTRY-SAME-HOUSEHOLD.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        target = _another(ledger, household, to_household_no)
        ids = {mover.person_id for mover in movers}
        leaving = {each: ledger.member(household, each) for each in ids}
        unsure = replace_leaving_head(ledger, household, ids, new_head)
        for mover in movers:
            ledger.end(leaving[mover.person_id], str(kind))
            unsure += mover.relation is None
            relation = mover.relation or OTHER
            if relation == HEAD:
                raise Conflict("E-REGISTRY-NEWCOMER-HEAD")
            ledger.join(target, ledger.person(mover.person_id), relation)
        return Done(tuple(ids), unsure=unsure)

    return perform(kind, Setting(scope, at, on, source), act)


def merge_households(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    other_household_no: str,
    relation: str,
) -> ActRecord:
    """Bring all members of another household into this one (合户); the other is closed and kept.

    `relation` is how the other household's head is related to this one's; what follows from it
    for the others is worked out. Raises Conflict E-REGISTRY-SAME-HOUSEHOLD,
    E-REGISTRY-NEWCOMER-HEAD.
    """
    if relation == HEAD:
        raise Conflict("E-REGISTRY-NEWCOMER-HEAD")

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        other = _another(ledger, household, other_household_no)
        family: dict[UUID, Kin] = family_of(ledger, other)
        unsure = 0
        for membership in ledger.members(other):
            kin = family[membership.person_id]
            found = relation if kin.relation == HEAD else carried(relation, kin)
            unsure += found is None
            ledger.end(membership, "MERGE")
            ledger.join(household, ledger.person(membership.person_id), found or OTHER)
        return Done(tuple(family), unsure=unsure)

    return perform(ActKind.MERGE, Setting(scope, at, on, source), act)


def _another(ledger: Ledger, household: Household, household_no: str) -> Household:
    other = ledger.household(household_no)
    if other.id == household.id:
        raise Conflict("E-REGISTRY-SAME-HOUSEHOLD")
    return other
