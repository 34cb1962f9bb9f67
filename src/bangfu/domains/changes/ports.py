"""What this domain asks of domains above it; the server fills it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import ClassVar

from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def _unknown(scope: Scope, region: RegionCode, on: date) -> Decimal | None:
    return None


class Ports:
    """`income_line`: the monitoring line (yuan per head and year) of a place on a day, if known."""

    income_line: ClassVar[Callable[[Scope, RegionCode, date], Decimal | None]] = staticmethod(
        _unknown
    )
