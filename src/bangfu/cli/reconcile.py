"""`bangfu reconcile`: compare an export of the national system with the register."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bangfu.cli.output import Progress, emit, fail, language, setup_django

_WORDS = {
    "zh": "{region} {as_of}：核对 {households} 户 {persons} 人；待录入 {to_enter}，"
    "不一致 {to_correct}，仅全国系统有 {only_there}；本次销号 {done}，新增 {new}。",
    "en": "{region} {as_of}: {households} households, {persons} people compared; "
    "to enter {to_enter}, to correct {to_correct}, only there {only_there}; "
    "ticked off {done}, new {new}.",
}


@click.command("reconcile")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--region", required=True, help="County (or place in it) of the export.")
@click.option(
    "--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of the export."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The list as .xlsx.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: Path, region: str, as_of: datetime, out: Path | None, as_json: bool) -> None:
    """Compare FILE, an export of the national system, with the register of a county.

    JSON keys: id, region, as_of, state, households, persons, to_enter, to_correct, only_there,
    new, again, done, outside, unreadable, seconds; when refused: errors.
    """
    setup_django()
    from django.utils import timezone

    from bangfu.domains.reconciliation import exports, services
    from bangfu.domains.reconciliation.domain import State
    from bangfu.domains.reconciliation.selectors import ItemFilter
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode
    from bangfu.standards import errors

    began = time.monotonic()
    place = RegionCode.parse(region)
    scope = command_scope(place, "bangfu reconcile")
    progress = Progress(quiet=as_json)
    record = services.reconcile(
        scope=scope,
        region=place,
        as_of=as_of.date(),
        file=file,
        at=timezone.now(),
        progress=progress,
    )
    progress.close()
    if record.state is State.REFUSED:
        told = [(one["code"], errors.text(one["code"], one["params"], language()))
                for one in record.errors]  # fmt: skip
        fail(
            [{"code": code, "message": text.message, "remedy": text.remedy}
             for code, text in told],
            as_json=as_json,
        )  # fmt: skip
    if out is not None:
        stream, _ = exports.export_items(
            scope=scope, wanted=ItemFilter(place), language=language(), at=timezone.now()
        )
        with stream:
            out.write_bytes(stream.read())
    counts = record.counts
    result: dict[str, Any] = {
        "id": str(record.id),
        "region": record.region_code,
        "as_of": record.as_of.isoformat(),
        "state": str(record.state),
        "to_enter": counts["ENTER_HOUSEHOLD"] + counts["ENTER_MEMBER"],
        "to_correct": counts["CORRECT_FIELD"],
        "only_there": counts["ONLY_THERE_HOUSEHOLD"] + counts["ONLY_THERE_MEMBER"],
        **{key: counts[key] for key in ("households", "persons", "new", "again", "done",
                                        "outside", "unreadable")},
        "seconds": round(time.monotonic() - began, 2),
    }  # fmt: skip
    emit(result, as_json=as_json, text=_WORDS[language()].format(**result))
