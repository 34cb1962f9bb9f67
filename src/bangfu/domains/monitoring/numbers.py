"""Running numbers of a county and year, one after the other, without holes."""

from __future__ import annotations

from django.db import connection

from bangfu.domains.monitoring.domain.proceedings import number_of
from bangfu.foundation.access.scopes import reading, system_scope
from bangfu.kernel.region import RegionCode
from bangfu.kernel.uuid7 import uuid7

# The updated row is locked until the transaction ends: whoever comes next waits and counts on.
_RESERVE = """
INSERT INTO monitoring_number (id, region_code, kind, year, last) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (region_code, kind, year) DO UPDATE SET last = monitoring_number.last + EXCLUDED.last
RETURNING last
"""


def reserve(county: RegionCode, kind: str, year: int, count: int = 1) -> list[str]:
    """Return the next `count` numbers of a kind in a county and year, in the caller's transaction.

    A transaction that is rolled back gives its numbers back.
    """
    place = str(county.county)
    with (
        reading(system_scope(county.county, "monitoring.numbers")),
        connection.cursor() as cursor,
    ):
        cursor.execute(_RESERVE, [uuid7(), place, kind, year, count])
        last = int(cursor.fetchone()[0])
    return [number_of(kind, year, each) for each in range(last - count + 1, last + 1)]
