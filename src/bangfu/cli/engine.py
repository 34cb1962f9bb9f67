"""`bangfu engine`: the analytical engine on files alone, without a database."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import click

from bangfu.cli.engine_generate import generate
from bangfu.cli.output import Progress, emit, language

_WORDS = {
    "zh": (
        "{period}：{households} 户 {persons} 人；紧急 {urgent}，关注 {attention}，"
        "资料不足 {unknown}，无提示 {none}。用时 {seconds} 秒，内存峰值 {peak_memory_mb} MB，"
        "分 {partitions} 片（沿用 {resumed} 片）。结果摘要 {result_hash}"
    ),
    "en": (
        "{period}: {households} households, {persons} people; urgent {urgent}, attention "
        "{attention}, not enough data {unknown}, none {none}. {seconds} s, peak memory "
        "{peak_memory_mb} MB, {partitions} parts ({resumed} kept). Result hash {result_hash}"
    ),
}


@click.group()
def command() -> None:
    """Run rule packs over Parquet files, and invent files to try them on."""


command.add_command(generate)


@command.command()
@click.option(
    "--lake",
    "inputs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="A lake, or the folder of one county's month.",
)
@click.option(
    "--pack",
    "pack_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="A folder with a pack.yaml.",
)
@click.option("--period", required=True, help="Month, YYYY-MM.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Replaced whole."
)
@click.option("--memory", default="4GB", show_default=True, help="What the database may take.")
@click.option("--threads", type=click.IntRange(min=1), help="Processor cores; all unless said.")
@click.option(
    "--part-people",
    type=click.IntRange(min=1),
    help="People decided together; a killed run goes on after the last of such parts.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def run(
    inputs: Path,
    pack_dir: Path,
    period: str,
    out: Path,
    memory: str,
    threads: int | None,
    part_people: int | None,
    as_json: bool,
) -> None:
    """Decide every household of a lake for a month.

    The same inputs give the same result hash however often it was killed and begun again. JSON
    keys: out, period, pack, pack_version, pack_hash, households, persons, hints, findings,
    inputs_hash, result_hash, seconds, peak_memory_mb, partitions, resumed.
    """
    # Optional heavy libraries: only this command needs them.
    from bangfu.engine import packs, runs
    from bangfu.kernel.period import Period

    month = Period.parse(period)
    pack = packs.load(pack_dir)
    progress = Progress()
    sizes: dict[str, Any] = {} if part_people is None else {"part_people": part_people}
    manifest = runs.run(
        pack, inputs, out, month, progress, memory_limit=memory, threads=threads, **sizes
    )
    progress.close()
    timings = json.loads((out / "timings.json").read_text(encoding="utf-8"))
    kept = ("period", "pack", "pack_version", "pack_hash", "households", "persons", "hints")
    result: dict[str, Any] = {"out": str(out)}
    result |= {name: getattr(manifest, name) for name in kept}
    result |= {
        "findings": manifest.findings,
        "inputs_hash": manifest.inputs_hash,
        "result_hash": manifest.result_hash,
        "seconds": round(timings["total"], 2),
        "peak_memory_mb": peak_memory_mb(),
        "partitions": timings["parts"],
        "resumed": timings["resumed"],
    }
    text = _WORDS[language()].format(**result, **manifest.hints)
    emit(result, as_json=as_json, text=text)


def peak_memory_mb() -> int:
    """The most memory this process has held; the system counts kilobytes, macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)
