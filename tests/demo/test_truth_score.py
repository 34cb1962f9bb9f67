"""The screening says of every hand-written family what the policy says, and finds nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bangfu.cli.demo.cases import load_cases
from bangfu.cli.demo.score import Score, Screened, read_run, score
from bangfu.engine import packs, runs
from bangfu.standards.paths import packs_root
from tests.demo_kit import LAST, Demo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def folder(demo: Demo) -> Path:
    return demo.run_folder()


@pytest.fixture(scope="session")
def standing(folder: Path) -> Screened:
    return read_run(folder / "inputs", folder / "results")


def edited_pack(tmp_path: Path, edit: Callable[[Path], None]) -> Any:
    """Load a copy of the packs in which `edit` changed the national one."""
    copy = tmp_path / "packs"
    shutil.copytree(packs_root(), copy)
    edit(copy / "national")
    return packs.load(copy / "national")


def screened_again(folder: Path, pack: Any, out: Path) -> Screened:
    """Run the demo's own inputs with another pack."""
    runs.run(pack, folder / "inputs", out, LAST)
    return read_run(folder / "inputs", out)


def flips(before: Screened, after: Screened) -> set[tuple[str, str]]:
    """Return (household number, rule id) of every outcome that differs."""
    found = set()
    for number in before.outcomes.keys() | after.outcomes.keys():
        old, new = before.outcomes.get(number, {}), after.outcomes.get(number, {})
        found |= {
            (number, rule) for rule in old.keys() | new.keys() if old.get(rule) != new.get(rule)
        }
    return found


def cases_by_number(demo: Demo) -> dict[str, str]:
    return {row["household_no"]: row["case"] for row in demo.truth}


def test_every_case_is_as_written_and_no_other_family_is_flagged(demo: Demo) -> None:
    told = demo.summary["score"]
    assert told["wrong"] == []
    assert told["controls_flagged"] == 0
    assert told["is_perfect"] is True
    # 169 cases, three months, a statement per named rule and per hint: far above 900.
    assert told["checked"] > 900
    assert told["controls"] > 1_000


def threshold_shifts() -> Iterator[tuple[str, str]]:
    for path in sorted((packs_root() / "national" / "thresholds").glob("*.yaml")):
        for sign in "+-":
            yield path.stem, sign


UNITS = {"yuan": "0.01", "yuan/person": "0.01", "year": "1", "month": "1", "": "0.01"}


def shift(path: Path, sign: str) -> None:
    """Move every dated value of a threshold by one unit."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    unit = Decimal(UNITS[document["unit"]]) * (1 if sign == "+" else -1)
    for value in document["values"]:
        moved = Decimal(str(value["value"])) + unit
        value["value"] = int(moved) if moved == moved.to_integral_value() else float(moved)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize(("threshold", "sign"), list(threshold_shifts()))
def test_a_threshold_moved_by_one_unit_flips_exactly_its_boundary_cases(
    threshold: str, sign: str, demo: Demo, folder: Path, standing: Screened, tmp_path: Path
) -> None:
    pack = edited_pack(
        tmp_path, lambda root: shift(root / "thresholds" / f"{threshold}.yaml", sign)
    )
    flipped = flips(standing, screened_again(folder, pack, tmp_path / "out"))
    numbers = cases_by_number(demo)
    boundary = {case.id for case in load_cases() if (threshold, sign) in case.boundary}
    assert {numbers.get(number, "a control") for number, _ in flipped} == boundary


def test_every_threshold_of_the_pack_has_cases_on_both_sides() -> None:
    named = {pair for case in load_cases() for pair in case.boundary}
    assert set(threshold_shifts()) == named


@pytest.mark.parametrize(
    "rule", [path.stem for path in sorted((packs_root() / "national" / "rules").glob("*.yaml"))]
)
def test_a_rule_that_is_switched_off_costs_points(
    rule: str, demo: Demo, folder: Path, tmp_path: Path
) -> None:
    def remove(root: Path) -> None:
        (root / "rules" / f"{rule}.yaml").unlink()
        (root / "cases" / f"{rule}.yaml").unlink()

    screened = screened_again(folder, edited_pack(tmp_path, remove), tmp_path / "out")
    cases = {case.id: case for case in load_cases()}
    truth = [
        (row["household_no"], cases[row["case"]])
        for row in demo.truth
        if cases[row["case"]].county.startswith("990101")
    ]
    result: Score = score(LAST, truth, [], screened)
    assert result.share < 1
    assert {wrong["of"] for wrong in result.wrong} >= {rule}
