"""What the feeds tell the domains above them: a request for correction took a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bangfu.domains.feeds.domain import FeedbackState
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class FeedbackStepped:
    """A request (数据校核反馈单) that is in `state` now; told in the transaction of the step."""

    scope: Scope
    at: datetime
    region_code: str
    no: str
    state: FeedbackState


class Listeners:
    """`feedback`: who is told, in order; what one raises undoes the step."""

    feedback: ClassVar[list[Callable[[FeedbackStepped], None]]] = []


def tell(event: FeedbackStepped) -> None:
    """Tell everybody who listens."""
    for listener in Listeners.feedback:
        listener(event)
