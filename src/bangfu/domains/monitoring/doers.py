"""Who acts on a proceeding, as the machine knows a doer: account, level, permissions."""

from __future__ import annotations

from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import system_scope
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.region import (
    COUNTY,
    PREFECTURE,
    PROVINCE,
    TOWN,
    VILLAGE,
    RegionCode,
)
from bangfu.kernel.scope import Scope
from bangfu.procedures import Doer, Level

# The system's own work: dispatch, escalation, what falls due.
SYSTEM = Doer("system", Level.SYSTEM)
PORTAL = "PORTAL_READ"

_LEVELS = {
    VILLAGE: Level.VILLAGE,
    TOWN: Level.TOWNSHIP,
    COUNTY: Level.COUNTY,
    PREFECTURE: Level.PREFECTURE,
    PROVINCE: Level.PROVINCE,
}


def doer_of(scope: Scope, region: RegionCode | None = None) -> Doer:
    """Return the doer that a scope is for a proceeding in `region`.

    The level is that of the post's place; a post of a department acts for the department, a
    household for itself, the system's own work as the system. Raises NotAllowed
    E-ACCESS-REGION for a place outside, E-MONITORING-LEVEL for a post of the nation.
    """
    if region is not None and not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))
    if scope.actor.kind == "SYSTEM":
        return SYSTEM
    if scope.department is not None:
        level = Level.SECTOR
    elif scope.permissions == {PORTAL}:
        level = Level.HOUSEHOLD
    else:
        found = _LEVELS.get(scope.region.level)
        if found is None:
            raise NotAllowed("E-MONITORING-LEVEL")
        level = found
    return Doer(scope.actor.id, level, scope.permissions)


def system_of(region: RegionCode, label: str) -> Scope:
    """Return the scope in which the system takes a step of a proceeding in `region`."""
    return system_scope(region, f"monitoring.{label}")


def require_reader(scope: Scope) -> None:
    """Refuse whoever may not read proceedings. Raises NotAllowed E-ACCESS-PERMISSION."""
    require(scope, "PROCEEDING_READ")
