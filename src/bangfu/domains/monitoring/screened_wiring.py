"""What the clues from screenings listen to; called when the applications are ready."""

from __future__ import annotations

from bangfu.domains.monitoring import explained, screened_jobs, screened_joining
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.screening.events import Listeners


def connect() -> None:
    """Listen; calling it again changes nothing."""
    if screened_joining.check not in Ports.before:
        Ports.before.append(screened_joining.check)
    for follow in (explained.remember, screened_joining.carry_over):
        if follow not in Ports.after:
            Ports.after.append(follow)
    if screened_jobs.after_publishing not in Listeners.published:
        Listeners.published.append(screened_jobs.after_publishing)
