"""Ours against hand-written DuckDB SQL for two rules, on the same data in one process.

    .venv/bin/python bench/engine_screening.py [--households 20000] [--out result.json]

Prints one JSON object: seconds (median of the runs), the ratio, the whole run of the national
pack, the time to explain a household, and the machine. Both sides must find the same households.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bangfu.engine import packs, runs
from bangfu.engine.backends.duckdb import connect, run_pieces
from bangfu.engine.packs import Pack
from bangfu.engine.rules.execute import compile_rules
from bangfu.engine.runs.inputs import open_inputs
from bangfu.kernel.period import Period
from bangfu.standards.paths import packs_root
from bench.engine_inputs import write_inputs

PERIOD = Period("2026-10")
REPEATS = 5
RULES = ("income_below_line", "medical_lifted")

BY_HAND = """
CREATE OR REPLACE TEMP TABLE by_hand AS
WITH income AS (
    SELECT household_id,
           CASE WHEN income_as_of < DATE '2025-04-30' THEN NULL
                ELSE (net_income + claim_income - eligible_out_of_pocket) / member_count END
               AS per_head, len(risk_kinds) AS risks, risk_status
    FROM src_household
), paid AS (
    SELECT p.household_id, p.person_id, max(c.self_paid_year) AS paid
    FROM src_person p
    JOIN src_household h ON h.household_id = p.household_id AND h.household_type = 'LIFTED'
    LEFT JOIN src_medical_claim c
      ON c.person_token = p.person_token AND c.visit_kind = 'INPATIENT'
    GROUP BY ALL
)
SELECT i.household_id,
       i.per_head < 8800 AND i.risks >= 1 AND coalesce(i.risk_status, '') <> 'CLEARED' AS income,
       bool_or(p.paid >= 5000) AS lifted
FROM income i LEFT JOIN paid p ON p.household_id = i.household_id
GROUP BY ALL
"""


def median(work: Callable[[], Any]) -> float:
    """Median wall time of REPEATS runs, in seconds."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return round(statistics.median(seconds), 4)


def compare(folder: Path, pack: Pack) -> dict[str, Any]:
    """Time the two rules both ways and check that they find the same households."""
    with connect() as connection:
        open_inputs(connection, folder, pack.catalog, PERIOD)
        rules = [pack.rule(name) for name in RULES]
        thresholds = pack.thresholds.tables(PERIOD.last_day)

        def ours() -> None:
            pieces = compile_rules(rules, pack.catalog, PERIOD, thresholds).pieces()
            for piece in pieces:
                connection.execute(f"DROP TABLE IF EXISTS {piece.name}")
            run_pieces(connection, pieces)

        seconds = {
            "ours": median(ours),
            "by_hand": median(lambda: connection.execute(BY_HAND)),
        }
        check_same(connection)
    return {**seconds, "ratio": round(seconds["ours"] / seconds["by_hand"], 2)}


def check_same(connection: duckdb.DuckDBPyConnection) -> None:
    """Both ways must flag the same households."""
    queries = {
        "income": (
            "SELECT household_id FROM household_result WHERE income_below_line__o",
            "SELECT household_id FROM by_hand WHERE income",
        ),
        "lifted": (
            "SELECT DISTINCT household_id FROM person_result WHERE medical_lifted__o",
            "SELECT household_id FROM by_hand WHERE lifted",
        ),
    }
    for name, pair in queries.items():
        first, second = (set(connection.execute(sql).fetchall()) for sql in pair)
        if first != second or not first:
            raise SystemExit(f"{name}: {len(first)} and {len(second)} households differ")


def main() -> None:
    """Make the inputs, measure, print JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--households", type=int, default=20_000)
    arguments.add_argument("--out", type=Path)
    options = arguments.parse_args()
    pack = packs.load(packs_root() / "national")
    with tempfile.TemporaryDirectory() as name:
        folder = write_inputs(Path(name) / "in", options.households)
        out = Path(name) / "out"
        result: dict[str, Any] = {
            "households": options.households,
            "two_rules": compare(folder, pack),
            "national_pack_seconds": median(lambda: runs.run(pack, folder, out, PERIOD)),
        }
        ids = pq.read_table(out / "hints.parquet").column("household_id").to_pylist()
        asked = iter(ids[:: max(1, len(ids) // REPEATS)])
        result["explain_seconds"] = median(lambda: runs.explain(out, pack, next(asked)))
        result["persons"] = runs.read_manifest(out).persons
        result["result_hash"] = runs.read_manifest(out).result_hash
    result["machine"] = {"cpus": os.cpu_count(), "python": platform.python_version(),
                         "duckdb": duckdb.__version__}  # fmt: skip
    text = json.dumps(result, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
