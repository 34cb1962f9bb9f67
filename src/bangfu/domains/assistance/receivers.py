"""What pairings do when somebody leaves, and when the register changes a household.

Of somebody who leaves they tell that nobody answers for the households any more; the pairings
themselves stand until somebody hands them over, and until then they are listed as orphaned
(`selectors.list_orphans`). With a household that moves they go along; with one that closes they
end, and go on when the act is undone and nobody was paired since.
"""

from __future__ import annotations

from django.utils import timezone

from bangfu.domains.assistance import events, rows, services
from bangfu.domains.assistance.domain import EndReason
from bangfu.domains.assistance.events import PairingEnded
from bangfu.domains.registry.events import UNDONE, HouseholdsChanged, Listeners
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.accounts import leaving
from bangfu.foundation.accounts.leaving import Left


def connect() -> None:
    """Listen; calling it again changes nothing."""
    leaving.subscribe(on_left)
    if on_households_changed not in Listeners.changed:
        Listeners.changed.append(on_households_changed)


def on_households_changed(event: HouseholdsChanged) -> None:
    """Let pairings follow an act of the register, in its transaction."""
    scope = system_scope(event.county, "assistance.households")
    if event.kind == UNDONE:
        services.restore_households(scope=scope, at=event.at, household_ids=event.households)
    services.follow_households(scope=scope, at=event.at, household_ids=event.households)


def on_left(left: Left) -> None:
    """Tell of the households for which the one who left can no longer act."""
    scope = system_scope(left.region, "assistance.left")
    with activate(scope):
        held = list(rows.open_pairings(scope).filter(user_id=left.user_id).order_by("id"))
        if not held:
            return
        reach = rows.reach_of(scope, {left.user_id}, timezone.localdate(left.at))
        ended = [
            PairingEnded(
                row.id,
                row.household_id,
                row.household_no,
                row.region_code,
                row.user_id,
                None,
                str(EndReason.LEFT),
            )
            for row in held
            if not reach.covers(row.user_id, row.region_code)
        ]
        events.tell(scope, left.at, ended)
