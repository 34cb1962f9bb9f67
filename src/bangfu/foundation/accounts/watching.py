"""Tells that an account was acted on at the terminal, in the transaction of the act.

The terminal takes two names at their word. So whoever looks after accounts hears of what was done
there; who that is, and how, is the subscriber's to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

GRANT_POST = "GRANT_POST"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done at the terminal (an Act, or GRANT_POST), with an account or post of where."""

    scope: Scope
    at: datetime
    region: RegionCode
    what: str


Listener = Callable[[Done], None]
_listeners: list[Listener] = []


def subscribe(listener: Listener) -> None:
    """Be told from now on; a listener is told once, however often it subscribes."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(done: Done) -> None:
    """Tell every listener; what one raises undoes the act."""
    for listener in _listeners:
        listener(done)
