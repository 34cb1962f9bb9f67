"""Runs every case of a pack on the reference evaluator and on DuckDB."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
        written_against = group[0].pack(pack)
        outcomes = by_duckdb(group[0].rule, [one.facts for one in group], written_against)
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
    """Cases that can share one run; a rule that counts uses needs a run for each."""
    groups: dict[tuple[object, ...], list[_Ready]] = {}
    for number, one in enumerate(ready):
        counts = any(isinstance(node, TimesUsed) for node in walk(one.rule.condition))
        gaps = tuple(sorted(one.facts.household.gaps.items()))
        book = id(one.case.thresholds)
        key = (one.rule.id, str(one.facts.period), gaps, number if counts else -1, book)
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


def by_duckdb(rule: Rule, many: list[Facts], pack: Pack) -> list[str]:
    """Return the same by the compiled SQL, for cases of one month and one state of the feeds."""
    day = many[0].period.last_day
    if not rule.is_in_force(day):
        return ["FALSE"] * len(many)
    compiler = compile_rules([rule], pack.catalog, many[0].period, pack.thresholds.tables(day))
    households = [home for facts in many for home in (facts.household, *facts.others)]
    with connect(threads=1) as connection:
        by_household, by_person = decide_in_duckdb(
            connection, compiler, sources(households, pack.catalog)
        )
    found: dict[str, list[Value]] = {}
    for row in (by_household if rule.unit == "household" else by_person).to_pylist():
        decided = Value(row[outcome(rule)], row[reason(rule)] or 0)
        found.setdefault(row["household_id"], []).append(decided)
    return [_whole(found.get(str(f.household.household["household_id"]), [])) for f in many]


def _whole(units: list[Value]) -> str:
    whole = kleene_any(units)
    if whole.is_unknown:
        return f"UNKNOWN/{NAMES[whole.reason]}"
    return "TRUE" if whole.value else "FALSE"
