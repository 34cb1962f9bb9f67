"""What became of retired division codes (行政区划代码沿革), and which place an old code means now.

A code is retired, never reused for another place; but the digits below it are given out anew when
two places merge. So an old code leads on by itself only where the same place went on under a new
code. A split, a merger or a part that moved gives candidates for a person, never a guess.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from bangfu.kernel.region import COUNTY, LENGTH, TOWN, RegionCode
from bangfu.standards.division_files import CountyRecord, TownRecord, county_records, town_records

_NEW_CODE = re.compile(r"([0-9]{6})(?:\[([0-9]{4})\])?")
_SUFFIX = re.compile(r"(街道办事处|街道|民族乡|族乡|乡|镇)$")
_COUNTY_DIGITS, _TOWN_DIGITS = 6, 9


@dataclass(frozen=True, slots=True)
class DivisionChange:
    """An old code and where it went, both of 12 digits.

    `is_whole` tells a place that ended or was renumbered from one that lost a part and went on.
    `successors` is empty where the sources name none.
    """

    old_code: str
    name: str
    level: int
    changed_in: int
    successors: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """The place a code means now, or the places among which a person must choose."""

    code: str | None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of a code of 6 or 9 digits.

    `to` are the codes that took over, the whole or parts; `is_over` whether the code is retired;
    `is_same_place` whether it has one heir, in which the digits below mean what they meant.
    """

    to: tuple[str, ...]
    is_over: bool
    is_same_place: bool


def iter_changes() -> Iterator[DivisionChange]:
    """Yield every change of a code, counties and above in file order, then towns."""
    for record in county_records():
        for year, codes in _moves(record).items():
            is_whole = year == record.to_year
            to = tuple(map(_full, codes))
            yield DivisionChange(_full(record.code), record.name, record.level, year, to, is_whole)
    for old_code, records in _town_moves().items():
        last = records[-1]
        fate = _town_fates()[old_code]
        to = tuple(map(_full, fate.to))
        yield DivisionChange(_full(old_code), last.old_name, TOWN, last.year, to, fate.is_over)


def successors(code: str) -> tuple[str, ...]:
    """Return the codes that a retired place led to, chains followed to their end, sorted.

    `code` is a place of 12 digits down to the town; a village keeps its digits under each
    successor of its town or county, whether such a village exists or not. Empty for a code in
    use, for one that is not known, and where the sources name none.
    """
    start = str(RegionCode(code))
    ends: set[str] = set()
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        onward = [to for fate, to in _onward(here) if fate.is_over]
        if not onward and here != start:
            ends.add(here)
        waiting += [to for to in onward if to not in seen]
        seen.update(onward)
    return tuple(sorted(ends))


def resolve_code(
    code: str,
    exists: Callable[[str], bool],
    is_confirmed: Callable[[str], bool] | None = None,
) -> Resolution:
    """Return the place that a 12-digit code means among the places for which `exists` is true.

    `is_confirmed` may say whether a candidate bears the name that was stated with the code; one
    confirmed candidate settles what would otherwise wait for a person. Without a certain answer
    `candidates` holds the places the code may mean; where none of them is there, the nearest
    places above, down from the county. Nothing is found for a code that no source knows. Raises
    InvalidValue for a malformed code.
    """
    if exists(code):
        return Resolution(code)
    reached = _reach(code, exists)
    found = sorted(place for place in reached if exists(place))
    if len(found) == 1 and reached[found[0]]:
        return Resolution(found[0])
    confirmed = [place for place in found if is_confirmed is not None and is_confirmed(place)]
    if len(confirmed) == 1:
        return Resolution(confirmed[0], tuple(found))
    return Resolution(None, tuple(found) or _places_above(code, reached, exists))


def _reach(code: str, exists: Callable[[str], bool]) -> dict[str, bool]:
    """Return every code that `code` may have become, True for certainly the same place.

    A place that is there is an end: what later became of it is no concern of the old code.
    """
    start = str(RegionCode(code))
    reached = {start: True}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for fate, to in _onward(here):
            if to not in reached:
                is_whole_place = fate.is_over and len(fate.to) == 1 and _ends_in_zeros(here, fate)
                reached[to] = reached[here] and (fate.is_same_place or is_whole_place)
                if not exists(to):
                    waiting.append(to)
    del reached[start]
    return reached


