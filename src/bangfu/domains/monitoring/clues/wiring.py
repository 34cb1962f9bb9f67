"""What the clues from screenings listen to; called when the applications are ready."""

from __future__ import annotations

from bangfu.domains.feeds.events import Listeners as FeedListeners
from bangfu.domains.monitoring.clues import checks, explained, jobs, joining, owners
from bangfu.domains.monitoring.ports import Ports
from bangfu.domains.screening.events import Listeners


def connect() -> None:
    """Listen; calling it again changes nothing."""
    for check in (joining.check, owners.check, checks.check):
        if check not in Ports.before:
            Ports.before.append(check)
    for follow in (explained.remember, joining.carry_over, owners.send):
        if follow not in Ports.after:
            Ports.after.append(follow)
    if owners.let_speak not in FeedListeners.feedback:
        FeedListeners.feedback.append(owners.let_speak)
    if jobs.after_publishing not in Listeners.published:
        Listeners.published.append(jobs.after_publishing)
