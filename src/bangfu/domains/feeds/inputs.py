"""The inputs of a screening run: the feeds that may be used for a month, as the engine reads them.

Asset data are filtered here already: rows of people without a live authorisation never reach the
engine, which then answers 未授权未比对 for them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa

from bangfu.domains.feeds.lake import keep_rows, lake_schema, read_tables, write_parquet
from bangfu.domains.feeds.selectors import (
    coverage,
    feed_contracts,
    lake_files,
    live_authorizations,
)
from bangfu.domains.feeds.services import check_county, record_use
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

ASSET = "ASSET"
_AUTHORIZATION_SCHEMA = pa.schema(
    [
        pa.field("person_token", pa.string()),
        pa.field("signed_on", pa.date32()),
        pa.field("expires_on", pa.date32()),
    ]
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was written: rows by table, the batches read, and the coverage manifest."""

    rows: dict[str, int]
    batch_ids: list[UUID]
    authorizations: int
    coverage: list[dict[str, Any]]


def materialise_inputs(scope: Scope, county: RegionCode, period: Period, out_dir: Path) -> Inputs:
    """Write OUT/feeds/<table>.parquet, OUT/authorization.parquet and OUT/coverage.json.

    A dataset of which nothing is valid for the month gives an empty table of its schema; the
    coverage tells the engine that it is unknown, not zero. Files are byte-identical for equal
    inputs. Raises NotAllowed or Refused E-FEED-COUNTY; Refused E-FEED-LAKE when a file that is
    in force is not on the disk.
    """
    check_county(scope, county)
    papers = list(live_authorizations(scope, county, period.last_day))
    authorised = frozenset(token for token, _, _ in papers)
    rows: dict[str, int] = {}
    batch_ids: list[UUID] = []
    for contract in feed_contracts():
        found = lake_files(scope, contract.id, county, period)
        for landing, path in found:
            if not path.is_file():
                raise Refused("E-FEED-LAKE", batch=str(landing.batch_id))
        table = read_tables([path for _, path in found], lake_schema(contract))
        if contract.basis == ASSET:
            table = keep_rows(table, "person_token", authorised)
        write_parquet(out_dir / "feeds" / f"{contract.table}.parquet", table)
        rows[contract.table] = table.num_rows
        batch_ids += [landing.batch_id for landing, _ in found]
    _write_authorizations(out_dir / "authorization.parquet", papers)
    manifest = coverage(scope, county, period)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (out_dir / "coverage.json").write_text(text + "\n", encoding="utf-8")
    return Inputs(rows, batch_ids, len(papers), manifest)


def _write_authorizations(path: Path, papers: list[tuple[Any, ...]]) -> None:
    columns = list(zip(*papers, strict=True)) or [(), (), ()]
    arrays = [
        pa.array(list(values), type=field.type)
        for values, field in zip(columns, _AUTHORIZATION_SCHEMA, strict=True)
    ]
    write_parquet(path, pa.Table.from_arrays(arrays, schema=_AUTHORIZATION_SCHEMA))


def remember_run(
    *, scope: Scope, at: datetime, inputs: Inputs, run_id: UUID, label: str = ""
) -> None:
    """Record that a screening run read these batches, for F22."""
    record_use(
        scope=scope,
        at=at,
        batch_ids=inputs.batch_ids,
        used_by_kind="screening.run",
        used_by_id=str(run_id),
        label=label,
    )
