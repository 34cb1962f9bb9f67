"""Decides one part of a run: its relations in a database of their own, its files, its numbers."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.comparison.coverage import FeedState
from bangfu.engine.rules.compiler import Compiler, Piece
from bangfu.engine.runs.evidence import EVIDENCE, evidence_queries
from bangfu.engine.runs.findings import FINDING_ROWS, HINT_ROWS, Counts, make_findings
from bangfu.engine.runs.hashing import hash_counties
from bangfu.engine.runs.inputs import Inputs, Part
from bangfu.engine.runs.manifest import hash_files

ROW_GROUP = 8192
DONE = "part.json"
AfterStep = Callable[[str], None]


@dataclass(frozen=True)
class Resources:
    """What a part may use."""

    memory_mb: int
    threads: int


@dataclass(frozen=True)
class Job:
    """What is the same for all parts of a run."""

    inputs: Inputs
    compiler: Compiler
    pieces: tuple[Piece, ...]
    told: Mapping[str, str]
    resources: Resources


@dataclass(frozen=True)
class PartResult:
    """The numbers of a part; kept in `part.json`, which is there when all its files are."""

    households: int
    persons: int
    hints: Mapping[str, int]
    findings: Counts
    counties: Mapping[str, str]
    inputs: Mapping[str, str]
    feeds: list[dict[str, Any]]
    seconds: Mapping[str, float]


def decide_part(job: Job, part: Part, folder: Path, after: AfterStep) -> PartResult:
    """Decide a part and write its files into `folder`, `part.json` last.

    `after` is told of each step and may raise.
    """
    seconds: dict[str, float] = {}
    last = time.perf_counter()

    def done(step: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[step] = round(now - last, 4)
        last = now
        after(step)

    spill = folder / "spill"
    (folder / EVIDENCE).mkdir(parents=True)
    with backend.connect(
        memory_limit=f"{job.resources.memory_mb}MB", threads=job.resources.threads, spill=spill
    ) as connection:
        opened = job.inputs.open(connection, part, job.compiler.relations.feeds)
        done("open")
        backend.run_pieces(connection, job.pieces, after=done)
        findings = make_findings(connection, job.compiler, job.told)
        done("findings")
        _write(connection, job.compiler, folder)
        done("write")
        result = PartResult(
            households=_number(connection, "SELECT count(*) FROM home"),
            persons=_number(connection, "SELECT count(*) FROM member"),
            hints=dict(connection.execute("SELECT hint, count(*) FROM hint GROUP BY 1").fetchall()),
            findings=findings,
            counties=hash_counties(connection),
            inputs=hash_files(opened.files),
            feeds=[_state(state) for state in opened.states],
            seconds=seconds,
        )
        done("hash")
    shutil.rmtree(spill, ignore_errors=True)
    (folder / DONE).write_text(json.dumps(asdict(result), ensure_ascii=False), encoding="utf-8")
    return result


def read_part(folder: Path) -> PartResult:
    """Read `part.json`."""
    found: dict[str, Any] = json.loads((folder / DONE).read_text(encoding="utf-8"))
    return PartResult(**found)


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row: Any = connection.execute(sql).fetchone()
    return int(row[0])


def _state(state: FeedState) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(asdict(state), default=str))
    return found


def _write(connection: duckdb.DuckDBPyConnection, compiler: Compiler, folder: Path) -> None:
    """Files are sorted by household in small row groups, so that one is found at once."""
    for name, query in {"hints": HINT_ROWS, "findings": FINDING_ROWS}.items():
        backend.write_parquet(connection, query, folder / f"{name}.parquet", row_group=ROW_GROUP)
    for name, query in evidence_queries(compiler).items():
        target = folder / EVIDENCE / f"{name}.parquet"
        backend.write_parquet(connection, query, target, row_group=ROW_GROUP, compression="lz4_raw")
