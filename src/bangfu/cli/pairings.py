"""`bangfu pairings`: who answers for which household, taken in and out, handed over."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from bangfu.cli import output
from bangfu.cli.households import region_of

if TYPE_CHECKING:
    from bangfu.domains.assistance.domain import PairingRecord
    from bangfu.domains.assistance.importing import PairingImport

_REGION = click.option("--region", required=True, help="Division code of a county or town.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_EXCEED = click.option("--may-exceed", is_flag=True, help="More households than a cadre may have.")


@click.group()
def command() -> None:
    """Pairings of cadres and households (结对帮扶)."""


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_REGION
@click.option("--commit", is_flag=True, help="Write the rows in order; otherwise a dry run.")
@click.option("--replace", is_flag=True, help="Let a row change a household's cadre.")
@_EXCEED
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Error workbook.")
@_JSON
def import_(
    file: Path,
    region: str,
    commit: bool,
    replace: bool,
    may_exceed: bool,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Take in a list of pairings (.xlsx, .xls, .csv).

    JSON keys: rows, new, replaced, unchanged, bad, is_committed, issues (row, column, code,
    message, remedy), error_workbook.
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.assistance.importing import ImportOptions, import_pairings
    from bangfu.foundation.access.scopes import command_scope

    found = import_pairings(
        scope=command_scope(place, "bangfu pairings import"),
        at=timezone.now(),
        file=file,
        region=place,
        options=ImportOptions(commit, replace, may_exceed),
    )
    target = None
    if found.issues:
        target = errors or file.with_name(f"{file.stem}-待修改.xlsx")
        found.write_errors(target, output.language())
    _report(found, target, as_json)


def _report(found: PairingImport, target: Path | None, as_json: bool) -> None:
    from bangfu.domains.assistance.view import imported

    result = {**imported(found, output.language()), "error_workbook": target}
    for one in result["issues"][:10]:
        output.say(f"{one['row']}: {one['code']} {one['message']}")
    counts = " ".join(
        f"{name}={result[name]}" for name in ("rows", "new", "replaced", "unchanged", "bad")
    )
    state = "COMMITTED" if found.is_committed else "CHECKED"
    output.emit(result, as_json=as_json, text=f"{state} {counts} {target or ''}".rstrip())


@command.command()
@_REGION
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--state", type=click.Choice(["OPEN", "ORPHANED", "ENDED"]), default="OPEN")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
@_JSON
def export(region: str, out: Path, state: str, language: str, as_json: bool) -> None:
    """Write the pairings of a place as a workbook that can be handed in again.

    JSON keys: rows, out.
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.assistance.exports import write_file
    from bangfu.domains.assistance.selectors import PairingFilter
    from bangfu.foundation import audit
    from bangfu.foundation.access.scopes import activate, command_scope

    scope, now = command_scope(place, "bangfu pairings export"), timezone.now()
    with activate(scope):
        wanted = PairingFilter(region=place, state=state)
        written = write_file(out, scope, wanted, timezone.localdate(now), language)
        audit.record(
            scope,
            "assistance.pairings.exported",
            at=now,
            subject_kind="assistance.export",
            subject_id=str(place),
            region_code=str(place),
            detail={"rows": written, "state": state},
        )
    output.emit({"rows": written, "out": out}, as_json=as_json, text=f"{written} {out}")


@command.command()
@_REGION
@_JSON
def orphans(region: str, as_json: bool) -> None:
    """List the pairings whose cadre has lost the post or the account.

    JSON keys: count, items (household_no, head_name, region, cadre_name, office, user_id).
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.assistance import selectors
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu pairings orphans")
    today = timezone.localdate()
    items = [_item(one) for one in selectors.list_orphans(scope, today)]
    lines = [
        f"{one['household_no']:20} {one['head_name']} {one['region']} {one['cadre_name']} "
        f"{one['office']}"
        for one in items
    ]
    result = {"count": selectors.count_orphans(scope, today), "items": items}
    output.emit(result, as_json=as_json, text="\n".join([*lines, f"orphaned={result['count']}"]))


def _item(one: PairingRecord) -> dict[str, Any]:
    return {
        "household_no": one.household_no,
        "head_name": one.head_name,
        "region": one.region_code,
        "cadre_name": one.cadre_name,
        "office": one.office,
        "user_id": str(one.user_id),
    }


@command.command()
@_REGION
@click.option("--from", "from_", required=True, help="Account of the cadre who leaves.")
@click.option("--to", required=True, help="Account of the successor.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="First day; today unless said.")
@click.option("--reason", required=True)
@click.option("--office-kind", required=True, help="Kind of the successor's office.")
@_EXCEED
@_JSON
def handover(
    region: str,
    from_: str,
    to: str,
    on: datetime | None,
    reason: str,
    office_kind: str,
    may_exceed: bool,
    as_json: bool,
) -> None:
    """Let a successor answer for all households that a cadre has in a place.

    JSON keys: id, region_code, on, from_name, to_name, reason, count.
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.assistance.handing import HandoverForm, hand_over
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.accounts.selectors import get_user

    now = timezone.now()
    form = HandoverForm(
        from_user_id=get_user(from_).pk,
        to_user_id=get_user(to).pk,
        on=on.date() if on else timezone.localdate(now),
        reason=reason,
        office_kind=office_kind,
        may_exceed=may_exceed,
    )
    done = hand_over(scope=command_scope(place, "bangfu pairings handover"), at=now, form=form)
    text = f"{done.id} {done.from_name} → {done.to_name} {done.count}"
    output.emit(asdict(done), as_json=as_json, text=text)


@command.command()
@click.argument("handover_id", type=click.UUID)
@_REGION
@_JSON
def undo(handover_id: UUID, region: str, as_json: bool) -> None:
    """Take a handover back while nothing else has happened to its households.

    JSON keys: id, count, undone_at.
    """
    place = region_of(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.assistance import handing
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(place, "bangfu pairings undo")
    done = handing.undo(scope=scope, at=timezone.now(), handover_id=handover_id)
    result = {"id": str(done.id), "count": done.count, "undone_at": done.undone_at}
    output.emit(result, as_json=as_json, text=f"{done.id} {done.count}")
