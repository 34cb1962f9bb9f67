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
    """Return the posts in force that cover a proceeding's place, up to its county, the nearest
    first; those of a department come with none. Raises NotFound E-MONITORING-NOT-FOUND."""
    require_reader(scope)
    with activate(scope):
        place = RegionCode(rows.find_row(scope, proceeding_id).region_code)
    county = system_scope(place.county, "monitoring.people")
    held = list_holders(county, WORKS, local_day(at))
    near = [one for one in held if RegionCode(one.region_code).contains(place)]
    return sorted(near, key=lambda one: -RegionCode(one.region_code).level)
