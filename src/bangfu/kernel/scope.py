"""What somebody may see and do: a region and permissions, held as one value.

Every selector and service takes a `Scope`. Only `bangfu.foundation.access.scopes` makes one, from
a post or for a command; that is what the seal is for, and a test looks for other uses of it.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass

from bangfu.kernel.actor import Actor
from bangfu.kernel.region import RegionCode

_SEAL = object()


@dataclass(frozen=True, slots=True)
class Scope:
    """The region and permissions of an actor (数据权限范围).

    `department` narrows it to the datasets of one department, by its code; None: to no department.
    Building one takes the seal; anything else raises TypeError.
    """

    region: RegionCode
    permissions: frozenset[str]
    actor: Actor
    department: str | None = None
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a Scope is made by bangfu.foundation.access.scopes only")

    def allows(self, permission: str) -> bool:
        """Return whether the permission is held."""
        return permission in self.permissions

    def covers(self, region: RegionCode) -> bool:
        """Return whether the region lies within the scope."""
        return self.region.contains(region)
