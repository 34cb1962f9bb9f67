"""Reads the files under `standards/divisions/`: today's places and the changes of their codes."""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from bangfu.kernel.region import COUNTY, LENGTH, PREFIX_LENGTHS
from bangfu.standards.paths import standards_root

_FILES = ("provinces.csv", "prefectures.csv", "counties.csv", "towns.csv.xz", "villages.csv.xz")
# GB/T 10114-2003: the third part of the code tells towns apart, the fourth villages.
_KINDS = (
    (),
    ((100, "PROVINCE"),),
    ((100, "PREFECTURE"),),
    ((100, "COUNTY"),),
    ((100, "SUBDISTRICT"), (200, "TOWN"), (400, "TOWNSHIP"), (1000, "OTHER_TOWN")),
    ((200, "RESIDENTS_COMMITTEE"), (400, "VILLAGERS_COMMITTEE"), (1000, "OTHER_VILLAGE")),
)


class Division(NamedTuple):
    """One place. `level` 1 province to 5 village; a province has no parent.

    `kind` PROVINCE, PREFECTURE, COUNTY, ZONE (a county of the statistical bureau alone, mostly a
    development zone), SUBDISTRICT, TOWN, TOWNSHIP, OTHER_TOWN, RESIDENTS_COMMITTEE,
    VILLAGERS_COMMITTEE, OTHER_VILLAGE.
    """

    code: str
    name: str
    level: int
    parent_code: str | None
    kind: str


class CountyRecord(NamedTuple):
    """One life of a code of county level or above: from when to when, and what came after."""

    code: str
    province: str
    prefecture: str
    name: str
    level: int
    status: str
    from_year: int
    to_year: int | None
    new_codes: str


class TownRecord(NamedTuple):
    """One line of the yearly lists of changes below the county; codes of nine digits or empty."""

    year: int
    old_code: str
    old_name: str
    reason: str
    new_code: str
    new_name: str
    document: str


def _text(name: str) -> str:
    path = standards_root() / "divisions" / name
    data = path.read_bytes()
    return (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")


def _rows(name: str) -> Iterator[list[str]]:
    rows = csv.reader(_text(name).splitlines())
    next(rows)
    return rows


def iter_divisions() -> Iterator[Division]:
    """Yield every place once, level by level from the provinces, in the order of codes.

    A prefecture without counties (东莞, 中山, 儋州) stands in the sources as a county of itself,
    and 金门县 as a town and a village of itself; those five doubles are left out.
    """
    official = _official_counties()
    for level, name in enumerate(_FILES, start=1):
        own, above = PREFIX_LENGTHS[level], PREFIX_LENGTHS[level - 1]
        nothing_of_its_own = "0" * (own - above) if level >= COUNTY else ""
        kinds = _kinds(level)
        fill, fill_above = "0" * (LENGTH - own), "0" * (LENGTH - above)
        # Code, comma, name: slicing is three times as quick as a reader of CSV, and a test holds
        # the files to it.
        for line in _text(name).splitlines()[1:]:
            code, tail = line[:own], line[above:own]
            if tail == nothing_of_its_own:
                continue
            parent = code[:above] + fill_above if above else None
            kind = "ZONE" if level == COUNTY and code not in official else kinds[tail]
            yield Division(code + fill, line[own + 1 :], level, parent, kind)


def _kinds(level: int) -> dict[str, str]:
    """Return the kind of every last part that a code of this level can have."""
    digits = PREFIX_LENGTHS[level] - PREFIX_LENGTHS[level - 1]
    limits = _KINDS[level]
    return {
        f"{number:0{digits}d}": next(kind for limit, kind in limits if number < limit)
        for number in range(10**digits)
    }


@cache
def county_records() -> tuple[CountyRecord, ...]:
    """Return the lives of all codes of county level and above, 1981–2025."""
    return tuple(
        CountyRecord(
            row[0],
            row[1],
            row[2],
            row[3],
            int(row[4]),
            row[5],
            int(row[6]),
            int(row[7]) if row[7] else None,
            row[8],
        )
        for row in _rows("county_changes.csv.xz")
    )


@cache
def town_records() -> tuple[TownRecord, ...]:
    """Return the changes below the county, 2014–2023."""
    return tuple(TownRecord(int(row[0]), *row[1:]) for row in _rows("town_changes.csv.xz"))


@cache
def _official_counties() -> frozenset[str]:
    return frozenset(r.code for r in county_records() if r.level == COUNTY)
