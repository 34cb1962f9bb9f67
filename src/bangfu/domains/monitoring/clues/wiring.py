"""What the clues from screenings listen to; called when the applications are ready."""

from __future__ import annotations

from bangfu.domains.monitoring.clues import explained, jobs, joining
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.screening.events import Listeners


def connect() -> None:
    """Listen; calling it again changes nothing."""
    if joining.check not in Ports.before:
        Ports.before.append(joining.check)
    for follow in (explained.remember, joining.carry_over):
        if follow not in Ports.after:
            Ports.after.append(follow)
    if jobs.after_publishing not in Listeners.published:
        Listeners.published.append(jobs.after_publishing)
