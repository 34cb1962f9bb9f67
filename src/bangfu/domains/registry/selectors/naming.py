"""Names of people by their ids, for lists that other domains keep: names, masked numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bangfu.domains.registry.models import Person
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.masks import mask_id
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class PersonName:
    """Who somebody is, as far as a list says it."""

    name: str
    id_number_masked: str


def name_people(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, PersonName]:
    """Return name and masked ID number of these people, those of the scope only."""
    require(scope, "REGISTRY_READ")
    with activate(scope):
        found = in_scope(Person.objects.all(), scope).filter(id__in=list(ids))
        rows = found.values_list("id", "name", "id_number")
        return {row_id: PersonName(name, mask_id(str(number))) for row_id, name, number in rows}
