"""What the register tells the domains above it: that households are not what or where they were.

Listeners run in the transaction of the act; what one raises undoes it. A list that is imported
tells nobody: whoever keeps things by household compares them with the register as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from bangfu.kernel.region import RegionCode

# The kind of an act that was undone.
UNDONE = "UNDONE"


@dataclass(frozen=True, slots=True)
class HouseholdsChanged:
    """Households of a county that an act touched; `kind` is that of the act (`ActKind`), UNDONE
    for one that was put back, PLACED for a household that was put under another village.
    `new_household_no` is the number of a household that the act opened."""

    county: RegionCode
    at: datetime
    households: tuple[UUID, ...]
    kind: str
    new_household_no: str = ""


class Listeners:
    """`changed`: who is told, in order."""

    changed: ClassVar[list[Callable[[HouseholdsChanged], None]]] = []


def tell(event: HouseholdsChanged) -> None:
    """Tell everybody who listens."""
    for listener in Listeners.changed:
        listener(event)
