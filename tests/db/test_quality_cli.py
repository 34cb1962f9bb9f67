"""`bangfu quality`: check a county, write its list."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from bangfu.cli.quality import command
from bangfu.foundation.access.scopes import activate, command_scope
from tests.api.conftest import add_household, add_source
from tests.cast import YUNXI, add_small_country

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def register(db):
    """One household 6 km from the road, one beside it."""
    add_small_country()
    with activate(command_scope(YUNXI, "test")):
        source = add_source(YUNXI, "名册.xlsx")
        for serial, (number, distance) in enumerate((("A1", 6), ("A2", 1)), start=1):
            add_household(
                source,
                number,
                "990101101201",
                f"王{serial}",
                "wang",
                serial,
                road_distance=distance,
            )


def run(*arguments: str):
    return CliRunner().invoke(command, list(arguments))


def test_a_check_prints_one_json_object_and_an_export_the_list(tmp_path):
    checked = run("check", "--region", "990101", "--json")
    assert checked.exit_code == 0, checked.output
    shown = json.loads(checked.stdout)
    assert (shown["households"], shown["open"], shown["new"], shown["fixed"]) == (2, 1, 1, 0)
    lacking = {one["rule_no"]: one["why"] for one in shown["not_asked"]}
    assert (lacking["D-01"], lacking["3_02_004"]) == ("FEEDS", "COLUMNS")
    out = tmp_path / "清溪镇.xlsx"
    written = run("export", "--region", "990101101", "--out", str(out), "--json")
    assert written.exit_code == 0, written.output
    assert load_workbook(out).sheetnames == ["上坪村", "问题汇总"]


def test_a_check_says_in_words_what_it_found():
    said = run("check", "--region", "990101").stdout
    assert "待改 1 处（其中新增 1）" in said
    assert "未核查" in said
