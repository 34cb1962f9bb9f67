"""bangfu screen: screens a county for a month and says what changed."""

from __future__ import annotations

import click

from bangfu.cli.output import Progress, emit, language, setup_django


def describe(summary: dict[str, object], as_english: bool) -> str:
    """Return the summary in words."""
    hints, changes = summary["hints"], summary["changes"]
    assert isinstance(hints, dict)
    assert isinstance(changes, dict)
    values = {**summary, **hints, **changes}
    if as_english:
        text = (
            "{region} {period}: {households} households, {persons} people; urgent {urgent}, "
            "attention {attention}, not enough data {unknown}, none {none}. "
            "New {new}, changed {changed}, gone {gone}; {written} rows written."
        )
        repeat = "\nNothing had changed since the run before; nothing was written."
    else:
        text = (
            "{region} {period}：{households} 户 {persons} 人；紧急 {urgent}，关注 {attention}，"
            "资料不足 {unknown}，无提示 {none}。新增 {new}，变化 {changed}，消失 {gone}；"
            "写入 {written} 行。"
        )
        repeat = "\n与上次筛查相比没有变化，没有写入。"
    return text.format(**values) + (repeat if summary["is_repeat"] else "")


@click.command("screen")
@click.option("--region", required=True, help="County, as a 6- or 12-digit code.")
@click.option("--period", required=True, help="Month, YYYY-MM.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(region: str, period: str, as_json: bool) -> None:
    """Screen a county for a month: extract, run the rule pack, publish what changed."""
    setup_django()
    from django.utils import timezone

    from bangfu.domains.screening import services
    from bangfu.domains.screening.results import summarise
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.period import Period
    from bangfu.kernel.region import RegionCode

    place = RegionCode.parse(region)
    progress = Progress()
    result = services.screen(
        scope=command_scope(place, "bangfu screen"),
        region=place,
        period=Period.parse(period),
        at=timezone.now(),
        progress=progress,
    )
    progress.close()
    summary = summarise(result)
    emit(summary, as_json=as_json, text=describe(summary, language() == "en"))
