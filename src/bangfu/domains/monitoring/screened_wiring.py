"""What the clues from screenings listen to; called when the applications are ready."""

from __future__ import annotations

from bangfu.domains.monitoring import explained, screened_jobs
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.screening.events import Listeners


def connect() -> None:
    """Listen; calling it again changes nothing."""
    if explained.remember not in Ports.after:
        Ports.after.append(explained.remember)
    if screened_jobs.after_publishing not in Listeners.published:
        Listeners.published.append(screened_jobs.after_publishing)
