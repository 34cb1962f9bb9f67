"""Who can be paired: accounts with a post from which they can act, looked up once a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.domains.assistance import rows
from bangfu.domains.assistance.domain import Reach
from bangfu.foundation.access.roles import require
from bangfu.foundation.accounts.holders import list_holders
from bangfu.kernel.errors import Conflict, InvalidValue
from bangfu.kernel.scope import Scope

MANAGE = "PAIRING_MANAGE"


@dataclass(frozen=True, slots=True)
class Cadre:
    """Somebody who can be paired; the office is that of the post, and may be empty."""

    user_id: UUID
    username: str
    name: str
    office: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cadres:
    """The cadres of a scope on a day, and where each can act."""

    by_id: Mapping[UUID, Cadre]
    reach: Reach

    def get(self, user_id: UUID) -> Cadre:
        """Return a cadre. Raises InvalidValue E-ASSISTANCE-CADRE."""
        if user_id not in self.by_id:
            raise InvalidValue("E-ASSISTANCE-CADRE", cadre="-")
        return self.by_id[user_id]

    def find(self, username: str, name: str, region_code: str) -> Cadre:
        """Return a cadre by the account's name, or by the person's name among those who can act
        in a village. Raises InvalidValue E-ASSISTANCE-CADRE, -CADRE-NAME for two of a name."""
        if username:
            found = [one for one in self.by_id.values() if one.username == username]
        else:
            found = [
                one
                for one in self.by_id.values()
                if one.name == name and self.reach.covers(one.user_id, region_code)
            ]
        if len(found) > 1:
            raise InvalidValue("E-ASSISTANCE-CADRE-NAME", cadre=name[:60], count=len(found))
        if not found or (username and name and found[0].name != name):
            raise InvalidValue("E-ASSISTANCE-CADRE", cadre=(username or name)[:60])
        return found[0]

    def demand(self, cadre: Cadre, region_codes: Sequence[str]) -> None:
        """Refuse somebody who cannot act in one of these villages.

        Raises Conflict E-ASSISTANCE-CADRE-ELSEWHERE.
        """
        outside = [code for code in region_codes if not self.reach.covers(cadre.user_id, code)]
        if outside:
            places = "、".join(sorted(set(outside))[:3])
            raise Conflict("E-ASSISTANCE-CADRE-ELSEWHERE", cadre=cadre.name, places=places)


def list_cadres(scope: Scope, on: date) -> Cadres:
    """Return who can be paired in the scope on a day; one query."""
    require(scope, MANAGE)
    found: dict[UUID, Cadre] = {}
    places: dict[UUID, set[str]] = {}
    for one in list_holders(scope, rows.ACTS_BY, on, levels=rows.LEVELS):
        places.setdefault(one.user_id, set()).add(one.place)
        before = found.get(one.user_id)
        roles = (*before.roles, one.role) if before else (one.role,)
        office = before.office if before and before.office else one.office
        found[one.user_id] = Cadre(one.user_id, one.username, one.name, office, roles)
    return Cadres(found, Reach({user: tuple(sorted(each)) for user, each in places.items()}))
