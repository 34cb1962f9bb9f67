"""A version that was released stays as it was; what is to be different gets a new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.errors import PackRefused
from bangfu.kernel.errors import Refused
from bangfu.procedures.released import read_released
from bangfu.standards.paths import packs_root
from tests.procedure_kit import book, definition
from tests.unit.test_procedures_packs import county_pack

FILE = "procedures/released"
CLUE = packs_root() / "national" / "procedures" / "clue.yaml"
ENTRY = '  - {{procedure: clue, version: "2026.1", digest: {digest}, released_on: 2026-12-01}}\n'


def released(digest: str) -> str:
    return "released:\n" + ENTRY.format(digest=digest)


def test_every_released_version_is_still_in_the_national_pack():
    kept = {(each.id, each.version, each.digest) for each in book().definitions}
    assert {one[:3] for one in book().released} <= kept


def test_a_released_version_that_stayed_as_it_was_is_loaded(tmp_path: Path):
    folder = county_pack(tmp_path, **{FILE: released(definition("clue").digest)})
    (one,) = packs.load_procedures(folder).released
    assert (one.procedure, one.version, one.on.isoformat()) == ("clue", "2026.1", "2026-12-01")


def test_a_released_version_that_demands_something_else_is_refused_where_it_is_written(
    tmp_path: Path,
):
    before = CLUE.read_text("utf-8")
    after = before.replace("zh: 反映的事项", "zh: 反映的情况", 1)
    assert after != before
    texts = {FILE: released(definition("clue").digest), "procedures/clue": after}
    with pytest.raises(PackRefused) as refused:
        packs.load_procedures(county_pack(tmp_path, **texts))
    (problem,) = [one for one in refused.value.problems if one.code == "E-PROCEDURE-RELEASED"]
    line = 1 + before.splitlines().index('version: "2026.1"')
    assert (problem.file, problem.line) == ("procedures/clue.yaml", line)
    assert problem.params["version"] == "2026.1"
    assert problem.params["on"] == "2026-12-01"


def test_a_version_is_released_once(tmp_path: Path):
    file = tmp_path / "released.yaml"
    file.write_text(released("a") + ENTRY.format(digest="b"), "utf-8")
    with pytest.raises(Refused) as refused:
        read_released(file)
    assert refused.value.params["line"] == 3
