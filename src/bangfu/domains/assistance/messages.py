"""What cadres are told of their pairings: how many households came to them or left them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from bangfu.foundation.notifications.domain import Note
from bangfu.foundation.notifications.services import notify_many
from bangfu.kernel.scope import Scope

_DESK = "/desk"


def tell_paired(scope: Scope, at: datetime, users: Iterable[UUID]) -> None:
    """Tell cadres of households that are theirs now; a user for each household."""
    _tell(scope, at, "assistance.paired", users)


def tell_ended(scope: Scope, at: datetime, users: Iterable[UUID]) -> None:
    """Tell cadres of households that are theirs no more; a user for each household."""
    _tell(scope, at, "assistance.ended", users)


def _tell(scope: Scope, at: datetime, subject: str, users: Iterable[UUID]) -> None:
    notes = [
        Note((user,), subject, {"count": count}, _DESK)
        for user, count in sorted(Counter(users).items(), key=str)
        if str(user) != scope.actor.id
    ]
    notify_many(scope=scope, at=at, notes=notes)
