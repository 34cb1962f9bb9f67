"""Tells the domains that somebody has left a post or the house, in the transaction of the act.

Domains that hold tasks for people subscribe when their apps are ready. A post that ends on a day
to come, or by its own last day, is told to nobody: whoever keeps tasks looks for such as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.kernel.region import RegionCode


@dataclass(frozen=True, slots=True)
class Left:
    """Whose post ended, where and when; `post_id` is None where the account was disabled, and
    `region` then the place that answers for the account."""

    user_id: UUID
    region: RegionCode
    at: datetime
    post_id: UUID | None = None


Listener = Callable[[Left], None]
_listeners: list[Listener] = []


def subscribe(listener: Listener) -> None:
    """Be told from now on; a listener is told once, however often it subscribes."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(left: Left) -> None:
    """Tell every listener; what one raises undoes the act."""
    for listener in _listeners:
        listener(left)
