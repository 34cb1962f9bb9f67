"""Papers in packs: a county words a paper anew, and is told by file and line what is wrong."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from bangfu.cli.pack import command
from bangfu.domains.screening.papers import load_papers
from bangfu.engine.errors import PackRefused
from bangfu.engine.packs.files import collect
from bangfu.engine.packs.flatten import flatten
from bangfu.standards.paths import packs_root
from tests.unit.test_procedures_packs import county_pack

PAPERS = packs_root() / "national" / "papers"
RECHECK = (PAPERS / "recheck.yaml").read_text("utf-8")


def test_a_county_words_one_paper_anew_and_keeps_the_others(tmp_path):
    own = RECHECK.replace("title: {zh: ", "title: {zh: 云溪县", 1)
    book = load_papers(county_pack(tmp_path, **{"papers/recheck": own}))
    assert book.get("recheck", date(2026, 10, 31)).title["zh"].startswith("云溪县")
    assert set(book.papers) == {
        path.stem
        for path in PAPERS.glob("*.yaml")
        if path.stem not in ("layout", "files", "privacy")
    }


def test_a_pack_with_other_papers_is_another_pack_and_is_kept_whole(tmp_path):
    (tmp_path / "a").mkdir()
    plain = county_pack(tmp_path / "a")
    own = county_pack(tmp_path, **{"papers/recheck": RECHECK.replace("zh: ", "zh: 县", 1)})
    assert collect(plain).digest() != collect(own).digest()
    flatten(own, tmp_path / "kept")
    assert collect(tmp_path / "kept").digest() == collect(own).digest()
    assert load_papers(tmp_path / "kept") == load_papers(own)


def test_pack_check_names_the_paper_the_line_and_the_remedy(tmp_path):
    folder = county_pack(tmp_path, **{"papers/recheck": RECHECK.replace("unverified", "sure", 1)})
    found = CliRunner().invoke(command, ["check", str(folder), "--json"])
    assert found.exit_code == 1
    told = json.loads(found.stdout)["errors"]
    error = next(one for one in told if one["file"] == "papers/recheck.yaml")
    line = RECHECK.splitlines().index("status: unverified") + 1
    assert (error["code"], error["line"]) == ("E-STANDARD-MALFORMED", line)


def test_a_county_cannot_loosen_what_a_board_may_show(tmp_path):
    text = (PAPERS / "privacy.yaml").read_text("utf-8")
    with pytest.raises(PackRefused) as refused:
        load_papers(county_pack(tmp_path, **{"papers/privacy": text}))
    assert [one.code for one in refused.value.problems] == ["E-PACK-PAPERS-FIXED"]
