"""`bangfu papers`: what a county's clerk does at a prompt, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bangfu.cli.papers import command
from bangfu.kernel.errors import Refused
from bangfu.standards.paths import standards_root
from tests.papers_kit import PAPERS, opened

EXAMPLES = standards_root() / "examples"
CASE = str(EXAMPLES / "case-papers.json")
LIST = str(EXAMPLES / "monthly-list.json")


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_it_makes_a_paper_and_says_what_was_left_blank(tmp_path: Path) -> None:
    out = tmp_path / "notice.docx"
    done = run("make", "notice", "--context", CASE, "--out", str(out), "--json")
    told = json.loads(done.output)
    assert (told["paper"], told["lacks"], told["number"]) == ("notice", [], "青石示〔2026〕3号")
    assert opened(out.read_bytes()).core_properties.title == "拟纳入监测对象公示（公示栏）"
    done = run("make", "recheck", "--out", str(out))
    assert "留空待填：申请复核日期" in done.output


def test_a_refused_notice_leaves_no_file(tmp_path: Path) -> None:
    values = json.loads(Path(CASE).read_text(encoding="utf-8"))
    values["notice"]["households"][0]["group"] = "三组 13912345678"
    context, out = tmp_path / "case.json", tmp_path / "notice.docx"
    context.write_text(json.dumps(values), encoding="utf-8")
    done = run("make", "notice", "--context", str(context), "--out", str(out))
    assert isinstance(done.exception, Refused)
    assert not out.exists()


def test_it_makes_the_whole_file_and_says_where_each_paper_stands(tmp_path: Path) -> None:
    out = tmp_path / "case.docx"
    done = run("file", "identification", "--context", CASE, "--out", str(out), "--json")
    told = json.loads(done.output)
    assert {paper["state"] for paper in told["papers"]} == {"READY"}
    assert len(opened(out.read_bytes()).sections) == 1 + len(told["papers"])
    done = run("missing", "clearing", "--context", CASE)
    assert "内容不全  clearing_check" in done.output


def test_it_reads_a_list_back_and_ends_with_one_where_a_row_is_wrong(tmp_path: Path) -> None:
    out = tmp_path / "list.docx"
    run("make", "monthly_list", "--context", LIST, "--out", str(out))
    read = ("read", str(out), "--context", LIST, "--on", "2026-11-12", "--json")
    done = run(*read)
    assert (done.exit_code, len(json.loads(done.output)["still_open"])) == (0, 4)
    document = opened(out.read_bytes())
    document.tables[0].rows[1].cells[7].paragraphs[0].add_run("9")
    document.save(str(out))
    done = run(*read)
    assert done.exit_code == 1
    assert json.loads(done.output)["problems"][0]["column"] == "结果"


def test_it_checks_a_countys_own_papers(tmp_path: Path) -> None:
    assert "无问题" in run("check").output
    text = (PAPERS / "application.yaml").read_text(encoding="utf-8")
    spoilt = text.replace("{household.head_name}", "{household.nickname}")
    (tmp_path / "application.yaml").write_text(spoilt, encoding="utf-8")
    done = run("check", str(tmp_path), "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)["errors"]
    assert {one["code"] for one in found} == {"E-STANDARD-MALFORMED"}
    assert len(found) == 2  # the paragraph and the form


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_lists_papers_in_both_languages(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("BANGFU_LANGUAGE", language)
    titles = {"zh": "公示情况说明", "en": "Statement on the notice"}
    assert f"notice_result  {titles[language]}" in run("list").output
