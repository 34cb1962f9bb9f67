"""The national pack in PostgreSQL SQL, in a throw-away cluster that is tuned for one big query.

    python bench/by_hand/postgres_run.py LAKE OUT [--period 2026-08]

Loading is timed apart and is not part of `seconds`. Prints one JSON object: seconds, load_seconds,
peak_memory_mb (of the server's processes together). OUT gets hints and findings, to be compared.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bangfu.foundation.database import cluster
from bench.by_hand.coverage import FEEDS, Part, read_parts
from bench.by_hand.duckdb_run import last_day, month_plus
from bench.by_hand.pandas_run import COLUMNS, ROOT

SQL = Path(__file__).with_name("postgres")
SERVER = {
    "shared_buffers": "2GB",
    "work_mem": "512MB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "8GB",
    "max_parallel_workers_per_gather": "2",
    "max_wal_size": "8GB",
    "synchronous_commit": "off",
    "jit": "off",
}
# Joins are written in the order in which they should be made.
SESSION = "SET join_collapse_limit = 1; SET from_collapse_limit = 1"


def connect(home: Path, database: str) -> psycopg.Connection[Any]:
    """Log in as the cluster's administrator."""
    url = cluster.up(home, durable=False).url("admin", database).text(with_password=True)
    return psycopg.connect(url, autocommit=True)


def prepare(home: Path) -> psycopg.Connection[Any]:
    """Make a tuned cluster and a database that sorts by bytes."""
    with connect(home, "postgres") as admin:
        for name, value in SERVER.items():
            admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    cluster.down(home)
    with connect(home, "postgres") as admin:
        admin.execute("CREATE DATABASE bench TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'")
    return connect(home, "bench")


def load(database: psycopg.Connection[Any], part: Part) -> None:
    """Copy the live rows into unlogged tables, and gather statistics."""
    reader = duckdb.connect()
    sources = {"household": part.household, "person": part.person, "paper": part.authorization}
    sources |= part.feeds
    columns = {**COLUMNS, "paper": "person_token signed_on expires_on"}
    for table, files in sources.items():
        if table not in columns:
            continue
        wanted = columns[table].split()
        if table in FEEDS:
            wanted = ["person_token", *wanted]
        source = f"read_parquet({files or [part.any_file[table]]!r}, hive_partitioning = false)"
        shape = reader.execute(f"DESCRIBE SELECT {', '.join(wanted)} FROM {source}").fetchall()
        types = [(name, _postgres_type(type_)) for name, type_, *_ in shape]
        fields = ", ".join(f"{name} {type_}" for name, type_ in types)
        database.execute(f"CREATE UNLOGGED TABLE {table} ({fields})")
        chosen = ", ".join(_as_text(name, type_) for name, type_ in types)
        if files:
            _copy(database, reader, table, f"SELECT {chosen} FROM {source}")
    gaps = ", ".join(f"{table}_gap integer" for table in FEEDS)
    database.execute(f"CREATE UNLOGGED TABLE county_gap (county text, {gaps})")
    places = ", ".join(["%s"] * (len(FEEDS) + 1))
    with database.cursor() as cursor:
        rows = [list(row.values()) for row in part.gaps]
        cursor.executemany(f"INSERT INTO county_gap VALUES ({places})", rows)
    _load_labels(database)
    database.execute("ANALYZE")


def _postgres_type(type_: str) -> str:
    if type_.startswith("DECIMAL"):
        return type_.replace("DECIMAL", "numeric")
    return {"VARCHAR": "text", "VARCHAR[]": "text[]", "DOUBLE": "float8"}.get(type_, type_.lower())


def _as_text(name: str, type_: str) -> str:
    if type_ == "text[]":
        return f"CASE WHEN {name} IS NOT NULL THEN '{{' || array_to_string({name}, ',') || '}}' END"
    return name


