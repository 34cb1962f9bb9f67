"""`bangfu pack`: look after rule packs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bangfu.cli import pack_lifecycle
from bangfu.cli.output import emit, fail, language
from bangfu.standards import errors
from bangfu.standards.paths import packs_root


@click.group()
def command() -> None:
    """Look after rule packs."""


for _command in pack_lifecycle.COMMANDS:
    command.add_command(_command)


@command.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def check(folder: Path | None, as_json: bool) -> None:
    """Load a pack, list every problem, run its cases on both evaluators.

    FOLDER is a pack with a pack.yaml; without it the national pack is checked. JSON keys: pack,
    version, rules, quality_rules, cases, failures; when refused: errors (code, message, remedy,
    file, where).
    """
    # Optional heavy libraries: only this command needs them.
    from bangfu.engine import packs
    from bangfu.engine.errors import PackRefused

    root = folder or packs_root() / "national"
    try:
        loaded = [packs.load(root)]
        if (root / "quality").is_dir():
            loaded.append(packs.load_quality(root))
    except PackRefused as refused:
        found = [
            {
                **_described(problem.code, problem.params, problem.file, problem.where),
                "message": f"{problem.place}: "
                + errors.text(problem.code, problem.params, language()).message,
                "line": problem.line,
                "column": problem.column,
            }
            for problem in refused.problems
        ]
        fail(found, as_json=as_json, pack=root.name)
        return
    reports = [packs.check(pack) for pack in loaded]
    failures = [
        _described(
            "E-PACK-CASE-FAILED",
            {
                "case": failure.case,
                "expected": failure.expected,
                "found": failure.found,
                "evaluator": failure.evaluator,
            },
            failure.file,
            failure.rule_id,
        )
        for report in reports
        for failure in report.failures
    ]
    result: dict[str, Any] = {
        "pack": loaded[0].id,
        "version": loaded[0].version,
        "hash": loaded[0].hash,
        "rules": reports[0].rules,
        "quality_rules": sum(report.rules for report in reports[1:]),
        "cases": sum(report.cases for report in reports),
    }
    if failures:
        fail(failures, as_json=as_json, **result)
    text = _summary(result)
    emit(result, as_json=as_json, text=text)


def _summary(result: dict[str, Any]) -> str:
    """Return the line that says that nothing is wrong."""
    name = f"{result['pack']} {result['version']}"
    rules, cases = f"{result['rules']}+{result['quality_rules']}", result["cases"]
    if language() == "en":
        return f"{name}: {rules} rules, {cases} cases, all as written"
    return f"{name}：规则 {rules} 条，样例 {cases} 个，全部通过"


def _described(code: str, params: dict[str, Any], file: str, where: str) -> dict[str, Any]:
    told = errors.text(code, params, language())
    message = f"{file} {where}: {told.message}"
    return {"code": code, "message": message, "remedy": told.remedy, "file": file, "where": where}
