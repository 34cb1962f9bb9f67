"""What one import is asked to do, gathered once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bangfu.foundation.intake.domain import BatchRecord
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

Progress = Callable[[int, int, str], None]

STEPS = (
    "reading",
    "checking",
    "placing",
    "comparing",
    "staging",
    "marking",
    "loading",
    "writing",
    "done",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One file, one region, one day; who asks and who watches."""

    scope: Scope
    at: datetime
    file: Path
    region: RegionCode
    as_of: date
    batch: BatchRecord
    progress: Progress
    check_cancelled: Callable[[], None]

    def step(self, name: str) -> None:
        """Stop when somebody asked for it, else say which step begins."""
        self.check_cancelled()
        self.progress(STEPS.index(name), len(STEPS) - 1, name)