def _ends_in_zeros(code: str, fate: _Fate) -> bool:
    """Return whether a code is the very place that `fate` tells of, with nothing below it."""
    return not code[len(fate.to[0]) :].strip("0")


def _onward(code: str) -> Iterator[tuple[_Fate, str]]:
    """Yield the codes that a change of the place itself, its town or its county leads to."""
    keys = [code[:_COUNTY_DIGITS]]
    if RegionCode(code).level > COUNTY:
        keys.append(code[:_TOWN_DIGITS])
    for key in keys:
        fates = _county_fates() if len(key) == _COUNTY_DIGITS else _town_fates()
        if key in fates:
            yield from ((fates[key], to + code[len(key) :]) for to in fates[key].to)


def _places_above(
    code: str, reached: Mapping[str, bool], exists: Callable[[str], bool]
) -> tuple[str, ...]:
    known = list(reached)
    if not known and code[:_TOWN_DIGITS] in _town_fates():
        known = [code]
    places: set[str] = set()
    for place in known:
        above = [a for a in RegionCode(place).ancestors if a.level >= COUNTY and exists(str(a))]
        places.update(str(a) for a in above[-1:])
    return tuple(sorted(places))


def _full(code: str) -> str:
    return code.ljust(LENGTH, "0")


def _moves(record: CountyRecord) -> dict[int, list[str]]:
    """Return year → codes that took over the whole (at the end) or a part (any other year)."""
    moves: dict[int, list[str]] = {}
    for code, year in _NEW_CODE.findall(record.new_codes):
        when = int(year) if year else record.to_year
        if when is not None and code != record.code:
            moves.setdefault(when, []).append(code)
    return moves


@cache
def _county_fates() -> Mapping[str, _Fate]:
    """Return the fates of codes of counties and above; what counts is the latest life of each."""
    lives: defaultdict[str, list[CountyRecord]] = defaultdict(list)
    for record in sorted(county_records(), key=_ended):
        lives[record.code].append(record)
    begun = {code: {record.from_year for record in own} for code, own in lives.items()}
    arrivals = Counter(
        (code, year)
        for record in county_records()
        for year, codes in _moves(record).items()
        for code in codes
    )
    fates = {}
    for code, own in lives.items():
        is_over = own[-1].status != "IN_USE"
        to = _heirs(own[-1:] if is_over else own)
        if to:
            year = _ended(own[-1])
            is_renumbered = year in begun.get(to[0], ()) and arrivals[to[0], year] == 1
            fates[code] = _Fate(to, is_over, is_over and len(to) == 1 and is_renumbered)
    return fates


def _heirs(records: list[CountyRecord]) -> tuple[str, ...]:
    codes = (code for record in records for own in _moves(record).values() for code in own)
    return tuple(dict.fromkeys(codes))


def _ended(record: CountyRecord) -> int:
    return 9999 if record.to_year is None else record.to_year


@cache
def _town_moves() -> Mapping[str, list[TownRecord]]:
    moves: defaultdict[str, list[TownRecord]] = defaultdict(list)
    for record in sorted(town_records(), key=lambda r: r.year):
        if record.old_code and (record.old_code != record.new_code):
            moves[record.old_code].append(record)
    return moves


@cache
def _town_fates() -> Mapping[str, _Fate]:
    arrivals = Counter(r.new_code for records in _town_moves().values() for r in records)
    stayed = {r.old_code for r in town_records() if r.old_code == r.new_code}
    fates = {}
    for code, records in _town_moves().items():
        to = tuple(dict.fromkeys(r.new_code for r in records if r.new_code))
        is_over = code not in stayed
        is_same = (
            is_over
            and len(to) == 1
            and arrivals[to[0]] == 1
            and _is_same_name(records[-1].old_name, records[-1].new_name)
        )
        fates[code] = _Fate(to, is_over, is_same)
    return fates


def _is_same_name(old: str, new: str) -> bool:
    """南牛乡 and 南牛镇 are one place; 羊二庄回族乡 and 羊二庄镇 too."""
    old_stem, new_stem = _SUFFIX.sub("", old), _SUFFIX.sub("", new)
    shorter, longer = sorted((old_stem, new_stem), key=len)
    return len(shorter) > 1 and longer.startswith(shorter)
