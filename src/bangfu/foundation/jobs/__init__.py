"""Background work (任务): started under somebody's scope, run by a worker, with progress.

`start` queues a job inside the caller's transaction, `run_now` runs the same handler at once,
`handler` registers what a kind of job does, in a `tasks.py`. It does not know what any job is
about.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bangfu.foundation.jobs.domain import Cancelled as Cancelled
    from bangfu.foundation.jobs.handlers import JobContext as JobContext
    from bangfu.foundation.jobs.handlers import handler as handler
    from bangfu.foundation.jobs.selectors import find_job as find_job
    from bangfu.foundation.jobs.selectors import get_job as get_job
    from bangfu.foundation.jobs.selectors import list_jobs as list_jobs
    from bangfu.foundation.jobs.services import cancel as cancel
    from bangfu.foundation.jobs.services import run_now as run_now
    from bangfu.foundation.jobs.services import start as start

_HOMES = {
    "Cancelled": "domain",
    "JobContext": "handlers",
    "handler": "handlers",
    "find_job": "selectors",
    "get_job": "selectors",
    "list_jobs": "selectors",
    "cancel": "services",
    "run_now": "services",
    "start": "services",
}


def __getattr__(name: str) -> Any:
    """Fetch at use: models load only after Django has loaded the apps."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
