"""The monitoring line of a place on a day, for domains below the screening."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bangfu.domains.screening.packs import pack_in_force
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

THRESHOLD = "income_line"


def income_line(scope: Scope, region: RegionCode, on: date) -> Decimal | None:
    """Return the line in yuan per head and year by the pack in force there; None without one."""
    pack, _ = pack_in_force(scope, region, Period.containing(on))
    if THRESHOLD not in pack.thresholds.thresholds:
        return None
    found = pack.thresholds.find(THRESHOLD, str(region), on)
    return found.value if found else None
