"""What all acts share: the permission, the transaction, the lock, the record, the audit row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bangfu.domains.registry import events
from bangfu.domains.registry.acts.kinship import OTHER, Kin, towards
from bangfu.domains.registry.acts.ledger import HEAD, Ledger, Origin, lock_county
from bangfu.domains.registry.acts.records import ActKind, ActRecord, Mover, Newcomer, RowChange
from bangfu.domains.registry.events import HouseholdsChanged
from bangfu.domains.registry.models import Act, Household, Membership, Person
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.errors import Conflict
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_name
from bangfu.kernel.uuid7 import uuid7

PERMISSION = "CHANGE_TOWN"
SUBJECT = "registry.act"


@dataclass(frozen=True, slots=True)
class Done:
    """What a single act did, for its record."""

    persons: tuple[UUID, ...]
    new_household_no: str = ""
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """Under whose scope, when, of which day and on what ground an act happens."""

    scope: Scope
    at: datetime
    on: date
    origin: Origin


def perform(kind: ActKind, setting: Setting, act: Callable[[Ledger], Done]) -> ActRecord:
    """Do one act whole or not at all and return its record."""
    scope = setting.scope
    require(scope, PERMISSION, setting.origin.region)
    with activate(scope):
        lock_county(setting.origin.region)
        ledger = Ledger(scope, setting.origin, at=setting.at, on=setting.on)
        done = act(ledger)
        ledger.settle()
        changes = ledger.write()
        row = Act.objects.create(
            id=uuid7(),
            region_code=_place(ledger.households.values(), setting.origin.region),
            kind=str(kind),
            happened_on=setting.on,
            households=sorted(ledger.households, key=str),
            persons=sorted(set(done.persons), key=str),
            changes=[change.as_dict() for change in changes],
            source_id=ledger.source.id,
            recorded_at=setting.at,
            recorded_by=scope.actor.label[:120],
        )
        audit.record(
            scope,
            "registry.act.recorded",
            at=setting.at,
            subject_kind=SUBJECT,
            subject_id=str(row.id),
            region_code=row.region_code,
            detail={"kind": row.kind, "on": setting.on.isoformat(), "rows": len(changes)},
        )
        events.tell(
            HouseholdsChanged(
                setting.origin.region.county,
                setting.at,
                tuple(row.households),
                row.kind,
                done.new_household_no,
            )
        )
    return to_record(row, done)


def _place(households: Iterable[Household], default: RegionCode) -> str:
    """Return the smallest place that holds all households of an act."""
    codes = [RegionCode(each.region_code) for each in households] or [default]
    first = codes[0]
    while not all(first.contains(other) for other in codes):
        assert first.parent is not None, "the nation contains everything"
        first = first.parent
    return str(first)


def to_record(row: Act, done: Done | None = None) -> ActRecord:
    """Return the plain record of a stored act."""
    return ActRecord(
        id=row.id,
        kind=row.kind,
        region_code=row.region_code,
        happened_on=row.happened_on,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        households=tuple(row.households),
        persons=tuple(row.persons),
        changes=tuple(RowChange.from_dict(each) for each in row.changes),
        new_household_no=done.new_household_no if done else "",
        unsure=done.unsure if done else 0,
        undone_at=row.undone_at,
    )


# What several acts do


def enter(ledger: Ledger, household: Household, newcomer: Newcomer, reason: str) -> Person:
    """Bring somebody into a household: from another, from nowhere, or new to the register."""
    number = IdNumber.parse(newcomer.id_number, today=ledger.on)
    person = ledger.find_person(number)
    if person is None:
        person = ledger.add_person(_new_person(ledger, household, newcomer, number))
    else:
        current = ledger.current_membership(person)
        if current is not None:
            if current.household_id == household.id:
                raise Conflict("E-REGISTRY-ALREADY-A-MEMBER", household_no=household.household_no)
            if current.relation == HEAD and len(_others(ledger, current)) > 0:
                raise Conflict("E-REGISTRY-MOVE-HEAD")
            ledger.end(current, reason)
    ledger.join(household, person, newcomer.relation)
    return person


def _others(ledger: Ledger, membership: Membership) -> list[Membership]:
    household = ledger.households[membership.household_id]
    return [each for each in ledger.members(household) if each.id != membership.id]


def _new_person(
    ledger: Ledger, household: Household, newcomer: Newcomer, number: IdNumber
) -> Person:
    return Person(
        id=uuid7(),
        region_code=household.region_code,
        name=normalise_name(newcomer.name),
        id_number=number.value,
        id_token=person_token(number.value),
        sex=number.sex,
        birth_on=number.birth_on,
        source_id=ledger.source.id,
        as_of=ledger.on,
        recorded_at=ledger.at,
    )


def family_of(ledger: Ledger, household: Household) -> dict[UUID, Kin]:
    """Return kinship of a household's members as it stands, by person."""
    return {
        each.person_id: Kin(each.relation, ledger.person(each.person_id).sex or "")
        for each in ledger.members(household)
    }


def make_head(
    ledger: Ledger, household: Household, person_id: UUID, leaving: frozenset[UUID] = frozenset()
) -> int:
    """Make a member head and relate those who stay; return how many could not be related."""
    family = family_of(ledger, household)
    chosen = ledger.member(household, person_id)
    if chosen.relation == HEAD:
        return 0
    unsure = 0
    for each in ledger.members(household):
        if each.person_id == person_id or each.person_id in leaving:
            continue
        relation = towards(family[person_id], family[each.person_id], list(family.values()))
        unsure += relation is None
        ledger.relate(each, relation or OTHER)
    ledger.relate(chosen, HEAD)
    return unsure


def replace_leaving_head(
    ledger: Ledger, household: Household, leaving: set[UUID], new_head: UUID | None
) -> int:
    """Name a new head when the present one is among those who leave and others stay.

    Call before the memberships end, as kinship is read off the whole family. Raises Conflict
    E-REGISTRY-HEAD-NEEDED, E-REGISTRY-NOT-A-MEMBER.
    """
    head = ledger.head(household)
    stays = [each for each in ledger.members(household) if each.person_id not in leaving]
    if head is None or head.person_id not in leaving or not stays:
        return 0
    if new_head is None or new_head in leaving:
        raise Conflict("E-REGISTRY-HEAD-NEEDED", household_no=household.household_no)
    return make_head(ledger, household, new_head, frozenset(leaving))


def relations_to(
    family: dict[UUID, Kin], new_head: UUID, movers: Iterable[Mover]
) -> tuple[dict[UUID, str], int]:
    """Return each mover's relation to the head of their new household, and how many are unsure."""
    found: dict[UUID, str] = {}
    unsure = 0
    for mover in movers:
        if mover.person_id == new_head:
            found[mover.person_id] = HEAD
            continue
        relation = mover.relation or towards(
            family[new_head], family[mover.person_id], list(family.values())
        )
        unsure += relation is None
        found[mover.person_id] = relation or OTHER
    return found, unsure
