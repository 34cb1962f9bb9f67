"""What the worker does for the clock: a sweep a minute, and once an hour a deep one."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.domains.monitoring.clocks.sweeping import sweep
from bangfu.foundation.jobs import queue

SWEEP = "bangfu.monitoring.sweep"
_log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name=SWEEP, queue=queue.QUEUE, queueing_lock=SWEEP)
def sweep_now(timestamp: int) -> None:
    """Sweep once; `timestamp` is the minute it was asked for (Unix time)."""
    is_full_hour = datetime.fromtimestamp(timestamp, UTC).minute == 0
    done = sweep(at=timezone.now(), deep=is_full_hour)
    if done.lost:
        _log.error("%d proceedings run by versions that are gone: %s", len(done.lost), done.lost)
