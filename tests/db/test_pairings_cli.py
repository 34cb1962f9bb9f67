"""`bangfu pairings`: a list taken in and out, a handover and its undoing, orphans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from bangfu.cli.pairings import command
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import granting
from tests.api.conftest import add_household, add_source
from tests.cast import AT, YUNXI, YUNXI_VILLAGE, Cast, _player

HEADS = ["户编号", "帮扶责任人", "单位类型", "帮扶开始时间"]


def run(*args: object) -> Any:
    found = CliRunner().invoke(command, [*map(str, args), "--region", "990101", "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.fixture
def listed(cast: Cast, tmp_path: Path) -> Path:
    with activate(command_scope(YUNXI, "tests")):
        source = add_source(YUNXI, "名册.xlsx")
        add_household(source, "H1", str(YUNXI_VILLAGE), "赵一", "zhaoyi", 1)
    book = Workbook()
    for row in (
        HEADS,
        ["H1", "结对干部", "乡镇", "2026-01-05"],
        ["H2", "结对干部", "乡镇", "2026-01-05"],
    ):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    return tmp_path / "list.xlsx"


def test_a_list_goes_in_and_out_and_over(cast: Cast, listed: Path) -> None:
    dry = run("import", listed)
    assert (dry["new"], dry["bad"], dry["is_committed"]) == (1, 1, False)
    assert Path(dry["error_workbook"]).name == "list-待修改.xlsx"
    assert run("import", listed, "--commit")["new"] == 1
    assert run("import", listed, "--commit")["unchanged"] == 1
    out = listed.with_name("out.xlsx")
    assert run("export", "--out", out)["rows"] == 1
    assert "赵一" in [cell.value for cell in load_workbook(out).active[2]]
    second = _player("cadre2", "结对干部二", "PAIRED_CADRE", YUNXI_VILLAGE)
    kind = ("--office-kind", "TOWNSHIP", "--reason", "调离")
    done = run("handover", "--from", "cadre", "--to", "cadre2", *kind)
    assert (done["count"], done["to_name"]) == (1, "结对干部二")
    assert run("orphans") == {"count": 0, "items": []}
    assert second.post_id is not None
    granting.end_post(scope=command_scope(YUNXI, "tests"), at=AT, post_id=second.post_id)
    found = run("orphans")
    assert (found["count"], found["items"][0]["household_no"]) == (1, "H1")
    assert run("undo", done["id"])["count"] == 1
    assert run("orphans")["count"] == 0
