"""The synthetic lake keeps the contracts, repeats itself, and is whole or not there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bangfu.cli.engine_generate import generate
from bangfu.engine.comparison.coverage import judge_all, read_coverage
from bangfu.engine.comparison.reasons import NO_DATA, STALE
from bangfu.engine.contracts.arrow import schema
from bangfu.engine.contracts.catalog import default_catalog
from bangfu.engine.contracts.tables import Catalog, Table, make_column
from bangfu.engine.contracts.types import Kind
from bangfu.engine.errors import LakeRefused
from bangfu.engine.synthetic import Made, generate_lake
from bangfu.engine.synthetic.generate import DEFAULT_PERIOD
from bangfu.engine.synthetic.plan import plan_counties
from bangfu.engine.synthetic.recipes import read_recipes

PEOPLE = 6_000
CATALOG = default_catalog()
FEEDS = [table for table in CATALOG.tables.values() if table.is_feed]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    folder = tmp_path_factory.mktemp("synthetic") / "lake"
    return folder, generate_lake(folder, PEOPLE)


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def table_files(folder: Path, table: Table) -> list[Path]:
    root = folder / "feeds" / table.name if table.is_feed else folder / table.name
    return sorted(root.rglob("*.parquet"))


def test_the_same_seed_gives_the_same_files_and_another_one_others(
    lake: tuple[Path, Made], tmp_path: Path
) -> None:
    folder, made = lake
    assert generate_lake(tmp_path / "again", PEOPLE, threads=1) == made
    assert content(tmp_path / "again") == content(folder)
    generate_lake(tmp_path / "other", PEOPLE, seed=2)
    same = content(tmp_path / "other")
    assert (
        same["household/county=530102/part.parquet"]
        != (content(folder)["household/county=530102/part.parquet"])
    )


def test_it_holds_about_so_many_people_in_families_of_about_four(
    lake: tuple[Path, Made],
) -> None:
    _, made = lake
    assert made.counties == 3
    assert made.households == PEOPLE // 4
    assert abs(made.persons - PEOPLE) < PEOPLE * 0.05
    assert set(made.feeds) == {table.name for table in FEEDS}
    assert all(made.feeds.values())


@pytest.mark.parametrize("table", CATALOG.tables.values(), ids=lambda table: table.name)
def test_every_file_keeps_its_contract(lake: tuple[Path, Made], table: Table) -> None:
    folder, _ = lake
    files = table_files(folder, table)
    assert files
    for path in files:
        # One file at a time: pyarrow would read county=… as a column otherwise.
        found = pq.ParquetFile(path).read()
        assert found.schema.equals(_readable(table)), path.name
        for column in table.columns:
            values = found.column(column.name)
            assert column.nullable or values.null_count == 0, column.name
            if column.type.kind is Kind.CODE:
                used = set(pc.unique(values).to_pylist()) - {None}
                assert used <= (CATALOG.codes(column.type.code_list or "") or set()), column.name


def _readable(table: Table) -> pa.Schema:
    """The schema as DuckDB writes it: it marks no column as required."""
    return pa.schema([field.with_nullable(True) for field in schema(table)])


def test_nobody_can_be_found_by_it(lake: tuple[Path, Made]) -> None:
    folder, _ = lake
    people = pq.ParquetFile(next((folder / "person").rglob("*.parquet"))).read()
    tokens = [token for token in people.column("person_token").to_pylist() if token is not None]
    assert 0 < people.num_rows - len(tokens) < people.num_rows * 0.02
    assert all(re.fullmatch("[0-9a-f]{64}", token) for token in tokens)
    assert len(set(tokens)) == len(tokens)


def test_coverage_names_every_file_and_no_other(lake: tuple[Path, Made]) -> None:
    folder, _ = lake
    tables = {table.dataset: table.name for table in FEEDS}
    entries = json.loads((folder / "coverage.json").read_text(encoding="utf-8"))
    told = {
        f"{tables[e['dataset']]}/county={e['county']}/period={e['period']}/{e['batch_id']}.parquet"
        for e in entries
    }
    there = {
        path.relative_to(folder / "feeds").as_posix()
        for path in (folder / "feeds").rglob("*.parquet")
    }
    assert told == there
    assert len(told) == len(entries)


def test_one_county_has_a_stale_feed_and_one_a_feed_that_never_came(
    lake: tuple[Path, Made],
) -> None:
    folder, _ = lake
    counties = [county.code for county in plan_counties(PEOPLE)]
    states = judge_all(CATALOG, counties, read_coverage(folder / "coverage.json"), DEFAULT_PERIOD)
    gaps = {(counties.index(s.county), s.gap): s.table for s in states if s.gap}
    assert set(gaps) == {(1, STALE), (2, NO_DATA)}


def test_a_large_lake_has_something_wrong_with_almost_every_feed() -> None:
    counties = plan_counties(12_000_000)
    assert len(counties) == 100
    assert {county.code[:2] for county in counties} == {"53"}
    assert min(county.households for county in counties) > 24_000
    assert max(county.households for county in counties) < 36_000
    assert sum(county.households for county in counties) == 3_000_000


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(LakeRefused) as refused:
        generate_lake(tmp_path, 100)
    assert refused.value.code == "E-LAKE-FOLDER"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_cancelled_one_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LakeRefused) as refused:
        generate_lake(tmp_path / "lake", 600, cancelled=lambda: True)
    assert refused.value.code == "E-LAKE-CANCELLED"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("people", [1, 9, 10**10])
def test_an_impossible_size_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(LakeRefused) as refused:
        generate_lake(tmp_path / "lake", people)
    assert refused.value.code == "E-LAKE-SIZE"


def changed(tables: Mapping[str, Table]) -> Catalog:
    return Catalog({**CATALOG.tables, **tables}, CATALOG.code_lists)


def test_a_feed_or_a_column_without_a_recipe_is_refused(tmp_path: Path) -> None:
    new = replace(CATALOG.tables["vehicle"], name="boat")
    longer = CATALOG.tables["death"].with_columns([make_column("place", "text")])
    for table, column in ((new, ""), (longer, "place")):
        with pytest.raises(LakeRefused) as refused:
            generate_lake(tmp_path / "lake", 600, catalog=changed({table.name: table}))
        assert refused.value.code == "E-LAKE-RECIPE"
        assert refused.value.params == {"table": table.name, "column": column}
    assert list(tmp_path.iterdir()) == []


def test_no_recipe_is_left_over() -> None:
    for name, recipe in read_recipes().items():
        columns = {column.name for column in CATALOG.tables[name].columns}
        assert set(recipe.columns) <= columns, name


def test_the_command_prints_what_it_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        generate, ["--people", "600", "--out", str(tmp_path / "lake"), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["households"] == 150
    assert (told["seed"], told["period"], told["counties"]) == (1, "2026-08", 3)
    assert (tmp_path / "lake" / "coverage.json").exists()
