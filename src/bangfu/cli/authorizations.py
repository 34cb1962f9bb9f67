"""`bangfu authorizations`: the ledger of signed papers that allow asset comparisons."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bangfu.cli import output
from bangfu.cli.feeds import region_option, report_import

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_REGION = click.option("--region", required=True, help="Division code of the county or township.")


@click.group()
def command() -> None:
    """Signed authorisations (承诺授权书): import, list, revoke."""


@command.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@_JSON
def template(out: Path, as_json: bool) -> None:
    """Write the Excel template of the ledger."""
    from bangfu.domains.feeds.sheets import AUTHORIZATION, write_feed_template

    write_feed_template(AUTHORIZATION, out)
    output.emit({"dataset": AUTHORIZATION, "out": str(out)}, as_json=as_json, text=str(out))


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_REGION
@click.option("--errors", type=click.Path(path_type=Path, dir_okay=False), help="Error workbook.")
@click.option("--commit", is_flag=True, help="Write the papers; otherwise a dry run.")
@_JSON
def import_(file: Path, region: str, errors: Path | None, commit: bool, as_json: bool) -> None:
    """Take in FILE, a list of signed papers."""
    place = region_option(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds.authorizations import import_authorizations
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu authorizations import")
    result = import_authorizations(
        scope=scope, at=timezone.now(), file=file, region=place, commit=commit
    )
    report_import(scope, result, errors, as_json)


@command.command(name="list")
@_REGION
@_JSON
def list_(region: str, as_json: bool) -> None:
    """List papers, masked, newest signature first."""
    place = region_option(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds.authorizations import list_authorizations
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu authorizations list")
    papers = list_authorizations(scope, place, on=timezone.localdate())
    lines = [
        f"{paper['paper_no']:20} {paper['name']:8} {paper['signed_on']}–{paper['expires_on']} "
        f"{'live' if paper['live'] else 'ended'}"
        for paper in papers
    ]
    output.emit(
        {"region": str(place), "authorizations": papers}, as_json=as_json, text="\n".join(lines)
    )


@command.command()
@click.argument("paper_no")
@_REGION
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day without.")
@click.option("--reason", required=True)
@_JSON
def revoke(paper_no: str, region: str, on: datetime, reason: str, as_json: bool) -> None:
    """End the paper PAPER_NO on a day."""
    place = region_option(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds.authorizations import revoke_authorization
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu authorizations revoke")
    ended = revoke_authorization(
        scope=scope,
        at=timezone.now(),
        paper_no=paper_no,
        region=place,
        on=on.date(),
        reason=reason,
    )
    output.emit({"paper_no": paper_no, "ended": ended}, as_json=as_json, text=f"{ended}")
