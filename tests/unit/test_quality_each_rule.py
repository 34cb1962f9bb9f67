"""A spreadsheet made by hand in which every rule fires exactly once, and nothing else does."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bangfu.domains.registry.quality import cells, rules
from bangfu.domains.registry.quality.check import Report, check_file
from tests.quality_samples import BREAKS, HEADERS, Builder, write_sheet

AS_OF = date(2026, 10, 31)


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> tuple[Report, dict[str, str], Path]:
    folder = tmp_path_factory.mktemp("each")
    builder, rows, wanted = Builder(), [], {}
    for rule_no, change in BREAKS.items():
        made = builder.rows(change)
        wanted[made[0]["户编号"]] = rule_no
        rows += made
    # Two people of two households under one number: the rule fires at both.
    twins = [builder.rows(({}, [{}]))[0] for _ in range(2)]
    twins[1]["证件号码"] = twins[0]["证件号码"]
    for row in twins:
        wanted[row["户编号"]] = "B-02"
    # A member without a name: a required cell.
    nameless = builder.rows(({}, [{"姓名": None}]))
    wanted[nameless[0]["户编号"]] = "X-02"
    digits = builder.rows(({}, [{"姓名": "12345"}]))
    wanted[digits[0]["户编号"]] = "X-06"
    rows += [*twins, *nameless, *digits, *builder.rows(({}, [{}]))]
    path = write_sheet(folder / "each.xlsx", rows)
    return check_file(path, as_of=AS_OF, out_dir=folder / "out"), wanted, folder / "out"


def test_every_rule_fires_exactly_once_and_at_its_own_household(checked):
    report, wanted, _ = checked
    found = defaultdict(list)
    for finding in report.findings:
        found[report.facts.households["household_no"][finding.home]].append(finding.rule_no)
    assert {home: sorted(numbers) for home, numbers in found.items()} == {
        home: sorted(listed.split()) for home, listed in wanted.items()
    }


def test_no_rule_of_the_pack_or_of_cells_is_left_out(checked):
    report, wanted, _ = checked
    pack = rules.load_pack()
    known = {rule.rule_no for rule in pack.rules} | {rule.rule_no for rule in cells.list_rules()}
    beyond = {skipped.rule.rule_no for skipped in report.beyond}
    assert len(pack.rules) - len(beyond) >= 80
    assert set(" ".join(wanted.values()).split()) == known - beyond


def test_rules_about_lists_and_the_past_are_beyond_any_file(checked):
    report, _, _ = checked
    numbers = {skipped.rule.rule_no for skipped in report.beyond}
    assert numbers == {*(f"D-{number:02}" for number in range(1, 25)), "H-02", "H-03"}
    missing = {skipped.rule.rule_no: skipped.missing for skipped in report.beyond}
    assert missing["D-01"] == ("最低生活保障对象清单",)
    assert missing["H-03"] == ("上年末家庭人口",)


def test_no_rule_is_skipped_when_the_file_has_all_columns(checked):
    report, _, _ = checked
    assert report.skipped == []


def test_the_workbook_marks_the_cell_and_says_why_and_what_to_do(checked):
    _, wanted, out = checked
    book = openpyxl.load_workbook(out / "each-核查结果.xlsx")
    sheet = book["成员"]
    head = [cell.value for cell in sheet[1]]
    assert head[: len(HEADERS)] == HEADERS
    assert head[len(HEADERS) :] == ["原表行号", "编号", "问题说明", "修改建议"]
    by_home = {row[1].value: row for row in sheet.iter_rows(min_row=2)}
    assert set(by_home) == set(wanted)
    home = next(home for home, rule_no in wanted.items() if rule_no == "B-18")
    row = by_home[home]
    red = [cell for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"]
    assert [HEADERS[cell.column - 1] for cell in red] == ["与村主干路距离"]
    assert red[0].value == 5.5
    assert "B-18" in red[0].comment.text
    reason, remedy = row[-2].value, row[-1].value
    assert reason.endswith(": 与村主干路距离 5.50 公里，应填写且不超过 5 公里")
    assert remedy == "实地核实，单位为公里"


def test_the_summary_counts_by_rule(checked):
    _, wanted, out = checked
    book = openpyxl.load_workbook(out / "each-核查结果.xlsx")
    rows = list(book["问题汇总"].iter_rows(min_row=2, values_only=True))
    counted = {row[0]: row[3] for row in rows}
    assert counted == dict(Counter(" ".join(wanted.values()).split()))


def test_a_finding_is_written_in_english_too(checked, tmp_path):
    path = write_sheet(tmp_path / "a.xlsx", Builder().rows(BREAKS["B-18"]))
    check_file(path, as_of=AS_OF, out_dir=tmp_path / "out", language="en")
    book = openpyxl.load_workbook(tmp_path / "out" / "a-check.xlsx")
    (row,) = book["成员"].iter_rows(min_row=2, values_only=True)
    assert row[-2].endswith("Distance to the village road 5.50 km; it must be given and at most 5")
    assert book.sheetnames == ["成员", "Summary"]
