"""From checked rows to the table that lands: tokens for ID numbers, no names, scrubbed text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pyarrow as pa

from bangfu.domains.feeds.checking import Checked
from bangfu.domains.feeds.domain import scrub
from bangfu.domains.feeds.lake import build_table, lake_schema
from bangfu.foundation.crypto.tokens import tokens
from bangfu.kernel.period import Period
from bangfu.standards.datasets import Dataset


@dataclass(frozen=True, slots=True)
class LakeRows:
    """Rows ready for the lake and the distinct tokens in them."""

    table: pa.Table
    row_tokens: list[str]


def to_lake(
    contract: Dataset, checked: Checked, *, period: Period, batch_id: UUID, as_of: date
) -> LakeRows:
    """Return the good rows of a file as the lake keeps them."""
    kept = checked.kept
    source = checked.sheet.columns
    row_tokens = tokens([source["id_number"][place] for place in kept])
    columns: dict[str, list[Any]] = {
        "person_token": row_tokens,
        "period": [str(period)] * len(kept),
        "batch_id": [str(batch_id)] * len(kept),
        "as_of": [as_of] * len(kept),
    }
    names = source.get("name")
    for column in contract.lake_columns:
        values = source.get(column.name)
        if values is None:
            columns[column.name] = [None] * len(kept)
        elif column.type == "text":
            columns[column.name] = [
                _clean(values[place], names[place] if names else None) for place in kept
            ]
        else:
            columns[column.name] = [values[place] for place in kept]
    return LakeRows(build_table(lake_schema(contract), columns), row_tokens)


def _clean(text: str | None, own_name: str | None) -> str | None:
    return None if text is None else scrub(text, own_name)
