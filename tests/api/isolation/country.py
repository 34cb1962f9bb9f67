"""Six villages in four counties of three prefectures and two provinces, each full of its own marks.

A mark is a text that stands in the rows of one village or county and nowhere else. A village has
16, 32, 64, … 512 households and one income of 2^20, 2^21, … 2^25 fen, so that every sum, count or
total says which villages are in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.kernel.region import RegionCode
from tests.api.conftest import id_number

NATION = "000000000000"
# Code, name. A name is the mark of its place: above and below it may be seen.
PLACES = (
    (NATION, "全国"),
    ("990000000000", "隔离省"),
    ("990100000000", "隔离市"),
    ("990101000000", "甲云县"),
    ("990101101000", "甲清镇"),
    ("990101101201", "上坪村"),
    ("990101101202", "下坪村"),
    ("990101102000", "甲石镇"),
    ("990101102201", "石门村"),
    ("990102000000", "乙石县"),
    ("990102101000", "乙桥镇"),
    ("990102101201", "桥头村"),
    ("990200000000", "隔壁市"),
    ("990201000000", "丙溪县"),
    ("990201101000", "丙溪镇"),
    ("990201101201", "溪口村"),
    ("980000000000", "邻省"),
    ("980100000000", "邻市"),
    ("980101000000", "丁山县"),
    ("980101101000", "丁山镇"),
    ("980101101201", "山后村"),
)
FIRST_COUNT = 16
FIRST_FEN = 2**20


@dataclass(frozen=True, slots=True)
class Village:
    """Where households stand, and their marks."""

    code: RegionCode
    letter: str
    character: str
    place: int

    @property
    def county(self) -> RegionCode:
        """The county that it lies in."""
        return self.code.county

    @property
    def count(self) -> int:
        """How many households it has."""
        return FIRST_COUNT << self.place

    @property
    def fen(self) -> int:
        """The one income in it."""
        return FIRST_FEN << self.place

    @property
    def head(self) -> str:
        """The name of each head of household."""
        return f"卡那{self.character}"

    @property
    def pinyin(self) -> str:
        """The name as it is searched for."""
        return f"kanarui{self.letter.lower()}"

    @property
    def reason(self) -> str:
        """Why its households have a hint."""
        return f"KANARUI-REASON-{self.letter}"

    @property
    def evidence(self) -> str:
        """The name of a photograph."""
        return f"zhaopian-{self.letter}.png"

    @property
    def id_number(self) -> str:
        """The ID number of the first head of household."""
        return id_number(str(self.code)[:6], self.place * 17 + 1, f"197{self.place}0102")

    def household_no(self, number: int = 1) -> str:
        """Return the number of a household."""
        return f"HM{self.letter}{number:04d}"

    @property
    def marks(self) -> frozenset[str]:
        """What only those may read who see the village."""
        return frozenset(
            {self.head, self.pinyin, self.reason, self.evidence, self.id_number, str(self.code)}
            | {f"HM{self.letter}0", f"zuowei-{self.letter}"}
        )


VILLAGES = tuple(
    Village(RegionCode(code), letter, character, place)
    for place, (code, letter, character) in enumerate(
        (
            ("990101101201", "A", "瑞"),
            ("990101101202", "B", "睿"),
            ("990101102201", "C", "蕊"),
            ("990102101201", "D", "锐"),
            ("990201101201", "E", "芮"),
            ("980101101201", "F", "汭"),
        )
    )
)
COUNTIES = tuple(dict.fromkeys(village.county for village in VILLAGES))


def county_closed(county: RegionCode) -> frozenset[str]:
    """Return the marks of what a county's officers alone see: files, jobs, accounts."""
    kinds = ("wenjian", "zhanghao", "guanli")
    return frozenset(f"{kind}-{county.prefix}" for kind in kinds)


def county_open(county: RegionCode) -> frozenset[str]:
    """Return the marks of what a county shows those below it too: where its lists come from."""
    return frozenset({f"laiyuan-{county.prefix}"})


def hidden_from(region: RegionCode) -> frozenset[str]:
    """Return every mark that a post in `region` may not receive a byte of."""
    found: set[str] = set()
    for village in VILLAGES:
        if not region.contains(village.code):
            found |= village.marks
    for county in COUNTIES:
        if not region.contains(county):
            found |= county_closed(county)
            if not county.contains(region):
                found |= county_open(county)
    for code, name in PLACES:
        place = RegionCode(code)
        if not region.contains(place) and not place.contains(region):
            found.add(name)
    return frozenset(found)


def visible(region: RegionCode) -> list[Village]:
    """Return the villages that a post in `region` sees."""
    return [village for village in VILLAGES if region.contains(village.code)]


def relation(region: RegionCode, other: RegionCode) -> str:
    """Return how `other` lies to a post's region: own, child, parent, sibling, cousin, or in
    another province."""
    if other == region:
        return "own"
    if region.contains(other):
        return "child"
    if other.contains(region):
        return "parent"
    if region.value[:2] != other.value[:2]:
        return "other province"
    level = min(region.level, other.level)
    ours, theirs = region.at_level(level), other.at_level(level)
    return "sibling" if ours.parent == theirs.parent else "cousin"


# Where the posts of each level stand: the places above village A.
POST_PLACES = tuple(
    RegionCode(code)
    for code in (
        NATION,
        "990000000000",
        "990100000000",
        "990101000000",
        "990101101000",
        "990101101201",
    )
)
