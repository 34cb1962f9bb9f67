"""F64: a run of a lake that is killed goes on with its finished parts and ends in the same result.

How a lake is divided, and with how many threads it is read, changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.engine import packs, runs
from bangfu.engine.errors import RunRefused
from bangfu.engine.packs import Pack
from bangfu.engine.runs import Manifest
from bangfu.engine.synthetic import generate_lake
from bangfu.standards.paths import packs_root

PERIOD = "2026-08"
PEOPLE = 2400
ONE_COUNTY = 1
"""People in a part; fewer than a county has, so that each county is a part."""

WORK = """
import sys
from bangfu.engine import packs, runs
runs.run(packs.load(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], threads=1, part_people=1)
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs.load(packs_root() / "national")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("f64") / "lake"
    generate_lake(folder, PEOPLE)
    return folder


@pytest.fixture(scope="module")
def whole(pack: Pack, lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    runs.run(pack, lake, out, PERIOD, threads=1)
    return out


def parts_of(out: Path) -> list[str]:
    return sorted(path.name for path in out.glob("part=*"))


def resumed(out: Path) -> int:
    return int(json.loads((out / "timings.json").read_text(encoding="utf-8"))["resumed"])


@pytest.mark.parametrize("threads", [1, 2])
def test_parts_and_threads_change_nothing(
    pack: Pack, lake: Path, whole: Path, tmp_path: Path, threads: int
) -> None:
    found = runs.run(pack, lake, tmp_path / "out", PERIOD, threads=threads, part_people=ONE_COUNTY)
    assert parts_of(whole) == ["part=0001"]
    assert parts_of(tmp_path / "out") == ["part=0001", "part=0002", "part=0003"]
    assert found == runs.read_manifest(whole)


def killed_after_first_part(pack: Pack, lake: Path, out: Path) -> Path:
    """Begin a run in a process of its own and kill it when its first part stands."""
    half = out.with_name(f".{out.name}.part")
    command = [sys.executable, "-c", WORK, str(pack.path), str(lake), str(out), PERIOD]
    running = subprocess.Popen(command, env=os.environ.copy())
    deadline = time.monotonic() + 300
    while not (half / "part=0001").is_dir():
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not out.exists()
    return half


@pytest.mark.evidence("T17")
def test_f64_a_killed_run_goes_on_and_ends_in_the_same_result(
    pack: Pack, lake: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    half = killed_after_first_part(pack, lake, out)
    kept = (half / "part=0001" / "hints.parquet").stat().st_mtime_ns
    found = runs.run(pack, lake, out, PERIOD, part_people=ONE_COUNTY)
    assert found == runs.read_manifest(whole)
    assert resumed(out) >= 1
    assert (out / "part=0001" / "hints.parquet").stat().st_mtime_ns == kept
    assert not half.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_f64_parts_of_another_input_are_not_gone_on_with(
    pack: Pack, lake: Path, tmp_path: Path
) -> None:
    changed = shutil.copytree(lake, tmp_path / "lake")
    out = tmp_path / "out"
    killed_after_first_part(pack, changed, out)
    county = sorted((changed / "household").iterdir())[0]
    file = sorted(county.glob("*.parquet"))[0]
    table = pq.read_table(file, partitioning=None)
    wet = table.set_column(
        table.column_names.index("water_safe"),
        table.schema.field("water_safe"),
        pa.array([False] * table.num_rows),
    )
    pq.write_table(wet, file)
    found: Manifest = runs.run(pack, changed, out, PERIOD, part_people=ONE_COUNTY)
    assert resumed(out) == 0
    assert found.findings["water_unsafe"]["TRUE"] >= table.num_rows


def test_a_cancelled_run_of_parts_leaves_nothing(pack: Pack, lake: Path, tmp_path: Path) -> None:
    done: list[str] = []

    def progress(count: int, total: int, part: str) -> None:
        assert 0 < count <= total == 3
        done.append(part)

    with pytest.raises(RunRefused) as refused:
        runs.run(
            pack, lake, tmp_path / "out", PERIOD, progress, lambda: bool(done),
            threads=1, part_people=ONE_COUNTY,
        )  # fmt: skip
    assert refused.value.code == "E-RUN-CANCELLED"
    assert list(tmp_path.iterdir()) == []


def test_every_household_of_a_lake_is_explained_out_of_its_part(
    pack: Pack, lake: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    runs.run(pack, lake, out, PERIOD, part_people=ONE_COUNTY)
    for part in parts_of(out):
        findings = pq.read_table(out / part / "findings.parquet", partitioning=None).to_pylist()
        hints = pq.read_table(out / part / "hints.parquet", partitioning=None).to_pylist()
        fired: dict[str, set[str]] = {}
        for row in findings:
            if row["outcome"] == "TRUE":
                fired.setdefault(row["household_id"], set()).add(row["rule_id"])
        for row in hints[::20]:
            told = runs.explain(out, pack, row["household_id"])
            assert told["hint"] == row["hint"]
            true = {rule["rule_id"] for rule in told["rules"] if rule["outcome"] == "TRUE"}
            assert true == fired.get(row["household_id"], set())
            sentences = {rule["rule_id"]: rule for rule in told["rules"]}
            for found in findings:
                if found["household_id"] == row["household_id"]:
                    assert sentences[found["rule_id"]]["reason_zh"] == found["reason_zh"]
                    assert sentences[found["rule_id"]]["reason_en"] == found["reason_en"]
