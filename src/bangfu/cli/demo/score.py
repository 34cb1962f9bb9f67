"""Scores a screening against the hand-written cases: every case as stated, nobody else found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from bangfu.cli.demo.cases import Case

Outcomes = dict[str, dict[str, str]]  # household number → rule id → "TRUE" | "UNKNOWN"


@dataclass(frozen=True)
class Screened:
    """What a run said: outcomes that are not FALSE, and the hint of each household number."""

    outcomes: Outcomes
    hints: dict[str, str]


@dataclass
class Score:
    """The result: how many statements were checked, and which were wrong."""

    checked: int = 0
    controls: int = 0
    wrong: list[dict[str, str]] = field(default_factory=list)
    flagged_controls: list[dict[str, str]] = field(default_factory=list)
    by_outcome: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Share of the statements that hold, from 0 to 1."""
        return 1 - len(self.wrong) / self.checked if self.checked else 0.0

    @property
    def is_perfect(self) -> bool:
        """Whether every statement made holds and no control was flagged."""
        return not self.wrong and not self.flagged_controls

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "checked": self.checked,
            "share": round(self.share, 6),
            "wrong": self.wrong[:50],
            "controls": self.controls,
            "controls_flagged": len(self.flagged_controls),
            "flagged": self.flagged_controls[:50],
            "by_outcome": dict(sorted(self.by_outcome.items())),
        }


def read_run(inputs: Path, outputs: Path) -> Screened:
    """Read a run's folders: `inputs` has household.parquet, `outputs` hints and findings."""
    ids = parquet.read_table(inputs / "household.parquet", columns=["household_id", "household_no"])
    numbers = dict(zip(*(ids.column(i).to_pylist() for i in range(2)), strict=True))
    findings = parquet.read_table(
        outputs / "findings.parquet", columns=["household_id", "rule_id", "outcome"]
    )
    outcomes: Outcomes = {}
    for household, rule, outcome in zip(*(column.to_pylist() for column in findings), strict=True):
        outcomes.setdefault(numbers[household], {})[rule] = outcome
    hints = parquet.read_table(outputs / "hints.parquet", columns=["household_id", "hint"])
    given = zip(*(column.to_pylist() for column in hints), strict=True)
    return Screened(outcomes, {numbers[household]: hint.lower() for household, hint in given})


def score(
    period: str, truth: Iterable[tuple[str, Case]], controls: Iterable[str], screened: Screened
) -> Score:
    """Compare one period's run with the cases (household number, case) and the control numbers."""
    result = Score()
    for number, case in truth:
        found = screened.outcomes.get(number, {})
        for rule, expected in case.expect.items():
            if period in expected:
                _check(result, case, rule, expected[period], found.get(rule, "FALSE"))
        if period in case.hint:
            _check(result, case, "hint", case.hint[period], screened.hints.get(number, "none"))
        for rule, outcome in found.items():
            if rule not in case.expect and outcome == "TRUE":
                result.wrong.append(
                    {"case": case.id, "of": rule, "wanted": "not TRUE", "got": "TRUE"}
                )
    for number in controls:
        result.controls += 1
        true = [r for r, o in screened.outcomes.get(number, {}).items() if o == "TRUE"]
        if true or screened.hints.get(number, "none") in ("urgent", "attention"):
            result.flagged_controls.append(
                {"household_no": number, "rules": ",".join(sorted(true))}
            )
    return result


def _check(result: Score, case: Case, of: str, wanted: str, got: str) -> None:
    result.checked += 1
    result.by_outcome[f"{of}:{wanted}"] += 1
    if wanted != got:
        result.wrong.append({"case": case.id, "of": of, "wanted": wanted, "got": got})
