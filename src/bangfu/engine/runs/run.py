"""Decides every household of a month: all or nothing, the same inputs giving the same result."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from bangfu.engine.backends import duckdb as backend
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs.model import Pack
from bangfu.engine.rules.compiler import Compiler
from bangfu.engine.rules.execute import compile_rules
from bangfu.engine.runs import findings
from bangfu.engine.runs.hashing import hash_results
from bangfu.engine.runs.inputs import Opened, open_inputs
from bangfu.engine.runs.manifest import Manifest, hash_files, hash_mapping
from bangfu.kernel.period import Period

Progress = Callable[[int, int, str], None]
ROW_GROUP = 2048


def run(
    pack: Pack,
    inputs_dir: Path | str,
    out_dir: Path | str,
    period: Period | str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    memory_limit: str = backend.DEFAULT_MEMORY,
    threads: int | None = None,
) -> Manifest:
    """Run a pack over IN and write OUT whole or not at all; an older OUT is replaced.

    `progress(done, total, step)` is told of each step; `cancelled()` is asked between steps.
    Raises RunRefused E-RUN-INPUT, E-RUN-COVERAGE, E-RUN-EMPTY or E-RUN-CANCELLED; then OUT is
    as it was.
    """
    month = period if isinstance(period, Period) else Period.parse(period)
    out = Path(out_dir)
    half = out.with_name(f".{out.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    try:
        steps = _Steps(progress, cancelled)
        with backend.connect(
            memory_limit=memory_limit, threads=threads, spill=half / "spill"
        ) as connection:
            manifest = _decide(connection, pack, Path(inputs_dir), half, month, steps)
        steps.write(half / "timings.json")
        shutil.rmtree(half / "spill", ignore_errors=True)
        _replace(out, half)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return manifest


class _Steps:
    """Tells progress, asks for cancellation, keeps the seconds of each step."""

    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self._progress, self._cancelled = progress, cancelled
        self._seconds: dict[str, float] = {}
        self._last = time.perf_counter()
        self.total = 1

    def done(self, name: str) -> None:
        """A step is done; stop here when somebody has cancelled."""
        now = time.perf_counter()
        self._seconds[name] = round(now - self._last, 4)
        self._last = now
        if self._progress is not None:
            self._progress(len(self._seconds), self.total, name)
        if self._cancelled is not None and self._cancelled():
            raise RunRefused("E-RUN-CANCELLED")

    def write(self, path: Path) -> None:
        """Write the seconds to a file of their own, so that the manifest stays the same."""
        found = {**self._seconds, "total": round(sum(self._seconds.values()), 4)}
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _decide(
    connection: duckdb.DuckDBPyConnection,
    pack: Pack,
    inputs: Path,
    out: Path,
    period: Period,
    steps: _Steps,
) -> Manifest:
    opened = open_inputs(connection, inputs, pack.catalog, period)
    rules = pack.rules_on(period.last_day)
    compiler = compile_rules(rules, pack.catalog, period, pack.thresholds.tables(period.last_day))
    pieces = compiler.pieces()
    steps.total = len(pieces) + 5
    steps.done("open")
    backend.run_pieces(connection, pieces, after=steps.done)
    findings.write_outcomes(connection, rules)
    layouts = [compiler.household_layout, compiler.person_layout]
    findings.write_fired(connection, layouts, pack.catalog)
    findings.write_findings(connection, rules)
    findings.write_hints(connection)
    steps.done("findings")
    _write_files(connection, out)
    steps.done("write")
    manifest = _describe(connection, pack, opened, period, compiler)
    steps.done("hash")
    manifest.write(out / "manifest.json")
    states = [asdict(state) for state in opened.states]
    (out / "feeds.json").write_text(
        json.dumps(states, default=str, indent=1) + "\n", encoding="utf-8"
    )
    return manifest


def _write_files(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """The evidence is sorted by household in small row groups, so that one is found at once."""
    queries = {
        "hints": "SELECT * FROM hints ORDER BY household_id",
        "findings": "SELECT * FROM findings ORDER BY household_id, rule_id",
        "evidence": "SELECT * FROM household_result ORDER BY household_id",
        "evidence_members": "SELECT * FROM person_result ORDER BY household_id, person_id",
    }
    for name, query in queries.items():
        target = str(out / f"{name}.parquet").replace("'", "''")
        connection.execute(
            f"COPY ({query}) TO '{target}' "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )


def _describe(
    connection: duckdb.DuckDBPyConnection,
    pack: Pack,
    opened: Opened,
    period: Period,
    compiler: Compiler,
) -> Manifest:
    def number(sql: str) -> int:
        row: Any = connection.execute(sql).fetchone()
        return int(row[0])

    households = number("SELECT count(*) FROM household_result")
    if households == 0:
        raise RunRefused("E-RUN-EMPTY")
    hints = dict(connection.execute("SELECT hint, count(*) FROM hints GROUP BY 1").fetchall())
    found: dict[str, dict[str, int]] = {rule.id: {} for rule in compiler.rules}
    for rule_id, outcome, count in connection.execute(
        "SELECT rule_id, outcome, count(*) FROM findings GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        found[rule_id][outcome] = count
    inputs = hash_files(opened.files)
    return Manifest(
        period=str(period),
        pack=pack.id,
        pack_version=pack.version,
        pack_hash=pack.hash,
        inputs=inputs,
        inputs_hash=hash_mapping(inputs),
        households=households,
        persons=number("SELECT count(*) FROM person_result"),
        hints={name: hints.get(name, 0) for name in ("urgent", "attention", "unknown", "none")},
        findings=found,
        result_hash=hash_results(connection),
    )


def _replace(out: Path, half: Path) -> None:
    """Put the new folder in the old one's place; the old one goes only when the new one stands."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    half.rename(out)
    shutil.rmtree(old, ignore_errors=True)
