"""The national pack gives the answers that SQL and pandas written by hand from its words give.

The by-hand side knows nothing of the engine: coverage, silence, authorisations, three values,
sentences and hints are its own. The lake has counties with a stale, a missing and a holed feed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from bangfu.engine import packs, runs
from bangfu.engine.synthetic import generate_lake
from bangfu.standards.paths import packs_root
from bench.by_hand import duckdb_run, pandas_run
from bench.by_hand.compare import compare, same

PERIOD = "2026-08"
PEOPLE = 24_000
# On so few people the rarest rules may be true for nobody.
MOST_SILENT = 4


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("by_hand") / "lake"
    generate_lake(folder, PEOPLE, seed=7)
    return folder


@pytest.fixture(scope="module")
def ours(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("by_hand") / "ours"
    runs.run(packs.load(packs_root() / "national"), lake, out, PERIOD)
    return out


@pytest.mark.slow
def test_sql_by_hand_finds_what_the_engine_finds(lake: Path, ours: Path, tmp_path: Path) -> None:
    duckdb_run.run_lake(lake, tmp_path / "out", PERIOD, counties=2)
    told = compare(ours, tmp_path / "out")
    assert same(told), told
    assert told["hints"]["rows"] == PEOPLE // 4


@pytest.mark.slow
def test_pandas_by_hand_finds_what_the_engine_finds(lake: Path, ours: Path, tmp_path: Path) -> None:
    pandas_run.run_lake(lake, tmp_path / "out", PERIOD)
    told = compare(ours, tmp_path / "out")
    assert same(told), told


def test_almost_every_rule_is_true_for_a_few_and_no_rule_for_many(lake: Path, ours: Path) -> None:
    pack = packs.load(packs_root() / "national")
    manifest = runs.read_manifest(ours)
    true = {rule.id: manifest.findings[rule.id].get("TRUE", 0) for rule in pack.rules}
    assert sum(count == 0 for count in true.values()) <= MOST_SILENT, true
    assert max(true.values()) <= manifest.households * 0.06, true


def test_one_changed_sentence_is_told(ours: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    source = next(ours.rglob("findings.parquet"))
    shutil.copy(next(ours.rglob("hints.parquet")), theirs / "hints.parquet")
    duckdb.execute(
        f"COPY (SELECT * REPLACE (CASE WHEN row_number() OVER () = 1 THEN 'x' ELSE reason_zh END"
        f" AS reason_zh) FROM '{source}' WHERE outcome = 'TRUE' ORDER BY household_id, rule_id)"
        f" TO '{theirs / 'findings.parquet'}' (FORMAT parquet)"
    )
    told = compare(ours, theirs)
    assert told["findings"]["only_theirs"] == 1
    assert told["findings"]["only_ours"] >= 1
    assert not same(told)
