"""Makes a lake of invented people: county by county, so that memory does not grow with the lake."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bangfu.engine.backends.duckdb import connect
from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.catalog import default_catalog
from bangfu.engine.contracts.tables import Catalog, Table
from bangfu.engine.errors import LakeRefused
from bangfu.engine.synthetic import statements
from bangfu.engine.synthetic.plan import (
    County,
    Delivery,
    coverage_entries,
    plan_counties,
    plan_deliveries,
)
from bangfu.engine.synthetic.recipes import Recipe, complete_recipe, read_recipes
from bangfu.kernel.period import Period
from bangfu.standards import datasets

DEFAULT_PERIOD = Period("2026-08")
"""August: in September the silent season of medical enrolment begins."""
ROW_GROUP = 65_536

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Made:
    """What a lake holds."""

    counties: int
    households: int
    persons: int
    feeds: dict[str, int]
    """Rows by feed."""


@dataclass(frozen=True)
class _Whole:
    """What is the same for all counties."""

    catalog: Catalog
    recipes: dict[str, Recipe]
    period: Period
    seed: int

    @property
    def feeds(self) -> list[Table]:
        return [table for table in self.catalog.tables.values() if table.is_feed]


def generate_lake(
    folder: Path | str,
    people: int,
    seed: int = 1,
    period: Period = DEFAULT_PERIOD,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    threads: int | None = None,
    catalog: Catalog | None = None,
) -> Made:
    """Write household, person, authorization, feeds and coverage.json for about `people` people.

    Layout: <table>/county=CCCCCC/…parquet, feeds/<table>/county=CCCCCC/period=YYYY-MM/<batch>.
    The same people, seed and period give the same files. Raises LakeRefused E-LAKE-FOLDER (the
    folder holds something), E-LAKE-SIZE, E-LAKE-RECIPE, E-LAKE-CANCELLED; then nothing is left.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise LakeRefused("E-LAKE-FOLDER", folder=target.name)
    counties = plan_counties(people)
    known = catalog or default_catalog()
    recipes = {
        name: complete_recipe(table, known, read_recipes()) for name, table in known.tables.items()
    }
    half = target.with_name(f".{target.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    try:
        whole = _Whole(known, recipes, period, seed)
        found = _make_all(half, whole, counties, progress, cancelled, threads)
        if target.exists():
            target.rmdir()
        half.rename(target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return found


def _make_all(
    folder: Path,
    whole: _Whole,
    counties: list[County],
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
    threads: int | None,
) -> Made:
    stop = threading.Event()
    made: dict[int, dict[str, int]] = {}
    entries: dict[int, list[dict[str, Any]]] = {}
    workers = threads or min(os.cpu_count() or 1, 8)
    with ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(_county, folder, whole, c, stop): c for c in counties}
        try:
            for task in as_completed(waiting):
                county = waiting[task]
                made[county.index], entries[county.index] = task.result()
                if progress is not None:
                    progress(len(made), len(counties), county.code)
                if cancelled is not None and cancelled():
                    raise LakeRefused("E-LAKE-CANCELLED")
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    listed = [entry for index in sorted(entries) for entry in entries[index]]
    text = ",\n".join(json.dumps(entry) for entry in listed)
    (folder / "coverage.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
    totals = {name: sum(rows.get(name, 0) for rows in made.values()) for name in made[0]}
    return Made(
        len(counties),
        totals.pop("household"),
        totals.pop("person"),
        {table.name: totals[table.name] for table in whole.feeds},
    )


def _county(
    folder: Path, whole: _Whole, county: County, stop: threading.Event
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Make one county in a database of its own; one thread, so that rows keep their order."""
    rows: dict[str, int] = {}
    deliveries: dict[str, list[Delivery]] = {}
    tables = whole.catalog.tables
    with connect(memory_limit="1GB", threads=1, spill=folder / ".spill") as connection:
        connection.execute("SET preserve_insertion_order = true")
        for macro in statements.macros(whole.seed):
            connection.execute(macro)
        shapes = {name: schema(tables[name]) for name in ("household", "person")}
        connection.execute(
            statements.families(
                whole.recipes["household"], shapes["household"], county, whole.period
            )
        )
        connection.execute(
            statements.members(whole.recipes["person"], shapes["person"], whole.seed)
        )
        for name, source in (("household", "family"), ("person", "member")):
            columns = ", ".join(shapes[name].names)
            path = _place(folder / name, county) / "part.parquet"
            rows[name] = _copy(connection, f"SELECT {columns} FROM {source}", path)  # noqa: S608
        path = _place(folder / "authorization", county) / "part.parquet"
        _copy(connection, statements.authorizations(whole.period), path)
        names = [table.name for table in whole.feeds]
        for table in whole.feeds:
            if stop.is_set():
                break
            recipe = whole.recipes[table.name]
            contract = datasets.get(table.dataset)
            found = plan_deliveries(recipe, contract, county, whole.period, names)
            deliveries[table.name] = found
            rows[table.name] = _feed(connection, folder, table, recipe, county, found)
    ids = {table.name: table.dataset for table in whole.feeds}
    return rows, coverage_entries(deliveries, ids, county)


def _feed(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    table: Table,
    recipe: Recipe,
    county: County,
    deliveries: list[Delivery],
) -> int:
    if not deliveries:
        return 0
    connection.execute(statements.feed_rows(recipe, table, deliveries))
    total = 0
    for delivery in deliveries:
        batch = delivery.batch_id(table.name, county.code)
        columns = ", ".join(
            f"'{batch}' AS batch_id" if name == "batch_id" else f'"{name}"'
            for name in schema(table).names
        )
        place = _place(folder / "feeds" / table.name, county) / f"period={delivery.period}"
        place.mkdir(parents=True)
        query = f"SELECT {columns} FROM feed WHERE turn = {delivery.turn} ORDER BY n, c"  # noqa: S608
        total += _copy(connection, query, place / f"{batch}.parquet")
    connection.execute("DROP TABLE feed")
    return total


def _place(folder: Path, county: County) -> Path:
    place = folder / f"county={county.code}"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    target = str(path).replace("'", "''")
    row = connection.execute(
        f"COPY ({query}) TO '{target}' "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    ).fetchone()
    assert row is not None
    return int(row[0])
