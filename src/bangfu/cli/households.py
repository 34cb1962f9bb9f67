"""`bangfu households`: take in lists of households."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bangfu.cli.output import Progress, describe_error, emit, fail, language, setup_django
from bangfu.cli.registry_words import word
from bangfu.kernel.errors import BangfuError
from bangfu.kernel.region import RegionCode
from bangfu.standards import errors

if TYPE_CHECKING:
    from uuid import UUID

    from bangfu.domains.registry.results import ImportResult
    from bangfu.kernel.scope import Scope

_SHOWN = 10


@click.group()
def command() -> None:
    """Lists of households (农户名册)."""


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", required=True, help="Division code of the list, 2 to 12 digits.")
@click.option(
    "--as-of",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day up to which the list is right.",
)
@click.option("--commit", is_flag=True, help="Put the good households in force.")
@click.option(
    "--errors",
    "workbook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the error workbook; beside FILE unless said.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_command(
    file: Path, region: str, as_of: datetime, commit: bool, workbook: Path | None, as_json: bool
) -> None:
    """Check a list of households and, with --commit, put it in force.

    Without --commit nothing changes. Good households are taken though others are bad; those go to
    the error workbook with the reason beside the cell.

    JSON keys: state, committed, batch_id, duplicate_of, region, as_of, counts, mapping, repairs,
    warnings, issues, errors, error_workbook, error_file_id, missing, held, older, renamed.
    """
    setup_django()
    from bangfu.foundation.access.scopes import command_scope

    place = region_of(region)
    progress = Progress(quiet=as_json)
    scope = command_scope(place, "bangfu households import")
    result = _run(scope, file, place, as_of.date(), commit=commit, progress=progress)
    progress.close()
    if result.error_file_id is not None:
        target = workbook or file.with_name(f"{file.stem}-待修改.xlsx")
        _copy_workbook(scope, result.error_file_id, target)
        result.error_workbook = target
    if result.errors:
        described = [_describe(error) for error in result.errors]
        fail(described, as_json=as_json, **{**result.as_dict(), "errors": described})
    emit(result.as_dict(), as_json=as_json, text=_text(result))


def region_of(text: str) -> RegionCode:
    """Read --region; anything that is no division code is wrong usage (exit status 2)."""
    try:
        return RegionCode.parse(text)
    except BangfuError as error:
        message = describe_error(error)["message"]
        raise click.BadParameter(message, param_hint="--region") from error


def _run(
    scope: Scope,
    file: Path,
    region: RegionCode,
    as_of: date,
    *,
    commit: bool,
    progress: Callable[[int, int, str], None],
) -> ImportResult:
    from django.utils import timezone

    from bangfu.domains.registry import services

    return services.import_households(
        scope=scope,
        at=timezone.now(),
        file=file,
        region=region,
        as_of=as_of,
        commit=commit,
        progress=progress,
    )


def _copy_workbook(scope: Scope, file_id: UUID, target: Path) -> None:
    from bangfu.foundation import files

    files.copy_file(scope, file_id, target)


def _describe(error: dict[str, Any]) -> dict[str, Any]:
    return describe_error(BangfuError(error["code"], **error.get("params", {})))


def _text(result: ImportResult) -> str:
    if result.duplicate_of is not None:
        return _line("duplicate", batch=result.duplicate_of)
    lines = [_line("mapping")]
    for sheet in result.mapping.get("sheets", []):
        for match in sheet["columns"]:
            lines.append(f"  {match['letter']:>3} {match['header']} → {match['zh']}")
        for each in sheet["unmapped"]:
            lines.append(f"  {each['letter']:>3} {each['header']} → ({_line('unmapped')})")
    lines.append(_line("checked", **_counts(result)))
    if result.counts.get("outside"):
        lines.append(_line("outside", count=result.counts["outside"]))
    for issue in result.issues[:_SHOWN]:
        text = errors.text(issue["code"], issue["params"], language())
        lines.append(f"  {issue['row']}: {issue['header']} {issue['code']} {text.message}")
    if result.error_workbook is not None:
        lines.append(_line("workbook", path=result.error_workbook))
    lines += _outcome(result)
    return "\n".join(lines)


def _outcome(result: ImportResult) -> list[str]:
    if not result.is_committed:
        return [_line("dry_run")]
    lines = [_line("committed", **_counts(result))]
    for name in ("missing", "held", "older", "reviews", "left"):
        if result.counts.get(name):
            lines.append(_line(name, count=result.counts[name]))
    return lines


def _counts(result: ImportResult) -> dict[str, int]:
    names = (
        "rows",
        "households",
        "good_households",
        "bad_households",
        "good_persons",
        "households_new",
        "households_changed",
        "households_unchanged",
        "persons_new",
        "persons_changed",
        "persons_unchanged",
    )
    return {name: int(result.counts.get(name, 0)) for name in names}


def _line(key: str, **params: Any) -> str:
    return word(key, language(), **params)
