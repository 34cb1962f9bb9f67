"""A run's results as the database takes them, and a screening as its reader takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bangfu.domains.screening.domain import ScreenResult, Severity
from bangfu.engine.runs import Manifest

FIRED = "TRUE"


@dataclass(frozen=True, slots=True)
class Found:
    """What a run's manifest says."""

    pack: str
    pack_version: str
    pack_hash: str
    inputs_hash: str
    result_hash: str
    households: int
    persons: int
    hints: dict[str, int]

    def columns(self) -> dict[str, Any]:
        """Return it as columns of the table of runs."""
        return asdict(self)


def describe(manifest: Manifest) -> Found:
    """Return what the table of runs keeps of a manifest."""
    return Found(
        pack=manifest.pack,
        pack_version=manifest.pack_version,
        pack_hash=manifest.pack_hash,
        inputs_hash=manifest.inputs_hash,
        result_hash=manifest.result_hash,
        households=manifest.households,
        persons=manifest.persons,
        hints=dict(manifest.hints),
    )


def _rules(results: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return, by household, the rules that fired and those that could not be decided."""
    names = ["household_id", "rule_id", "outcome"]
    table = pq.read_table(results / "findings.parquet", columns=names)
    fired: dict[str, list[str]] = defaultdict(list)
    undecided: dict[str, list[str]] = defaultdict(list)
    columns = (table.column(name).to_pylist() for name in names)
    for household_id, rule_id, outcome in zip(*columns, strict=True):
        (fired if outcome == FIRED else undecided)[household_id].append(rule_id)
    return fired, undecided


def read_hints(results: Path) -> Iterator[tuple[Any, ...]]:
    """Yield (household_id, region_code, severity, reasons zh and en, fired, undecided)."""
    fired, undecided = _rules(results)
    names = ["household_id", "region_code", "hint", "reason_zh", "reason_en"]
    table = pq.read_table(results / "hints.parquet", columns=names)
    columns = (table.column(name).to_pylist() for name in names)
    for household_id, region_code, hint, reason_zh, reason_en in zip(*columns, strict=True):
        yield (
            household_id,
            region_code,
            int(Severity.of(hint)),
            reason_zh or "",
            reason_en or "",
            sorted(fired.get(household_id, ())),
            sorted(undecided.get(household_id, ())),
        )


def summarise(result: ScreenResult) -> dict[str, Any]:
    """Return a screening as JSON-ready values; the keys are in docs/how-to/screen.md."""
    run = result.run
    return {
        "run_id": str(run.id),
        "region": run.region_code,
        "period": run.period,
        "pack": run.pack,
        "pack_version": run.pack_version,
        "households": run.households,
        "persons": run.persons,
        "hints": run.hints,
        "changes": {
            "new": 0 if result.is_repeat else run.new,
            "changed": 0 if result.is_repeat else run.changed,
            "gone": 0 if result.is_repeat else run.gone,
        },
        "written": result.written,
        "is_repeat": result.is_repeat,
        "result_hash": run.result_hash,
        "inputs_hash": run.inputs_hash,
        "finished_at": run.finished_at.isoformat(),
        "seconds": result.seconds,
    }
