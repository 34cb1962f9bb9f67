"""What this domain asks of domains above it; they fill it in when their applications are ready."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar

from bangfu.kernel.region import RegionCode
from bangfu.procedures import Running


def _none(county: RegionCode) -> Collection[Running]:
    return ()


class Ports:
    """`running_procedures`: the versions of procedures that a county's open cases run by."""

    running_procedures: ClassVar[Callable[[RegionCode], Collection[Running]]] = staticmethod(_none)
