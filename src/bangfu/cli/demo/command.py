"""`bangfu demo`: load the invented county, screen three months, serve it."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import click

from bangfu.cli.output import emit, fail, say, setup_django
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import COUNTY as COUNTY_LEVEL
from bangfu.server.config import get_config

SEED, HOUSEHOLDS = 990101, 20_000
COUNTIES_AT_LEAST = 2_000  # fewer means that the divisions of the country are not loaded


@click.command()
@click.option(
    "--households", default=HOUSEHOLDS, show_default=True, type=click.IntRange(900, 200_000)
)
@click.option("--seed", default=SEED, show_default=True, type=int)
@click.option("--no-serve", is_flag=True, help="Stop after the summary.")
@click.option("--again", is_flag=True, help="Empty the database and load everything anew.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(
    households: int, seed: int, no_serve: bool, again: bool, port: int, as_json: bool
) -> None:
    """Load the invented county 云溪县 (990101), screen three months and serve it."""
    # The accounts of a demo are known to everybody; a second factor would keep nobody out.
    os.environ.setdefault("BANGFU_SECOND_FACTOR", "off")
    home = get_config().home
    summary_file = home / "demo" / "summary.json"
    wanted = {"seed": seed, "households": households}
    summary = None if again else _read_summary(summary_file)
    if summary is not None and summary["asked"] == wanted:
        prepare_database(home, reset=False)
        say("演示数据已装载。 The demo is loaded already.")
    else:
        # A half-loaded or another demo is no ground to build on.
        is_new = not (home / "pg").exists()
        summary_file.unlink(missing_ok=True)
        prepare_database(home, reset=not is_new)
        summary = _build(home, wanted, summary_file)
    emit(summary, as_json=as_json, text=_in_words(summary))
    if not summary["score"]["is_perfect"]:
        wrong = [
            {"code": "E-DEMO-SCORE", "message": json.dumps(one, ensure_ascii=False)}
            for one in summary["score"]["wrong"][:20]
        ]
        fail(wrong, as_json=False)
    if not no_serve:
        _serve(port)


def prepare_database(home: Path, *, reset: bool) -> None:
    """Start the database, bring its tables up to date and load the divisions of the country."""
    from bangfu.foundation.database import cluster
    from bangfu.foundation.database.urls import stated_urls

    if stated_urls()[0] is None:
        if reset:
            cluster.destroy(home)
        cluster.up(home)
    elif reset:
        raise Refused("E-DEMO-FOREIGN")
    setup_django()
    from bangfu.foundation.database.migrate import migrate
    from bangfu.foundation.regions import selectors, services

    migrate()
    if selectors.count_regions().get(COUNTY_LEVEL, 0) < COUNTIES_AT_LEAST:
        say("  正在装载全国行政区划… Loading the divisions of the country…")
        services.load_divisions()


def _read_summary(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _build(home: Path, wanted: dict[str, int], summary_file: Path) -> dict[str, Any]:
    setup_django()
    from bangfu.cli.demo import steps

    began = time.monotonic()
    made = steps.build(wanted["seed"], wanted["households"], home, say)
    steps.write_truth(made.counties, home / "demo" / "truth.json")
    summary: dict[str, Any] = {
        "asked": wanted,
        "counties": {
            county.place.name: {
                "region": county.place.code,
                "towns": len(county.place.towns),
                "villages": len(county.place.villages),
                "households": len(county.families),
                "people": county.people,
                "planted": len(county.planted),
            }
            for county in made.counties
        },
        "screened": made.screened,
        "score": {
            "is_perfect": all(one.is_perfect for one in made.scores.values())
            and any(one.checked for one in made.scores.values()),
            "checked": sum(one.checked for one in made.scores.values()),
            "controls": sum(one.controls for one in made.scores.values()),
            "controls_flagged": sum(len(one.flagged_controls) for one in made.scores.values()),
            "wrong": [
                {"run": key, **wrong}
                for key, one in made.scores.items()
                for wrong in (*one.wrong[:50], *one.flagged_controls[:50])
            ],
        },
        "seconds": {**made.seconds, "total": round(time.monotonic() - began, 2)},
    }
    summary_file.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return summary


def _in_words(summary: dict[str, Any]) -> str:
    lines = ["", "演示数据 · 虚构的云溪县与石桥县 (invented data)"]
    for name, county in summary["counties"].items():
        lines.append(
            f"  {name} {county['region'][:6]}: {county['towns']} 乡镇 {county['villages']} 村"
            f" {county['households']:,} 户 {county['people']:,} 人"
        )
    for key, run in summary["screened"].items():
        hints = run["hints"]
        shown = " · ".join(f"{name} {count:,}" for name, count in hints.items())
        lines.append(
            f"  {key}: {shown} (新增 {run['new']}, 变化 {run['changed']}, 解除 {run['gone']})"
        )
    score = summary["score"]
    right = score["checked"] - len(score["wrong"])
    lines.append(
        f"  案例核对 {right}/{score['checked']} 条符合,"
        f"{score['controls']:,} 个普通户中误报 {score['controls_flagged']} 户"
    )
    lines.append(f"  用时 {summary['seconds']['total']:.0f} 秒")
    return "\n".join(lines)


def _serve(port: int) -> None:
    from bangfu.cli import serve
    from bangfu.cli.demo.accounts import shown

    say(f"\nhttp://127.0.0.1:{port}  (Ctrl-C 停止 stops)")
    for account in shown():
        say(f"  {account['username']:<16}{account['password']}   {account['label_zh']}")
    sys.exit(serve.command.main(["--port", str(port)], standalone_mode=False))
