"""Scores a screening against the hand-written cases: every case as stated, nobody else found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from bangfu.cli.demo.cases import Case
from bangfu.engine.packs import Pack
from bangfu.engine.rules.decide import evaluate
from bangfu.engine.rules.reference import World
from bangfu.engine.rules.rule import UNDECIDED_COUNTS, Rule
from bangfu.engine.runs.evidence import open_evidence, world_of
from bangfu.kernel.period import Period

Outcomes = dict[str, dict[str, str]]  # household number → rule id → "TRUE" | "UNKNOWN"


@dataclass(frozen=True)
class Screened:
    """What a run said: the findings and the hint of each household number.

    The findings leave out what is open without changing a hint; `decide` finds that out.
    """

    outcomes: Outcomes
    hints: dict[str, str]
    folder: Path
    pack: Pack
    ids: dict[str, str]

    @cached_property
    def _world(self) -> World:
        return world_of(self.pack, Period.parse(open_evidence(self.folder).manifest.period))

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules in force, by id."""
        return {rule.id: rule for rule in self.pack.rules_on(self._world.period.last_day)}

    def is_in_findings(self, rule_id: str) -> bool:
        """Whether the findings say everything that is not false about a rule."""
        return rule_id not in self.rules or self.rules[rule_id].kind in UNDECIDED_COUNTS

    def decide(self, number: str, rule_ids: Iterable[str]) -> dict[str, str]:
        """Return the outcomes of rules for a household out of the evidence."""
        facts = open_evidence(self.folder).find(self.ids[number], self.pack)
        assert facts is not None
        return {
            rule_id: evaluate(self.rules[rule_id], facts.home, self._world).outcome.value
            for rule_id in rule_ids
        }


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


def read_run(inputs: Path, outputs: Path, pack: Pack) -> Screened:
    """Read a run's folders: `inputs` has household.parquet, `outputs` hints and findings."""
    ids = parquet.read_table(inputs / "household.parquet", columns=["household_id", "household_no"])
    numbers = dict(zip(*(ids.column(i).to_pylist() for i in range(2)), strict=True))
    findings = parquet.read_table(
        outputs / "findings.parquet", columns=["household_id", "rule_id", "outcome"]
    )
    outcomes: Outcomes = {}
    for household, rule, outcome in zip(*(column.to_pylist() for column in findings), strict=True):
        outcomes.setdefault(numbers[household], {})[rule] = outcome
    table = parquet.read_table(outputs / "hints.parquet", columns=["household_id", "hint"])
    given = zip(*(column.to_pylist() for column in table), strict=True)
    hints = {numbers[household]: hint.lower() for household, hint in given}
    by_number = {number: household for household, number in numbers.items()}
    return Screened(outcomes, hints, outputs, pack, by_number)


def score(
    period: str, truth: Iterable[tuple[str, Case]], controls: Iterable[str], screened: Screened
) -> Score:
    """Compare one period's run with the cases (household number, case) and the control numbers.

    A case is planted many times in a large county. What is open without changing a hint is looked
    up in the evidence for its first family only; of the others the findings are compared.
    """
    result = Score()
    seen: set[str] = set()
    for number, case in truth:
        expected = {rule: words[period] for rule, words in case.expect.items() if period in words}
        found = _found(screened, number, expected, is_first=case.id not in seen)
        seen.add(case.id)
        for rule, wanted in expected.items():
            if rule in found:
                _check(result, case, rule, wanted, found[rule])
        if period in case.hint:
            _check(result, case, "hint", case.hint[period], screened.hints.get(number, "none"))
        for rule, outcome in screened.outcomes.get(number, {}).items():
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


def _found(
    screened: Screened, number: str, expected: dict[str, str], *, is_first: bool
) -> dict[str, str]:
    """Return rule → outcome for the rules of which something can be said here."""
    told = screened.outcomes.get(number, {})
    found = {
        rule: told.get(rule, "FALSE")
        for rule, wanted in expected.items()
        if rule in told or wanted == "TRUE" or screened.is_in_findings(rule)
    }
    open_ones = expected.keys() - found.keys()
    if is_first and open_ones:
        found |= screened.decide(number, open_ones)
    return found


def _check(result: Score, case: Case, of: str, wanted: str, got: str) -> None:
    result.checked += 1
    result.by_outcome[f"{of}:{wanted}"] += 1
    if wanted != got:
        result.wrong.append({"case": case.id, "of": of, "wanted": wanted, "got": got})
