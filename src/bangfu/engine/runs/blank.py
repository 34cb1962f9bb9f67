"""A feed in which nobody has an ID number says nothing about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bangfu.engine.comparison.coverage import FeedState
from bangfu.engine.comparison.reasons import NO_DATA
from bangfu.engine.contracts.arrow import TOKEN


def mark_blank(
    connection: duckdb.DuckDBPyConnection, states: Sequence[FeedState], feeds: Sequence[str]
) -> list[FeedState]:
    """Return the states with NO_DATA where a county's live rows of a feed are all without an ID.

    Nobody could be found in such rows, and that must not read as “nobody is in the list”. Reads
    `live_<feed>`; a list that came empty stays what its contract says.
    """
    blank = {
        (table, str(county))
        for table in feeds
        for (county,) in connection.execute(
            f'SELECT county FROM "live_{table}" GROUP BY county HAVING count(person_token) = 0'  # noqa: S608
        ).fetchall()
    }
    return [
        replace(state, gap=max(state.gap, NO_DATA))
        if (state.table, state.county) in blank
        else state
        for state in states
    ]


def is_blank(paths: Sequence[Path]) -> bool:
    """Whether the files hold rows, and no row an ID; their footers tell without reading them."""
    rows = missing = 0
    for path in paths:
        found = pq.read_metadata(path)
        place = found.schema.to_arrow_schema().get_field_index(TOKEN.name)
        for group in range(found.num_row_groups):
            column = found.row_group(group).column(place)
            if column.statistics is None or not column.statistics.has_null_count:
                missing += pc.sum(pc.is_null(_tokens(path, group))).as_py() or 0
            else:
                missing += column.statistics.null_count
        rows += found.num_rows
    return 0 < rows == missing


def _tokens(path: Path, group: int) -> pa.ChunkedArray:
    return pq.ParquetFile(path).read_row_group(group, columns=[TOKEN.name]).column(0)
