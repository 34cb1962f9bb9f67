"""What proceedings listen to: decisions, the register, posts and pairings; called once at start."""

from __future__ import annotations

from bangfu.domains.assistance import events as pairings
from bangfu.domains.monitoring.clocks.following import follow_decision, note_new_risk
from bangfu.domains.monitoring.clocks.handovers import on_left, on_pairing_ended
from bangfu.domains.monitoring.clocks.households import on_households_changed
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.registry.events import Listeners
from bangfu.foundation.accounts import leaving


def connect() -> None:
    """Listen; calling it again changes nothing."""
    for follow in (follow_decision, note_new_risk):
        if follow not in Ports.after:
            Ports.after.append(follow)
    if on_households_changed not in Listeners.changed:
        Listeners.changed.append(on_households_changed)
    pairings.subscribe(on_pairing_ended)
    leaving.subscribe(on_left)
