"""A feed in which nobody has an ID number says nothing about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from bangfu.engine.comparison.coverage import FeedState
from bangfu.engine.comparison.reasons import NO_DATA


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
