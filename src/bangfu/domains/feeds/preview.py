"""What a staged file would change: people who are new, changed, unchanged or gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from bangfu.domains.feeds.domain import CHANGES, LandingRecord
from bangfu.engine.backends import duckdb as backend
from bangfu.kernel.period import Period
from bangfu.standards.datasets import Dataset

# What every file has anew, and what therefore says nothing of a change.
_STAMPS = frozenset({"person_token", "batch_id", "period", "as_of"})
# Each person's rows as one number: rows have no order, and no row stands twice.
_COMPARE = """
WITH one AS (SELECT person_token, sum(hash({columns})::HUGEINT) AS told FROM now GROUP BY 1),
     other AS (SELECT person_token, sum(hash({columns})::HUGEINT) AS told FROM earlier GROUP BY 1)
SELECT count(*) FILTER (other.person_token IS NULL),
       count(*) FILTER (one.told <> other.told),
       count(*) FILTER (one.told = other.told),
       count(*) FILTER (one.person_token IS NULL)
FROM one FULL JOIN other USING (person_token)
"""


def compared_with(
    contract: Dataset, live: Sequence[LandingRecord], period: Period
) -> LandingRecord | None:
    """Return the batch in force that a file of `period` is to be compared with.

    A list of a state: the newest one not after the month. A list of the month alone (changes, or
    months that add up): the one of the same month, which the file would replace.
    """
    own = [one for one in live if one.dataset == contract.id and one.period <= period]
    if contract.coverage == CHANGES or contract.accumulates:
        own = [one for one in own if one.period == period]
    return max(own, key=lambda one: one.period, default=None)


def compare(now: pa.Table, earlier: Path | None) -> dict[str, int]:
    """Return how many people are new, changed, unchanged and gone against an earlier file."""
    if earlier is None or not earlier.is_file():
        people = len(now.column("person_token").unique())
        return {"new": people, "changed": 0, "unchanged": 0, "gone": 0}
    names = [name for name in now.column_names if name not in _STAMPS]
    columns = ", ".join(f'"{name}"' for name in names) or "1"
    with backend.connect(threads=1) as connection:
        connection.register("now", now)
        backend.read_parquet(connection, "earlier", earlier)
        row = connection.execute(_COMPARE.format(columns=columns)).fetchone()
    assert row is not None
    return dict(zip(("new", "changed", "unchanged", "gone"), row, strict=True))
