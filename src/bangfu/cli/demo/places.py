"""The invented counties: towns, villages, outlines and points, all marked as a schematic (示意)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

from bangfu.cli.demo.words import Words
from bangfu.standards.divisions import Division

PROVINCE, CITY = "990000000000", "990100000000"
COUNTY, NEIGHBOUR = "990101000000", "990102000000"
# Degrees of longitude and latitude of a county's south-west corner; the place is the open sea, so
# that no outline of the demo ever lies over a real county.
CORNERS = {COUNTY: (114.4, 19.6), NEIGHBOUR: (115.04, 19.6)}
CELL = 0.16  # degrees from one town's corner to the next

Point = tuple[float, float]
Corners = dict[tuple[int, int], Point]


@dataclass(frozen=True)
class Village:
    """A village: its 12-digit code, the names above it, and its point (longitude, latitude)."""

    code: str
    name: str
    town_code: str
    town: str
    county: str
    point: Point
    outline: tuple[Point, ...]


@dataclass(frozen=True)
class Place:
    """A county with its villages and the outlines of its towns by code."""

    code: str
    name: str
    villages: tuple[Village, ...]
    towns: dict[str, str]
    outlines: dict[str, tuple[Point, ...]]


def _corners(random: Random, origin: Point, columns: int, rows: int, cell: float) -> Corners:
    """Return the corners of a grid of cells, each moved a little, so that edges are shared."""
    jitter = cell * 0.22
    found = {}
    for x, y in product(range(columns + 1), range(rows + 1)):
        inside = 0 < x < columns and 0 < y < rows
        by = jitter if inside else jitter * 0.6
        found[x, y] = (
            round(origin[0] + x * cell + random.uniform(-by, by), 6),
            round(origin[1] + y * cell + random.uniform(-by, by), 6),
        )
    return found


def _ring(corners: Corners, x: int, y: int) -> tuple[Point, ...]:
    ring = [corners[x, y], corners[x + 1, y], corners[x + 1, y + 1], corners[x, y + 1]]
    return (*ring, ring[0])


def _within(ring: tuple[Point, ...], u: float, v: float) -> Point:
    """Return the point at (u, v) of the unit square laid bilinearly over a four-sided ring."""
    a, b, c, d = ring[:4]
    longitude = (
        (1 - u) * (1 - v) * a[0] + u * (1 - v) * b[0] + u * v * c[0] + (1 - u) * v * d[0]
    )  # fmt: skip
    latitude = (
        (1 - u) * (1 - v) * a[1] + u * (1 - v) * b[1] + u * v * c[1] + (1 - u) * v * d[1]
    )  # fmt: skip
    return round(longitude, 6), round(latitude, 6)


def _village_names(random: Random, words: Words, count: int) -> list[str]:
    lists = words.lists
    names = [a + b + "村" for a, b in product(lists["village_first"], lists["village_last"])]
    return random.sample(names, count)


def _villages(
    random: Random,
    names: list[str],
    town_code: str,
    town: str,
    county: str,
    ring: tuple[Point, ...],
) -> list[Village]:
    """Lay `names` over a town's ring on a grid of four columns; village codes start at 200."""
    columns = 4
    rows = -(-len(names) // columns)
    found = []
    for number, name in enumerate(names):
        x, y = number % columns, number // columns
        # The last row may hold fewer villages, and they share its whole width.
        width = min(columns, len(names) - y * columns)
        left, right = x / width, (x + 1) / width
        low, high = y / rows, (y + 1) / rows
        corners = [(left, low), (right, low), (right, high), (left, high), (left, low)]
        outline = tuple(_within(ring, u, v) for u, v in corners)
        centre = _within(
            ring,
            left + (right - left) * random.uniform(0.35, 0.65),
            low + (high - low) * random.uniform(0.35, 0.65),
        )
        code = f"{town_code[:9]}{200 + number}"
        found.append(Village(code, name, town_code, town, county, centre, outline))
    return found


def make_place(random: Random, words: Words, code: str, villages: int) -> Place:
    """Make one county with `villages` villages spread evenly over its towns."""
    name, key = ("云溪县", "towns") if code == COUNTY else ("石桥县", "neighbour_towns")
    towns: list[tuple[str, int]] = words.lists[key]
    columns = 4 if len(towns) > 4 else 1
    rows = -(-len(towns) // columns)
    corners = _corners(random, CORNERS[code], columns, rows, CELL)
    names = _village_names(random, words, villages)
    found: list[Village] = []
    outlines = {}
    for number, (town, suffix) in enumerate(towns):
        town_code = f"{code[:6]}{suffix}000"
        ring = _ring(corners, number % columns, number // columns)
        outlines[town_code] = ring
        share = villages // len(towns) + (number < villages % len(towns))
        chosen, names = names[:share], names[share:]
        found += _villages(random, chosen, town_code, town, name, ring)
    return Place(
        code,
        name,
        tuple(found),
        {f"{code[:6]}{suffix}000": town for town, suffix in towns},
        outlines,
    )


def divisions(places: list[Place]) -> list[Division]:
    """Return the invented province, city, counties, towns and villages as divisions."""
    found = [
        Division(code=PROVINCE, name="演示省", level=1, parent_code=None, kind="DEMO"),
        Division(code=CITY, name="演示市", level=2, parent_code=PROVINCE, kind="DEMO"),
    ]
    for place in places:
        found.append(Division(place.code, place.name, 3, CITY, "DEMO"))
        found += [Division(code, name, 4, place.code, "DEMO") for code, name in place.towns.items()]
        found += [Division(v.code, v.name, 5, v.town_code, "DEMO") for v in place.villages]
    return found


def geojson(places: list[Place]) -> dict[str, Any]:
    """Return towns and villages as GeoJSON features, each marked 示意 (a schematic)."""
    features = []
    for place in places:
        for code, ring in place.outlines.items():
            features.append(_feature(code, place.towns[code], 4, ring, None))
        for village in place.villages:
            features.append(_feature(village.code, village.name, 5, village.outline, village.point))
    return {"type": "FeatureCollection", "note": "演示数据,示意", "features": features}


def home_near(random: Random, village: Village) -> Point:
    """Return a point for a house, within about half a kilometre of the village's own."""
    longitude, latitude = village.point
    return (
        round(longitude + random.uniform(-0.005, 0.005), 6),
        round(latitude + random.uniform(-0.005, 0.005), 6),
    )


def homes(points: dict[str, Point]) -> dict[str, Any]:
    """Return the houses (household number → point) as GeoJSON points, marked as invented."""
    features = [
        {
            "type": "Feature",
            "properties": {"household_no": number, "schematic": True},
            "geometry": {"type": "Point", "coordinates": list(point)},
        }
        for number, point in points.items()
    ]
    return {"type": "FeatureCollection", "note": "演示数据,示意", "features": features}


def _feature(
    code: str, name: str, level: int, ring: tuple[Point, ...], point: Point | None
) -> dict[str, Any]:
    properties = {"code": code, "name": name, "level": level, "schematic": True, "point": point}
    geometry = {"type": "Polygon", "coordinates": [[list(corner) for corner in ring]]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}
