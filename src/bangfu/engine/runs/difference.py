"""What changed between two runs: households newly hinted at, changed, and no longer hinted at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

NO_HINT = "none"


@dataclass(frozen=True)
class Difference:
    """Household identifiers, each list sorted.

    `new` had no hint before (or were not there) and have one now; `gone` the other way round;
    `changed` have another hint or other rules behind it.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def difference(previous_out: Path | str | None, current_out: Path | str) -> Difference:
    """Compare two output folders; without a previous one every hint is new."""
    before = _hints(Path(previous_out)) if previous_out is not None else {}
    after = _hints(Path(current_out))
    shared = before.keys() & after.keys()
    return Difference(
        new=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(key for key in shared if before[key] != after[key])),
        gone=tuple(sorted(before.keys() - after.keys())),
    )


def _hints(out: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    columns = ["household_id", "hint", "rule_ids"]
    files = sorted(out.glob("part=*/hints.parquet")) or [out / "hints.parquet"]
    table = pa.concat_tables(
        pq.read_table(file, columns=columns, partitioning=None) for file in files
    )
    rows = zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)
    return {key: (hint, tuple(rules)) for key, hint, rules in rows if hint != NO_HINT}
