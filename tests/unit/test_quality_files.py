"""`bangfu check households` on combined and two-sheet files, odd columns, towns, refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner

from bangfu.cli.check import command
from bangfu.domains.registry.quality.check import check_file
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from tests.quality_samples import BREAKS, HEADERS, HOUSEHOLD, MEMBER, WIFE, Builder, write_sheet

AS_OF = date(2026, 10, 31)


def two_sheets(path: Path, rows: list[dict]) -> Path:
    """The same rows as a household sheet and a member sheet, joined by 户编号."""
    book = xlsxwriter.Workbook(str(path))
    homes = {row["户编号"]: row for row in rows}
    member_head = ["户编号", "户主证件号码", *MEMBER]
    for name, head, listed in (
        ("户", list(HOUSEHOLD), homes.values()),
        ("成员", member_head, rows),
    ):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, head)
        for line, row in enumerate(listed, start=1):
            for place, header in enumerate(head):
                if row.get(header) is not None:
                    sheet.write(line, place, row[header])
    book.close()
    return path


def numbers(report) -> list[str]:
    return sorted(finding.rule_no for finding in report.findings)


def test_two_sheets_give_the_same_findings_as_one(tmp_path):
    builder = Builder()
    rows = [
        row for key in ("B-18", "B-05", "4_11_009", "C-07") for row in builder.rows(BREAKS[key])
    ]
    one = check_file(write_sheet(tmp_path / "one.xlsx", rows), as_of=AS_OF)
    two = check_file(two_sheets(tmp_path / "two.xlsx", rows), as_of=AS_OF, out_dir=tmp_path / "o")
    assert numbers(one) == numbers(two) == ["4_11_009", "B-05", "B-18", "C-07"]
    assert two.parts.is_combined is False
    book = openpyxl.load_workbook(tmp_path / "o" / "two-核查结果.xlsx")
    assert book.sheetnames == ["户", "成员", "问题汇总"]
    head = list(HOUSEHOLD)
    row = next(r for r in book["户"].iter_rows(min_row=2) if "B-18" in str(r[len(head) + 1].value))
    assert row[head.index("与村主干路距离")].fill.fgColor.rgb == "FFFFC7CE"


def test_a_household_without_members_is_found_as_one_without_a_head(tmp_path):
    builder = Builder()
    rows = builder.rows(({}, [{}]))
    path = two_sheets(tmp_path / "a.xlsx", rows)
    book = openpyxl.load_workbook(path)
    empty = [cell.value for cell in book["户"][2]]
    empty[list(HOUSEHOLD).index("户编号")] = "H9999"
    empty[list(HOUSEHOLD).index("家庭人口")] = None
    book["户"].append(empty)
    book.save(path)
    report = check_file(path, as_of=AS_OF)
    assert "3_11_001" in numbers(report)


def test_a_rule_whose_column_is_absent_is_skipped_and_named(tmp_path):
    headers = [header for header in HEADERS if header not in ("耕地面积", "民族")]
    path = write_sheet(tmp_path / "a.xlsx", Builder().rows(({}, [{}])), headers)
    report = check_file(path, as_of=AS_OF)
    assert report.findings == []
    skipped = {s.rule.rule_no: s.missing for s in report.skipped}
    assert skipped == {"3_02_004": ("耕地面积",), "C-01": ("民族",)}


def test_sex_and_birth_date_come_from_the_number_when_the_columns_are_absent(tmp_path):
    headers = [header for header in HEADERS if header != "性别"]
    path = write_sheet(tmp_path / "a.xlsx", Builder().rows(BREAKS["2_11_003"]), headers)
    assert numbers(check_file(path, as_of=AS_OF)) == ["2_11_003"]


def test_the_line_is_that_of_the_region(tmp_path):
    # 8,500 a head: above the national 6,000, below the 8,800 of 990101 in 2026.
    path = write_sheet(tmp_path / "a.xlsx", Builder().rows(({"家庭纯收入": 8500}, [{}])))
    assert numbers(check_file(path, as_of=AS_OF)) == []
    there = check_file(path, as_of=AS_OF, region=RegionCode.parse("990101"))
    assert numbers(there) == ["1_02_006"]
    assert "8,800" in there.findings[0].reason_zh


def test_each_town_gets_its_own_workbook(tmp_path):
    builder = Builder()
    rows = builder.rows(BREAKS["B-18"])
    rows += builder.rows(({**BREAKS["B-18"][0], "乡镇": "青石乡"}, [{}, WIFE]))
    rows += builder.rows(({"乡镇": "无事镇"}, [{}]))
    path = write_sheet(tmp_path / "a.xlsx", rows)
    report = check_file(path, as_of=AS_OF, out_dir=tmp_path / "out", by_town=True)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "白云镇-核查结果.xlsx",
        "青石乡-核查结果.xlsx",
    ]
    assert [(w.town, w.rows, w.findings) for w in report.written] == [
        ("白云镇", 1, 1),
        ("青石乡", 1, 1),
    ]


def test_a_town_name_cannot_lead_out_of_the_folder(tmp_path):
    rows = Builder().rows(({**BREAKS["B-18"][0], "乡镇": "../../etc/x"}, [{}]))
    path = write_sheet(tmp_path / "a.xlsx", rows)
    check_file(path, as_of=AS_OF, out_dir=tmp_path / "out", by_town=True)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["etcx-核查结果.xlsx"]


def test_a_file_without_members_is_refused(tmp_path):
    path = write_sheet(
        tmp_path / "a.xlsx", [{"户编号": "H1", "户类型": "一般农户"}], ["户编号", "户类型"]
    )
    with pytest.raises(Refused) as caught:
        check_file(path, as_of=AS_OF)
    assert caught.value.code == "E-QUALITY-NO-MEMBERS"


def test_the_command_prints_one_json_object(tmp_path):
    path = write_sheet(tmp_path / "a.xlsx", Builder().rows(BREAKS["B-18"]))
    result = CliRunner().invoke(
        command, ["households", str(path), "--as-of", "2026-10-31", "--by-town", "--json"]
    )
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert shown["households"] == shown["persons"] == 1
    assert shown["findings"] == 1
    assert shown["by_rule"] == [
        {"rule_no": "B-18", "title": "与村主干路距离为空或过远", "count": 1}
    ]
    assert shown["by_town"] == [{"town": "白云镇", "findings": 1}]
    (book,) = shown["workbooks"]
    assert Path(book["path"]).exists()
    assert shown["rules_run"] == 86
    assert shown["rules_skipped"] == []


def test_the_check_loads_no_django():
    code = (
        "import sys, bangfu.cli.check; "
        "bad = [m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')]; "
        "sys.exit(', '.join(bad[:5]) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
