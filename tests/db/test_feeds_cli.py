"""`bangfu feeds` and `bangfu authorizations` as a clerk types them."""

from __future__ import annotations

import json

import openpyxl
import pytest
from click.testing import CliRunner, Result

from bangfu.cli.main import root
from tests.feeds_kit import CLAIM_HEAD, PAPER_HEAD, claim, id_number, write_csv

pytestmark = pytest.mark.django_db


def run(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def imported(path, *more: object) -> Result:
    return run(
        "feeds",
        "import",
        "medical/claim",
        path,
        "--region",
        "990101",
        "--period",
        "2026-08",
        "--json",
        *more,
    )


def test_a_template_is_written_with_the_columns_of_the_contract(tmp_path) -> None:
    out = tmp_path / "模板.xlsx"
    done = run("feeds", "template", "medical/claim", "--out", out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"dataset": "medical/claim", "out": str(out)}
    cells = {
        str(cell)
        for row in openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True)
        for cell in row
    }
    assert {"身份证号", "就诊类别", "本年累计个人自付"} <= {cell.strip("*＊ ") for cell in cells}


def test_import_list_and_revert_print_one_json_object_each(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1, month="2026-08"), ["坏"]])
    errors = tmp_path / "待修改.xlsx"
    done = imported(path, "--commit", "--errors", errors)
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert (result["state"], result["counts"]["good"], result["counts"]["bad"]) == (
        "COMMITTED",
        1,
        1,
    )
    assert result["error_workbook"] == str(errors)
    assert errors.is_file()
    assert all(issue["message"] and issue["remedy"] for issue in result["issues"])
    listed = json.loads(
        run("feeds", "list", "--region", "990101", "--period", "2026-08", "--json").stdout
    )
    fresh = {item["dataset"]: item["stale"] for item in listed["datasets"]}
    assert fresh["medical/claim"] is False
    assert [item["batch_id"] for item in listed["batches"]] == [result["batch_id"]]
    reverted = run("feeds", "revert", result["batch_id"], "--reason", "试用", "--json")
    assert json.loads(reverted.stdout) == {
        "batch_id": result["batch_id"],
        "state": "REVERTED",
        "restored": None,
        "dependants": [],
    }


@pytest.mark.evidence("T14")
def test_a_refusal_leaves_with_1_and_says_why_and_what_to_do(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1, month="2026-07")])
    done = imported(path, "--commit")
    assert done.exit_code == 1
    result = json.loads(done.stdout)
    assert result["state"] == "REFUSED"
    assert [reason["code"] for reason in result["errors"]] == ["E-FEED-WRONG-MONTH"]
    assert "2026-07" in result["errors"][0]["message"]
    assert result["errors"][0]["remedy"]


@pytest.mark.parametrize(
    "words",
    [
        ["--region", "99x", "--period", "2026-08"],
        ["--region", "990101", "--period", "August"],
        ["--region", "990101", "--period", "2026-08", "--supersede"],
        ["--region", "990101"],
    ],
)
def test_wrong_usage_leaves_with_2(tmp_path, words: list[str]) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    assert run("feeds", "import", "medical/claim", path, *words).exit_code == 2


def test_the_ledger_is_imported_listed_and_revoked(tmp_path) -> None:
    row = [id_number(1), "王小明", "授1", "2026-09-01", "李干部", "2027-08-31"]
    path = write_csv(tmp_path / "papers.csv", PAPER_HEAD, [row])
    done = run("authorizations", "import", path, "--region", "990101", "--commit", "--json")
    assert json.loads(done.stdout)["counts"]["new"] == 1
    listed = json.loads(run("authorizations", "list", "--region", "990101", "--json").stdout)
    assert [item["name"] for item in listed["authorizations"]] == ["王*明"]
    ended = run(
        "authorizations",
        "revoke",
        "授1",
        "--region",
        "990101",
        "--on",
        "2026-11-01",
        "--reason",
        "撤回",
        "--json",
    )
    assert json.loads(ended.stdout) == {"paper_no": "授1", "ended": 1}


def test_the_board_shows_one_line_a_dataset_and_says_what_is_there(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1, month="2026-08")])
    assert imported(path, "--commit").exit_code == 0
    done = run("feeds", "board", "--region", "990101", "--period", "2026-08", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    (claims,) = [one for one in found["datasets"] if one["dataset"] == "medical/claim"]
    assert (claims["state"], claims["rows"], claims["period"]) == ("LIVE", 1, "2026-08")
    assert (found["totals"]["live"], found["months"][-1]) == (1, "2026-08")
    told = run("feeds", "board", "--region", "990101", "--period", "2026-09").stdout
    (line,) = [line for line in told.splitlines() if line.startswith("medical/claim")]
    assert "LIVE   ..........#. 2026-08" in line
    assert "医保局" in line
