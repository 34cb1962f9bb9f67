"""`bangfu changes`: the requests to change the register."""

from __future__ import annotations

from typing import Any

import click

from bangfu.cli import output
from bangfu.cli.households import region_of


@click.group()
def command() -> None:
    """Change requests (户籍变更)."""


@command.command(name="list")
@click.option("--region", required=True, help="Division code of a county, town or village.")
@click.option("--state", default="", help="Only requests in this state, e.g. SUBMITTED.")
@click.option("--kind", default="", help="Only requests of this kind, e.g. SPLIT.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(region: str, state: str, kind: str, limit: int, as_json: bool) -> None:
    """List requests, newest first.

    JSON keys: items (no, kind, state, household_no, head_name, region, happened_on, created_by,
    due_on, flags, conflicts), total.
    """
    place = region_of(region)
    output.setup_django()
    from bangfu.domains.changes import selectors, view
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu changes list")
    filters = selectors.RequestFilter(kind=kind, state=state)
    page = view.page(selectors.list_requests(scope, filters, limit=limit))
    items = [_item(each) for each in page["items"]]
    key = "en" if output.language() == "en" else "zh"
    lines = [
        f"{each['no']:22} {each[f'kind_{key}']} {each['household_no']} {each['head_name']} "
        f"{each['happened_on']} {each[f'state_{key}']}"
        for each in page["items"]
    ]
    output.emit({"items": items, "total": page["total"]}, as_json=as_json, text="\n".join(lines))


def _item(head: dict[str, Any]) -> dict[str, Any]:
    due = head["due_on"]
    return {
        **{
            name: head[name]
            for name in ("no", "kind", "state", "household_no", "head_name", "created_by")
        },
        "region": head["region"]["code"],
        "happened_on": head["happened_on"].isoformat(),
        "due_on": due.isoformat() if due else None,
        "flags": head["flags"],
        "conflicts": head["conflicts"],
    }
