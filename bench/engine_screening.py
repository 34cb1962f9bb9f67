"""One county's month: the whole national pack over a folder, and the explanation of a household.

    .venv/bin/python bench/engine_screening.py [--households 20000] [--out result.json]

Prints one JSON object: seconds (median of the runs) and the machine. A province against SQL
written by hand, pandas and PostgreSQL is measured by its own bench.
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
from bangfu.kernel.period import Period
from bangfu.standards.paths import packs_root
from bench.engine_inputs import write_inputs

PERIOD = Period("2026-10")
REPEATS = 5


def median(work: Callable[[], Any]) -> float:
    """Median wall time of REPEATS runs, in seconds."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return round(statistics.median(seconds), 4)


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
