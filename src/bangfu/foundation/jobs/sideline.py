"""A job's own line to the database, beside the connection on which its handler works.

A handler may stand in one long transaction; what it says of its progress must be seen meanwhile,
and a request to stop must reach it. Both go over a connection of their own, at most twice a
second.
"""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from bangfu.foundation.database.context import Context, enter
from bangfu.foundation.jobs.domain import Cancelled
from bangfu.kernel.region import RegionCode

EVERY_SECONDS = 0.5
_SAY = "UPDATE jobs_job SET done = %s, total = %s, message = %s WHERE id = %s"
_ASK = "SELECT cancel_requested FROM jobs_job WHERE id = %s"


class Sideline:
    """Progress out, cancellation in."""

    def __init__(self, job_id: UUID, region: RegionCode) -> None:
        self._job_id = job_id
        self._context = Context(*region.bounds)
        self._connection: psycopg.Connection | None = None
        self._said = 0.0
        self._asked = 0.0

    def progress(self, done: int, total: int, message: str) -> None:
        """Write how far the job is, unless that was done a moment ago and it is not at its end."""
        now = time.monotonic()
        if now - self._said < EVERY_SECONDS and not (total and done >= total):
            return
        self._said = now
        self._run(_SAY, [done, total, message[:200], self._job_id])

    def check_cancelled(self) -> None:
        """Raise Cancelled when somebody asked the job to stop; asks at most twice a second."""
        now = time.monotonic()
        if now - self._asked < EVERY_SECONDS:
            return
        self._asked = now
        found = self._run(_ASK, [self._job_id])
        if found is not None and found[0]:
            raise Cancelled

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, statement: str, values: list[Any]) -> tuple[Any, ...] | None:
        if self._connection is None:
            params = connections["default"].get_connection_params()
            params.pop("cursor_factory", None)
            self._connection = psycopg.connect(**params, autocommit=True)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            enter(cursor, self._context)
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None
