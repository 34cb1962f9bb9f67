"""`bangfu check households FILE`: quality rules over one spreadsheet, without a database."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path

import click

from bangfu.cli.output import Progress, emit, language
from bangfu.domains.registry.quality.check import Report, check_file
from bangfu.kernel.region import RegionCode

_WORDS = {
    "zh": {
        "total": "{households} 户 {persons} 人，核查 {rules_run} 条规则，发现 {findings} 处问题。",
        "skipped": "因缺少列而未核查 {count} 条：{numbers}",
        "beyond": "另有 {count} 条要对照部门清单或名册历史，单个文件无法核查：{numbers}",
        "written": "已写出 {path}（{findings} 处）",
        "join": "、",
    },
    "en": {
        "total": "{households} households, {persons} people, {rules_run} rules: "
        "{findings} findings.",
        "skipped": "{count} rules not checked for want of columns: {numbers}",
        "beyond": "{count} rules need departmental lists or the register's past, which no file "
        "has: {numbers}",
        "written": "Written {path} ({findings} findings)",
        "join": ", ",
    },
}


@click.group("check")
def command() -> None:
    """Check files by themselves; nothing is imported and no database is needed."""


@command.command("households")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by-town", is_flag=True, help="One annotated workbook for each town.")
@click.option(
    "--out",
    "out_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write the workbooks (default: FILE's name with -check, beside FILE).",
)
@click.option("--region", help="Division code the file comes from; decides the policy line.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The file's day: ages are taken at the end of its month (default: today).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def households(
    file: Path,
    by_town: bool,
    out_dir: Path | None,
    region: str | None,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Check households and members in FILE against the national quality rules."""
    start = time.monotonic()
    progress = Progress()
    report = check_file(
        file,
        as_of=as_of.date() if as_of else date.today(),
        out_dir=out_dir or file.parent / f"{file.stem}-check",
        by_town=by_town,
        region=RegionCode.parse(region) if region else None,
        language=language(),
        progress=progress,
    )
    progress.close()
    result = {"file": str(file), **report.as_dict(language())}
    result["seconds"] = round(time.monotonic() - start, 2)
    emit(result, as_json=as_json, text=_describe(report))


def _describe(report: Report) -> str:
    words = _WORDS[language()]
    shown = report.as_dict(language())
    lines = [words["total"].format(**shown)]
    lines += [
        f"  {rule['rule_no']:<10} {rule['count']:>7}  {rule['title']}" for rule in shown["by_rule"]
    ]
    for name, skipped in (("skipped", report.skipped), ("beyond", report.beyond)):
        if skipped:
            numbers = words["join"].join(one.rule.rule_no for one in skipped)
            lines.append(words[name].format(count=len(skipped), numbers=numbers))
    lines += [words["written"].format(**book) for book in shown["workbooks"]]
    return "\n".join(lines)
