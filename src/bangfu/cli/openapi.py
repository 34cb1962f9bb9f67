"""bangfu openapi: writes the description of the HTTP interface."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bangfu.cli.output import say, setup_django


def describe() -> str:
    """Return the OpenAPI document as text, with sorted keys; needs no database."""
    setup_django()
    from bangfu.server.api import api

    document = api.get_openapi_schema(path_prefix="/api/v1")
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


@click.command("openapi")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write."
)
def command(out: Path) -> None:
    """Write the OpenAPI document of the HTTP interface."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(describe(), encoding="utf-8")
    say(f"{out}")
