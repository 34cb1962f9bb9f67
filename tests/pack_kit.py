"""A county's pack that says nothing yet, files to put in it, and what it is refused for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.errors import PackRefused
from bangfu.standards import errors
from bangfu.standards.paths import packs_root

NATIONAL = packs_root() / "national"
KEPT = "income_below_line"
SOURCE = "source: {document: 试验, status: unverified}"


def make_county(folder: Path) -> Path:
    """A pack that extends the thresholds, the indicators and one rule of the national one and
    says nothing yet."""
    base = folder / "national"
    for name in ("thresholds", "indicators"):
        shutil.copytree(NATIONAL / name, base / name)
    for name in ("pack.yaml", f"rules/{KEPT}.yaml", f"cases/{KEPT}.yaml"):
        (base / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(NATIONAL / name, base / name)
    made = folder / "county"
    made.mkdir()
    (made / "pack.yaml").write_text(
        'id: county\nversion: "1"\ntitle: {zh: 县, en: county}\nextends: ../national\n',
        encoding="utf-8",
    )
    return made


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def codes(folder: Path) -> set[str]:
    with pytest.raises(PackRefused) as refused:
        packs.load(folder)
    for problem in refused.value.problems:
        told = errors.text(problem.code, problem.params, "zh")
        assert problem.file
        assert told.message
        assert told.remedy
    return {problem.code for problem in refused.value.problems}


def rule_text(**changes: str) -> str:
    parts = {
        "id": "probe",
        "kind": "ALERT",
        "unit": "household",
        "title": "{zh: 试, en: probe}",
        "source": "{document: 试验, status: unverified}",
        "valid_from": "2026-01-01",
        "when": "household.member_count > 3",
        "hint": "attention",
        "reason": "{zh: 是, en: 'yes'}",
        **changes,
    }
    return "".join(f"{key}: {value}\n" for key, value in parts.items() if value)


CASES = """
cases:
  - {name: four, household: {member_count: 4}, expect: "TRUE"}
  - {name: three, household: {member_count: 3}, expect: "FALSE"}
"""


def threshold(values: str) -> str:
    return f'id: probe_line\ntitle: {{zh: 试, en: probe}}\nunit: "yuan"\nvalues:\n{values}'
