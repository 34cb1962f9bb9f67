"""`bangfu sweep`: what the worker does each minute, once and by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from bangfu.cli.output import emit, language, setup_django

_WORDS = {
    "zh": "期限重算 {recomputed} 个，到期办结 {lapsed} 件，逾期上报 {climbed} 级，"
    "随户变更 {followed} 件，移交 {handed_over} 件。",
    "en": "{recomputed} due days computed anew, {lapsed} steps that time took, {climbed} rungs "
    "climbed, {followed} proceedings went with their household, {handed_over} handed over.",
}
_LOST = {
    "zh": "所用程序版本已不在规则包里，无法继续：{lost}",
    "en": "Their version of the procedure is gone; they cannot go on: {lost}",
}


@click.command("sweep")
@click.option("--region", default="000000000000", help="Place, as a 6- or 12-digit code.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="As if it were that moment in Beijing; for rehearsals on data that are none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(region: str, at: datetime | None, as_json: bool) -> None:
    """Do what is due: deadlines, escalation, terms that passed, households and posts that changed.

    JSON keys: recomputed, lapsed, climbed, followed, handed_over, lost.
    """
    setup_django()
    from django.utils import timezone

    from bangfu.domains.monitoring.clocks.sweeping import sweep
    from bangfu.kernel.region import RegionCode
    from bangfu.kernel.workdays import BEIJING

    moment = at.replace(tzinfo=BEIJING) if at else timezone.now()
    done = asdict(sweep(at=moment, region=RegionCode.parse(region)))
    text = _WORDS[language()].format(**done)
    if done["lost"]:
        text += "\n" + _LOST[language()].format(lost="、".join(done["lost"]))
    emit(done, as_json=as_json, text=text)
