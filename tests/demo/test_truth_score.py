"""The screening says of every hand-written family what the policy says, and finds nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bangfu.cli.demo.cases import load_cases
from bangfu.cli.demo.score import Score, Screened, read_run, score
from bangfu.engine import packs, runs
from bangfu.engine.rules import nodes as n
from bangfu.standards.paths import packs_root
from tests.demo_kit import LAST, Demo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def folder(demo: Demo) -> Path:
    return demo.run_folder()


@pytest.fixture(scope="session")
def standing(folder: Path) -> Screened:
    return read_run(folder / "inputs", folder / "results", packs.load(packs_root() / "national"))


def edited_pack(tmp_path: Path, edit: Callable[[Path], None]) -> Any:
    """Load a copy of the packs in which `edit` changed the national one."""
    copy = tmp_path / "packs"
    shutil.copytree(packs_root(), copy)
    edit(copy / "national")
    return packs.load(copy / "national")


def screened_again(folder: Path, pack: Any, out: Path) -> Screened:
    """Run the demo's own inputs with another pack."""
    runs.run(pack, folder / "inputs", out, LAST)
    return read_run(folder / "inputs", out, pack)


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
    # 521 cases, three months, a statement per named rule and per hint: above 3,000.
    assert told["checked"] > 3_000
    assert told["controls"] > 1_000


def threshold_shifts() -> Iterator[tuple[str, str]]:
    for path in sorted((packs_root() / "national" / "thresholds").glob("*.yaml")):
        for sign in "+-":
            yield path.stem, sign


UNITS = {"yuan": "0.01", "yuan/person": "0.01", "year": "1", "month": "1", "row": "1", "": "0.01"}


def shift(path: Path, sign: str) -> None:
    """Move every dated value of a threshold by one unit."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    unit = Decimal(UNITS[document["unit"]]) * (1 if sign == "+" else -1)
    for value in document["values"]:
        moved = Decimal(str(value["value"])) + unit
        value["value"] = int(moved) if moved == moved.to_integral_value() else float(moved)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


@cache
def users() -> dict[str, set[str]]:
    """Return the rules that each threshold decides."""
    found: dict[str, set[str]] = {}
    for rule in packs.load(packs_root() / "national").rules:
        for node in n.walk(rule.condition):
            if isinstance(node, n.Threshold):
                found.setdefault(node.name, set()).add(rule.id)
    return found


@cache
def groups() -> dict[str, int]:
    """Return a group for each threshold, so that no rule hangs on two of one group.

    The thresholds of a group are moved in one run, and every flip still belongs to one of them.
    """
    given: dict[str, int] = {}
    deciding = users()
    for name in sorted(deciding):
        near = {given[other] for other in given if deciding[other] & deciding[name]}
        given[name] = next(group for group in range(len(deciding)) if group not in near)
    return given


Moved = Callable[[str, str], set[tuple[str, str]]]


@pytest.fixture(scope="session")
def moved(folder: Path, standing: Screened, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """Return a function that gives the flips of a threshold's group moved by one unit."""
    given = groups()

    @cache
    def flips_of(group: int, sign: str) -> set[tuple[str, str]]:
        def edit(root: Path) -> None:
            for name in given:
                if given[name] == group:
                    shift(root / "thresholds" / f"{name}.yaml", sign)

        place = tmp_path_factory.mktemp("moved")
        return flips(standing, screened_again(folder, edited_pack(place, edit), place / "out"))

    return lambda threshold, sign: flips_of(given[threshold], sign)


@pytest.mark.parametrize(("threshold", "sign"), list(threshold_shifts()))
def test_a_threshold_moved_by_one_unit_flips_exactly_its_boundary_cases(
    threshold: str, sign: str, demo: Demo, moved: Moved
) -> None:
    deciding, given = users(), groups()
    flipped = moved(threshold, sign)
    together = [name for name in given if given[name] == given[threshold]]
    assert {rule for _, rule in flipped} <= set().union(*(deciding[name] for name in together))
    numbers = cases_by_number(demo)
    boundary = {case.id for case in load_cases() if (threshold, sign) in case.boundary}
    mine = {number for number, rule in flipped if rule in deciding[threshold]}
    assert {numbers.get(number, "a control") for number in mine} == boundary


def test_every_threshold_of_the_pack_has_cases_on_both_sides() -> None:
    named = {pair for case in load_cases() for pair in case.boundary}
    assert set(threshold_shifts()) == named


RULES = [path.stem for path in sorted((packs_root() / "national" / "rules").glob("*.yaml"))]


@pytest.fixture(scope="session")
def without(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Screened]:
    """Return a function that screens without every other rule, beginning with the first or second.

    No rule reads another's outcome, so what is missed for one of them is its own doing.
    """

    @cache
    def screened(half: int) -> Screened:
        def remove(root: Path) -> None:
            for rule in RULES[half::2]:
                (root / "rules" / f"{rule}.yaml").unlink()
                (root / "cases" / f"{rule}.yaml").unlink()

        place = tmp_path_factory.mktemp("without")
        return screened_again(folder, edited_pack(place, remove), place / "out")

    return screened


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_switched_off_costs_points(
    rule: str, demo: Demo, without: Callable[[int], Screened]
) -> None:
    cases = {case.id: case for case in load_cases()}
    truth = [
        (row["household_no"], cases[row["case"]])
        for row in demo.truth
        if cases[row["case"]].county.startswith("990101")
    ]
    result: Score = score(LAST, truth, [], without(RULES.index(rule) % 2))
    assert result.share < 1
    assert rule in {wrong["of"] for wrong in result.wrong}
