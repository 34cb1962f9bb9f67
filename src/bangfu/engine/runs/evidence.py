"""Finds one household's rows in the evidence files: sorted, in small row groups."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bangfu.engine.runs.manifest import Manifest, read_manifest

KEY = "household_id"


class _Sorted:
    """A Parquet file sorted by household, with the range of each row group kept in memory."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        index = self._file.schema_arrow.get_field_index(KEY)
        groups = range(self._file.metadata.num_row_groups)
        statistics = [self._file.metadata.row_group(g).column(index).statistics for g in groups]
        self._ranges = [(s.min, s.max) for s in statistics]

    def rows(self, household_id: str) -> list[dict[str, Any]]:
        """Return the rows of one household, in the order of the file."""
        groups = [
            number for number, (low, high) in enumerate(self._ranges) if low <= household_id <= high
        ]
        if not groups:
            return []
        table: pa.Table = self._file.read_row_groups(groups, use_threads=False)
        found: list[dict[str, Any]] = table.filter(
            pc.equal(table.column(KEY), household_id)
        ).to_pylist()
        return found


@dataclass(frozen=True)
class Evidence:
    """An output folder opened for reading."""

    manifest: Manifest
    feeds: tuple[dict[str, Any], ...]
    households: _Sorted
    members: _Sorted
    hints: _Sorted


def open_evidence(out_dir: Path | str) -> Evidence:
    """Open OUT; the files' ranges are kept until the folder is replaced."""
    out = Path(out_dir)
    return _open(out, (out / "manifest.json").stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _open(out: Path, _written: int) -> Evidence:
    feeds = json.loads((out / "feeds.json").read_text(encoding="utf-8"))
    return Evidence(
        manifest=read_manifest(out),
        feeds=tuple(feeds),
        households=_Sorted(out / "evidence.parquet"),
        members=_Sorted(out / "evidence_members.parquet"),
        hints=_Sorted(out / "hints.parquet"),
    )
