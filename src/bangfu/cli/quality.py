"""bangfu quality: the data-quality work list of a county."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bangfu.cli.output import Progress, emit, language, setup_django

_WORDS = {
    "zh": {
        "total": "{region} {as_of}：核查 {households} 户 {persons} 人，{rules_run} 条规则。"
        "待改 {open} 处（其中新增 {new}），上次以来已改正 {fixed}，例外 {excepted}。",
        "not_asked": "未核查 {count} 条：{rules}",
        "join": "、",
    },
    "en": {
        "total": "{region} {as_of}: {households} households, {persons} people, {rules_run} rules. "
        "Open {open} ({new} of them new), fixed since last time {fixed}, excepted {excepted}.",
        "not_asked": "{count} rules not asked: {rules}",
        "join": ", ",
    },
}


@click.group("quality")
def command() -> None:
    """Find what is wrong in the register, and keep the list of it."""


@command.command("check")
@click.option("--region", required=True, help="County, as a 6- or 12-digit code.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(region: str, as_json: bool) -> None:
    """Check a county's register: what is wrong, what is new, what was fixed since last time."""
    setup_django()
    from django.utils import timezone

    from bangfu.domains.quality import services
    from bangfu.domains.quality.results import summarise
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region)
    progress = Progress()
    result = services.check_county(
        scope=command_scope(place, "bangfu quality check"),
        region=place,
        at=timezone.now(),
        progress=progress,
    )
    progress.close()
    summary = summarise(result)
    emit(summary, as_json=as_json, text=_describe(summary))


@command.command("export")
@click.option("--region", required=True, help="Place whose items to write.")
@click.option("--out", required=True, type=click.Path(dir_okay=False), help="The .xlsx file.")
@click.option(
    "--state",
    type=click.Choice(["OPEN", "NEW", "FIXED", "EXCEPTED"]),
    default="OPEN",
    help="Which items (default: OPEN).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(region: str, out: str, state: str, as_json: bool) -> None:
    """Write the work list of a place as a workbook, one sheet a town (or a village)."""
    setup_django()
    from django.utils import timezone

    from bangfu.domains.quality.exports import export_items
    from bangfu.domains.quality.schemas import ItemExportFilter
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region)
    made = export_items(
        scope=command_scope(place, "bangfu quality export"),
        filters=ItemExportFilter(state=state),  # type: ignore[arg-type]
        language=language(),
        at=timezone.now(),
    )
    with made.stream:
        Path(out).write_bytes(made.stream.read())
    emit({"path": out, "state": state}, as_json=as_json, text=out)


def _describe(summary: dict[str, Any]) -> str:
    words = _WORDS[language()]
    lines = [words["total"].format(**summary)]
    skipped = summary["not_asked"]
    if skipped:
        rules = words["join"].join(one["rule_no"] for one in skipped)
        lines.append(words["not_asked"].format(count=len(skipped), rules=rules))
    return "\n".join(lines)
