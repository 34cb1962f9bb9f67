"""`bangfu pack check|test|diff`: every problem with its line, the clauses of a case that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bangfu.cli.pack import command

ABOUT = 'id: county\nversion: "1"\ntitle: {zh: 县, en: county}\n'
RULE = """\
id: many_members
kind: ALERT
unit: household
title: {zh: 人口较多, en: Many members}
source: {document: 试验, status: unverified}
valid_from: 2026-01-01
when: >
  household.member_count > threshold('many')
  AND household.water_safe
hint: attention
reason: {zh: 人口较多, en: many members}
"""
THRESHOLD = """\
id: many
title: {zh: 人数线, en: Line of members}
unit: person
values:
  - {valid_from: 2026-01-01, value: 4, source: {document: 试验, status: unverified}}
"""
CASES = """\
cases:
  - {name: five, household: {member_count: 5, water_safe: true}, expect: "TRUE"}
  - {name: four, household: {member_count: 4, water_safe: true}, expect: "FALSE"}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "county"
    for name, text in {
        "pack.yaml": ABOUT,
        "rules/many_members.yaml": RULE,
        "thresholds/many.yaml": THRESHOLD,
        "cases/many_members.yaml": CASES,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rewrite(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after), encoding="utf-8")


def call(*args: str, status: int = 0) -> str:
    done = CliRunner().invoke(command, args, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.stdout


def test_a_pack_that_is_right_is_counted(pack: Path) -> None:
    found = json.loads(call("check", str(pack), "--json"))
    assert (found["pack"], found["rules"], found["cases"]) == ("county", 1, 2)


def test_a_problem_is_told_with_file_line_key_and_remedy(pack: Path) -> None:
    rewrite(pack, "rules/many_members.yaml", "household.water_safe", "household.water_sure")
    told = json.loads(call("check", str(pack), "--json", status=1))["errors"]
    assert [(e["code"], e["file"], e["line"], e["column"], e["where"]) for e in told] == [
        ("E-RULE-FIELD", "rules/many_members.yaml", 9, 7, "many_members.when")
    ]
    assert told[0]["message"].startswith("rules/many_members.yaml:9:7 many_members.when: ")
    assert "household.net_income" in told[0]["remedy"]


def test_the_cases_of_a_pack_are_run(pack: Path) -> None:
    found = json.loads(call("test", str(pack), "--json"))
    assert (found["cases"], found["failures"]) == (2, [])
    assert "样例 2 个，全部符合" in call("test", str(pack))


def test_a_case_that_fails_is_told_with_its_clauses(pack: Path) -> None:
    rewrite(pack, "thresholds/many.yaml", "value: 4", "value: 3")
    failure = json.loads(call("test", str(pack), "--json", status=1))["failures"]
    assert [(f["case"], f["file"], f["line"]) for f in failure] == [
        ("four", "cases/many_members.yaml", 3)
    ]
    assert failure[0]["expected"] == "FALSE"
    assert failure[0]["found"] == {"reference": "TRUE", "duckdb": "TRUE"}
    first = failure[0]["clauses"][0]
    assert (first["outcome"], first["value"], first["threshold"]) == ("TRUE", "4", "3")
    text = call("test", str(pack), "--rule", "many_members", status=1)
    assert "TRUE 家庭人口 高于 人数线（4；3）" in text


def test_what_changed_is_told_as_text_and_as_json(pack: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pack.yaml").write_text(ABOUT + "extends: ../county\n", encoding="utf-8")
    (other / "thresholds").mkdir()
    (other / "thresholds" / "many.yaml").write_text(
        THRESHOLD.replace("value: 4", "value: 6"), encoding="utf-8"
    )
    text = call("diff", str(other))
    assert "阈值 人数线（many），地区 全国，2026-01-01 起" in text
    assert "原：4 人（试验）" in text
    assert "新：6 人（试验）" in text
    told = json.loads(call("diff", str(pack), str(other), "--json"))["screening"]
    assert [(t["id"], t["before"], t["after"]) for t in told["thresholds"]] == [("many", "4", "6")]
    assert "没有变化" in call("diff", str(pack), str(pack))


def test_a_pack_that_extends_none_has_nothing_to_differ_from(pack: Path) -> None:
    assert "E-PACK-KEY-MISSING" in CliRunner().invoke(command, ["diff", str(pack)]).output
