"""The hand-written DuckDB SQL over a lake, county group by county group.

    python bench/by_hand/duckdb_run.py LAKE OUT [--period 2026-08] [--counties 8] [--memory 4GB]

Prints one JSON object: seconds, peak_memory_mb, households.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.by_hand.coverage import FEEDS, Part, read_parts

ROOT = Path(__file__).resolve().parents[2]
SQL = Path(__file__).with_name("duckdb")
WRITTEN = {
    "hints": "hints",
    "findings": "findings",
    "evidence": "household_rules",
    "evidence_members": "member_rules",
}


def month_plus(month: str, by: int) -> str:
    """Return the month `by` months later."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def last_day(month: str) -> str:
    """Return the last day of a month as 2026-08-31."""
    return (date.fromisoformat(month_plus(month, 1) + "-01") - timedelta(days=1)).isoformat()


def open_database(period: str, memory: str, threads: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """Connect and make the macros and words that every group of counties uses."""
    database = duckdb.connect(":memory:")
    database.execute(f"SET memory_limit = '{memory}'; SET threads = {threads}")
    database.execute(f"SET temp_directory = '{spill}'; SET preserve_insertion_order = false")
    settings = {
        "period_end": f"DATE '{last_day(period)}'",
        "last_month": f"'{month_plus(period, -1)}'",
        "quarter_ago": f"'{month_plus(period, -3)}'",
        "year_ago": f"'{month_plus(period, -12)}'",
        "standards": f"'{ROOT / 'standards'}'",
    }
    for name, value in settings.items():
        database.execute(f"SET VARIABLE {name} = {value}")
    database.execute((SQL / "0_words.sql").read_text(encoding="utf-8"))
    return database


def attach(database: duckdb.DuckDBPyConnection, part: Part) -> None:
    """Make views of the files that count for a group of counties."""
    sources = {"household": part.household, "person": part.person, "paper": part.authorization}
    for name, files in sources.items():
        database.execute(f"CREATE OR REPLACE VIEW {name} AS FROM read_parquet({files!r})")
    for table in FEEDS:
        files, nothing = part.feeds[table], ""
        if not files:
            files, nothing = [part.any_file[table]], " WHERE FALSE"
        source = f"read_parquet({files!r}, hive_partitioning = false)"
        database.execute(f"CREATE OR REPLACE VIEW {table} AS FROM {source}{nothing}")
    columns = ", ".join(f"{table}_gap INTEGER" for table in FEEDS)
    database.execute(f"CREATE OR REPLACE TEMP TABLE county_gap (county VARCHAR, {columns})")
    places = ", ".join("?" for _ in range(len(FEEDS) + 1))
    database.executemany(
        f"INSERT INTO county_gap VALUES ({places})", [list(row.values()) for row in part.gaps]
    )


def decide(database: duckdb.DuckDBPyConnection, part: Part, number: int, out: Path) -> None:
    """Decide one group of counties and write its four files."""
    attach(database, part)
    for name in ("1_people", "2_rules", "3_findings"):
        database.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
    for name, table in WRITTEN.items():
        target = out / name / f"{number:03d}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        database.execute(f"COPY {table} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def run_lake(
    lake: Path, out: Path, period: str, counties: int = 8, memory: str = "4GB", threads: int = 2
) -> None:
    """Decide a lake, so many counties at a time, and write OUT."""
    out.mkdir(parents=True)
    database = open_database(period, memory, threads, out / "spill")
    for number, part in enumerate(read_parts(lake, period, counties)):
        decide(database, part, number, out)
    database.close()


def main() -> None:
    """Run and print what it took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lake", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--period", default="2026-08")
    arguments.add_argument("--counties", type=int, default=8)
    arguments.add_argument("--memory", default="4GB")
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    start = time.perf_counter()
    run_lake(
        options.lake, options.out, options.period, options.counties, options.memory, options.threads
    )
    seconds = round(time.perf_counter() - start, 3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak_memory_mb": peak}))


if __name__ == "__main__":
    main()
