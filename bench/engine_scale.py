"""The national pack over lakes of growing size: ours, DuckDB SQL by hand, pandas, PostgreSQL.

    .venv/bin/python bench/engine_scale.py [--up-to 12] [--engines ours,duckdb] [--work DIR]

For each size a lake is made, or taken from --lakes (folders by number of people: 1000000); each
engine runs in a process of its own, the median of three runs where one takes less than a minute;
peak memory is the child's own (of PostgreSQL the server's). Loading PostgreSQL is told apart and
not counted. All must give the same answers as ours. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bangfu.standards.paths import packs_root
from bench.by_hand.compare import compare, same

BENCH = Path(__file__).resolve().parent
PERIOD = "2026-08"
MEMORY, THREADS = "4GB", 2
MILLION = 1_000_000
SIZES = (0.1, 1, 12)
REPEATS, LONG = 3, 60.0
# Engines with the largest size, in million people, that they are asked to do.
ENGINES = {"ours": 12.0, "duckdb": 12.0, "pandas": 1.0, "postgres": 1.0}


@dataclass(frozen=True)
class Ran:
    """One process: wall and processor seconds, its peak memory, what it printed."""

    seconds: float
    cpu_seconds: float
    peak_memory_mb: int
    told: dict[str, Any]


def command(engine: str, lake: Path, out: Path) -> list[str]:
    """Return the command line of an engine."""
    if engine == "ours":
        pack = str(packs_root() / "national")
        options = ["--lake", str(lake), "--pack", pack, "--period", PERIOD, "--out", str(out)]
        limits = ["--memory", MEMORY, "--threads", str(THREADS), "--json"]
        return [str(BENCH / "without_pandas.py"), "engine", "run", *options, *limits]
    script = str(BENCH / "by_hand" / f"{engine}_run.py")
    return [script, str(lake), str(out), "--period", PERIOD]


def run_child(arguments: list[str]) -> Ran:
    """Run Python with the arguments and wait for it alone, so that its figures are its own."""
    read, write = os.pipe()
    paths = [str(BENCH.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    start = time.perf_counter()
    line = [sys.executable, *arguments]
    moves = [(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_CLOSE, read)]
    child = os.posix_spawn(sys.executable, line, environment, file_actions=moves)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as output:
        text = output.read()
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(arguments)} failed: {text}")
    cpu = usage.ru_utime + usage.ru_stime
    return Ran(seconds, cpu, usage.ru_maxrss // 1024, json.loads(text.splitlines()[-1]))


def measure(engine: str, lake: Path, out: Path) -> dict[str, Any]:
    """Run an engine up to three times; OUT holds what the last run wrote."""
    runs: list[Ran] = []
    while len(runs) < REPEATS and (not runs or runs[0].seconds < LONG):
        shutil.rmtree(out, ignore_errors=True)
        runs.append(run_child(command(engine, lake, out)))
        say(f"  {engine} {runs[-1].seconds:.1f} s")
    told = runs[-1].told
    found: dict[str, Any] = {
        "seconds": round(statistics.median(run.seconds for run in runs), 2),
        "cpu_seconds": round(statistics.median(run.cpu_seconds for run in runs), 2),
        "peak_memory_mb": max(run.peak_memory_mb for run in runs),
        "runs": [round(run.seconds, 2) for run in runs],
    }
    if engine == "postgres":
        # The server works in processes of its own; the child loads, waits and writes.
        del found["cpu_seconds"]
        found["runs"] = [run.told["seconds"] for run in runs]
        found["seconds"] = statistics.median(found["runs"])
        found["load_seconds"] = statistics.median(run.told["load_seconds"] for run in runs)
        found["peak_memory_mb"] = max(run.told["peak_memory_mb"] for run in runs)
    if engine == "ours":
        found |= {name: told[name] for name in ("hints", "result_hash", "partitions")}
        found["true"] = sum(counts.get("TRUE", 0) for counts in told["findings"].values())
    return found


def make_lake(lake: Path, people: int) -> dict[str, Any]:
    """Make a lake and return what it took, unless it is there."""
    if lake.exists():
        return {}
    generate = "from bangfu.cli.engine_generate import generate; generate()"
    made = run_child(["-c", generate, "--people", str(people), "--out", str(lake), "--json"])
    return {"lake_seconds": round(made.seconds, 1)}


ROWS = "SELECT sum(num_rows) FROM parquet_file_metadata(?)"


def describe(lake: Path) -> dict[str, Any]:
    """Return how much a lake holds."""
    with duckdb.connect() as connection:
        rows = {
            name: int(connection.execute(ROWS, [f"{lake}/{name}/**/*.parquet"]).fetchall()[0][0])
            for name in ("household", "person", "feeds")
        }
    size = sum(path.stat().st_size for path in lake.rglob("*.parquet"))
    return {
        "people": rows["person"],
        "households": rows["household"],
        "counties": len(list((lake / "household").iterdir())),
        "feed_rows": rows["feeds"],
        "lake_mb": size // MILLION,
    }


def measure_size(work: Path, people: int, engines: list[str], lakes: Path | None) -> dict[str, Any]:
    """Make or take a lake and measure every engine on it."""
    lake = (lakes or work) / str(people)
    say(f"{people:,} people")
    made = make_lake(lake, people)
    found: dict[str, Any] = {**describe(lake), **made, "engines": {}}
    for engine in engines:
        if people > ENGINES[engine] * MILLION:
            continue
        found["engines"][engine] = measure(engine, lake, work / engine)
        if engine != engines[0]:
            answers = compare(work / engines[0], work / engine)
            if not same(answers):
                raise SystemExit(json.dumps(answers, ensure_ascii=False, indent=1, default=str))
            shutil.rmtree(work / engine)
    shutil.rmtree(work / engines[0])
    if lakes is None:
        shutil.rmtree(lake)
    return found


def ratios(size: dict[str, Any]) -> dict[str, float]:
    """How many times longer each other engine takes than ours; ours against SQL by hand."""
    seconds = {name: figures["seconds"] for name, figures in size["engines"].items()}
    if "ours" not in seconds:
        return {}
    found = {f"{name}_to_ours": seconds[name] / seconds["ours"] for name in seconds}
    if "duckdb" in seconds:
        found["ours_to_duckdb"] = seconds["ours"] / seconds["duckdb"]
    return {name: round(value, 2) for name, value in found.items() if name != "ours_to_ours"}


def exponent(sizes: list[dict[str, Any]], engine: str, figure: str) -> float | None:
    """Slope of the logarithms by least squares; 1 is growth in proportion."""
    points = [
        (math.log(size["people"]), math.log(size["engines"][engine][figure]))
        for size in sizes
        if figure in size["engines"].get(engine, {})
    ]
    if len(points) < 2:
        return None
    x, y = (statistics.mean(values) for values in zip(*points, strict=True))
    above = sum((a - x) * (b - y) for a, b in points)
    return round(above / sum((a - x) ** 2 for a, _ in points), 3)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpus": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "processor": _processor(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def say(message: str) -> None:
    """Tell how far it is."""
    print(message, file=sys.stderr, flush=True)


def main() -> None:
    """Measure all sizes and print JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--up-to", type=float, default=12, help="largest size, million people")
    arguments.add_argument("--engines", default=",".join(ENGINES))
    arguments.add_argument("--work", type=Path, help="where the lakes go: 8 GB for 12 million")
    arguments.add_argument("--lakes", type=Path, help="lakes that are there already, and stay")
    options = arguments.parse_args()
    engines = options.engines.split(",")
    result: dict[str, Any] = {"period": PERIOD, "memory": MEMORY, "threads": THREADS}
    result["machine"] = machine()
    work = Path(tempfile.mkdtemp(prefix="bangfu-scale-", dir=options.work))
    try:
        chosen = [size for size in SIZES if size <= options.up_to]
        sizes = [
            measure_size(work, round(size * MILLION), engines, options.lakes) for size in chosen
        ]
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for size in sizes:
        size["ratios"] = ratios(size)
    result["sizes"] = sizes
    result["exponents"] = {
        engine: {figure: exponent(sizes, engine, figure) for figure in ("seconds", "cpu_seconds")}
        for engine in engines
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
