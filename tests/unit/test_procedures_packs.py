"""Procedures in packs: a county changes one time limit or keeps a day of its own, and is told by
file and line what is wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bangfu.cli.pack import command
from bangfu.engine import packs
from bangfu.engine.errors import PackRefused
from bangfu.engine.packs.files import collect
from bangfu.engine.packs.flatten import flatten
from bangfu.standards.paths import packs_root
from tests.procedure_kit import COUNTY

NOTICE = """\
limits:
  - name: {name}
    zh: 公示
    en: Notice
    values:
      - region: "000000000000"
        valid_from: "2021-05-01"
        count: 7
        unit: DAYS
        document: 云溪县帮扶领导小组〔2026〕8号
        status: verified
"""
DAY = """\
days:
  - {name: "2026-04-20", kind: CLOSED, region: "990101", zh: 纪念日, en: Founding day,
     document: 云溪县人民政府令第1号, status: unverified}
"""


def county_pack(folder: Path, base: Path | None = None, **texts: str) -> Path:
    """A pack that extends a small one, or the national one, with files of its own."""
    root = folder / "yunxi"
    root.mkdir()
    about = 'id: yunxi\nversion: "1"\nregion: "990101"\ntitle: {zh: 云溪, en: Yunxi}\n'
    (root / "pack.yaml").write_text(about + f"extends: {base or packs_root() / 'national'}\n")
    for name, text in texts.items():
        path = root / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def test_a_county_keeps_a_day_of_its_own(tmp_path):
    folder = county_pack(tmp_path, **{"calendar/yunxi": DAY})
    book = packs.load_procedures(folder)
    assert len(book.definitions) == 6, "the nation's procedures hold"
    assert not book.terms(COUNTY).calendar.is_working(date(2026, 4, 20))
    assert book.terms("990102000000").calendar.is_working(date(2026, 4, 20))


def test_a_county_that_hides_the_limits_of_a_case_has_to_write_them_all(tmp_path):
    folder = county_pack(tmp_path, **{"procedures/limits/case": NOTICE.format(name="case_notice")})
    with pytest.raises(PackRefused) as refused:
        packs.load_procedures(folder)
    told = {(one.code, one.file) for one in refused.value.problems}
    assert ("E-PROCEDURE-LIMIT", "national/procedures/identification.yaml") in told
    assert all(one.line > 0 for one in refused.value.problems)


def test_a_county_changes_one_limit_in_its_copy_of_the_file(tmp_path):
    text = (packs_root() / "national/procedures/limits/case.yaml").read_text("utf-8")
    own = text.replace(
        "count: 5\n        unit: DAYS\n        document: 中农组发",
        "count: 7\n        unit: DAYS\n        document: 中农组发",
    )
    assert own != text
    folder = county_pack(tmp_path, **{"procedures/limits/case": own})
    terms = packs.load_procedures(folder).terms(COUNTY)
    assert terms.limit("case_notice", date(2026, 5, 1)).count == 7


def test_a_pack_with_other_procedures_is_another_pack_and_is_kept_whole(tmp_path):
    (tmp_path / "a").mkdir()
    plain = county_pack(tmp_path / "a")
    own = county_pack(tmp_path, **{"calendar/yunxi": DAY})
    assert collect(plain).digest() != collect(own).digest()
    flatten(own, tmp_path / "kept")
    assert collect(tmp_path / "kept").digest() == collect(own).digest()
    kept, original = (packs.load_procedures(root) for root in (tmp_path / "kept", own))
    assert [one.digest for one in kept.definitions] == [one.digest for one in original.definitions]
    assert kept.days == original.days


def test_pack_check_names_the_file_the_line_and_the_remedy(tmp_path):
    folder = county_pack(tmp_path, **{"calendar/yunxi": DAY.replace("CLOSED", "SHUT")})
    found = CliRunner().invoke(command, ["check", str(folder), "--json"])
    assert found.exit_code == 1
    [error] = json.loads(found.stdout)["errors"]
    assert (error["code"], error["file"], error["line"]) == (
        "E-STANDARD-MALFORMED",
        "calendar/yunxi.yaml",
        2,
    )
    assert "CLOSED" in error["remedy"]
