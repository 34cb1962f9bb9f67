"""Where households stand now, for whoever keeps things by their ids: place, number, head, end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.domains.registry.models import Household, Membership
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Standing:
    """A household as it is now. `successor_id` is the household in which most of the last
    members of a closed one live now; None where they belong to none."""

    id: UUID
    region_code: str
    household_no: str
    head_name: str
    closed_on: date | None
    successor_id: UUID | None = None


def list_standings(scope: Scope, ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return households of the scope by id; those that are no household are left out.

    One query, two more where some of them are closed.
    """
    require(scope, "REGISTRY_READ")
    with activate(scope):
        rows = in_scope(Household.objects.all(), scope).filter(id__in=list(ids))
        names = ("id", "region_code", "household_no", "head_name", "closed_on")
        found = {row[0]: Standing(*row) for row in rows.values_list(*names)}
        closed = {each.id: each.closed_on for each in found.values() if each.closed_on}
        for household, successor in _successors(closed).items():
            old = found[household]
            found[household] = Standing(
                old.id, old.region_code, old.household_no, old.head_name, old.closed_on, successor
            )
    return found


def _successors(closed: dict[UUID, date]) -> dict[UUID, UUID]:
    """Return closed household → where most of those who left it last live now."""
    last: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Membership.objects.filter(household_id__in=list(closed), to_on__isnull=False)
    for household, person, until in rows.values_list("household_id", "person_id", "to_on"):
        day = closed[household]
        if until is not None and until >= day:
            last[household].add(person)
    people = {person for group in last.values() for person in group}
    now = dict(
        Membership.objects.filter(person_id__in=people, to_on__isnull=True).values_list(
            "person_id", "household_id"
        )
    )
    found = {}
    for household, group in last.items():
        counted = Counter(now[person] for person in group if person in now)
        if counted:
            found[household] = min(counted, key=lambda each: (-counted[each], str(each)))
    return found
