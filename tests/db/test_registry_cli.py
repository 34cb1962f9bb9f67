"""The register's commands as a person calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bangfu.cli import household, households
from tests.cast import Cast
from tests.registry_kit import person, write_list

EXAMPLE = Path(__file__).resolve().parents[2] / "standards/examples/households.xlsx"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(households.command, ["import", *arguments])


@pytest.fixture
def example(cast: Cast, tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path / "households.xlsx"))


def test_a_dry_run_says_so_and_writes_the_workbook_beside_the_file(example: Path) -> None:
    done = run(str(example), "--region", "990101", "--as-of", "2026-10-31")
    assert done.exit_code == 0, done.output
    assert "没有改动任何数据" in done.stdout
    assert "证件号码 → 证件号码" in done.stdout
    workbook = example.with_name("households-待修改.xlsx")
    assert workbook.is_file()
    assert str(workbook) in done.stdout


def test_json_is_one_object_and_nothing_else(example: Path) -> None:
    done = run(str(example), "--region", "990101", "--as-of", "2026-10-31", "--commit", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["committed"] is True
    assert found["counts"]["households_new"] == 5
    assert [sheet["dataset"] for sheet in found["mapping"]["sheets"]] == [
        "registry/household" if index else "registry/member" for index in (0, 1)
    ]
    again = run(str(example), "--region", "990101", "--as-of", "2026-10-31", "--commit", "--json")
    assert json.loads(again.stdout)["duplicate_of"] == found["batch_id"]


def test_a_refusal_is_exit_status_one_with_its_reasons(cast: Cast, tmp_path: Path) -> None:
    path = write_list(tmp_path / "bad.xlsx", [person("1", 1, "赵一", "之子")])
    done = run(str(path), "--region", "990101", "--as-of", "2026-10-31", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert [error["code"] for error in found["errors"]] == ["E-REGISTRY-NO-GOOD-HOUSEHOLD"]
    assert found["errors"][0]["remedy"]


def test_wrong_usage_is_exit_status_two(example: Path) -> None:
    assert run(str(example), "--region", "990101").exit_code == 2
    assert run(str(example), "--region", "1234567", "--as-of", "2026-10-31").exit_code == 2


def test_show_prints_a_household_with_sources_and_masks(example: Path) -> None:
    run(str(example), "--region", "990101", "--as-of", "2026-10-31", "--commit")
    done = CliRunner().invoke(household.command, ["show", "99010190000001"])
    assert done.exit_code == 0, done.output
    assert "工资性收入: 42000.00  (来源 households.xlsx, 截至 2026-10-31)" in done.stdout
    assert "户类型: 脱贫户" in done.stdout
    assert "赵德福 户主" in done.stdout
    assert "990101196803129" not in done.stdout
    as_json = CliRunner().invoke(household.command, ["show", "99010190000001", "--json"])
    assert json.loads(as_json.stdout)["facts"]["household_type"]["value"] == "LIFTED"
