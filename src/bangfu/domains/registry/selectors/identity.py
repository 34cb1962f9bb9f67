"""Who is behind a person's id: for papers that have to name somebody, never for a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bangfu.domains.registry.models import Membership, Person
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's name and ID number in clear; the caller records why they were read."""

    name: str
    id_number: str


def find_identity(scope: Scope, person_id: UUID) -> Identity | None:
    """Return a person's name and ID number, None for one outside the scope or gone."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        person = in_scope(Person.objects.all(), scope).filter(id=person_id).first()
        return Identity(person.name, str(person.id_number or "")) if person else None


def names_of(scope: Scope, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of those persons whom the scope may see."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        rows = in_scope(Person.objects.all(), scope).filter(id__in=set(person_ids))
        return dict(rows.values_list("id", "name"))


@dataclass(frozen=True, slots=True)
class Private:
    """What of a member may stand on no notice, in clear; "" where it is not known."""

    person_id: UUID
    name: str
    relation: str
    id_number: str
    phone: str


def list_private(scope: Scope, household_ids: Iterable[UUID]) -> dict[UUID, list[Private]]:
    """Return the members of households with their private numbers, for papers and their scan.

    One query; the caller records why they were read. Households outside the scope are left out.
    """
    require(scope, "REGISTRY_READ")
    found: dict[UUID, list[Private]] = {}
    with activate(scope):
        rows = in_scope(Membership.objects.all(), scope)
        rows = rows.filter(household_id__in=set(household_ids), to_on__isnull=True)
        for row in rows.select_related("person").order_by("household_id", "from_on", "id"):
            person = row.person
            found.setdefault(row.household_id, []).append(
                Private(
                    person.id,
                    person.name,
                    row.relation,
                    str(person.id_number or ""),
                    str(person.phone or ""),
                )
            )
    return found
