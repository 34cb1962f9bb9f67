"""What the worker does by the clock: notices end when their days are over."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from bangfu.domains.publicity import services
from bangfu.foundation.jobs import queue

END = "bangfu.publicity.end_due"


@app.periodic(cron="*/10 * * * *")
@app.task(name=END, queue=queue.QUEUE, queueing_lock=END)
def end_due(timestamp: int) -> None:
    """End the notices whose last day has passed."""
    services.end_due(at=timezone.now())
