"""The worker: a process that runs queued jobs one after another, as the application role."""

from __future__ import annotations

import asyncio

from procrastinate import App
from procrastinate.contrib.django import app

from bangfu.foundation.jobs import queue
from bangfu.foundation.jobs.watch import watching

# A worker says every ten seconds that it lives; after three missed beats its jobs are stalled.
STALLED_SECONDS = 30.0


async def retry_stalled(worker_app: App, seconds: float = STALLED_SECONDS) -> int:
    """Queue the jobs of workers that have died again and return how many there were."""
    stalled = list(await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds))
    for job in stalled:
        await worker_app.job_manager.retry_job(job)
    return len(stalled)


async def _work(*, concurrency: int, wait: bool, signals: bool) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            await retry_stalled(worker_app)
            await worker_app.run_worker_async(
                queues=[queue.QUEUE],
                concurrency=concurrency,
                wait=wait,
                install_signal_handlers=signals,
                delete_jobs="successful",
            )


def run_worker(*, concurrency: int = 1, wait: bool = True, signals: bool = True) -> None:
    """Run queued jobs until told to stop (SIGTERM, SIGINT); with `wait` false, until none is left.

    Outside a main thread, pass `signals=False`.
    """
    with watching():
        asyncio.run(_work(concurrency=concurrency, wait=wait, signals=signals))
