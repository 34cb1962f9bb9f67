"""Runs every case of a pack on the reference evaluator and on DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bangfu.engine.backends.duckdb import connect
from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.errors import FormulaError
from bangfu.engine.packs.cases import Facts, read_facts, sources
from bangfu.engine.packs.model import Case, Pack
from bangfu.engine.rules.decide import evaluate
from bangfu.engine.rules.execute import compile_rules, decide_in_duckdb
from bangfu.engine.rules.layout import outcome, reason
from bangfu.engine.rules.nodes import TimesUsed, walk
from bangfu.engine.rules.reference import Value, kleene_any
from bangfu.engine.rules.rule import Rule
from bangfu.kernel.errors import BangfuError


@dataclass(frozen=True)
class CaseFailure:
    """A case that came out otherwise than written, and on which evaluator.

    `written` is the case as it stands in the pack; `packs.tracing` tells its clauses.
    """

    rule_id: str
    case: str
    evaluator: str
    expected: str
    found: str
    file: str
    written: Case


@dataclass(frozen=True)
class CheckReport:
    """What a check found."""

    rules: int
    cases: int
    failures: tuple[CaseFailure, ...]


def check(pack: Pack, rule_id: str | None = None) -> CheckReport:
    """Run the cases of a pack (or of one rule) on both evaluators and compare with what is
    written; the reason of an unknown is compared where the case states one."""
    failures: list[CaseFailure] = []
    ready: list[_Ready] = []
    chosen = [case for case in pack.cases if rule_id in (None, case.rule_id)]
    for number, case in enumerate(chosen):
        try:
            facts = read_facts(case, pack.catalog, prefix=f"{number}-")
        except (BangfuError, FormulaError, ValueError, IndexError, KeyError) as error:
            failures.append(_failure(case, "facts", str(error)))
            continue
        rule = pack.rule(case.rule_id, facts.period.last_day)
        ready.append(_Ready(case, rule, facts))
    for one in ready:
        found = by_reference(one.rule, one.facts, one.pack(pack))
        failures += _compare(one, "reference", found)
    for group in _groups(ready):
        outcomes = by_duckdb([(one.rule, one.facts) for one in group], group[0].pack(pack))
        for one, found in zip(group, outcomes, strict=True):
            failures += _compare(one, "duckdb", found)
    return CheckReport(len(pack.rules), len(chosen), tuple(failures))


@dataclass(frozen=True)
class _Ready:
    case: Case
    rule: Rule
    facts: Facts

    def pack(self, pack: Pack) -> Pack:
        """The pack with the thresholds that the case was written against."""
        book = self.case.thresholds
        return pack if book is None else replace(pack, thresholds=book)


def _groups(ready: list[_Ready]) -> list[list[_Ready]]:
    """Cases that can share one run: of one month, one state of the feeds and one set of
    thresholds. A rule that counts uses needs a run for each of its cases."""
    groups: dict[tuple[object, ...], list[_Ready]] = {}
    for number, one in enumerate(ready):
        counts = any(isinstance(node, TimesUsed) for node in walk(one.rule.condition))
        gaps = tuple(sorted(one.facts.household.gaps.items()))
        book = id(one.case.thresholds)
        key = (str(one.facts.period), gaps, number if counts else -1, book)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _compare(one: _Ready, evaluator: str, found: str) -> list[CaseFailure]:
    shown = found if one.case.reason else found.split("/")[0]
    return [] if shown == _expected(one.case) else [_failure(one.case, evaluator, found)]


def _expected(case: Case) -> str:
    return case.expect + (f"/{case.reason}" if case.reason else "")


def _failure(case: Case, evaluator: str, found: str) -> CaseFailure:
    return CaseFailure(case.rule_id, case.name, evaluator, _expected(case), found, case.file, case)


def by_reference(rule: Rule, facts: Facts, pack: Pack) -> str:
    """Return "TRUE", "FALSE" or "UNKNOWN/<reason>" by the reference evaluator."""
    if not rule.is_in_force(facts.period.last_day):
        return "FALSE"
    result = evaluate(rule, facts.household, facts.world(pack))
    return result.outcome.value + (f"/{result.reason}" if result.reason else "")


def by_duckdb(cases: Sequence[tuple[Rule, Facts]], pack: Pack) -> list[str]:
    """Return the same by the compiled SQL, for cases of one month and one state of the feeds.

    All rules are decided for all households in one run: to compile and to open a run costs far
    more than to decide a few households.
    """
    period = cases[0][1].period
    rules = {rule.id: rule for rule, _ in cases if rule.is_in_force(period.last_day)}
    if not rules:
        return ["FALSE"] * len(cases)
    thresholds = pack.thresholds.tables(period.last_day)
    compiler = compile_rules(list(rules.values()), pack.catalog, period, thresholds)
    households = [home for _, facts in cases for home in (facts.household, *facts.others)]
    with connect(threads=1) as connection:
        by_unit = decide_in_duckdb(connection, compiler, sources(households, pack.catalog))
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {"household": {}, "person": {}}
    for unit, table in zip(rows, by_unit, strict=True):
        for row in table.to_pylist():
            rows[unit].setdefault(row["household_id"], []).append(row)
    return [
        _found(rule, rows[rule.unit], facts) if rule.id in rules else "FALSE"
        for rule, facts in cases
    ]


def _found(rule: Rule, rows: Mapping[str, list[dict[str, Any]]], facts: Facts) -> str:
    """What a rule says of the household of a case, from the rows of its unit."""
    mine = rows.get(str(facts.household.household["household_id"]), [])
    return _whole([Value(row[outcome(rule)], row[reason(rule)] or 0) for row in mine])


def _whole(units: list[Value]) -> str:
    whole = kleene_any(units)
    if whole.is_unknown:
        return f"UNKNOWN/{NAMES[whole.reason]}"
    return "TRUE" if whole.value else "FALSE"
