"""What the worker does of itself, once a minute: the digest when it is its hour, then the SMS."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.foundation.jobs import queue
from bangfu.foundation.notifications import delivering, digest

TICK = "bangfu.notifications.tick"
_log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name=TICK, queue=queue.QUEUE, queueing_lock=TICK)
def tick(timestamp: int) -> None:
    """Make the digest and send what is due."""
    at = timezone.now()
    digest.make_if_due(at=at)
    done = delivering.deliver(at=at)
    if done.dead:
        _log.warning("%d messages did not get out: %s", done.dead, sorted(done.reasons))
