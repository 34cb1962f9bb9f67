"""What the screening tells the domains above it: a run was published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bangfu.domains.screening.domain import RunRecord
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class RunPublished:
    """A run whose hints are in force; told in the transaction that publishes it."""

    scope: Scope
    at: datetime
    run: RunRecord


class Listeners:
    """`published`: who is told, in order; what one raises undoes the publishing."""

    published: ClassVar[list[Callable[[RunPublished], None]]] = []


def tell(event: RunPublished) -> None:
    """Tell everybody who listens."""
    for listener in Listeners.published:
        listener(event)
