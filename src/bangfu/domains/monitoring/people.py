"""Who may be named in a step of a proceeding: the people who work where it lies."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import rows
from bangfu.domains.monitoring.checking import WORKS
from bangfu.domains.monitoring.doers import require_reader
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.accounts.holders import Holder, list_holders
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day


def candidates(scope: Scope, proceeding_id: UUID, at: datetime) -> list[Holder]:
    """Return the posts in force that cover a proceeding's place and lie in the scope's own, the
    nearest first: who works above is not told below. Raises NotFound E-MONITORING-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        place = RegionCode(rows.find_row(scope, proceeding_id).region_code)
    county = system_scope(place.county, "monitoring.people")
    held = list_holders(county, WORKS, local_day(at))
    near = [
        (post.level, one)
        for one in held
        if (post := RegionCode(one.region_code)).contains(place) and scope.region.contains(post)
    ]
    return [one for _, one in sorted(near, key=lambda pair: -pair[0])]
