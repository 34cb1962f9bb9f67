"""The process that works off background jobs: `python -m bangfu.server.worker`."""

from __future__ import annotations

import os

import django

from bangfu.foundation.logs import guard_process


def main() -> None:
    """Run queued jobs until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")
    django.setup()
    guard_process()
    # Their modules need the apps, which exist from here on.
    from bangfu.foundation.audit import chain  # noqa: PLC0415
    from bangfu.foundation.files import scratch  # noqa: PLC0415
    from bangfu.foundation.jobs.worker import run_worker  # noqa: PLC0415

    chain.keep()
    scratch.clear()
    run_worker()


if __name__ == "__main__":
    main()
