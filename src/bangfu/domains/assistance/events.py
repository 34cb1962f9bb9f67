"""What pairings tell the domains above: that a cadre no longer answers for a household.

Receivers run in the transaction of what happened; what one raises undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.assistance import messages
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class PairingEnded:
    """A household whose cadre is another now, or none; `successor_id` is the next one's account.

    `reason` is that of the end (`domain.EndReason`); LEFT also where the pairing stands and its
    cadre can no longer act: the account was disabled, or the post in the village ended.
    """

    pairing_id: UUID
    household_id: UUID
    household_no: str
    region_code: str
    user_id: UUID
    successor_id: UUID | None
    reason: str


Receiver = Callable[[Scope, datetime, Sequence[PairingEnded]], None]
_receivers: list[Receiver] = []


def subscribe(receiver: Receiver) -> None:
    """Be told of pairings that end; a receiver is told once, however often it subscribes."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def tell(scope: Scope, at: datetime, ended: Sequence[PairingEnded]) -> None:
    """Tell every receiver of pairings that ended together, and the cadres whose they were, inside
    `activate(scope)`."""
    if ended:
        messages.tell_ended(scope, at, [one.user_id for one in ended])
        for receiver in _receivers:
            receiver(scope, at, ended)
