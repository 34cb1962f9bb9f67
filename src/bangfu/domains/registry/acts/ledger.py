"""The unit of work of an act: rows are locked, changed in memory, written once, and listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bangfu.domains.registry.acts import values
from bangfu.domains.registry.acts.records import RowChange
from bangfu.domains.registry.models import Household, Membership, Person, Source, SourceKind
from bangfu.domains.registry.pinyin import read_name
from bangfu.domains.registry.selectors.pages import find_household
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

HEAD = "HEAD"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('registry.import.' || %s, 0))"


@dataclass(frozen=True, slots=True)
class Origin:
    """What an act is founded on: a label (the request's number), shown as the facts' source."""

    label: str
    region: RegionCode


def lock_county(region: RegionCode) -> None:
    """Wait until no import, snapshot or other act of the county is under way; inside a transaction.

    Acts take it before they look, so that two decisions about one household follow each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(region)[:6]])


class Ledger:
    """What one act does. Use inside `activate(scope)`, after `lock_county`."""

    def __init__(self, scope: Scope, origin: Origin, *, at: datetime, on: date) -> None:
        if on > timezone.localdate(at):
            raise Conflict("E-REGISTRY-ACT-FUTURE", on=on.isoformat())
        self.scope, self.at, self.on = scope, at, on
        self.county = origin.region.county
        self.changes: list[RowChange] = []
        self.households: dict[UUID, Household] = {}
        self._people: dict[UUID, Person] = {}
        self._memberships: dict[UUID, Membership] = {}
        self._before: dict[UUID, values.State] = {}
        self._is_county_wide = False
        self.source = _add_source(scope, origin, at, on)

    # Loading

    def household(self, household_no: str) -> Household:
        """Return an open household of the scope, locked, with its members and their people.

        Raises NotFound E-REGISTRY-NOT-FOUND, Conflict E-REGISTRY-HOUSEHOLD-CLOSED.
        """
        found = find_household(self.scope, household_no)
        household = self.load_households([found.id])[0]
        if household.closed_on is not None:
            raise Conflict("E-REGISTRY-HOUSEHOLD-CLOSED", household_no=household_no)
        return household

    def load_households(self, ids: Iterable[UUID]) -> list[Household]:
        """Return households by id, locked, with their open memberships and people."""
        missing = sorted(set(ids) - set(self.households), key=str)
        rows = Household.objects.select_for_update().filter(id__in=missing).order_by("id")
        for household in rows:
            self.households[household.id] = household
            self._before[household.id] = values.state_of("household", household)
        opened = Membership.objects.filter(household_id__in=missing, to_on__isnull=True)
        self.load_memberships(list(opened.values_list("id", flat=True)))
        return [self.households[each] for each in ids if each in self.households]

    def load_memberships(self, ids: Iterable[UUID]) -> list[Membership]:
        """Return memberships by id, locked, with their people."""
        missing = sorted(set(ids) - set(self._memberships), key=str)
        rows = Membership.objects.select_for_update().filter(id__in=missing).order_by("id")
        for membership in rows:
            self._memberships[membership.id] = membership
            self._before[membership.id] = values.state_of("membership", membership)
        self.load_people(self._memberships[each].person_id for each in missing)
        return [self._memberships[each] for each in ids if each in self._memberships]

    def load_people(self, ids: Iterable[UUID]) -> list[Person]:
        """Return people by id, locked."""
        wanted = list(ids)
        missing = sorted(set(wanted) - set(self._people), key=str)
        rows = Person.objects.select_for_update().filter(id__in=missing).order_by("id")
        for person in rows:
            self._people[person.id] = person
            self._before[person.id] = values.state_of("person", person)
        return [self._people[each] for each in wanted if each in self._people]

    def person(self, person_id: UUID) -> Person:
        """Return a person who is loaded, as a member is with the household.

        Raises Conflict E-REGISTRY-MEMBER-ELSEWHERE for a member whose own record lies outside the
        scope, as a list that moved the household and not its people leaves it.
        """
        found = self._people.get(person_id)
        if found is None:
            raise Conflict("E-REGISTRY-MEMBER-ELSEWHERE")
        return found

    def members(self, household: Household) -> list[Membership]:
        """Return the open memberships of a household as this act has left them so far."""
        found = [
            each
            for each in self._memberships.values()
            if each.household_id == household.id and each.to_on is None
        ]
        return sorted(found, key=lambda each: (each.from_on, str(each.id)))

    def member(self, household: Household, person_id: UUID) -> Membership:
        """Return a person's membership of a household.

        Raises Conflict E-REGISTRY-NOT-A-MEMBER.
        """
        for each in self.members(household):
            if each.person_id == person_id:
                return each
        raise Conflict("E-REGISTRY-NOT-A-MEMBER")

    def head(self, household: Household) -> Membership | None:
        """Return the head's membership."""
        return next((m for m in self.members(household) if m.relation == HEAD), None)

    def find_person(self, id_number: IdNumber) -> Person | None:
        """Return who has this ID number in the county, if this act may touch them.

        Somebody who belongs to no household at present may be taken over from any place of the
        county; a member of a household outside the scope may not, and is not described.
        Raises Conflict E-REGISTRY-HELD-ELSEWHERE, E-REGISTRY-PERSON-DECEASED.
        """
        with activate(system_scope(self.county, "registry.acts")):
            found = Person.objects.filter(
                county_code=self.county.prefix, id_token=person_token(id_number.value)
            ).first()
            if found is None:
                return None
            if not self.scope.covers(RegionCode(found.region_code)):
                if Membership.objects.filter(person_id=found.id, to_on__isnull=True).exists():
                    raise Conflict("E-REGISTRY-HELD-ELSEWHERE")
                self._is_county_wide = True
            (person,) = self.load_people([found.id])
        if person.died_on is not None:
            raise Conflict("E-REGISTRY-PERSON-DECEASED")
        if person.merged_into_id is not None:
            raise Conflict("E-REGISTRY-PERSON-MERGED")
        return person

    def current_membership(self, person: Person) -> Membership | None:
        """Return a person's open membership, with its household, locked; None when in none."""
        open_now = Membership.objects.filter(person_id=person.id, to_on__isnull=True).first()
        if open_now is None:
            return None
        self.load_households([open_now.household_id])
        return self.load_memberships([open_now.id])[0]

    def is_number_taken(self, household_no: str) -> bool:
        """Return whether a household of the county has this number, wherever it lies."""
        with activate(system_scope(self.county, "registry.acts")):
            taken = Household.objects.filter(
                county_code=self.county.prefix, household_no=household_no
            )
            return taken.exists()

    # Changing

    def end(self, membership: Membership, reason: str) -> None:
        """End a membership on the act's day, or on its first day when that is later."""
        self.stamp(membership)
        membership.to_on = max(self.on, membership.from_on)
        membership.end_reason = reason

    def stamp(self, membership: Membership) -> None:
        """Say that a membership is as it is because of this act."""
        membership.source_id, membership.as_of = self.source.id, self.on

    def relate(self, membership: Membership, relation: str) -> None:
        """Set how a member is related to the head."""
        if membership.relation != relation:
            self.stamp(membership)
            membership.relation = relation

    def join(self, household: Household, person: Person, relation: str) -> Membership:
        """Open a person's membership of a household; the person's place becomes the household's."""
        person.region_code = household.region_code
        membership = Membership(
            id=uuid7(),
            region_code=household.region_code,
            household_id=household.id,
            person_id=person.id,
            relation=relation,
            from_on=self.on,
            end_reason="",
            source_id=self.source.id,
            as_of=self.on,
            recorded_at=self.at,
        )
        self._memberships[membership.id] = membership
        return membership

    def add_household(self, household: Household) -> Household:
        """Take a new household into the act."""
        self.households[household.id] = household
        return household

    def add_person(self, person: Person) -> Person:
        """Take a new person into the act."""
        self._people[person.id] = person
        return person

    # Writing

    def settle(self) -> None:
        """Count members, name heads, close what is empty. Raises Conflict E-REGISTRY-HEAD-NEEDED.

        E-REGISTRY-TWO-HEADS-NOW when an open household would have more than one, and what `person`
        raises.
        """
        for household in self.households.values():
            members = self.members(household)
            household.member_count = len(members)
            if not members:
                household.closed_on = household.closed_on or self.on
                continue
            household.closed_on = None
            heads = [each for each in members if each.relation == HEAD]
            if len(heads) != 1:
                code = "E-REGISTRY-TWO-HEADS-NOW" if heads else "E-REGISTRY-HEAD-NEEDED"
                raise Conflict(code, household_no=household.household_no)
            name = self.person(heads[0].person_id).name
            reading = read_name(name)
            household.head_name = name
            household.head_pinyin, household.head_initials = reading.full, reading.initials

    def write(self) -> tuple[RowChange, ...]:
        """Write everything that changed and return it.

        The order keeps every constraint at every statement: a membership ends before the person's
        next begins, a head steps down before the next one rises.
        """
        everything = system_scope(self.county, "registry.acts")
        scope = everything if self._is_county_wide else self.scope
        with activate(scope):
            self._insert("household", self.households.values())
            self._insert("person", self._people.values())
            known = [each for each in self._memberships.values() if each.id in self._before]
            for membership in sorted(known, key=_turn):
                self._update("membership", membership)
            self._insert("membership", self._memberships.values())
            for person in self._people.values():
                self._update("person", person)
            for household in self.households.values():
                self._update("household", household)
        return tuple(self.changes)

    def write_county_wide(self) -> None:
        """Let `write` reach rows of the county outside the scope, such as a person taken over."""
        self._is_county_wide = True

    def _insert(self, table: str, rows: Iterable[Any]) -> None:
        for row in rows:
            if row.id in self._before:
                continue
            row.save(force_insert=True)
            _, after = values.difference(table, None, values.state_of(table, row))
            self.changes.append(RowChange(table, row.id, None, after))

    def _update(self, table: str, row: Any) -> None:
        before = self._before.get(row.id)
        if before is None:
            return
        changed = values.written(table, row, before)
        if not changed:
            return
        model = values.TABLES[table]
        count = model.objects.filter(pk=row.pk).update(**changed, recorded_at=self.at)
        if count != 1:
            raise NotFound("E-REGISTRY-NOT-FOUND")
        was, now = values.difference(table, before, values.state_of(table, row))
        self.changes.append(RowChange(table, row.id, was, now))


def _turn(membership: Membership) -> tuple[bool, bool]:
    return membership.to_on is None, membership.relation == HEAD


def _add_source(scope: Scope, origin: Origin, at: datetime, on: date) -> Source:
    return Source.objects.create(
        id=uuid7(),
        region_code=str(origin.region),
        kind=SourceKind.CHANGE,
        label=origin.label[:255],
        as_of=on,
        committed_at=at,
        committed_by=scope.actor.label[:120],
    )
