"""What `bangfu pack test` and `bangfu pack diff` print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bangfu.engine import packs
from bangfu.engine.packs import Pack
from bangfu.engine.packs.check import CaseFailure
from bangfu.engine.packs.telling import diff_lines
from bangfu.engine.packs.tracing import trace
from bangfu.engine.rules.words import word


def run_cases(loaded: Sequence[Pack], rule_id: str | None, language: str) -> dict[str, Any]:
    """Run the cases; return counts and, of each case that fails, its clauses."""
    failures: list[dict[str, Any]] = []
    cases = 0
    for pack in loaded:
        report = packs.check(pack, rule_id)
        cases += report.cases
        by_case: dict[tuple[str, int], list[CaseFailure]] = {}
        for failure in report.failures:
            key = (failure.written.file, failure.written.number)
            by_case.setdefault(key, []).append(failure)
        failures += [_failure(pack, found, language) for found in by_case.values()]
    return {
        "pack": loaded[0].id,
        "version": loaded[0].version,
        "cases": cases,
        "failures": failures,
    }


def _failure(pack: Pack, found: list[CaseFailure], language: str) -> dict[str, Any]:
    """One case with what each evaluator that disagrees with it says."""
    first = found[0]
    return {
        "rule": first.rule_id,
        "title": pack.rule(first.rule_id).title.in_language(language),
        "case": first.case,
        "file": first.file,
        "line": first.written.line,
        "expected": first.expected,
        "found": {failure.evaluator: failure.found for failure in found},
        "clauses": [asdict(clause) for clause in trace(pack, first.written, language)],
    }


def cases_text(result: dict[str, Any], language: str) -> str:
    """Return the report for a person."""

    def say(name: str, /, **slots: Any) -> str:
        return word("test", name, language).format(**slots)

    lines = []
    for failure in result["failures"]:
        case = {key: failure[key] for key in ("file", "line", "rule", "title", "case")}
        lines.append(say("case", **case))
        for evaluator, found in failure["found"].items():
            lines.append(
                say("found", evaluator=evaluator, found=found, expected=failure["expected"])
            )
        for clause in failure["clauses"]:
            sides = {key: clause[key] for key in ("value", "threshold")}
            told = say("sides", **sides) if clause["threshold"] is not None else ""
            if not told and clause["value"] is not None:
                told = say("side", value=clause["value"])
            person = say("person", number=clause["member"]) if clause["member"] else ""
            outcome, text = clause["outcome"], clause["text"]
            lines.append(say("clause", outcome=outcome, person=person, text=text, sides=told))
    name = f"{result['pack']} {result['version']}"
    key = "failed" if result["failures"] else "passed"
    lines.append(say(key, pack=name, cases=result["cases"], failures=len(result["failures"])))
    return "\n".join(lines)


def difference(
    old: Sequence[Pack], new: Sequence[Pack], language: str
) -> tuple[dict[str, Any], str]:
    """Return what changed, as JSON and as text: screening rules, then quality rules."""
    found = {"screening": packs.diff(old[0], new[0])}
    if len(old) == len(new) == 2:
        found["quality"] = packs.diff(old[1], new[1])
    lines: list[str] = []
    for name, change in found.items():
        told = diff_lines(change, language)
        # The thresholds are the same for both; what did not change in quality is not worth a line.
        if name == "screening" or change.rules:
            lines += told if name == "screening" else told[1:]
    return {name: change.as_json() for name, change in found.items()}, "\n".join(lines)
