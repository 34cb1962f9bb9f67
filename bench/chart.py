"""Draws bench/results/engine_scale.json: a chart and the tables of docs/reference/figures.md.

    .venv/bin/python bench/chart.py

Writes docs/reference/engine-scale.svg and what stands between the marks in figures.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "bench" / "results" / "engine_scale.json"
CHART = ROOT / "docs" / "reference" / "engine-scale.svg"
FIGURES = ROOT / "docs" / "reference" / "figures.md"
START, END = "<!-- engine-scale -->", "<!-- /engine-scale -->"
# Colours that stay apart for colour-blind readers; the marks differ too.
ENGINES = {
    "ours": ("Bangfu", "#0b5cad", "circle"),
    "duckdb": ("DuckDB SQL by hand", "#d97706", "square"),
    "pandas": ("pandas", "#6b7280", "triangle"),
    "postgres": ("PostgreSQL SQL", "#0f766e", "diamond"),
}
WIDTH, HEIGHT = 880, 400
PANEL_WIDTH, PANEL_HEIGHT, TOP = 330, 270, 62
Point = tuple[float, float]


def draw(result: dict[str, Any]) -> str:
    """Return the chart: seconds and memory against people, both on logarithmic axes."""
    machine = result["machine"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img">',
        "<title>Time and memory of the national pack by number of people</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(60, 26, "The whole national pack with explanations", size=16, weight="600"),
        _text(
            60,
            44,
            f"{machine['cpus']} cores, {machine['memory_gb']} GB, {machine['processor']}; "
            "less is better",
            fill="#4b5563",
        ),
    ]
    parts += _panel(result, 60, "seconds", "seconds", lambda value: f"{value:g}")
    parts += _panel(result, 490, "peak_memory_mb", "peak memory, MB", lambda value: f"{value:,.0f}")
    parts += _legend(result)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(
    result: dict[str, Any], left: int, figure: str, title: str, show: Callable[[float], str]
) -> list[str]:
    lines = {
        engine: [
            (size["people"], size["engines"][engine][figure])
            for size in result["sizes"]
            if engine in size["engines"]
        ]
        for engine in ENGINES
    }
    points = [point for line in lines.values() for point in line]
    across = _scale([x for x, _ in points], left, left + PANEL_WIDTH)
    up = _scale([y for _, y in points], TOP + 20 + PANEL_HEIGHT, TOP + 20)
    parts = [_text(left, TOP + 10, title, weight="600")]
    for value in _decades([y for _, y in points]):
        y = up(value)
        parts.append(
            f'<line x1="{left}" x2="{left + PANEL_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="#e5e7eb"/>'
        )
        parts.append(_text(left - 6, y + 4, show(value), anchor="end", fill="#4b5563"))
    for x, _ in lines.get("ours") or lines["duckdb"]:
        shown = f"{x / 1e6:.1f} M" if x < 950_000 else f"{x / 1e6:.0f} M"
        parts.append(
            _text(across(x), TOP + PANEL_HEIGHT + 38, shown, anchor="middle", fill="#4b5563")
        )
    parts.append(_text(left + PANEL_WIDTH / 2, TOP + PANEL_HEIGHT + 56, "people", anchor="middle"))
    for engine, line in lines.items():
        parts += _line(engine, [(across(x), up(y)) for x, y in line])
    for engine, line in lines.items():
        if engine == "ours" and line:
            x, y = line[-1]
            parts.append(_text(across(x) + 9, up(y) + 4, show(y), fill="#0b5cad"))
    return parts


def _line(engine: str, points: list[Point]) -> list[str]:
    _, colour, mark = ENGINES[engine]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    width = 3 if engine == "ours" else 1.8
    drawn = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>']
    return drawn + [_mark(mark, x, y, colour) for x, y in points]


def _mark(kind: str, x: float, y: float, colour: str) -> str:
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
    shapes = {
        "square": [(-4, -4), (4, -4), (4, 4), (-4, 4)],
        "triangle": [(0, -5), (5, 4), (-5, 4)],
        "diamond": [(0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)],
    }
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[kind])
    return f'<polygon points="{path}" fill="{colour}"/>'


def _legend(result: dict[str, Any]) -> list[str]:
    there = {engine for size in result["sizes"] for engine in size["engines"]}
    parts, x = [], 478.0
    for engine, (name, colour, mark) in ENGINES.items():
        if engine in there:
            parts += [_mark(mark, x, 22, colour), _text(x + 10, 26, name)]
            x += 24 + 6.9 * len(name)
    return parts


def _scale(values: list[float], start: float, end: float) -> Callable[[float], float]:
    low, high = math.log10(min(values)) - 0.08, math.log10(max(values)) + 0.08
    return lambda value: start + (math.log10(value) - low) / (high - low) * (end - start)


def _decades(values: list[float]) -> list[float]:
    """1, 2 and 5 of each power of ten within the values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    steps = (1, 2, 5) if high - low < 3 else (1,)
    ticks = [step * 10.0**power for power in range(low, high + 1) for step in steps]
    return [tick for tick in ticks if min(values) * 0.85 <= tick <= max(values) * 1.18]


def _text(x: float, y: float, text: str, **options: Any) -> str:
    names = {"size": "font-size", "weight": "font-weight", "anchor": "text-anchor", "fill": "fill"}
    given = {"fill": "#111827", **options}
    attributes = " ".join(f'{names[key]}="{value}"' for key, value in given.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(text)}</text>'


def tables(result: dict[str, Any]) -> str:
    """Return the tables in Markdown."""
    rows = [
        "| people | engine | seconds | processor s | peak MB | against ours |",
        "|---|---|---|---|---|---|",
    ]
    for size in result["sizes"]:
        for engine, figures in size["engines"].items():
            ratio = size["ratios"].get(f"{engine}_to_ours")
            load = figures.get("load_seconds")
            rows.append(
                f"| {size['people']:,} | {ENGINES[engine][0]} | {figures['seconds']:g}"
                f"{f' (+ {load:g} to load)' if load else ''} | {figures.get('cpu_seconds', '')} | "
                f"{figures['peak_memory_mb']:,} | {'' if ratio is None else f'{ratio:g} ×'} |"
            )
    slopes = ", ".join(
        f"{ENGINES[engine][0]} {found['seconds']:g}"
        for engine, found in result["exponents"].items()
        if found["seconds"] is not None
    )
    machine = result["machine"]
    notes = [
        f"{machine['cpus']} cores, {machine['memory_gb']} GB, {machine['processor']}, "
        f"CPython {machine['python']}, DuckDB {machine['duckdb']}; load of the machine before the "
        f"measurement {machine['load_before']:g} (0 is quiet)."
    ]
    if slopes:
        notes.append(f"Growth exponent (slope of the logarithms): {slopes}.")
    return "\n".join([*rows, "", *notes])


def main() -> None:
    """Write the chart and the tables."""
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    CHART.write_text(draw(result), encoding="utf-8")
    text = FIGURES.read_text(encoding="utf-8")
    before, rest = text.split(START, 1)
    after = rest.split(END, 1)[1]
    FIGURES.write_text(f"{before}{START}\n{tables(result)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
