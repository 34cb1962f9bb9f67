"""bangfu screen and bangfu household explain: one JSON object, exit status, remedy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bangfu.cli import household_explain, pack, screen
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import Refused
from bangfu.standards.paths import packs_root
from tests.api.conftest import add_household, add_source
from tests.cast import YUNXI, add_small_country

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def register(db):
    add_small_country()
    with activate(command_scope(YUNXI, "test")):
        source = add_source(YUNXI, "名册.xlsx")
        add_household(source, "A1", "990101101201", "王一", "wangyi", 1, water_safe=False)


def test_screen_prints_one_json_object_with_the_documented_keys():
    arguments = ["--region", "990101", "--period", "2026-10", "--json"]
    done = CliRunner().invoke(screen.command, arguments)
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["region"], found["period"], found["households"]) == (str(YUNXI), "2026-10", 1)
    assert set(found["hints"]) == {"urgent", "attention", "unknown", "none"}
    assert found["changes"] == {"new": 1, "changed": 0, "gone": 0}
    assert (found["written"], found["is_repeat"]) == (1, False)


def test_the_summary_in_words_says_what_is_new():
    done = CliRunner().invoke(screen.command, ["--region", "990101", "--period", "2026-10"])
    assert "新增 1" in done.stdout
    again = CliRunner().invoke(screen.command, ["--region", "990101", "--period", "2026-10"])
    assert "没有变化" in again.stdout


def test_a_town_is_refused():
    done = CliRunner().invoke(screen.command, ["--region", "990101101", "--period", "2026-10"])
    assert isinstance(done.exception, Refused)
    assert done.exception.code == "E-SCREENING-COUNTY"


def test_explain_prints_rules_and_clauses():
    CliRunner().invoke(screen.command, ["--region", "990101", "--period", "2026-10"])
    done = CliRunner().invoke(household_explain.command, ["A1", "--json"])
    found = json.loads(done.stdout)
    assert found["hint"] == "attention"
    water = next(rule for rule in found["rules"] if rule["rule_id"] == "water_unsafe")
    assert water["outcome"] == "TRUE"
    words = CliRunner().invoke(household_explain.command, ["A1"]).stdout
    assert water["title_zh"] in words


def test_wrong_usage_is_status_2():
    command = [sys.executable, "-m", "bangfu.cli.main", "screen", "--json"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_pack_try_adopt_history_and_release_from_the_terminal(tmp_path):
    """What the how-to tells a county officer to type, from the draft to the decision."""
    folder = tmp_path / "yunxi"
    (folder / "thresholds").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        f'id: yunxi\nversion: "1"\nregion: "990101"\nextends: {packs_root() / "national"}\n'
        "title: {zh: 云溪县规则包, en: Pack of Yunxi}\n",
        encoding="utf-8",
    )
    national = (packs_root() / "national/thresholds/income_line.yaml").read_text(encoding="utf-8")
    (folder / "thresholds/income_line.yaml").write_text(
        national.replace("value: 8800", "value: 9900"), encoding="utf-8"
    )
    place = ["--region", "990101"]
    listed = tmp_path / "who.xlsx"
    tried = CliRunner().invoke(
        pack.command, ["try", str(folder), *place, "--period", "2026-10", "--out", str(listed)]
    )
    assert tried.exit_code == 0
    assert "没有一户的提示会变" in tried.stdout
    assert listed.exists()
    decision = ["--document", "云帮办〔2026〕8号", "--from", "2026-10"]
    adopted = CliRunner().invoke(pack.command, ["adopt", str(folder), *place, *decision])
    assert "云溪" in adopted.stdout or "990101" in adopted.stdout
    shown = CliRunner().invoke(pack.command, ["history", *place, "--json"])
    assert [one["document"] for one in json.loads(shown.stdout)["items"]] == ["云帮办〔2026〕8号"]
    screened = CliRunner().invoke(screen.command, [*place, "--period", "2026-10", "--json"])
    assert json.loads(screened.stdout)["pack"] == "yunxi"
    released = CliRunner().invoke(pack.command, ["release", *place, *decision, "--json"])
    assert json.loads(released.stdout)["hash"] == ""
