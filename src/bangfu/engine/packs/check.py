"""Runs every case of a pack on the reference evaluator and on DuckDB."""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.engine.backends.duckdb import connect
from bangfu.engine.comparison.reasons import NAMES
from bangfu.engine.errors import FormulaError
from bangfu.engine.packs.cases import Facts, read_facts, sources
from bangfu.engine.packs.model import Case, Pack
from bangfu.engine.rules.compiler import Outcome
from bangfu.engine.rules.decide import evaluate
from bangfu.engine.rules.execute import compile_rules, decide_in_duckdb
from bangfu.engine.rules.reference import Value, kleene_any
from bangfu.engine.rules.rule import Rule


@dataclass(frozen=True)
class CaseFailure:
    """A case that came out otherwise than written, and on which evaluator."""

    rule_id: str
    case: str
    evaluator: str
    expected: str
    found: str
    file: str


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
    chosen = [case for case in pack.cases if rule_id in (None, case.rule_id)]
    for case in chosen:
        failures += _run(case, pack)
    return CheckReport(len(pack.rules), len(chosen), tuple(failures))


def _run(case: Case, pack: Pack) -> list[CaseFailure]:
    expected = case.expect + (f"/{case.reason}" if case.reason else "")
    try:
        facts = read_facts(case, pack.catalog)
    except (FormulaError, ValueError, IndexError) as error:
        return [_failure(case, "facts", expected, str(error))]
    rule = pack.rule(case.rule_id)
    found = {"reference": by_reference(rule, facts, pack), "duckdb": by_duckdb(rule, facts, pack)}
    shorten = (lambda text: text) if case.reason else (lambda text: text.split("/")[0])
    return [
        _failure(case, evaluator, expected, text)
        for evaluator, text in found.items()
        if shorten(text) != expected
    ]


def _failure(case: Case, evaluator: str, expected: str, found: str) -> CaseFailure:
    return CaseFailure(case.rule_id, case.name, evaluator, expected, found, case.file)


def by_reference(rule: Rule, facts: Facts, pack: Pack) -> str:
    """Return "TRUE", "FALSE" or "UNKNOWN/<reason>" by the reference evaluator."""
    if not rule.is_in_force(facts.period.last_day):
        return "FALSE"
    result = evaluate(rule, facts.household, facts.world(pack))
    return result.outcome.value + (f"/{result.reason}" if result.reason else "")


def by_duckdb(rule: Rule, facts: Facts, pack: Pack) -> str:
    """Return the same by the compiled SQL."""
    day = facts.period.last_day
    if not rule.is_in_force(day):
        return "FALSE"
    compiler = compile_rules([rule], pack.catalog, facts.period, pack.thresholds.tables(day))
    households = [facts.household, *facts.others]
    with connect(threads=1) as connection:
        by_household, by_person = decide_in_duckdb(
            connection, compiler, sources(households, pack.catalog)
        )
    where = Outcome(rule)
    result = by_household if rule.unit == "household" else by_person
    mine = [
        Value(row[where.outcome], row[where.reason] or 0)
        for row in result.to_pylist()
        if row["household_id"] == facts.household.household["household_id"]
    ]
    whole = kleene_any(mine)
    if whole.is_unknown:
        return f"UNKNOWN/{NAMES[whole.reason]}"
    return "TRUE" if whole.value else "FALSE"
