"""A pack that could not carry on the cases that are under way is not adopted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bangfu.domains.screening.lost import check_running
from bangfu.domains.screening.ports import Ports
from bangfu.engine import packs
from bangfu.foundation.access.scopes import command_scope
from bangfu.kernel.errors import Refused
from bangfu.kernel.period import Period
from bangfu.procedures import Running
from bangfu.standards.paths import packs_root
from tests.cast import YUNXI

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 31, 9, 0, tzinfo=UTC)
OCTOBER, NOVEMBER = Period.parse("2026-10"), Period.parse("2026-11")
CLUE = "procedures/clue.yaml"


def county_pack(folder: Path, *changed: tuple[str, str]) -> Path:
    """A pack that extends the national one with a clue of its own, some words changed."""
    root = folder / "yunxi"
    (root / "procedures").mkdir(parents=True)
    about = 'id: yunxi\nversion: "1"\nregion: "990101"\ntitle: {zh: 云溪, en: Yunxi}\n'
    (root / "pack.yaml").write_text(about + f"extends: {packs_root() / 'national'}\n")
    text = (packs_root() / "national" / CLUE).read_text("utf-8")
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    (root / CLUE).write_text(text, "utf-8")
    return root


def running(monkeypatch: pytest.MonkeyPatch, *procedures: str) -> None:
    """Let cases of the county run by the national versions of these procedures."""
    book = packs.load_procedures(packs_root() / "national")
    found = [Running(e.id, e.version, e.digest) for e in book.definitions if e.id in procedures]
    monkeypatch.setattr(Ports, "running_procedures", staticmethod(lambda county: found))


def check(folder: Path, month: Period = OCTOBER) -> None:
    check_running(command_scope(YUNXI, "tests"), YUNXI, folder, month, AT)


def test_a_version_that_was_changed_under_its_name_is_refused_while_cases_run(
    tmp_path, monkeypatch
):
    folder = county_pack(tmp_path, ("zh: 线索核实\n", "zh: 线索查核\n"))
    running(monkeypatch, "suspicion")
    check(folder)
    running(monkeypatch, "suspicion", "clue")
    with pytest.raises(Refused) as refused:
        check(folder)
    assert refused.value.code == "E-PACK-RUNNING"
    assert refused.value.params == {"versions": "clue 2026.1"}


def test_a_new_version_that_leaves_the_old_one_out_is_refused_while_cases_run(
    tmp_path, monkeypatch
):
    folder = county_pack(tmp_path, ('version: "2026.1"', 'version: "2026.2"'))
    running(monkeypatch, "clue")
    with pytest.raises(Refused) as refused:
        check(folder)
    assert refused.value.code == "E-PACK-RUNNING"


def test_another_version_beside_the_one_that_runs_is_taken(tmp_path, monkeypatch):
    folder = county_pack(tmp_path, ('version: "2026.1"', 'version: "2026.2"'))
    old = (packs_root() / "national" / CLUE).read_text("utf-8")
    new = (folder / CLUE).read_text("utf-8")
    # The old version stays as it is; another stands beside it, for days of its own.
    later = 'valid_from: "2021-05-01"\ndocument: 中农组发'
    assert later in new
    (folder / CLUE).write_text(old, "utf-8")
    (folder / "procedures/clue_2020.yaml").write_text(
        new.replace(later, 'valid_from: "2020-01-01"\nvalid_to: "2021-04-30"\ndocument: 中农组发')
    )
    running(monkeypatch, "clue")
    check(folder)


def test_a_pack_of_a_later_month_needs_the_versions_by_which_cases_begin_until_then(
    tmp_path, monkeypatch
):
    folder = county_pack(tmp_path, ("zh: 线索核实\n", "zh: 线索查核\n"))
    running(monkeypatch)
    check(folder, OCTOBER)
    with pytest.raises(Refused) as refused:
        check(folder, NOVEMBER)
    assert refused.value.params == {"versions": "clue 2026.1"}