def _copy(
    database: psycopg.Connection[Any], reader: duckdb.DuckDBPyConnection, table: str, query: str
) -> None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        reader.execute(f"COPY ({query}) TO '{file.name}' (FORMAT csv, HEADER false)")
        statement = f"COPY {table} FROM STDIN (FORMAT csv)"
        rows = Path(file.name).open("rb")  # noqa: SIM115
        with rows, database.cursor() as cursor, cursor.copy(statement) as copy:
            while block := rows.read(1 << 20):
                copy.write(block)


def _load_labels(database: psycopg.Connection[Any]) -> None:
    database.execute("CREATE UNLOGGED TABLE label (list text, code text, zh text, en text)")
    for path in sorted((ROOT / "standards" / "codelists").glob("*.csv")):
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
        with database.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO label VALUES (%s, %s, %s, %s)",
                [(path.stem, row["code"], row["zh"], row["en"]) for row in rows],
            )
    database.execute("CREATE INDEX ON label (list, code)")


def decide(database: psycopg.Connection[Any], period: str) -> None:
    """Run the SQL; statistics are gathered between the parts, as its planner needs them."""
    values = {
        ":period_end": f"DATE '{last_day(period)}'",
        ":last_month": f"'{month_plus(period, -1)}'",
        ":quarter_ago": f"'{month_plus(period, -3)}'",
        ":year_ago": f"'{month_plus(period, -12)}'",
    }
    database.execute(SESSION)
    for name in ("0_words", "1_people", "2_rules", "3_findings"):
        text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
        for place, value in values.items():
            text = text.replace(place, value)
        database.execute(text)
        database.execute("ANALYZE")


def write(database: psycopg.Connection[Any], out: Path) -> None:
    """Write hints and findings for the comparison."""
    out.mkdir(parents=True, exist_ok=True)
    queries = {
        "hints": "SELECT household_id, household_no, region_code, hint, reason_zh, reason_en, "
        "array_to_string(rule_ids, ',') AS rule_ids FROM hints",
        "findings": "SELECT household_id, rule_id, hint, outcome, unknown_reason, "
        "array_to_string(person_ids, ',') AS person_ids, reason_zh, reason_en FROM findings",
    }
    lists = {"hints": "rule_ids", "findings": "person_ids"}
    for name, query in queries.items():
        path = out / f"{name}.csv"
        statement = f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)"
        with database.cursor() as cursor, cursor.copy(statement) as copy, path.open("wb") as file:
            for block in copy:
                file.write(block)
        split = f"string_split({lists[name]}, ',') AS {lists[name]}"
        duckdb.execute(
            f"COPY (SELECT * REPLACE ({split}) FROM read_csv('{path}', all_varchar = true)) "
            f"TO '{out / name}.parquet' (FORMAT parquet)"
        )
        path.unlink()


class Memory:
    """Watches the memory that the server's processes share and own."""

    def __init__(self, server: int) -> None:
        self.peak_mb = 0
        self._server, self._stop = server, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            total = 0
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    stat = (folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
                    if int(folder.name) != self._server and int(stat[1]) != self._server:
                        continue
                    # Proportional: what several processes share is counted once.
                    for line in (folder / "smaps_rollup").read_text(encoding="utf-8").splitlines():
                        if line.startswith("Pss:"):
                            total += int(line.split()[1])
                except (OSError, IndexError):
                    continue
            self.peak_mb = max(self.peak_mb, total // 1024)


def main() -> None:
    """Run and print what it took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lake", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--period", default="2026-08")
    options = arguments.parse_args()
    (part,) = read_parts(options.lake, options.period, 10**6)
    home = Path(tempfile.mkdtemp(prefix="bangfu-bench-"))
    try:
        database = prepare(home)
        start = time.perf_counter()
        load(database, part)
        loaded = time.perf_counter()
        pid = cluster.status(home).pid
        assert pid is not None
        with Memory(pid) as memory:
            decide(database, options.period)
        seconds = time.perf_counter() - loaded
        write(database, options.out)
        database.close()
    finally:
        cluster.destroy(home)
        shutil.rmtree(home, ignore_errors=True)
    told = {"seconds": round(seconds, 3), "load_seconds": round(loaded - start, 3)}
    print(json.dumps({**told, "peak_memory_mb": memory.peak_mb}))


if __name__ == "__main__":
    main()
