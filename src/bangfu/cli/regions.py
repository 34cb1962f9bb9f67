"""bangfu regions: load the divisions of the country, show one, find some."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from bangfu.cli.output import Progress, emit, setup_django
from bangfu.kernel.region import RegionCode

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@click.group()
def command() -> None:
    """Places: provinces, prefectures, counties, towns and villages, and their old codes."""


@command.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when the divisions are there.")
@_JSON
def load(if_empty: bool, as_json: bool) -> None:
    """Load all divisions and code changes; loading again writes only what differs."""
    setup_django()
    from bangfu.foundation.regions import selectors, services

    if if_empty and (counts := selectors.count_regions()).get(3, 0) > 2000:
        emit({"loaded": False, "levels": counts}, as_json=as_json, text="divisions are there")
        return
    began = time.monotonic()
    progress = Progress()
    try:
        loaded = services.load_divisions(progress)
    finally:
        progress.close()
    seconds = round(time.monotonic() - began, 2)
    text = f"{loaded.regions} places, {loaded.regions_written} written, {seconds} s"
    emit({"loaded": True, **loaded.as_dict(), "seconds": seconds}, as_json=as_json, text=text)


@command.command()
@click.argument("code")
@_JSON
def show(code: str, as_json: bool) -> None:
    """Show a place, what lies above and below it, or where a retired code went."""
    setup_django()
    from bangfu.foundation.regions import selectors

    stated = RegionCode.parse(code)
    resolution = selectors.resolve(stated)
    result: dict[str, object] = {
        "code": str(stated),
        "resolved": None if resolution.code is None else str(resolution.code),
        "candidates": [asdict(selectors.get_region(one)) for one in resolution.candidates],
    }
    if resolution.code is None:
        lines = [f"{stated} → ?", *(f"  {one}" for one in resolution.candidates)]
        if not resolution.candidates:
            selectors.get_region(stated)
    else:
        place = selectors.get_region(resolution.code)
        above = [selectors.find_region(one) for one in resolution.code.ancestors]
        below = selectors.children(resolution.code)
        result |= {
            "place": asdict(place),
            "above": [asdict(one) for one in above if one is not None],
            "children": [{"code": one.code, "name": one.name} for one in below],
        }
        names = [one.name for one in above if one is not None]
        lines = [" › ".join([*names, place.name]) + f"  {place.code}"]
        lines += [f"  {one.code} {one.name}" for one in below]
    emit(result, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument("text")
@click.option("--within", default="", help="Only places inside this one (code).")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100))
@_JSON
def find(text: str, within: str, limit: int, as_json: bool) -> None:
    """Find places by a part of the name or by the beginning of the code."""
    setup_django()
    from bangfu.foundation.regions import selectors

    place = RegionCode.parse(within) if within else None
    found = selectors.search(text, within=place, limit=limit)
    lines = [f"{one.code} {one.name}" for one in found]
    emit({"places": [asdict(one) for one in found]}, as_json=as_json, text="\n".join(lines))
