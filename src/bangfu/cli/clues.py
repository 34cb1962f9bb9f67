"""`bangfu clues`: clues from screenings, and what was held back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from bangfu.cli import output
from bangfu.cli.households import region_of


@click.group()
def command() -> None:
    """Clues from screenings (筛查线索)."""


@command.command()
@click.option("--region", required=True, help="County, as a 6- or 12-digit code.")
@click.option("--period", required=True, help="Month of the county's newest screening, YYYY-MM.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def make(region: str, period: str, as_json: bool) -> None:
    """Make the clues of a county's newest screening, as the job does when it is published.

    JSON keys: run_id, period, opened, dispatched, suspected, joined, silent, changed, gone,
    absent, withheld, held
    (id of the held batch, or null), held_state.
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.monitoring.clues import making
    from bangfu.domains.monitoring.clues.jobs import summarise
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.period import Period

    made = making.make_clues(
        scope=command_scope(place, "bangfu clues make"),
        at=timezone.now(),
        region=place,
        period=Period.parse(period),
    )
    found = summarise(made)
    output.emit(found, as_json=as_json, text=_said(found, output.language() == "en"))


def _said(found: dict[str, Any], as_english: bool) -> str:
    if found["held"]:
        if as_english:
            return (
                "Too many clues: held back as {held} ({held_state}); see bangfu clues held".format(
                    **found
                )
            )
        text = "线索过多，暂不生成，批次 {held}（{held_state}）；用 bangfu clues held 查看"
        return text.format(**found)
    if as_english:
        text = (
            "{period}: {opened} clues opened, {dispatched} handed on; {suspected} suspicions; "
            "{joined} open clues got more; {silent} hits stay silent, {changed} have changed; "
            "{gone} open clues have lost what they rest on."
        )
    else:
        text = (
            "{period}：新增线索 {opened} 条，已派发 {dispatched} 条；新增疑点 {suspected} 条；"
            "并入在办线索 {joined} 条；已答复不再提示 {silent} 项，情况有变 {changed} 项；"
            "不再有提示的在办线索 {gone} 条。"
        )
    return text.format(**found)


@command.command()
@click.option("--region", required=True, help="Division code of a county.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def held(region: str, as_json: bool) -> None:
    """List the batches that were held back. JSON keys: items (id, period, clues, households,
    screened, exceeded, state, reason)."""
    place = region_of(region)
    output.setup_django()
    from bangfu.domains.monitoring.clues import deciding
    from bangfu.foundation.access.scopes import command_scope

    names = ("id", "period", "clues", "households", "screened", "exceeded", "state", "reason")
    rows = deciding.list_held(command_scope(place, "bangfu clues held"))
    items = [{name: getattr(row, name) for name in names} for row in rows]
    for item in items:
        item["id"] = str(item["id"])
    lines = ["{id} {period} {clues} {exceeded} {state} {reason}".format(**item) for item in items]
    output.emit({"items": items}, as_json=as_json, text="\n".join(lines))


def _decide(region: str, batch: str, reason: str, release: bool) -> None:
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.monitoring.clues import deciding
    from bangfu.foundation.access.scopes import command_scope

    asked: dict[str, Any] = {
        "scope": command_scope(place, "bangfu clues"),
        "at": timezone.now(),
        "batch_id": UUID(batch),
        "reason": reason,
    }
    if release:
        record, made = deciding.release(**asked)
        click.echo(f"{record.id} {record.state} {made.opened}")
    else:
        click.echo(f"{batch} {deciding.discard(**asked).state}")


@command.command()
@click.argument("batch", type=click.UUID)
@click.option("--region", required=True, help="Division code of the county.")
@click.option("--reason", required=True, help="What was looked at and why.")
def release(batch: UUID, region: str, reason: str) -> None:
    """Make the clues of a held batch after all; prints id, state, clues made."""
    _decide(region, str(batch), reason, release=True)


@command.command()
@click.argument("batch", type=click.UUID)
@click.option("--region", required=True, help="Division code of the county.")
@click.option("--reason", required=True, help="What was looked at and why.")
def discard(batch: UUID, region: str, reason: str) -> None:
    """Make no clues of a held batch; prints id and state."""
    _decide(region, str(batch), reason, release=False)
