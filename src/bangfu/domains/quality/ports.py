"""What this domain asks of domains above it; they fill it in when their applications are ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def _none(scope: Scope, region: RegionCode, period: Period) -> Path | None:
    return None


class Ports:
    """`adopted_pack`: the folder of the pack that a county has adopted for a month, None where the
    national one decides. What lies in such a folder never changes."""

    adopted_pack: ClassVar[Callable[[Scope, RegionCode, Period], Path | None]] = staticmethod(_none)
