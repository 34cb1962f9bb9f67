"""One screening of a county at a time.

The lock is an advisory lock on a connection of its own, so that it lasts over several
transactions and ends with the process whatever happens to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode

_WANTED = ("host", "port", "dbname", "user", "password", "sslmode")


@contextmanager
def one_at_a_time(region: RegionCode) -> Iterator[None]:
    """Hold the county's lock. Raises Conflict E-SCREENING-RUNNING when another run has it."""
    parameters = connection.get_connection_params()
    own = {name: parameters[name] for name in _WANTED if parameters.get(name)}
    with psycopg.connect(**own, autocommit=True) as held:
        row = held.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"screening:{region}"]
        ).fetchone()
        if row is None or not row[0]:
            raise Conflict("E-SCREENING-RUNNING", region=str(region))
        yield
