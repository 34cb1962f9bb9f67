"""`bangfu engine generate`: a synthetic lake for measuring and for trying packs."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import click

from bangfu.cli.output import Progress, emit, language
from bangfu.kernel.period import Period

_WORDS = {
    "zh": "{counties} 个县，{households} 户，{persons} 人，{rows} 行部门数据，用时 {seconds} 秒",
    "en": "{counties} counties, {households} households, {persons} people, "
    "{rows} rows of feeds in {seconds} s",
}


@click.command("generate")
@click.option("--people", type=click.IntRange(min=1), required=True, help="About how many people.")
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="An empty or new folder.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, help="Decides every value.")
@click.option("--period", default="2026-08", help="The month that the data are made for.")
@click.option("--threads", type=click.IntRange(min=1), help="Counties made at a time.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def generate(
    people: int, folder: Path, seed: int, period: str, threads: int | None, as_json: bool
) -> None:
    """Invent households, members, authorisations and every feed; no person is real.

    The same --people, --seed and --period give the same files. JSON keys: out, seed, period,
    counties, households, persons, feeds (rows by table), seconds.
    """
    # Optional heavy libraries: only this command needs them.
    from bangfu.engine.synthetic import generate_lake

    start = time.monotonic()
    progress = Progress()
    month = Period.parse(period)
    made = generate_lake(folder, people, seed, month, progress, threads=threads)
    progress.close()
    result = {"out": str(folder), "seed": seed, "period": str(month), **asdict(made)}
    result["seconds"] = round(time.monotonic() - start, 2)
    text = _WORDS[language()].format(**result, rows=sum(made.feeds.values()))
    emit(result, as_json=as_json, text=text)
