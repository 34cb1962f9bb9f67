"""What the worker runs: a job by its id, and the recovery of jobs whose worker was killed."""

from __future__ import annotations

from uuid import UUID

from procrastinate import JobContext as QueueContext
from procrastinate.contrib.django import app

from bangfu.foundation.jobs import queue, services
from bangfu.foundation.jobs.worker import retry_stalled
from bangfu.kernel.region import RegionCode


@app.task(name=queue.RUN, queue=queue.QUEUE)
def run_job(job_id: str, region: str) -> None:
    """Run one job."""
    services.run_queued(UUID(job_id), RegionCode(region))


@app.periodic(cron="* * * * *")
@app.task(name=queue.RECOVER, queue=queue.QUEUE, queueing_lock=queue.RECOVER, pass_context=True)
async def recover(context: QueueContext, timestamp: int) -> None:
    """Queue again, once a minute, what a killed worker left behind."""
    await retry_stalled(context.app)
