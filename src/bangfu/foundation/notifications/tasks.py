"""What the worker does of itself: once a minute the digest when it is its hour, then the SMS; at
night it deletes what was read long ago."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.foundation.jobs import queue
from bangfu.foundation.notifications import delivering, digest, keeping

TICK = "bangfu.notifications.tick"
KEEP = "bangfu.notifications.keep"
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


# By UTC: twenty past three at night in Beijing.
@app.periodic(cron="20 19 * * *")
@app.task(name=KEEP, queue=queue.QUEUE, queueing_lock=KEEP)
def keep(timestamp: int) -> None:
    """Delete the messages whose term is over."""
    deleted = keeping.delete_read(at=timezone.now())
    if deleted:
        _log.info("%d messages that were read long ago are deleted", deleted)
