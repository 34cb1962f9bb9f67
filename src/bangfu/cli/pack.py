"""`bangfu pack`: look after rule packs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bangfu.cli import pack_lifecycle
from bangfu.cli.output import emit, fail, language
from bangfu.standards import errors
from bangfu.standards.paths import packs_root

if TYPE_CHECKING:
    from bangfu.engine.packs import Pack
    from bangfu.engine.packs.check import CaseFailure

Made = TypeVar("Made")
_FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def command() -> None:
    """Look after rule packs."""


for _command in pack_lifecycle.COMMANDS:
    command.add_command(_command)


@command.command()
@_FOLDER
@_JSON
def check(folder: Path | None, as_json: bool) -> None:
    """Load a pack, list every problem, run its cases on both evaluators.

    FOLDER is a pack with a pack.yaml; without it the national pack is checked. JSON keys: pack,
    version, hash, rules, quality_rules, cases, procedures, limits, papers, versions (procedure,
    version, digest); when refused: errors (code, message, remedy, file, line, column, where).
    """
    # Optional heavy libraries: only these commands need them.
    from bangfu.domains.screening.papers import load_papers
    from bangfu.engine import packs
    from bangfu.foundation.access import roles

    root = folder or packs_root() / "national"
    permissions = frozenset(each.code for each in roles.list_permissions())
    # What is wrong with procedures is told as soon as it is known: cases take longer.
    book = _or_fail(lambda: packs.load_procedures(root, permissions), root, as_json)
    paper_book = _or_fail(lambda: load_papers(root), root, as_json)
    loaded = _load(folder, as_json)
    reports = [packs.check(pack) for pack in loaded]
    result: dict[str, Any] = {
        "pack": loaded[0].id,
        "version": loaded[0].version,
        "hash": loaded[0].hash,
        "rules": reports[0].rules,
        "quality_rules": sum(report.rules for report in reports[1:]),
        "cases": sum(report.cases for report in reports),
        "procedures": len(book.definitions),
        "limits": len(book.limits),
        "papers": len(paper_book.papers),
        "versions": [
            {"procedure": each.id, "version": each.version, "digest": each.digest}
            for each in book.definitions
        ],
    }
    failures = [_failed(failure) for report in reports for failure in report.failures]
    if failures:
        fail(failures, as_json=as_json, **result)
    emit(result, as_json=as_json, text=_summary(result))


@command.command()
@_FOLDER
@click.option("--rule", "rule_id", help="Only the cases of this rule.")
@_JSON
def test(folder: Path | None, rule_id: str | None, as_json: bool) -> None:
    """Run the cases of a pack on both evaluators; of each that fails show every clause.

    FOLDER is a pack; without it the national pack. JSON keys: pack, version, cases, failures
    (rule, title, case, file, line, expected, found by evaluator, clauses: member, outcome, text,
    value, threshold). Exit status 1 when a case fails or the pack is refused.
    """
    from bangfu.cli import pack_report

    loaded = _load(folder, as_json)
    result = pack_report.run_cases(loaded, rule_id, language())
    emit(result, as_json=as_json, text=pack_report.cases_text(result, language()))
    if result["failures"]:
        raise SystemExit(1)


@command.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", required=False, type=click.Path(path_type=Path))
@_JSON
def diff(old: Path, new: Path | None, as_json: bool) -> None:
    """Say what changed from the pack OLD to the pack NEW: rules, indicators, thresholds by region
    and date.

    With one folder: what that pack changes in the pack it extends. JSON keys: screening and
    quality, each with old, new, rules, indicators, thresholds, not_computable.
    """
    from bangfu.cli import pack_report
    from bangfu.engine.packs.files import base_of

    first, second = old, new
    if second is None:
        first, second = _or_fail(lambda: base_of(old), old, as_json), old
    result, text = pack_report.difference(_load(first, as_json), _load(second, as_json), language())
    emit(result, as_json=as_json, text=text)


def _load(folder: Path | None, as_json: bool) -> list[Pack]:
    """The screening pack of a folder and, where it has one, its quality pack."""
    from bangfu.engine import packs

    root = folder or packs_root() / "national"
    return _or_fail(lambda: packs.load_all(root), root, as_json)


def _or_fail(make: Callable[[], Made], root: Path, as_json: bool) -> Made:
    """Return what is made; a pack that is refused ends the command with every problem."""
    from bangfu.engine.errors import PackRefused

    try:
        return make()
    except PackRefused as refused:
        found = []
        for problem in refused.problems:
            told = errors.text(problem.code, problem.params, language())
            found.append(
                {
                    "code": problem.code,
                    "message": f"{problem.place}: {told.message}",
                    "remedy": told.remedy,
                    "file": problem.file,
                    "line": problem.line,
                    "column": problem.column,
                    "where": problem.where,
                }
            )
        fail(found, as_json=as_json, pack=root.name)
        raise


def _failed(failure: CaseFailure) -> dict[str, Any]:
    params = {
        "case": failure.case,
        "expected": failure.expected,
        "found": failure.found,
        "evaluator": failure.evaluator,
    }
    told = errors.text("E-PACK-CASE-FAILED", params, language())
    place = f"{failure.file}:{failure.written.line} {failure.rule_id}"
    return {
        "code": "E-PACK-CASE-FAILED",
        "message": f"{place}: {told.message}",
        "remedy": told.remedy,
        "file": failure.file,
        "line": failure.written.line,
        "where": failure.rule_id,
    }


def _summary(result: dict[str, Any]) -> str:
    """Return the line that says that nothing is wrong."""
    name = f"{result['pack']} {result['version']}"
    rules, cases = f"{result['rules']}+{result['quality_rules']}", result["cases"]
    steps, limits, papers = result["procedures"], result["limits"], result["papers"]
    if language() == "en":
        about = f"{steps} procedures with {limits} time limits, {papers} papers"
        return f"{name}: {rules} rules, {cases} cases, {about}, all as written"
    about = f"办理程序 {steps} 个、时限 {limits} 项、文书 {papers} 种"
    return f"{name}：规则 {rules} 条，样例 {cases} 个，{about}，全部通过"
