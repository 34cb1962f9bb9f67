"""Households and people as far as a decision about them needs: identity, kinship, wages, death."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from bangfu.domains.registry.models import Household, Membership, Person
from bangfu.domains.registry.selectors.pages import find_household
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

HEAD = "HEAD"


@dataclass(frozen=True, slots=True)
class MemberBrief:
    """A present member; `token` is that of the ID number."""

    person_id: UUID
    name: str
    relation: str
    sex: str
    birth_on: date | None
    token: str
    yearly_wage: Decimal | None
    has_dibao: bool
    has_tekun: bool


@dataclass(frozen=True, slots=True)
class HouseholdBrief:
    """A household with its present members, the head first."""

    id: UUID
    household_no: str
    region_code: str
    head_name: str
    net_income: Decimal | None
    closed_on: date | None
    members: tuple[MemberBrief, ...]

    def member(self, person_id: UUID) -> MemberBrief | None:
        """Return a member by person."""
        return next((each for each in self.members if each.person_id == person_id), None)

    @property
    def head(self) -> MemberBrief | None:
        """The head, if there is one."""
        return next((each for each in self.members if each.relation == HEAD), None)


@dataclass(frozen=True, slots=True)
class Known:
    """What the county knows of an ID number.

    `household_no` is empty for somebody without a household and for a household outside the
    scope, of which nothing is told but `is_elsewhere`; `name` is None in that case.
    """

    person_id: UUID | None
    name: str | None
    household_no: str
    is_member: bool
    is_elsewhere: bool
    is_dead: bool


def get_brief(scope: Scope, household_no: str) -> HouseholdBrief:
    """Return a household and its members in brief. Raises as `get_household`."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        household = find_household(scope, household_no)
        rows = Membership.objects.filter(household=household, to_on__isnull=True)
        members = [_member(row) for row in rows.select_related("person").order_by("from_on", "id")]
    members.sort(key=lambda member: member.relation != HEAD)
    return HouseholdBrief(
        id=household.id,
        household_no=household.household_no,
        region_code=household.region_code,
        head_name=household.head_name,
        net_income=household.net_income,
        closed_on=household.closed_on,
        members=tuple(members),
    )


def _member(row: Membership) -> MemberBrief:
    person = row.person
    wage = person.monthly_wage
    months = person.work_months
    return MemberBrief(
        person_id=person.id,
        name=person.name,
        relation=row.relation,
        sex=person.sex or "",
        birth_on=person.birth_on,
        token=person.id_token,
        yearly_wage=wage * months if wage is not None and months is not None else None,
        has_dibao=bool(person.dibao),
        has_tekun=bool(person.tekun),
    )


def find_known(scope: Scope, county: RegionCode, id_number: str) -> Known | None:
    """Return what a county of the scope knows of an ID number, or None.

    It looks over the whole county, since a number may stand there once only; of a person outside
    the scope it says that there is one and no more.
    """
    require(scope, "REGISTRY_READ")
    with activate(system_scope(county, "registry.known")):
        person = Person.objects.filter(
            county_code=county.prefix, id_token=person_token(id_number)
        ).first()
        if person is None:
            return None
        current = (
            Membership.objects.filter(person_id=person.id, to_on__isnull=True)
            .select_related("household")
            .first()
        )
        region = current.household.region_code if current else person.region_code
        is_elsewhere = not scope.covers(RegionCode(region))
        return Known(
            person_id=None if is_elsewhere else person.id,
            name=None if is_elsewhere else person.name,
            household_no=current.household.household_no if current and not is_elsewhere else "",
            is_member=current is not None,
            is_elsewhere=is_elsewhere,
            is_dead=person.died_on is not None,
        )


def list_numbers(scope: Scope, ids: list[UUID]) -> dict[UUID, str]:
    """Return household numbers by id, those of the scope only."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        found = in_scope(Household.objects.filter(id__in=ids), scope)
        return dict(found.values_list("id", "household_no"))


def list_tokens(scope: Scope, ids: list[UUID]) -> dict[UUID, list[str]]:
    """Return the tokens of the ID numbers of present members by household, the head's first."""
    require(scope, "REGISTRY_READ")
    found: dict[UUID, list[str]] = {}
    with activate(scope):
        rows = in_scope(Membership.objects.filter(household_id__in=ids, to_on=None), scope)
        kept = rows.order_by("from_on", "id").values_list(
            "household_id", "relation", "person__id_token"
        )
        for household, _, token in sorted(kept, key=lambda row: row[1] != HEAD):
            found.setdefault(household, []).append(token)
    return found


def list_names(scope: Scope, ids: list[UUID]) -> dict[UUID, str]:
    """Return people's names by id, those of the scope only."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        return dict(in_scope(Person.objects.filter(id__in=ids), scope).values_list("id", "name"))
