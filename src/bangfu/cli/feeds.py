"""`bangfu feeds`: templates of departmental data, and taking the files in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from bangfu.cli import output
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


def region_option(text: str) -> RegionCode:
    """Read --region; anything that is no division code is wrong usage (exit 2)."""
    try:
        return RegionCode.parse(text)
    except BangfuError as error:
        described = output.describe_error(error)
        raise click.BadParameter(described["message"], param_hint="--region") from error


def _period_option(text: str) -> Period:
    try:
        return Period.parse(text)
    except BangfuError as error:
        described = output.describe_error(error)
        raise click.BadParameter(described["message"], param_hint="--period") from error


def described(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return reasons [{code, params}] with their message and remedy."""
    found = []
    for reason in reasons:
        error = BangfuError(reason["code"], **reason.get("params", {}))
        found.append(output.describe_error(error))
    return found


def explain_issues(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return row findings with their message and remedy."""
    return [
        {**issue, **{k: v for k, v in text.items() if k in ("message", "remedy")}}
        for issue, text in zip(issues, described(issues), strict=True)
    ]


@contextlib.contextmanager
def progress_line(as_json: bool) -> Iterator[output.Progress]:
    """Show progress on standard error unless JSON was asked for."""
    progress = output.Progress(quiet=as_json)
    try:
        yield progress
    finally:
        progress.close()


@click.group()
def command() -> None:
    """Departmental data (部门数据): templates, imports, what is in force."""


@command.command()
@click.argument("dataset")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
@_JSON
def template(dataset: str, out: Path, language: str, as_json: bool) -> None:
    """Write the Excel template of DATASET, for example medical/claim."""
    from bangfu.domains.feeds.sheets import write_feed_template

    write_feed_template(dataset, out, language=language)
    output.emit({"dataset": dataset, "out": str(out)}, as_json=as_json, text=str(out))


@command.command(name="import")
@click.argument("dataset")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--region", required=True, help="County code, 6 or 12 digits.")
@click.option("--period", required=True, help="Month, for example 2026-08.")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--supersede", is_flag=True, help="Replace a month in force; needs --reason.")
@click.option("--reason", default="", help="Why a month in force is replaced.")
@click.option("--errors", type=click.Path(path_type=Path, dir_okay=False), help="Error workbook.")
@click.option("--commit", is_flag=True, help="Put the good rows in force; otherwise a dry run.")
@_JSON
def import_(
    dataset: str,
    file: Path,
    region: str,
    period: str,
    manifest: Path | None,
    supersede: bool,
    reason: str,
    errors: Path | None,
    commit: bool,
    as_json: bool,
) -> None:
    """Take in FILE (.xlsx, .xls, .csv) of DATASET for a county and month."""
    county, month = region_option(region), _period_option(period)
    if supersede and not reason.strip():
        raise click.UsageError("--supersede needs --reason")
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds.domain import Manifest
    from bangfu.domains.feeds.services import import_feed
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(county, "bangfu feeds import")
    with progress_line(as_json) as progress:
        result = import_feed(
            scope=scope,
            at=timezone.now(),
            dataset=dataset,
            file=file,
            region=county,
            period=month,
            manifest=Manifest.parse(manifest.read_bytes()) if manifest else None,
            supersede=supersede,
            reason=reason,
            commit=commit,
            progress=progress,
        )
    report_import(scope, result, errors, as_json)


def report_import(scope: Any, result: Any, errors: Path | None, as_json: bool) -> None:
    """Print what became of an import; leaves with 1 when it was refused."""
    found = result.as_dict()
    found["issues"] = explain_issues(found["issues"])
    found["error_workbook"] = None
    if errors is not None and result.error_file_id is not None:
        from bangfu.foundation import files

        files.copy_file(scope, result.error_file_id, errors)
        found["error_workbook"] = str(errors)
    found["warnings"] = described(found["warnings"])
    reasons = described(found.pop("errors"))
    if str(result.state) == "REFUSED":
        output.fail(reasons, as_json=as_json, **found)
    for warning in found["warnings"]:
        output.say(f"{warning['code']} {warning['message']}")
    for issue in found["issues"][:10]:
        output.say(f"第 {issue['row']} 行 {issue['code']} {issue['message']}")
    output.emit({**found, "errors": []}, as_json=as_json, text=_summary(found))


def _summary(found: dict[str, Any]) -> str:
    if found["duplicate_of"]:
        return f"{found['state']} = {found['duplicate_of']}"
    counts = " ".join(f"{name}={value}" for name, value in found["counts"].items())
    return (
        f"{found['state']} {found['batch_id']} {found['dataset']} {found['period'] or ''} {counts}"
    )


@command.command(name="list")
@click.option("--region", required=True, help="County code, 6 or 12 digits.")
@click.option("--period", help="Month for which freshness is judged; this month unless said.")
@_JSON
def list_(region: str, period: str | None, as_json: bool) -> None:
    """List the datasets, what is in force, and whether it is stale."""
    county = region_option(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds import selectors
    from bangfu.foundation.access.scopes import command_scope

    month = _period_option(period) if period else Period.containing(timezone.localdate())
    scope = command_scope(county, "bangfu feeds list")
    fresh = selectors.list_freshness(scope, county, month)
    live = [
        {
            "batch_id": str(item.batch_id),
            "dataset": item.dataset,
            "period": str(item.period),
            "as_of": item.as_of.isoformat(),
            "rows": item.rows,
            "matched": item.matched,
            "unmatched": item.unmatched,
        }
        for item in selectors.list_landings(scope, county=county)
    ]
    lines = [
        f"{item['dataset']:22} {item['period'] or '-':8} {item['rows']:>8} "
        f"{'STALE' if item['stale'] else 'ok':6} {item['batch_id'] or ''}"
        for item in fresh
    ]
    result = {"region": str(county), "period": str(month), "datasets": fresh, "batches": live}
    output.emit(result, as_json=as_json, text="\n".join(lines))


@command.command()
@click.option("--region", required=True, help="County code, 6 or 12 digits.")
@click.option("--period", help="Month of the board; the last one that has ended unless said.")
@_JSON
def board(region: str, period: str | None, as_json: bool) -> None:
    """Show which month of which dataset is there, how fresh, from whom, and what it may say."""
    county = region_option(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds.board import default_period, get_board
    from bangfu.foundation.access.scopes import command_scope

    today = timezone.localdate()
    month = _period_option(period) if period else default_period(today)
    found = get_board(command_scope(county, "bangfu feeds board"), county, month, today=today)
    output.emit(found, as_json=as_json, text="\n".join(_board_lines(found)))


# One sign a month on the terminal: in use, there but too old, taken back, nothing.
_SIGNS = {"LIVE": "#", "OLD": "o", "REVERTED": "x", "NONE": "."}


def _board_lines(found: dict[str, Any]) -> Iterator[str]:
    for item in found["datasets"]:
        cells = "".join(_SIGNS[cell["state"]] for cell in item["cells"])
        late = "!" if item["overdue"] else " "
        due = item["due_on"] or "-"
        yield (
            f"{item['dataset']:24} {item['state']:6} {cells} {item['period'] or '-':8}"
            f"{item['rows']:>8} {due!s:10}{late} {item['department_zh']}"
        )
    yield " ".join(f"{name}={count}" for name, count in found["totals"].items())


@command.command()
@click.argument("batch", type=click.UUID)
@click.option("--region", default="0" * 12, help="Look for the batch in this region only.")
@click.option("--reason", required=True, help="Why the batch is taken back.")
@_JSON
def revert(batch: UUID, region: str, reason: str, as_json: bool) -> None:
    """Take the committed BATCH back; lists what has used it."""
    county = region_option(region)
    output.setup_django()
    from django.utils import timezone

    from bangfu.domains.feeds.services import revert_batch
    from bangfu.foundation.access.scopes import command_scope

    scope = command_scope(county, "bangfu feeds revert")
    done = revert_batch(scope=scope, at=timezone.now(), batch_id=batch, reason=reason)
    result = {
        "batch_id": str(batch),
        "state": str(done["batch"].state),
        "restored": str(done["restored"]) if done["restored"] else None,
        "dependants": done["dependants"],
    }
    for item in done["dependants"]:
        output.say(f"{item['kind']} {item['id']} {item['label']} {item['at']}")
    output.emit(result, as_json=as_json, text=f"{result['state']} {batch}")
