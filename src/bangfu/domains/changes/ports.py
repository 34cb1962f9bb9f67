"""What this domain asks of domains above it; the server fills it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def _unknown(scope: Scope, region: RegionCode, on: date) -> Decimal | None:
    return None


def _open(
    scope: Scope, household_id: UUID, region: RegionCode, field: str, on: date, today: date
) -> None:
    return None


class Ports:
    """`income_line`: the monitoring line (yuan per head and year) of a place on a day, if known.
    `refuse_locked`: raises where a household's field of a day belongs to a year that is locked.
    """

    income_line: ClassVar[Callable[[Scope, RegionCode, date], Decimal | None]] = staticmethod(
        _unknown
    )
    refuse_locked: ClassVar[Callable[[Scope, UUID, RegionCode, str, date, date], None]] = (
        staticmethod(_open)
    )
