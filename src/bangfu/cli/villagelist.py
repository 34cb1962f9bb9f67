"""`bangfu villagelist`: the list of checks of a village and month."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from bangfu.cli import output
from bangfu.cli.households import region_of


@click.group()
def command() -> None:
    """Lists of the month (本月核查清单)."""


@command.command()
@click.option("--region", required=True, help="Division code of a village, township or county.")
@click.option("--month", required=True, help="This month, YYYY-MM.")
@click.option("--contact", default="", help="Whom the village asks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def make(region: str, month: str, contact: str, as_json: bool) -> None:
    """Make or fill up the lists of a place's villages.

    JSON keys: items (id, no, rows, answered).
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.monitoring.villagelists import lists
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.period import Period

    found = lists.make_lists(
        scope=command_scope(place, "bangfu villagelist make"),
        at=timezone.now(),
        region=place,
        month=Period.parse(month),
        contact=contact,
    )
    items = [
        {"id": str(one.id), "no": one.no, "rows": one.rows, "answered": one.answered}
        for one in found
    ]
    lines = ["{id} {no} {rows} {answered}".format(**item) for item in items]
    output.emit({"items": items}, as_json=as_json, text="\n".join(lines))


@command.command(name="print")
@click.argument("list_id", type=click.UUID)
@click.option("--region", required=True, help="Division code of the county.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write it.")
def print_(list_id: UUID, region: str, out: Path) -> None:
    """Write a list as the .docx that is handed out."""
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.monitoring.villagelists.paper import make_paper
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu villagelist print")
    no, content = make_paper(scope=scope, at=timezone.now(), list_id=list_id)
    out.write_bytes(content)
    click.echo(f"{no} {out}")


@command.command()
@click.argument("list_id", type=click.UUID)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--region", required=True, help="Division code of the township that enters it.")
@click.option("--dry-run", is_flag=True, help="Say what it would do and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def enter(list_id: UUID, file: Path, region: str, dry_run: bool, as_json: bool) -> None:
    """Enter a list that came back as .docx.

    JSON keys: closed, noted, alarms, unchanged, still_open, is_repeat, problems (row, clue_no,
    code, message).
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.monitoring.villagelists import entering
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.standards import errors

    found = entering.enter(
        scope=command_scope(place, "bangfu villagelist enter"),
        at=timezone.now(),
        list_id=list_id,
        content=file.read_bytes(),
        dry_run=dry_run,
    )
    problems = [
        {
            "row": one.row,
            "clue_no": one.clue_no,
            "code": one.code,
            "message": errors.text(one.code, one.params, output.language()).message,
        }
        for one in found.problems
    ]
    told = {
        "closed": found.results[entering.CLOSED],
        "noted": found.results[entering.NOTED],
        "alarms": found.results[entering.ALARM],
        "unchanged": found.unchanged,
        "still_open": found.still_open,
        "is_repeat": found.is_repeat,
        "problems": problems,
    }
    lines = [" ".join(f"{name} {told[name]}" for name in list(told)[:-1])]
    lines += ["{row} {clue_no} {code} {message}".format(**one) for one in problems]
    output.emit(told, as_json=as_json, text="\n".join(lines))
